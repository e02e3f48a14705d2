"""The log of deliveries as staff have it: who may, what it shows, replays of one and many, and trying without doing."""

from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Role
from billing_app.errors import InvalidInput, NotFound
from billing_app.payments.delivery_log.pruning import BODIES_KEPT, prune
from billing_app.payments.delivery_log.scrubbing import scrubbed
from billing_app.payments.delivery_log.views import Effect, EventFilter
from tests.shop import Shop
from tests.staff import staff

VIEWER, SUPPORT, CUSTOMER = staff(Role.VIEWER), staff(Role.SUPPORT), staff(Role.CUSTOMER)


def test_secrets_in_a_body_are_masked_however_deep() -> None:
    body = {
        "id": "pi_1",
        "client_secret": "pi_1_secret_2",
        "number": "INV-1",
        "card": [{"fingerprint": "x", "last4": "4242"}],
    }
    assert scrubbed(body) == {
        "id": "pi_1",
        "client_secret": "***",
        "number": "INV-1",
        "card": [{"fingerprint": "***", "last4": "4242"}],
    }
    assert scrubbed({"client_secret": None}) == {"client_secret": None}


def test_a_filter_that_can_find_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="There is no state"):
        EventFilter(states=("nonsense",))
    with pytest.raises(InvalidInput, match="255"):
        EventFilter(about="x" * 256)
    with pytest.raises(InvalidInput, match="positive"):
        EventFilter(customer_id=0)


async def test_an_event_shows_its_attempts_its_body_and_what_it_wrote_to_whose_ledger(shop: Shop) -> None:
    customer, log = await shop.a_customer(), shop.services.deliveries
    await shop.buy(customer)
    (line,) = (await log.events(VIEWER, EventFilter(type_prefix="checkout.session.completed"))).events
    assert (line.customer_id, line.deliveries, line.attempts, line.replayable) == (customer, 1, 1, True)
    shown = await log.event(VIEWER, line.id)
    assert shown.entries == (Effect(customer, 1, "grant", 25),)
    assert shown.payload["object"] == "checkout.session"
    assert [(one.by, one.state, one.entries) for one in shown.history] == [("worker", "done", shown.entries)]

    assert (await log.replay(SUPPORT, line.id)).says == "no change"
    again = await log.event(VIEWER, line.id)
    assert [(one.by, one.entries) for one in again.history] == [("user:7", ()), ("worker", shown.entries)]
    (kept,) = await shop.rows("SELECT payload ->> 'client_secret' AS secret FROM webhook_events WHERE type LIKE 'pay%'")
    assert kept["secret"] == "***"


async def test_the_log_is_filtered_and_continued(shop: Shop) -> None:
    one, other = await shop.a_customer(), await shop.a_customer()
    bought = await shop.buy(one)
    await shop.buy(other, "pack", "starter")
    log = shop.services.deliveries
    first = await log.events(VIEWER, limit=1)
    assert first.next_before == first.events[0].id
    rest = await log.events(VIEWER, before=first.next_before)
    everything = await log.events(VIEWER)
    assert (*first.events, *rest.events) == everything.events
    assert rest.next_before is None
    theirs = await log.events(VIEWER, EventFilter(customer_id=one))
    assert theirs.events
    assert {line.customer_id for line in theirs.events} == {one}
    about = await log.events(VIEWER, EventFilter(about=bought.session_id))
    assert [line.object_id for line in about.events] == [bought.session_id]
    later = EventFilter(since=clock.wall() + timedelta(hours=1))
    assert (await log.events(VIEWER, later)).events == ()
    with pytest.raises(NotFound):
        await log.events(VIEWER, before="evt_nothing")
    with pytest.raises(InvalidInput):
        await log.events(VIEWER, limit=0)


