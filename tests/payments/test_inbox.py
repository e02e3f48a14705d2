"""What comes in at the webhook route, and what never gets further."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from prometheus_client import REGISTRY

from billing_app.errors import InvalidInput, NotFound
from billing_app.journal.audit import CLI
from billing_app.payments import inbox_store
from billing_app.payments.event_types import APPLIED, ENDPOINT_TYPES
from billing_app.payments.events import RULES
from billing_app.payments.inbox import NOTED_REFUSALS
from billing_app.payments.retries import pause_after
from tests.shop import API_VERSION, WEBHOOKS, Shop


def an_event(kind: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An event as Stripe would send it."""
    return {
        "id": f"evt_{abs(hash((kind, str(data), str(changes)))):x}",
        "object": "event",
        "type": kind,
        "api_version": API_VERSION,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": data},
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        **changes,
    }


async def sent(shop: Shop, body: bytes, headers: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=shop.url, trust_env=False, timeout=20) as client:
        return await client.post(WEBHOOKS, content=body, headers=headers)


def signed(body: bytes, secret: str, at: int | None = None) -> str:
    return stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at)


async def test_the_endpoint_subscribes_to_every_type_that_has_a_rule(shop: Shop) -> None:
    assert RULES.keys() == APPLIED
    (endpoint,) = (await asyncio.to_thread(shop.sandbox.client().v1.webhook_endpoints.list)).data
    assert endpoint.enabled_events == ENDPOINT_TYPES
    assert endpoint.api_version == API_VERSION


async def test_an_endpoint_whose_secret_is_kept_is_found_again_and_a_lost_secret_makes_a_new_one(shop: Shop) -> None:
    url, secret = shop.url + WEBHOOKS, shop.webhook_secret
    again = await shop.services.gateway.ensure_webhook_endpoint(url, known_secret=secret)
    assert again.secret == secret
    rolled = await shop.services.gateway.ensure_webhook_endpoint(url)
    assert rolled.secret not in (None, secret)
    (only,) = (await asyncio.to_thread(shop.sandbox.client().v1.webhook_endpoints.list)).data
    assert only.id == rolled.id


@pytest.mark.parametrize(
    "header",
    ["", "t=1,v1=00", "nonsense", "t=,v1=", "v1=abc", "t=9999999999999999999999,v1=ab", "t=1;v1=2", "t=1,v1=\xe4"],
)
async def test_a_wrong_signature_is_refused_and_only_its_headers_are_kept(shop: Shop, header: str) -> None:
    body = json.dumps(an_event("checkout.session.completed", {"id": "cs_test_1"})).encode()
    answer = await sent(shop, body, [(b"Stripe-Signature", header.encode("latin-1")), (b"Cookie", b"session=s3cret")])
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "wrong_signature"
    assert await shop.rows("SELECT id FROM webhook_events") == []
    (refused,) = await shop.services.inbox.refusals()
    assert refused.body_bytes == len(body)
    assert refused.headers["cookie"] == "***"
    assert "cs_test_1" not in json.dumps(refused.headers)


async def test_a_signature_of_another_secret_or_another_body_or_another_day_is_refused(shop: Shop) -> None:
    body = json.dumps(an_event("checkout.session.completed", {"id": "cs_test_1"})).encode()
    right = shop.webhook_secret
    for header in (
        signed(body, "whsec_other"),
        signed(body + b" ", right),
        signed(body, right, int(time.time()) - 3600),
    ):
        assert (await sent(shop, body, {"Stripe-Signature": header})).status_code == 400
    assert (await sent(shop, body, {})).status_code == 400
    assert (await sent(shop, body, {"Stripe-Signature": signed(body, right)})).status_code == 200


async def test_the_last_hundred_refusals_are_kept(shop: Shop) -> None:
    for _ in range(103):
        async with shop.services.database.transaction() as session:
            await inbox_store.refuse(session, "No valid signature.", {}, 2)
    kept = await shop.services.inbox.refusals()
    assert (len(kept), kept[0].number - kept[-1].number) == (100, 99)


async def test_a_flood_without_a_signature_is_refused_and_counted_but_hardly_written(shop: Shop) -> None:
    def refused() -> float:
        return REGISTRY.get_sample_value("billing_webhook_deliveries_total", {"outcome": "refused"}) or 0

    before = refused()
    for _ in range(3 * NOTED_REFUSALS):
        assert (await sent(shop, b"{}", {"Stripe-Signature": "t=1,v1=0"})).status_code == 400
    assert refused() - before == 3 * NOTED_REFUSALS
    kept = await shop.services.inbox.refusals()
    assert NOTED_REFUSALS <= kept[0].number <= 2 * NOTED_REFUSALS, "twice as many where a minute ends between"
    assert (await shop.deliver(an_event("customer.updated", {"id": "cus_1"}))).status_code == 200


