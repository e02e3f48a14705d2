"""The other walls: origins, hosts, ways on, cookies, bodies nobody sends, logs, limits; what no page may contain."""

import ast
import logging
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from billing_app.accounts.use_case import Visit
from billing_app.api.conventions.rate_limits import PUBLIC, TokenBuckets
from billing_app.db.engine import Database
from billing_app.logs import scrub
from tests.security.actors import FOREIGN_URL, PASSWORD, URL, Everybody, everybody
from tests.security.calling import endpoints
from tests.security.decisions import ENDPOINTS, EVERYONE, KEYS, Actor

pytestmark = pytest.mark.row("A12")
PRODUCT = Path(__file__).resolve().parents[2] / "billing_app"


@pytest.fixture
async def people(database: Database) -> AsyncIterator[Everybody]:
    async with everybody(database) as made:
        yield made


def browser(people: Everybody, actor: Actor = Actor.STRANGER, **headers: str) -> httpx.AsyncClient:
    """Somebody's browser on our pages."""
    transport = httpx.ASGITransport(people.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=URL, headers={**people.headers(actor), **headers})


async def test_no_other_origin_may_read_an_answer_or_ask_whether_it_may(people: Everybody) -> None:
    async with browser(people, Actor.CUSTOMER, origin=FOREIGN_URL) as page:
        for path in ("/api/v1/subscription", "/api/v1/plans", "/api/v1/exports/activity.csv", "/api/v1/health"):
            answers = [
                await page.get(path),
                await page.options(path, headers={"Access-Control-Request-Method": "POST"}),
            ]
            for answer in answers:
                assert not [name for name in answer.headers if name.startswith("access-control-")], path


ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5cevil.example/..//x",
    "javascript:alert(1)",
    "/\tevil.example",
    "http:evil.example",
    "https:/\\evil.example",
    "/x\r\nSet-Cookie: a=b",
    " //evil.example",
)


async def test_nobody_is_led_to_another_site(people: Everybody) -> None:
    async with browser(people, host="evil.example") as page:
        for wanted in ELSEWHERE:
            for path in ("/api/auth/sign-out", "/api/auth/verify"):
                answer = await page.post(path, data={"token": "x", "next": wanted})
                assert answer.status_code == 303
                location = answer.headers["location"]
                assert location.startswith("/"), wanted
                assert not location.startswith(("//", "/\\")), wanted
                assert "evil.example" not in location.replace("%5cevil.example", "").replace("%255cevil.example", "")
                assert "a=b" not in str(answer.headers.get_list("set-cookie"))


async def test_signing_in_gives_a_new_session_and_ends_the_one_that_was_planted(people: Everybody) -> None:
    planted = people.tokens[Actor.OTHER]
    async with browser(people, Actor.OTHER) as page:
        answer = await page.post("/api/auth/sign-in", data={"email": "viewer@example.com", "password": PASSWORD})
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("session=")]
    assert planted not in cookie
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert await people.services.accounts.who(planted) is None
    made_up = "a" * 43
    async with browser(people, Actor.STRANGER, cookie=f"session={made_up}") as page:
        answer = await page.post("/api/auth/sign-in", data={"email": "viewer@example.com", "password": PASSWORD})
    assert made_up not in str(answer.headers)
    assert await people.services.accounts.who(made_up) is None


async def test_nobody_learns_who_has_an_account(people: Everybody) -> None:
    async with browser(people) as page:
        for path, fields in (
            ("/api/auth/sign-in", {"password": "not the right one"}),
            ("/api/auth/request-reset", {}),
            ("/api/auth/sign-up", {"password": PASSWORD, "name": "Somebody"}),
        ):
            known = await page.post(path, data={"email": "viewer@example.com", **fields})
            unknown = await page.post(path, data={"email": "unknown@example.com", **fields})
            assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
            assert known.text == unknown.text


BODIES: dict[str, bytes] = {
    "empty": b"",
    "cut off": b'{"a": ',
    "deep": b"[" * 20_000,
    "deep object": b'{"a":' * 5_000,
    "no Unicode": b'{"customer": "\xff\xfe"}',
    "half a pair": b'{"customer": "\\ud800", "email": "\\udfff", "question": "\\ud800"}',
    "null": b"null",
    "a number": b"1e400",
    "twice": b'{"customer": "a", "customer": "b", "email": "a", "email": "b"}',
    "zeros": b'{"customer": "\\u0000", "email": "\\u0000", "question": "\\u0000"}',
    "too long": b'{"customer": "' + b"a" * 2_000_000 + b'"}',
}


