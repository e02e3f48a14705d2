"""Taking a plan through Stripe Checkout: the page, its terms, trials, and what is refused."""

import asyncio
from datetime import timedelta

import pytest
import stripe

from billing_app import clock
from billing_app.catalog.service import NotForSale
from billing_app.errors import InvalidInput
from billing_app.payments.progress import Progress
from billing_app.payments.subscribing.errors import AlreadySubscribed, ByContact, NoCheckoutNeeded
from billing_app.payments.subscribing.trials import TAKEN_WORDS
from billing_app.payments.subscribing.views import RelationKind
from tests.shop import Shop
from tests.subscribing.planners import Planners


@pytest.mark.row("B5")
@pytest.mark.row("C1")
async def test_a_plan_is_bought_on_stripes_page_and_is_the_customers(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    bought = await plans.take(customer, "basic", "month", return_to="/playground")
    my = await plans.my(customer)
    assert (my.plan, my.name, my.status, my.period, my.access) == ("basic", "Basic", "active", "month", True)
    assert my.price is not None
    assert my.price.shown() == "$10.00"
    assert (my.next_charge, my.next_charge_at) == (my.price, my.period_end)
    seen = await shop.services.checkout.state(customer, bought.session_id)
    assert (seen.progress, seen.kind, seen.period, seen.trial_ends_at) == (Progress.GRANTED, "plan", "month", None)
    assert seen.continue_url
    assert await shop.available(customer) == 1_000


@pytest.mark.row("E1")
async def test_the_page_names_plan_and_customer_on_the_session_and_on_the_subscription(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    bought = await plans.take(customer, "pro", "year")
    page = await plans.at_stripe(lambda client: client.v1.checkout.sessions.retrieve(bought.session_id))
    held = await plans.subscription(customer)
    for marked in (page.metadata, held.metadata):
        assert marked is not None
        assert marked["checkout"] == bought.started.public_id
        assert marked["customer_id"] == str(customer)
        assert marked["managed_by"] == "billing_app"
    assert held["items"].data[0].price.lookup_key == "plan_pro_year"
    (item,) = await shop.rows("SELECT stripe_price_id FROM catalog_items WHERE code = 'pro' AND period = 'year'")
    assert item["stripe_price_id"] == held["items"].data[0].price.id


@pytest.mark.row("A8")
async def test_two_tabs_are_given_one_page_and_another_plan_takes_its_place(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    first = await plans.start(customer, "basic", "month")
    again = await plans.start(customer, "basic", "month")
    assert (again.started.url, again.started.reused) == (first.started.url, True)
    other = await plans.start(customer, "pro", "year")
    assert (other.started.reused, other.started.url == first.started.url) == (False, False)
    old = await plans.at_stripe(lambda client: client.v1.checkout.sessions.retrieve(first.session_id))
    assert old.status == "expired"


async def test_many_tabs_at_once_open_one_page(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    answers = await asyncio.gather(*[plans.start(customer) for _ in range(6)], return_exceptions=True)
    assert {answer.session_id for answer in answers if not isinstance(answer, BaseException)}
    listed = await plans.at_stripe(lambda client: client.v1.checkout.sessions.list({"limit": 10}).data)
    assert len(listed) == 1


async def test_who_has_a_plan_is_told_to_switch_and_pays_nothing(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "basic")
    for plan in ("basic", "pro"):
        with pytest.raises(AlreadySubscribed, match="Switch to"):
            await plans.start(customer, plan)
    assert len(await shop.rows("SELECT id FROM checkouts")) == 1


async def test_what_has_no_price_is_refused_with_the_way_to_go(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    with pytest.raises(ByContact, match="contact page"):
        await plans.start(customer, "enterprise")
    with pytest.raises(NoCheckoutNeeded, match="costs nothing"):
        await plans.start(customer, "free")
    for plan, period in (("old", "month"), ("nothing", "month"), ("easy", "year"), ("basic", "week"), ("", "")):
        with pytest.raises(NotForSale):
            await plans.start(customer, plan, period)
    assert await shop.rows("SELECT id FROM checkouts") == []


@pytest.mark.row("D3")
async def test_a_host_products_own_pages_may_stand_in_for_ours_if_their_host_is_named(
    shop: Shop, plans: Planners
) -> None:
    customer = await shop.a_customer()
    own = f"{shop.url}/welcome"
    bought = await plans.start(customer, success_to=own, cancel_to=f"{shop.url}/prices")
    page = await plans.at_stripe(lambda client: client.v1.checkout.sessions.retrieve(bought.session_id))
    assert (page.success_url, page.cancel_url) == (own, f"{shop.url}/prices")
    for field in ("success_to", "cancel_to"):
        with pytest.raises(InvalidInput, match="ALLOWED_RETURN_HOSTS"):
            await plans.start(customer, **{field: "https://evil.example/"})
    with pytest.raises(InvalidInput, match="path on this site"):
        await plans.start(customer, return_to="https://evil.example/")
    assert len(await shop.rows("SELECT id FROM checkouts")) == 1


# Trials


@pytest.mark.row("C1")
async def test_a_trial_costs_nothing_until_its_end_and_the_card_says_so(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    offered = await plans.service.trial(customer, "pro", "month")
    assert (offered.days, offered.needs_card, offered.refused_because) == (14, True, None)
    bought = await plans.take(customer, "pro", "month")
    my = await plans.my(customer)
    assert (my.status, my.access) == ("trialing", True)
    assert my.trial_ends_at is not None
    assert timedelta(days=13) < my.trial_ends_at - clock.now() <= timedelta(days=14)
    assert my.next_charge_at == my.trial_ends_at
    seen = await shop.services.checkout.state(customer, bought.session_id)
    assert (seen.progress, seen.trial_ends_at) == (Progress.GRANTED, my.trial_ends_at)
    assert [invoice.amount_paid for invoice in await plans.invoices(customer)] == [0]


@pytest.mark.row("D3")
async def test_a_server_may_lower_the_days_of_a_trial_and_not_raise_them(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    with pytest.raises(InvalidInput, match="14 trial days"):
        await plans.start(customer, "pro", trial_days=15)
    with pytest.raises(InvalidInput):
        await plans.start(customer, "pro", trial_days=-1)
    await plans.take(customer, "pro", trial_days=3)
    ends = (await plans.my(customer)).trial_ends_at
    assert ends is not None
    assert ends - clock.now() <= timedelta(days=3)


async def test_a_trial_without_a_card_ends_with_the_free_plan(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    bought = await plans.start(customer, "easy")
    answer = await shop.sandbox.pay(bought.started.url, number="", expiry="", cvc="")
    assert answer.status_code == 303
    await shop.settle()
    assert (await plans.my(customer)).status == "trialing"
    assert await plans.service.payment_method(customer) is None
    await plans.pass_time(days=8)
    my = await plans.my(customer)
    assert (my.plan, my.status) == ("free", "free")
    assert my.ended_at is not None


async def test_a_second_trial_is_not_offered_and_the_page_says_so_before_paying(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "pro")
    await plans.service.cancel(customer, at_once=True)
    await shop.settle()
    my = await plans.my(customer)
    relation = my.relation("pro", "month")
    assert relation is not None
    assert relation.kind is RelationKind.START
    assert (await plans.service.trial(customer, "pro", "month")).refused_because == TAKEN_WORDS
    bought = await plans.start(customer, "pro")
    page = await plans.at_stripe(lambda client: client.v1.checkout.sessions.retrieve(bought.session_id))
    assert page.amount_total == 3_000
    assert page.custom_text.submit is not None
    assert page.custom_text.submit.message == TAKEN_WORDS


async def test_another_spelling_of_the_mailbox_has_no_second_trial(shop: Shop, plans: Planners) -> None:
    first = await shop.a_customer(email="ada@example.com")
    await plans.take(first, "pro")
    second = await shop.a_customer(email="Ada+again@example.com")
    assert (await plans.service.trial(second, "pro", "month")).days == 0


async def test_the_same_card_ends_a_second_trial_at_once_and_nothing_is_charged(shop: Shop, plans: Planners) -> None:
    first, second = await shop.a_customer(email="ada@example.com"), await shop.a_customer(email="eve@example.com")
    await plans.take(first, "pro")
    bought = await plans.take(second, "pro")
    await shop.settle()
    seen = await shop.services.checkout.state(second, bought.session_id)
    assert seen.progress is Progress.FAILED
    assert "trial was used before" in (seen.reason or "")
    assert seen.retry_url == "/pricing#plan-pro"
    held = await plans.subscription(second)
    assert held.status == "canceled"
    assert [invoice.amount_paid for invoice in await plans.invoices(second)] == [0]
    assert await shop.rows("SELECT id FROM credit_lots WHERE customer_id = :id AND kind = 'trial'", id=second) == []
    assert (await plans.my(second)).status == "free"
    assert (await plans.service.trial(second, "pro", "month")).days == 14
    assert (await plans.my(first)).status == "trialing"
    told = await shop.rows("SELECT action FROM audit_log WHERE action = 'trial.refused'")
    assert len(told) == 1


async def test_a_card_that_becomes_known_while_a_trial_runs_has_one_trial_too(shop: Shop, plans: Planners) -> None:
    """Two trials begin without a card. The card that the one adds later ends the other's, who adds it too."""
    customers = [await shop.a_customer(email=f"{name}@example.com") for name in ("ada", "eve")]
    for customer in customers:
        bought = await plans.start(customer, "easy")
        await shop.sandbox.pay(bought.started.url, number="", expiry="", cvc="")
    await shop.settle()
    ada, eve = customers
    owner = await plans.stripe_customer(ada)

    def keep(client: stripe.StripeClient) -> None:
        method = client.v1.payment_methods.attach("pm_card_visa", {"customer": owner}).id
        client.v1.customers.update(owner, {"invoice_settings": {"default_payment_method": method}})

    await plans.at_stripe(keep)
    await shop.settle()
    assert (await plans.my(ada)).status == "trialing"
    await plans.use_card(eve, "pm_card_visa")
    await shop.settle()
    assert (await plans.my(eve)).status == "free"
    assert [invoice.amount_paid for invoice in await plans.invoices(eve)] == [0]
    assert (await plans.my(ada)).status == "trialing"
    assert [lot.kind for lot in (await shop.services.credits.balance(eve)).lots] == ["free"], "nothing of the trial"


async def test_a_second_trial_that_the_merchant_gives_in_stripe_stays(shop: Shop, plans: Planners) -> None:
    customer = await shop.a_customer()
    await plans.take(customer, "pro")
    first = await plans.subscription(customer)
    await plans.service.cancel(customer, at_once=True)
    await shop.settle()
    owner, price = await plans.stripe_customer(customer), first["items"].data[0].price.id
    await plans.at_stripe(
        lambda client: client.v1.subscriptions.create(
            {
                "customer": owner,
                "items": [{"price": price}],
                "trial_period_days": 5,
                "metadata": {"managed_by": "billing_app"},
            }
        )
    )
    await shop.settle()
    my = await plans.my(customer)
    assert (my.plan, my.status, my.access) == ("pro", "trialing", True)