async def test_a_body_over_one_mebibyte_is_refused_announced_or_not(shop: Shop) -> None:
    large = b"x" * 1_048_577

    async def piecemeal() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 65_536

    for content in (large, piecemeal()):
        async with httpx.AsyncClient(base_url=shop.url, trust_env=False, timeout=20) as client:
            answer = await client.post(WEBHOOKS, content=content, headers={"Stripe-Signature": "t=1,v1=0"})
        assert answer.status_code == 413
        assert answer.json()["code"] == "body_too_large"
    assert await shop.services.inbox.refusals() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"id": 5}',
        b"[" * 5000,
        b'{"object":"v2.core.event","id":"evt_1"}',
        json.dumps(an_event("x", {}, id="cus_1")).encode(),
        json.dumps(an_event("x", {}, created=10**30)).encode(),
        json.dumps(an_event("x", {}, livemode="no")).encode(),
        json.dumps(an_event("X" * 900, {})).encode(),
        json.dumps({**an_event("x", {}), "data": None}).encode(),
        json.dumps(an_event("x", {"id": "\ud800"})).encode(),
    ],
)
async def test_a_signed_body_that_is_no_event_is_refused_and_nothing_is_kept(shop: Shop, body: bytes) -> None:
    answer = await shop.deliver(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_an_event")
    assert await shop.rows("SELECT id FROM webhook_events") == []


@pytest.mark.parametrize(
    "data",
    [
        {"id": "cs_\x00", "customer": "\x00"},
        {"id": 17, "customer": {"id": "cus_1"}},
        {"id": "cs_" + "y" * 5000, "customer": ["a"]},
        {},
    ],
)
async def test_strange_objects_in_a_signed_event_are_kept_and_harm_nobody(shop: Shop, data: dict[str, Any]) -> None:
    event = an_event("checkout.session.completed", data)
    assert (await shop.deliver(event)).status_code == 200
    await shop.work()
    (line,) = await shop.services.inbox.events()
    assert line.state in ("waiting", "ignored")
    assert (await shop.services.inbox.event(line.id)).type == "checkout.session.completed"


async def test_types_nobody_needs_are_stored_and_ignored(shop: Shop) -> None:
    assert (await shop.deliver(an_event("customer.created", {"id": "cus_1"}))).status_code == 200
    await shop.work()
    (line,) = await shop.services.inbox.events()
    assert (line.state, line.effects) == ("ignored", ())


@pytest.mark.parametrize("change", [{"api_version": "2019-01-01"}, {"api_version": None}, {"livemode": True}])
async def test_another_version_or_mode_is_stored_shown_and_not_applied(shop: Shop, change: dict[str, Any]) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    await shop.pay(bought, fate="never")
    (event,) = await shop.raw_events("checkout.session.completed")
    assert (await shop.deliver({**event, "id": "evt_other", **change})).status_code == 200
    await shop.work()
    assert [line.state for line in await shop.services.inbox.events(states=["foreign"])] == ["foreign"]
    assert await shop.available(customer) == 0
    with pytest.raises(InvalidInput, match="no rule applies"):
        await shop.services.inbox.replay("evt_other", CLI)


async def test_what_an_event_says_is_not_believed_until_stripe_says_so_too(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer)
    dispute = {"id": "dp_1", "object": "dispute", "payment_intent": bought.payment_intent, "amount": 800}
    assert (await shop.deliver(an_event("charge.dispute.created", dispute))).status_code == 200
    await shop.work()
    (line,) = await shop.services.inbox.events(type_prefix="charge.dispute")
    assert (line.state, line.attempts) == ("waiting", 1)
    assert await shop.available(customer) == 25


async def test_sessions_of_somebody_else_in_the_same_account_are_left_alone(shop: Shop) -> None:
    client = shop.sandbox.client()
    item = {"price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Mug"}}, "quantity": 1}
    params: Any = {"mode": "payment", "success_url": shop.url, "line_items": [item]}
    made = await asyncio.to_thread(lambda: client.v1.checkout.sessions.create(params))
    assert made.url
    await shop.sandbox.pay(made.url)
    await shop.settle()
    lines = await shop.services.inbox.events()
    assert {line.type: line.state for line in lines} == {
        "checkout.session.completed": "ignored",
        "payment_intent.succeeded": "ignored",
    }


