"""Trouble on purpose: webhooks that come wrong, an API that fails before or after the work; off by default."""

import json
import time
from typing import Any

import pytest
import stripe

from tests.sandbox.billing import a_customer, a_plan, a_subscription
from tests.sandbox.running import Receiver, Sandbox, eventually
from tests.sandbox.world import a_session, an_endpoint, the_page

PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        ({"fate": "twice"}, PAID + PAID),
        ({"fate": "reversed"}, PAID[::-1]),
        ({"fate": "late", "delay_s": 1}, PAID),
        ({"fate": "never"}, []),
    ],
)
def test_an_endpoint_in_trouble_gets_its_webhooks_so(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver, trouble: Any, expected: list[str]
) -> None:
    endpoint = an_endpoint(client, receiver, *PAID)
    assert sandbox.own("/sandbox/trouble/webhooks", {"endpoint": endpoint.id, **trouble}) == trouble
    started = time.monotonic()
    the_page(a_session(client)).pay()
    if expected:
        assert eventually(lambda: len(receiver.got) == len(expected))
    else:
        time.sleep(0.5)
    assert receiver.types() == expected
    if trouble["fate"] == "late":
        assert time.monotonic() - started >= 1


def test_a_stale_event_comes_after_a_newer_one(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver
) -> None:
    product = client.v1.products.create({"name": "One"})
    an_endpoint(client, receiver, "product.updated")
    sandbox.own("/sandbox/trouble/webhooks", {"fate": "stale", "delay_s": 1})
    client.v1.products.update(product.id, {"name": "Two"})
    sandbox.own("/sandbox/trouble/clear", {})
    client.v1.products.update(product.id, {"name": "Three"})
    assert eventually(lambda: len(receiver.got) == 2)
    assert [json.loads(body)["data"]["object"]["name"] for body, _ in receiver.got] == ["Three", "Two"]


def test_a_wrong_secret_and_another_version(client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver) -> None:
    endpoint = an_endpoint(client, receiver)
    sandbox.own("/sandbox/trouble/webhooks", {"wrong_secret": True})
    client.v1.products.create({"name": "One"})
    assert eventually(lambda: receiver.got)
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(*receiver.got[0], str(endpoint.secret))
    sandbox.own("/sandbox/trouble/webhooks", {"api_version": "2019-02-11"})
    client.v1.products.create({"name": "Two"})
    assert eventually(lambda: len(receiver.got) == 2)
    assert client.construct_event(*receiver.got[1], str(endpoint.secret)).api_version == "2019-02-11"
    assert list(sandbox.own("/sandbox/trouble")["webhooks"]) == [endpoint.id]


@pytest.mark.parametrize(
    ("answer", "error"),
    [("429", stripe.RateLimitError), ("500", stripe.APIError), ("drop", stripe.APIConnectionError)],
)
@pytest.mark.parametrize("after_work", [False, True])
def test_the_api_fails_before_or_after_the_work(
    client: stripe.StripeClient, sandbox: Sandbox, answer: str, error: type[Exception], after_work: bool
) -> None:
    sandbox.own("/sandbox/trouble/api", {"answer": answer, "path": "/v1/products", "after_work": after_work})
    with pytest.raises(error):
        client.v1.products.create({"name": "One"}, {"idempotency_key": "once"})
    assert len(client.v1.products.list().data) == int(after_work)
    again = client.v1.products.create({"name": "One"}, {"idempotency_key": "once"})
    assert [product.id for product in client.v1.products.list().data] == [again.id]


def test_the_api_times_out(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    sandbox.own("/sandbox/trouble/api", {"answer": "timeout", "method": "POST", "wait_s": 30})
    impatient = stripe.StripeClient(
        "sk_test_sandbox_impatient",
        base_addresses={"api": sandbox.url},
        http_client=stripe.RequestsClient(timeout=0.3),
        max_network_retries=0,
    )
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.products.create({"name": "One"})
    assert client.v1.products.list().data == []


def test_retries_of_the_sdk_get_through_and_do_the_work_once(sandbox: Sandbox) -> None:
    patient = sandbox.client(max_network_retries=2)
    sandbox.own("/sandbox/trouble/api", {"answer": "500", "after_work": True, "times": 1})
    sandbox.own("/sandbox/trouble/api", {"answer": "500", "times": 1})
    assert patient.v1.products.create({"name": "One"}).name == "One"
    assert len(patient.v1.products.list().data) == 1
    assert sandbox.own("/sandbox/trouble")["api"] == []


def test_the_next_payment_fails_once(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    customer = a_customer(client)
    sandbox.own("/sandbox/next_payment_fails", {"customer": customer})
    assert a_subscription(client, customer, a_plan(client)).status == "incomplete"
    assert a_subscription(client, customer, a_plan(client)).status == "active"


def test_trouble_that_makes_no_sense_is_refused(
    client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver
) -> None:
    an_endpoint(client, receiver)
    for path, given in (
        ("trouble/api", {"answer": "418"}), ("trouble/api", {"answer": "500", "times": 0}),
        ("trouble/api", {"answer": "500", "x": 1}), ("trouble/api", {"answer": "500", "path": 5}),
        ("trouble/api", {"answer": "500", "method": "PUT"}), ("trouble/webhooks", {"fate": "lost"}),
        ("trouble/webhooks", {"endpoint": "we_none"}), ("trouble/webhooks", {"delay_s": -1}),
        ("trouble/webhooks", {"wrong_secret": 1}), ("next_payment_fails", {}),
        ("next_payment_fails", {"customer": "cus_none"}), ("disputes", {}), ("disputes", {"charge": "ch_none"}),
        ("disputes/du_none/decide", {"outcome": "won"}), ("disputes/du_none/decide", {}), ("refunds/re_none/fail", {}),
    ):  # fmt: skip
        assert "error" in sandbox.own(f"/sandbox/{path}", given), (path, given)
    assert sandbox.own("/sandbox/trouble") == {"api": [], "webhooks": {}}
