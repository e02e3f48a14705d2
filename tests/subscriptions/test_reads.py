"""What a customer reads of the mirror: their own invoices and cards, and nobody else's (rows D4, A12)."""

from typing import Any

import httpx
import pytest

from billing_app import clock
from billing_app.entitlements.subscriptions import store
from billing_app.entitlements.subscriptions.models import Subscription
from tests.shop import Shop
from tests.subscriptions.subscribers import VISA, Subscribers


@pytest.mark.row("D4")
async def test_invoices_lead_to_their_pdf_and_their_page(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    await subscribers.subscribed(ada)
    await subscribers.pass_time(days=32)
    page = await shop.services.invoices.page(ada, limit=1)
    assert page.next_before is not None
    (last,) = page.invoices
    (first,) = (await shop.services.invoices.page(ada, before=page.next_before)).invoices
    assert (first.status, first.total_minor, first.currency) == ("paid", 3900, "USD")
    assert first.number
    assert first.period_start is not None
    assert first.period_start < (last.period_start or first.period_start)
    async with httpx.AsyncClient(trust_env=False) as browser:
        links = shop.services.invoice_links
        pdf = await browser.get(await links.fresh(ada, first.id, "pdf"))
        assert pdf.content.startswith(b"%PDF")
        assert first.number in (await browser.get(await links.fresh(ada, first.id, "page"))).text


@pytest.mark.row("D4")
@pytest.mark.row("A12")
async def test_the_browser_is_led_to_the_documents_of_its_own_invoices_only(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada, eve = await shop.a_person(), await shop.a_person()
    await subscribers.subscribed(ada)
    (invoice,) = (await shop.services.invoices.page(ada)).invoices
    path = f"/api/v1/invoices/{invoice.id}"
    async with shop.browser(ada) as browser:
        led = await browser.get(f"{path}/pdf")
        assert (led.status_code, led.headers["location"]) == (303, invoice.pdf_url)
        assert (await browser.get(f"{path}/page")).headers["location"] == invoice.hosted_url
        assert (await browser.get(f"{path}/receipt")).status_code == 422
    async with shop.browser(eve) as browser:
        assert (await browser.get(f"{path}/pdf")).status_code == 404
    async with shop.browser() as browser:
        assert (await browser.get(f"{path}/pdf")).status_code == 401


@pytest.mark.row("D4")
@pytest.mark.row("A12")
async def test_nobody_reads_what_another_was_billed_or_pays_with(shop: Shop, subscribers: Subscribers) -> None:
    ada, eve = await shop.a_customer(), await shop.a_customer(email="eve@example.com")
    await subscribers.subscribed(ada)
    services = shop.services
    assert len(await services.payment_methods.of(ada)) == 1
    assert await services.payment_methods.of(eve) == []
    assert (await services.invoices.page(eve)).invoices == ()
    async with services.database.as_customer(eve) as session:
        assert await store.live(session, ada) is None
        assert await store.changes(session, ada) == []


async def test_cards_are_kept_changed_and_forgotten_as_at_stripe(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    owner = await subscribers.stripe_customer(ada, VISA)
    second = await subscribers.use_card(owner, "pm_card_mastercard")
    await shop.settle()
    cards = await shop.services.payment_methods.of(ada)
    assert [(card.brand, card.is_default) for card in cards] == [("mastercard", True), ("visa", False)]
    assert not cards[0].expired(clock.now())

    def renew(client: Any) -> None:
        client.v1.payment_methods.update(second, {"card": {"exp_month": 1, "exp_year": 2041}})

    await subscribers.at_stripe(renew)
    await shop.settle()
    assert (await shop.services.payment_methods.of(ada))[0].exp_year == 2041
    await subscribers.at_stripe(lambda client: client.v1.payment_methods.detach(second))
    await shop.settle()
    assert [card.brand for card in await shop.services.payment_methods.of(ada)] == ["visa"]
    assert await subscribers.failed_jobs() == []


@pytest.mark.row("C1")
async def test_a_plan_by_hand_is_in_force_as_its_own_terms_say_until_it_ends(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada = await shop.a_customer()
    catalog = await shop.services.catalog.current()
    pro = catalog.plan("pro")
    assert pro is not None
    now = clock.now()
    async with shop.services.database.transaction() as session:
        session.add(
            Subscription(
                customer_id=ada,
                plan_code="pro",
                terms=pro.model_copy(update={"credits_per_month": 12_345}).model_dump(mode="json"),
                reason="a friend of the house",
                status="active",
                started_at=now,
                anchor=now,
                current_period_start=now,
                asked_at=now,
                created_at=now,
                updated_at=now,
            )
        )
    held = await subscribers.live(ada)
    assert held is not None
    assert held.plan is not None
    assert (held.by_hand, held.plan.credits_per_month) == (True, 12_345)
    assert held.has_access(now, 7)
