"""The story, on the sandbox: to the cent, every webhook signed, in order, and all its events told once."""

import json
import time

import pytest
import stripe

from tests.sandbox.billing import HOUR, START, a_clock, a_customer, a_plan, a_subscription, at, invoices_of
from tests.sandbox.running import Receiver, Sandbox, eventually
from tests.sandbox.story import Story
from tests.sandbox.world import an_endpoint


def test_the_story_to_the_cent_with_every_signature_verified(client: stripe.StripeClient, receiver: Receiver) -> None:
    endpoint = an_endpoint(client, receiver)
    story = Story(client)
    story.tell()
    assert len(story.told) == 12
    told = list(client.v1.events.list({"limit": 100}).auto_paging_iter())[::-1]
    assert eventually(lambda: len(receiver.got) == len(told))
    events = [client.construct_event(body, signature, str(endpoint.secret)) for body, signature in receiver.got]
    assert [event.id for event in events] == [event.id for event in told]
    for type_ in (
        "customer.subscription.trial_will_end", "invoice.upcoming", "invoice.payment_failed", "invoice.paid",
        "customer.subscription.deleted", "subscription_schedule.released", "charge.dispute.closed",
        "test_helpers.test_clock.ready", "charge.refunded",
    ):  # fmt: skip
        assert type_ in {event.type for event in events}, type_
    balances = client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter()
    assert sum(one.amount for one in balances) == story.paid


def test_a_year_goes_by_within_seconds_and_each_month_is_dated_where_it_belongs(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    made = a_subscription(client, a_customer(client, clock), a_plan(client, interval="month"))
    began = time.monotonic()
    for month in range(2, 13, 2):
        target = at(2026, month + 1, 15) if month < 12 else at(2027, 1, 15)
        client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": target + HOUR})
        assert eventually(lambda: client.v1.test_helpers.test_clocks.retrieve(clock).status == "ready")
    assert time.monotonic() - began < 15
    invoices = invoices_of(client, made.id)
    assert [invoice.status for invoice in invoices] == ["paid"] * 13
    assert [invoice.created for invoice in invoices] == [
        START,
        *(at(2026, month, 15) for month in range(2, 13)),
        at(2027, 1, 15),
    ]


def test_the_whole_sandbox_lives_through_a_year_in_one_call(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    made = a_subscription(client, a_customer(client), a_plan(client))
    began = time.monotonic()
    sandbox.own("/sandbox/clock/advance", {"seconds": 366 * 86_400})
    assert time.monotonic() - began < 10
    assert len(invoices_of(client, made.id)) == 13


def test_a_checkout_session_is_made_within_milliseconds(client: stripe.StripeClient) -> None:
    from tests.sandbox.world import SUCCESS, a_price

    price = a_price(client).id
    took: list[float] = []
    for _ in range(30):
        began = time.perf_counter()
        client.v1.checkout.sessions.create(
            {"mode": "payment", "success_url": SUCCESS, "line_items": [{"price": price, "quantity": 1}]}
        )
        took.append(time.perf_counter() - began)
    assert sorted(took)[15] < 0.1, [f"{one * 1000:.1f} ms" for one in took]


@pytest.mark.deep
def test_a_hundred_customers_live_through_a_year(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    price = a_plan(client)
    for _ in range(100):
        a_subscription(client, a_customer(client), price)
    sandbox.own("/sandbox/clock/advance", {"seconds": 183 * 86_400})
    sandbox.own("/sandbox/clock/advance", {"seconds": 183 * 86_400})
    paid = client.v1.invoices.list({"status": "paid", "limit": 100}).auto_paging_iter()
    assert sum(1 for _ in paid) == 1300
    assert json.dumps(sandbox.own("/sandbox/clock"))


def test_the_story_for_stripe_runs_and_refuses_live_keys(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.sandbox import on_stripe

    monkeypatch.setenv("STRIPE_API_BASE", sandbox.url)
    for key in ("", "sk_live_abcdefghijk", "nonsense"):
        monkeypatch.setenv("STRIPE_SECRET_KEY", key)
        assert on_stripe.main() == 2
    assert "nothing was sent" in capsys.readouterr().out
    assert sandbox.answers == []
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_for_the_story")
    assert on_stripe.main() == 0
    assert "12 steps as told" in capsys.readouterr().out
