"""Buying a pack and an unlock, from the checkout to the books, over real HTTP with signed webhooks."""

import asyncio
from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.catalog.loading import Source, read_source
from billing_app.catalog.service import NotForSale
from billing_app.errors import InvalidInput, NotFound
from billing_app.journal.audit import CLI
from billing_app.payments.opening import AlreadyYours, UnderWay
from billing_app.payments.progress import Progress
from tests.shop import Shop
from tests.stripe_sandbox import DECLINES


@pytest.mark.row("A7")
@pytest.mark.row("A11")
async def test_a_paid_pack_is_granted_once_with_what_was_paid_for_it(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "popular")

    balance = await shop.services.credits.balance(customer)
    (lot,) = balance.lots
    assert balance.available == 25
    assert (lot.source, lot.payment) == (bought.session_id, bought.payment_intent)
    assert (lot.paid_minor, lot.currency) == (800, "USD")
    progress = await shop.services.checkout.state(customer, bought.session_id)
    assert (progress.progress, progress.available, progress.credits) == (Progress.GRANTED, 25, 25)


async def test_the_receipt_and_the_purchase_say_what_was_paid(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "pro")

    (mail,) = await shop.rows("SELECT kind, reference, data FROM outbox")
    assert (mail["kind"], mail["reference"]) == ("receipt", bought.session_id)
    assert (mail["data"]["total_minor"], mail["data"]["credits_granted"], mail["data"]["balance_after"]) == (
        1500,
        50,
        50,
    )
    (line,) = await shop.services.checkout.purchases(customer)
    assert (line.name, line.state, line.paid_minor, line.refunded_minor) == ("Pro", "paid", 1500, 0)
    assert line.receipt_url
    events = await shop.rows("SELECT name FROM funnel_events ORDER BY id")
    assert [event["name"] for event in events] == ["checkout_opened", "granted"]


@pytest.mark.row("A2")
@pytest.mark.row("A11")
async def test_a_paid_unlock_opens_its_feature_for_its_uses(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer, "unlock", "ai_qa_generator")
    await shop.buy(customer, "unlock", "qa_management")

    generator = await shop.services.entitlements.check(customer, "ai_qa_generation")
    management = await shop.services.entitlements.check(customer, "qa_pairs_crud")
    assert (generator.allowed, generator.remaining) == (True, 1)
    assert (management.allowed, management.remaining) == (True, None)


async def test_an_unlock_for_ever_is_not_sold_twice(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer, "unlock", "qa_management")
    with pytest.raises(AlreadyYours, match="already yours"):
        await shop.start(customer, "unlock", "qa_management")


async def test_an_unlock_for_ever_that_is_paid_but_not_yet_reported_is_not_sold_twice(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer, "unlock", "qa_management")
    await shop.pay(bought, fate="never")
    with pytest.raises(AlreadyYours, match="being confirmed"):
        await shop.start(customer, "unlock", "qa_management")


async def test_uses_of_an_unlock_bought_again_add_up(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer, "unlock", "ai_qa_generator")
    await shop.buy(customer, "unlock", "ai_qa_generator")
    assert (await shop.services.entitlements.check(customer, "ai_qa_generation")).remaining == 2