async def test_an_event_whose_parent_is_missing_waits_and_is_parked_after_three_days(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    await shop.pay(bought, fate="never")
    (event,) = await shop.raw_events("checkout.session.completed")
    await shop.rows("UPDATE checkouts SET public_id = 'chk_elsewhere', stripe_session_id = 'cs_elsewhere' RETURNING id")
    await shop.deliver(event)
    await shop.work()
    (line,) = await shop.services.inbox.events()
    assert (line.state, line.attempts) == ("waiting", 1)
    assert line.error is not None
    assert "not in this database" in line.error
    (job,) = await shop.rows(
        "SELECT priority, scheduled_at > now() AS later FROM procrastinate_jobs WHERE task_name = 'apply_event'"
    )
    assert job == {"priority": -10, "later": True}

    tries = 1
    while (pause := pause_after(tries)) is not None:
        assert pause > 0
        tries += 1
    assert sum(pause_after(n) or 0 for n in range(1, tries)) > 2.9 * 86_400
    await shop.rows(f"UPDATE webhook_events SET attempts = {tries - 1} RETURNING id")
    assert (await shop.services.applier.apply_event(event["id"])).state == "parked"

    await shop.rows(
        f"UPDATE checkouts SET public_id = '{bought.started.public_id}', stripe_session_id = '{bought.session_id}' "
        "RETURNING id"
    )
    replayed = await shop.services.inbox.replay(event["id"], CLI)
    assert replayed.state == "done"
    assert "25 credits granted" in replayed.says
    assert await shop.available(customer) == 25


async def test_a_fact_that_does_not_fit_blocks_nobody_else(shop: Shop) -> None:
    ill, well = await shop.a_customer(), await shop.a_customer()
    await shop.pay(await shop.start(ill))
    await shop.delivered("checkout.session.completed")
    await shop.rows("UPDATE checkouts SET amount_minor = 1 RETURNING id")
    await shop.buy(well, "pack", "starter")

    assert (await shop.available(ill), await shop.available(well)) == (0, 10)
    (line,) = await shop.services.inbox.events(states=["failed"])
    assert line.type == "checkout.session.completed"
    assert "amount" in (line.error or "")
    await shop.buy(ill, "pack", "pro")
    assert await shop.available(ill) == 50, "not even their own next purchase waits behind it"


async def test_a_replay_says_what_changed_or_that_nothing_did_and_is_audited(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer)
    (line,) = await shop.services.inbox.events(type_prefix="checkout.session.completed")
    assert line.effects[0] == f"25 credits granted to customer {customer} (Popular)"
    for _ in range(3):
        assert (await shop.services.inbox.replay(line.id, CLI)).says == "no change"
    assert await shop.available(customer) == 25
    audited = await shop.rows("SELECT action, object FROM audit_log WHERE action = 'webhook.replayed'")
    assert audited == [{"action": "webhook.replayed", "object": f"event:{line.id}"}] * 3
    with pytest.raises(NotFound):
        await shop.services.inbox.replay("evt_nothing", CLI)


async def test_the_log_pages_and_filters(shop: Shop) -> None:
    for number in range(5):
        await shop.deliver(an_event("customer.updated", {"id": f"cus_{number}"}))
    first = await shop.services.inbox.events(limit=2)
    second = await shop.services.inbox.events(limit=2, before=first[-1].id)
    assert len({line.id for line in (*first, *second)}) == 4
    assert await shop.services.inbox.events(states=["done"]) == []
    assert len(await shop.services.inbox.events(type_prefix="customer.")) == 5
    assert await shop.services.inbox.events(type_prefix="cust%") == []
    with pytest.raises(InvalidInput, match="There is no state"):
        await shop.services.inbox.events(states=["nonsense"])


async def test_an_event_whose_job_was_lost_is_queued_again(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    await shop.pay(bought)
    await shop.delivered("checkout.session.completed")
    await shop.rows("DELETE FROM procrastinate_jobs RETURNING id")
    assert await shop.services.inbox.queue_left_behind() == 0
    await shop.rows("UPDATE webhook_events SET received_at = received_at - interval '1 hour' RETURNING id")
    assert await shop.services.inbox.queue_left_behind() > 0
    await shop.work()
    assert await shop.available(customer) == 25


def test_the_documentation_names_every_type_the_endpoint_needs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "payments.md").read_text(encoding="utf-8")
    assert [kind for kind in ENDPOINT_TYPES if f"`{kind}`" not in text] == []
