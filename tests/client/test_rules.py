"""What the client decides by itself: pauses between attempts, what an error is, what an answer means. No server."""

import inspect
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from billing_app.client import (
    AsyncBillingClient,
    BillingClient,
    BillingError,
    FeatureLocked,
    InsufficientCredits,
    RateLimited,
    Retries,
    Unavailable,
    Unreachable,
)
from billing_app.client.errors import error_of
from billing_app.client.exchange import Server


def test_the_folder_alone_is_a_client(tmp_path: Path) -> None:
    folder = Path(inspect.getfile(BillingClient)).parent
    shutil.copytree(folder, tmp_path / "billing_app" / "client", ignore=shutil.ignore_patterns("__pycache__"))
    alone = "import billing_app.client as c; print(c.BillingClient('https://x.example', 'crd_test_sk_x'))"
    said = subprocess.run(
        [sys.executable, "-c", alone], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True
    )
    assert said.stdout == "BillingClient('https://x.example')\n"


def test_both_clients_offer_the_same() -> None:
    def offered(kind: type) -> dict[str, str]:
        return {
            name: str(inspect.signature(member)).split(" -> ")[0]
            for name, member in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    of_one, of_other = offered(BillingClient), offered(AsyncBillingClient)
    of_one["close"] = of_other["close"]
    assert of_one == of_other
    assert len(of_one) > 20


def test_pauses_grow_are_bounded_and_end() -> None:
    retries = Retries(attempts=4, first_s=1, longest_s=3)
    for attempt, most in ((1, 1), (2, 2), (3, 3)):
        pause = retries.pause(attempt, 503, None)
        assert pause is not None
        assert most / 2 <= pause <= most
    assert retries.pause(4, 503, None) is None
    assert retries.pause(1, 422, None) is None, "a mistake stays one"
    assert retries.pause(1, 409, None) is None
    assert retries.pause(1, None, None) is not None, "no answer at all"


def test_a_retry_after_is_kept_to_or_told_at_once() -> None:
    retries = Retries(longest_s=5)
    assert retries.pause(1, 429, "2") == 2
    assert retries.pause(1, 429, "60") is None
    assert retries.pause(1, 503, "Wed, 21 Oct 2026 07:28:00 GMT") is not None
    for wrong in ({"attempts": 0}, {"attempts": 11}, {"first_s": 0}, {"first_s": 9}):
        with pytest.raises(ValueError, match="attempts"):
            Retries(**wrong)


@pytest.mark.parametrize(
    ("status", "problem", "kind"),
    [
        (402, {"code": "insufficient_credits"}, InsufficientCredits),
        (402, {"code": "feature_locked"}, FeatureLocked),
        (403, {"code": "plan_lacks_feature"}, FeatureLocked),
        (429, {"code": "rate_limited", "retry_after_s": 3}, RateLimited),
        (503, {"code": "unavailable"}, Unavailable),
        (502, {}, Unavailable),
    ],
)
def test_each_code_has_its_exception(status: int, problem: dict[str, Any], kind: type[BillingError]) -> None:
    error = error_of(status, problem)
    assert type(error) is kind
    assert error.status == status


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(200, text="<html>a hotel's sign-in page</html>"), BillingError),
        (httpx.Response(200, json={"something": "else"}), BillingError),
        (httpx.Response(200, json=[1]), BillingError),
        (httpx.Response(502, text="bad gateway"), Unavailable),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example"}), BillingError),
        (httpx.Response(429, headers={"Retry-After": "77"}, text=""), RateLimited),
    ],
    ids=["a page", "another service", "a list", "a proxy", "a redirect", "a busy proxy"],
)
def test_what_is_no_answer_of_the_api_is_an_error_and_no_crash(
    answer: httpx.Response, kind: type[BillingError]
) -> None:
    transport = httpx.MockTransport(lambda _: answer)
    with (
        BillingClient("https://x.example", "crd_test_sk_x", retries=Retries(attempts=1), transport=transport) as client,
        pytest.raises(kind) as caught,
    ):
        client.balance("ada")
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 77


def test_a_line_that_is_dead_is_unreachable_and_names_no_secret() -> None:
    def dead(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with BillingClient(
        "https://x.example",
        "crd_test_sk_secret",
        retries=Retries(attempts=2, first_s=0.001, longest_s=0.001),
        transport=httpx.MockTransport(dead),
    ) as client:
        with pytest.raises(Unreachable) as caught:
            client.consume("ada", "x")
        assert "secret" not in str(caught.value)


def test_two_containers_may_speak_in_the_clear_on_their_own_network() -> None:
    for url in ("http://localhost:8000", "http://127.0.0.1:8000", "http://billing:8000", "http://10.0.0.7"):
        Server(url, "crd_live_sk_x")
    with pytest.raises(ValueError, match="https only"):
        Server("http://93.184.216.34", "crd_live_sk_x")