@pytest.mark.row("A7")
async def test_a_declined_card_is_recorded_and_the_next_one_pays_once(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    assert (await shop.pay(bought, DECLINES)).status_code == 402
    await shop.settle()
    assert await shop.available(customer) == 0
    (failure,) = await shop.rows("SELECT code, customer_id FROM payment_failures")
    assert failure == {"code": "generic_decline", "customer_id": customer}

    assert (await shop.pay(bought)).status_code == 303
    await shop.settle()
    assert await shop.available(customer) == 25
    (payment,) = await shop.rows("SELECT state, captured_minor FROM payments")
    assert payment == {"state": "succeeded", "captured_minor": 800}


async def test_the_open_payment_page_is_given_back_instead_of_a_second_one(shop: Shop) -> None:
    customer = await shop.a_customer()
    first = await shop.services.checkout.start(customer, "pack", "starter")
    second = await shop.services.checkout.start(customer, "pack", "starter", return_to="/playground/interview")
    assert (second.url, second.public_id, second.reused) == (first.url, first.public_id, True)
    other = await shop.services.checkout.start(customer, "pack", "pro")
    assert other.url != first.url


async def test_ten_clicks_at_once_open_one_payment_page(shop: Shop) -> None:
    customer = await shop.a_customer()
    answers = await asyncio.gather(
        *[shop.services.checkout.start(customer, "pack", "starter") for _ in range(10)], return_exceptions=True
    )
    urls = {answer.url for answer in answers if not isinstance(answer, BaseException)}
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert len(urls) == 1
    assert all(isinstance(answer, UnderWay) for answer in refused)
    client = shop.sandbox.client()
    sessions = await asyncio.to_thread(client.v1.checkout.sessions.list)
    customers = await asyncio.to_thread(client.v1.customers.list)
    assert (len(sessions.data), len(customers.data)) == (1, 1)


async def test_a_changed_price_closes_the_old_payment_page(shop: Shop) -> None:
    customer = await shop.a_customer()
    old = await shop.start(customer, "pack", "popular")
    source = read_source("interview_mate")
    text = source.text.replace('price = "8.00 USD"', 'price = "9.00 USD"')
    await shop.services.catalog.apply(Source(source.name, text), by=CLI)
    new = await shop.start(customer, "pack", "popular")

    assert new.session_id != old.session_id
    client = shop.sandbox.client()
    told = await asyncio.to_thread(lambda: client.v1.checkout.sessions.retrieve(old.session_id))
    assert told.status == "expired"
    await shop.pay(new)
    await shop.settle()
    (lot,) = (await shop.services.credits.balance(customer)).lots
    assert lot.paid_minor == 900


async def test_what_was_shown_is_what_is_granted_even_if_the_catalogue_changes_before_payment(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer, "pack", "popular")
    source = read_source("interview_mate")
    text = source.text.replace("credits = 25", "credits = 20")
    await shop.services.catalog.apply(Source(source.name, text), by=CLI)
    await shop.pay(bought)
    await shop.settle()
    assert await shop.available(customer) == 25


@pytest.mark.parametrize(
    ("kind", "code"),
    [("pack", "gigantic"), ("plan", "pro"), ("nothing", "starter"), ("pack", ""), ("pack", "x" * 5000)],
)
async def test_what_is_not_for_sale_is_refused_and_leaves_nothing(shop: Shop, kind: str, code: str) -> None:
    customer = await shop.a_customer()
    with pytest.raises(NotForSale):
        await shop.services.checkout.start(customer, kind, code)
    assert await shop.rows("SELECT id FROM checkouts") == []


async def test_a_retired_pack_is_refused(shop: Shop) -> None:
    customer = await shop.a_customer()
    source = read_source("interview_mate")
    text = source.text.replace('code = "starter"', 'code = "starter"\nactive = false')
    await shop.services.catalog.apply(Source(source.name, text), by=CLI)
    with pytest.raises(NotForSale):
        await shop.services.checkout.start(customer, "pack", "starter")


@pytest.mark.parametrize(
    "path",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/api/auth/sign-out", "/a\nb"],
)
async def test_a_foreign_return_address_is_refused(shop: Shop, path: str) -> None:
    customer = await shop.a_customer()
    with pytest.raises(InvalidInput, match="path on this site"):
        await shop.services.checkout.start(customer, "pack", "starter", return_to=path)


@pytest.mark.row("A8")
async def test_somebody_elses_payment_is_not_found_and_tells_nothing(shop: Shop) -> None:
    owner, other = await shop.a_customer(), await shop.a_customer()
    bought = await shop.buy(owner)
    for session_id in (bought.session_id, "cs_test_nothing", "", "cs_" + "x" * 400, "'; drop table checkouts"):
        with pytest.raises(NotFound, match="no such checkout"):
            await shop.services.checkout.state(other, session_id)
    with pytest.raises(NotFound):
        await shop.services.checkout.cancelled(other, bought.started.public_id)
    assert await shop.available(other) == 0


@pytest.mark.row("A8")
async def test_the_redirect_alone_grants_nothing(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    seen = await shop.services.checkout.state(customer, bought.session_id)
    assert seen.progress is Progress.PENDING
    await shop.work()
    seen = await shop.services.checkout.state(customer, bought.session_id)
    assert (seen.progress, seen.retry_url) == (Progress.OPEN, bought.started.url)
    assert await shop.available(customer) == 0


@pytest.mark.row("A8")
async def test_when_the_webhook_never_comes_the_watching_page_brings_the_credits(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    await shop.pay(bought, fate="never")
    assert (await shop.services.checkout.state(customer, bought.session_id)).progress is Progress.PENDING
    await shop.work()
    seen = await shop.services.checkout.state(customer, bought.session_id)
    assert (seen.progress, seen.available) == (Progress.GRANTED, 25)
    (checkout_event,) = await shop.raw_events("checkout.session.completed")
    assert (await shop.deliver(checkout_event)).status_code == 200
    await shop.work()
    assert await shop.available(customer) == 25


async def test_nobody_watching_the_reconciler_brings_the_credits(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    await shop.pay(bought, fate="never")
    assert await shop.services.reconciler.overdue_checkouts() == 0
    await shop.rows("UPDATE checkouts SET opened_at = opened_at - interval '20 minutes' RETURNING id")
    assert await shop.services.reconciler.overdue_checkouts() == 1
    await shop.work()
    assert await shop.available(customer) == 25
    assert await shop.services.reconciler.overdue_checkouts() == 0


async def test_many_watchers_ask_stripe_once_in_a_while(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    await asyncio.gather(*[shop.services.checkout.state(customer, bought.session_id) for _ in range(20)])
    assert len(await shop.rows("SELECT id FROM procrastinate_jobs WHERE task_name = 'watch_checkout'")) == 1


@pytest.mark.row("A8")
async def test_leaving_the_payment_page_charges_nothing_and_the_page_can_be_taken_up_again(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.start(customer)
    seen = await shop.services.checkout.cancelled(customer, bought.started.public_id)
    assert (seen.progress, seen.retry_url, seen.name) == (Progress.OPEN, bought.started.url, "Popular")
    assert await shop.available(customer) == 0


async def test_an_expired_payment_page_grants_nothing_and_a_new_one_can_be_opened(shop: Shop) -> None:
    customer = await shop.a_customer()
    old = await shop.start(customer)
    await asyncio.to_thread(lambda: shop.sandbox.client().v1.checkout.sessions.expire(old.session_id))
    await shop.settle()
    seen = await shop.services.checkout.state(customer, old.session_id)
    assert (seen.progress, seen.retry_url) == (Progress.EXPIRED, "/pricing#pack-popular")
    new = await shop.start(customer)
    assert new.session_id != old.session_id


async def test_a_page_that_expired_unheard_is_replaced_when_its_buyer_comes_back(shop: Shop) -> None:
    customer = await shop.a_customer()
    old = await shop.start(customer)
    await shop.services.gateway.expire_session(old.session_id)
    new = await shop.services.checkout.start(customer, "pack", "popular")
    assert (new.reused, new.url == old.started.url) == (False, False)


async def test_the_way_back_works_once_and_only_for_its_owner(shop: Shop) -> None:
    owner, other = await shop.a_customer(), await shop.a_customer()
    bought = await shop.buy(owner, return_to="/playground/interview?topic=technical")
    seen = await shop.services.checkout.state(owner, bought.session_id)
    assert seen.continue_url is not None
    token = seen.continue_url.partition("token=")[2]
    with pytest.raises(NotFound):
        await shop.services.checkout.go_back(other, token)
    path = await shop.services.checkout.go_back(owner, token)
    assert path == f"/playground/interview?topic=technical&bought={bought.started.public_id}"
    assert await shop.services.checkout.go_back(owner, token) == "/dashboard"
    for forged in ("A" + token, token + "A", token[:-2], "chk_x.y", "", ".", "ü.ü", token.replace("chk_", "chk_a")):
        with pytest.raises(NotFound):
            await shop.services.checkout.go_back(owner, forged)


async def test_a_stripe_customer_deleted_there_is_made_anew(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer)
    (row,) = await shop.rows("SELECT stripe_customer_id FROM stripe_customers")
    await asyncio.to_thread(lambda: shop.sandbox.client().v1.customers.delete(row["stripe_customer_id"]))
    await shop.buy(customer, "pack", "starter")
    assert await shop.available(customer) == 35


async def test_the_gateway_finds_events_again(shop: Shop) -> None:
    customer = await shop.a_customer()
    before = clock.wall() - timedelta(minutes=1)
    await shop.buy(customer)
    await shop.buy(customer)
    kind = "checkout.session.completed"
    found = await shop.services.gateway.events_since(before, types=[kind])
    assert [event.type for event in found] == [kind, kind]
    assert len(await shop.services.gateway.events_since(before, types=[kind], limit=1)) == 1
    assert await shop.services.gateway.event(found[0].id) == found[0]
