"""Webhooks: signed, filtered, retried, kept over restarts, and the fates one can choose for them."""

import time
from pathlib import Path

import httpx
import pytest
import stripe

from tests.sandbox.conftest import QUICK
from tests.sandbox.running import Receiver, Sandbox, eventually, running
from tests.sandbox.world import a_session, an_endpoint, the_page

PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


def test_the_secret_is_told_once(client: stripe.StripeClient, receiver: Receiver) -> None:
    endpoint = an_endpoint(client, receiver, "product.created")
    assert str(endpoint.secret).startswith("whsec_")
    assert "secret" not in client.v1.webhook_endpoints.retrieve(endpoint.id)
    assert "secret" not in client.v1.webhook_endpoints.list().data[0]


def test_an_endpoint_gets_only_what_it_enabled_until_it_is_disabled_or_deleted(
    client: stripe.StripeClient, receiver: Receiver
) -> None:
    endpoint = an_endpoint(client, receiver, "product.created")
    client.v1.customers.create({"email": "ada@example.com"})
    client.v1.products.create({"name": "One"})
    assert eventually(lambda: receiver.types() == ["product.created"])
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": True})
    client.v1.products.create({"name": "Two"})
    client.v1.webhook_endpoints.update(endpoint.id, {"disabled": False, "enabled_events": ["customer.created"]})
    client.v1.customers.create({"email": "bob@example.com"})
    assert eventually(lambda: receiver.types() == ["product.created", "customer.created"])
    assert client.v1.webhook_endpoints.delete(endpoint.id).deleted is True
    client.v1.customers.create({"email": "eve@example.com"})
    time.sleep(0.3)
    assert len(receiver.got) == 2


def test_a_failed_delivery_is_tried_again_with_a_fresh_signature(
    client: stripe.StripeClient, receiver: Receiver
) -> None:
    receiver.answers = [500, 302, 404]
    receiver.headers = {"Location": receiver.url + "/elsewhere"}
    endpoint = an_endpoint(client, receiver)
    client.v1.products.create({"name": "One"})
    assert eventually(lambda: len(receiver.got) == 4)
    ids = {client.construct_event(body, signature, str(endpoint.secret)).id for body, signature in receiver.got}
    [event_id] = ids
    assert eventually(lambda: client.v1.events.retrieve(event_id).pending_webhooks == 0)


def test_a_delivery_is_given_up_after_the_last_try_and_can_be_resent(
    sandbox: Sandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    receiver.answers = [500] * 4
    an_endpoint(client, receiver)
    client.v1.products.create({"name": "One"})
    assert eventually(lambda: len(receiver.got) == 4)
    time.sleep(0.5)
    assert len(receiver.got) == 4
    [event] = client.v1.events.list({"delivery_success": False}).data
    page = httpx.get(f"{sandbox.url}/events/{event.id}", trust_env=False).text
    assert page.count("answer of the receiver") == 4
    token = page.split('name="token" value="')[1].split('"')[0]
    httpx.post(f"{sandbox.url}/events/{event.id}/resend", data={"token": token}, trust_env=False)
    assert eventually(lambda: len(receiver.got) == 5)


def test_what_waits_is_delivered_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = [500]
    slow = type(QUICK)(retry_delays_s=(1.5,))
    with running(tmp_path, slow) as first:
        an_endpoint(first.client(), receiver)
        first.client().v1.products.create({"name": "One"})
        assert eventually(lambda: len(receiver.got) == 1)
    with running(tmp_path, slow):
        assert eventually(lambda: len(receiver.got) == 2)


def test_a_hanging_endpoint_neither_holds_up_the_stop_nor_loses_the_event(tmp_path: Path, receiver: Receiver) -> None:
    receiver.delay_s = 6
    with running(tmp_path) as first:
        an_endpoint(first.client(), receiver)
        first.client().v1.products.create({"name": "One"})
        assert eventually(lambda: len(receiver.got) == 1)
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 5
    receiver.delay_s = 0
    with running(tmp_path):
        assert eventually(lambda: len(receiver.got) == 2)


@pytest.mark.parametrize(
    ("fate", "expected"),
    [("now", PAID), ("twice", PAID + PAID), ("reversed", PAID[::-1]), ("never", []), ("late", PAID)],
)
def test_the_buyer_chooses_the_fate_of_the_webhooks(
    client: stripe.StripeClient, receiver: Receiver, fate: str, expected: list[str]
) -> None:
    session = a_session(client)
    an_endpoint(client, receiver, *PAID)
    started = time.monotonic()
    assert the_page(session).pay(fate=fate, delay="1").status == 303
    if fate in ("late", "never"):
        time.sleep(0.5)
        assert receiver.got == []
    assert eventually(lambda: len(receiver.got) == len(expected) or None if expected else True)
    assert receiver.types() == expected
    if fate == "late":
        assert time.monotonic() - started >= 1


def test_events_are_listed_newest_first_and_filtered(client: stripe.StripeClient) -> None:
    session = a_session(client)
    the_page(session).pay()
    assert [event.type for event in client.v1.events.list({"type": "charge.*"}).data] == [
        "charge.updated",
        "charge.succeeded",
    ]
    [completed] = client.v1.events.list({"types": ["checkout.session.completed"]}).data
    assert client.v1.events.retrieve(completed.id).to_dict()["data"]["object"]["id"] == session.id
    since = {"created": {"gte": int(time.time()) + 60}}
    assert client.v1.events.list(since).data == []  # pyright: ignore


def test_a_slow_endpoint_does_not_hold_up_another(client: stripe.StripeClient, receiver: Receiver) -> None:
    client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/refused", "enabled_events": ["*"]})
    an_endpoint(client, receiver)
    client.v1.products.create({"name": "One"})
    assert eventually(lambda: receiver.types() == ["product.created"], within_s=2)