async def test_no_body_makes_an_endpoint_stumble(people: Everybody) -> None:
    wrong: list[str] = []
    for endpoint in (one for one in endpoints(people.app) if one.startswith(("POST", "PUT"))):
        method, path = endpoint.split(" ", 1)
        path = path.replace("{customer}", "host-user").replace("{hold}", "1")
        decision = ENDPOINTS[endpoint]
        keyed = [actor for actor in sorted(decision.who & KEYS) if actor is not Actor.REVOKED_KEY]
        actor = keyed[0] if keyed and decision.who != EVERYONE else Actor.CUSTOMER
        if path == "/api/auth/sign-out":
            continue
        async with browser(people, actor, **{"content-type": "application/json", "idempotency-key": "k-1"}) as page:
            for name, body in BODIES.items():
                answer = await page.request(method, path, content=body)
                if answer.status_code >= 500 and answer.status_code != 503:
                    wrong.append(f"{endpoint}, {name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


async def test_no_secret_reaches_a_log_or_an_error(people: Everybody, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    key, token = people.keys[Actor.SERVER_KEY], people.tokens[Actor.CUSTOMER]
    said: list[str] = []
    async with browser(people, Actor.SERVER_KEY) as server:
        said.append((await server.post("/api/v1/credits/consume", content=b"{")).text)
        said.append((await server.get("/api/v1/customers/nobody-here/balance")).text)
    async with browser(people, Actor.CUSTOMER) as page:
        said.append((await page.post("/api/auth/sign-in", data={"email": "x@example.com", "password": PASSWORD})).text)
        said.append(
            (await page.post("/api/v1/webhooks/stripe", content=b"{}", headers={"Stripe-Signature": "t=1,v1=ab"})).text
        )
        said.append(
            (await page.post("/api/auth/change-password", data={"old_password": PASSWORD, "password": "x"})).text
        )
    await people.services.accounts.request_reset(email="viewer@example.com", visit=Visit())
    everything = "\n".join([*said, *(str(scrub(record.getMessage())) for record in caplog.records)])
    for secret in (key, token, PASSWORD, "t=1,v1=ab", people.services.settings.secret_key.get_secret_value()):
        assert secret not in everything


async def test_what_needs_no_key_has_a_limit_by_place(people: Everybody) -> None:
    places = people.app.state.places = TokenBuckets()
    # Used up for as long as the test takes, however slow the machine.
    places._buckets[PUBLIC.name, "127.0.0.1"] = (0.0, time.monotonic() + 60)
    async with browser(people) as page:
        refused = await page.get("/api/v1/plans")
        assert refused.status_code == 429
        assert refused.json()["code"] == "rate_limited"
        assert int(refused.headers["retry-after"]) >= 1
        assert (await page.get("/api/v1/health")).status_code == 200
        unsigned = await page.post("/api/v1/webhooks/stripe", content=b"{}")
        assert unsigned.status_code == 503  # counted apart: here no secret is known yet, so Stripe is to come again
    # Another place is another bucket.
    places.take(PUBLIC, "203.0.113.9")


def _python(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for file in sorted((PRODUCT / folder).rglob("*.py")):
            yield str(file.relative_to(PRODUCT)), ast.parse(file.read_text(encoding="utf-8"))


# Either they put text into a page as markup, or the browser runs them by `eval`, which our pages forbid.
NOT_IN_PAGES = {
    "html", "markdown", "script", "toast", "set_clipboard", "scroll_to", "window_alert", "call_script", "call_function",
    "download", "console_log", "run_script",
}  # fmt: skip


def test_no_page_writes_markup_or_runs_a_script() -> None:
    found = [
        f"{file}:{node.lineno} rx.{node.attr}"
        for file, tree in _python("ui")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in NOT_IN_PAGES
        if (isinstance(node.value, ast.Name) and node.value.id == "rx")
    ]
    found += [
        file for file, tree in _python("ui") if "dangerouslySetInnerHTML" in ast.unparse(tree) and "jsonld" not in file
    ]
    assert found == KNOWN


KNOWN = ["ui/pages/pricing/page.py"]
"""The prices as JSON-LD, whose letters cannot end the element they stand in (catalog/jsonld.py)."""


def test_secrets_are_compared_in_constant_time() -> None:
    secret = ("signature", "mac", "secret", "password", "token")
    found = [
        f"{file}:{node.lineno} {ast.unparse(node)}"
        for file, tree in _python("accounts", "api", "payments")
        if not file.endswith("store.py")  # there it is SQL, which looks hashes up by index
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Name | ast.Attribute)
        if (side.id if isinstance(side, ast.Name) else side.attr).lower().endswith(secret)
        if not any(isinstance(one, ast.Constant) for one in (node.left, *node.comparators))
    ]
    assert found == []