async def test_who_may_read_and_who_may_replay(shop: Shop) -> None:
    log, compare = shop.services.deliveries, shop.services.comparison
    for asks in (log.events, log.counts, log.refusals, compare.runs):
        await asks(VIEWER)
        with pytest.raises(NotPermitted):
            await asks(CUSTOMER)
    for refused in (log.replay(VIEWER, "evt_1"), log.rehearse(VIEWER, "evt_1"), log.replay_many(VIEWER)):
        with pytest.raises(NotPermitted):
            await refused
    with pytest.raises(NotPermitted):
        await compare.start(VIEWER)
    assert await shop.rows("SELECT id FROM audit_log WHERE action LIKE 'webhook%'") == []


async def test_trying_says_exactly_what_would_happen_and_does_nothing(shop: Shop) -> None:
    customer, log = await shop.a_customer(), shop.services.deliveries
    await shop.pay(await shop.start(customer), fate="never")
    (event,) = await shop.raw_events("checkout.session.completed")
    await shop.deliver(event)
    before = await shop.books()
    tried = await log.rehearse(SUPPORT, event["id"])
    assert "25 credits granted" in tried.says
    assert tried.entries == (Effect(customer, 1, "grant", 25),)
    assert await shop.books() == before
    assert (await log.event(VIEWER, event["id"])).history == ()
    assert (await log.replay(SUPPORT, event["id"])).effects == tried.effects
    assert (await log.rehearse(SUPPORT, event["id"])).says == "no change"


async def test_many_are_replayed_oldest_first_bounded_and_audited(shop: Shop) -> None:
    customers = [await shop.a_customer() for _ in range(3)]
    for customer in customers:
        await shop.pay(await shop.start(customer), fate="never")
    for event in await shop.raw_events("checkout.session.completed"):
        await shop.deliver(event)
    await shop.rows("DELETE FROM procrastinate_jobs RETURNING id")
    await shop.rows("UPDATE webhook_events SET state = 'parked', attempts = 40 RETURNING id")
    log = shop.services.deliveries
    done = await log.replay_many(SUPPORT, limit=2)
    assert (done.changed, done.unchanged, done.failed, done.more) == (2, 0, 0, True)
    done = await log.replay_many(SUPPORT)
    assert (done.changed, done.more) == (1, False)
    assert [await shop.available(customer) for customer in customers] == [25] * 3
    settled = await log.replay_many(SUPPORT, EventFilter(states=("done",), type_prefix="checkout."))
    assert (settled.changed, settled.unchanged) == (0, 3)
    assert len(await shop.rows("SELECT id FROM audit_log WHERE action = 'webhook.replayed_many'")) == 3
    for wrong in (EventFilter(states=("ignored",)), EventFilter(states=("foreign",))):
        with pytest.raises(InvalidInput, match="never applied"):
            await log.replay_many(SUPPORT, wrong)
    with pytest.raises(InvalidInput):
        await log.replay_many(SUPPORT, limit=101)


async def test_bodies_are_kept_for_90_days_and_what_changed_nothing_no_longer(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer)
    (line,) = (await shop.services.deliveries.events(VIEWER, EventFilter(type_prefix="checkout."))).events
    await shop.services.deliveries.replay(SUPPORT, line.id)
    assert await prune(shop.services.database) == 0
    age = f"interval '{BODIES_KEPT.days + 1} days'"
    await shop.rows(f"UPDATE webhook_events SET received_at = received_at - {age} RETURNING id")
    await shop.rows(f"UPDATE webhook_attempts SET at = at - {age} RETURNING id")
    await shop.rows("UPDATE webhook_events SET state = 'ignored' WHERE type LIKE 'payment_intent%' RETURNING id")
    assert await prune(shop.services.database) > 0
    assert await prune(shop.services.database) == 0
    shown = await shop.services.deliveries.event(VIEWER, line.id)
    assert (shown.payload, shown.state) == ({}, "done")
    assert [one.by for one in shown.history] == ["worker"], "what it did to the ledger stays"
    assert await shop.rows("SELECT id FROM webhook_events WHERE state = 'ignored'") == []
