"""Recurring revenue is what recurs: after the discounts that last, without tax inside, until access ends (C8)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions.lapsing import Lapses
from billing_app.payments.subscription_discounts import Discount, net_minor
from tests.shop import Shop
from tests.subscriptions.subscribers import DECLINES_LATER, VISA, Subscribers

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def percent(off: str, *, recurs: bool = True, ends_at: datetime | None = None) -> Discount:
    return Discount(Decimal(off), None, None, recurs, ends_at)


@pytest.mark.row("C8")
@pytest.mark.parametrize(
    ("discounts", "expected"),
    [
        ((), 3900),
        ((percent("25"),), 2925),
        ((percent("25", recurs=False),), 3900),
        ((percent("25", ends_at=NOW),), 3900),
        ((percent("25", ends_at=NOW + timedelta(days=1)),), 2925),
        ((percent("100"),), 0),
        ((Discount(None, 500, "USD", True, None),), 3400),
        ((Discount(None, 500, "EUR", True, None),), 3900),
        ((Discount(None, 9900, "USD", True, None),), 0),
        ((percent("50"), Discount(None, 500, "USD", True, None)), 1450),
    ],
)
def test_only_discounts_that_come_again_make_revenue_smaller(discounts: tuple[Discount, ...], expected: int) -> None:
    assert net_minor(3900, "USD", discounts, NOW, without_tax=Fraction(1)) == expected


def test_tax_inside_a_price_is_no_revenue() -> None:
    assert net_minor(1190, "EUR", (), NOW, without_tax=Fraction(100, 119)) == 1000


@given(st.integers(0, 10**9), st.lists(st.decimals(0, 100, places=2).map(str).map(percent), max_size=5))
def test_revenue_is_never_below_nothing_nor_above_the_price(amount: int, discounts: list[Discount]) -> None:
    assert 0 <= net_minor(amount, "USD", discounts, NOW, without_tax=Fraction(1)) <= amount


@pytest.mark.row("C8")
async def test_a_lasting_coupon_lowers_revenue_and_its_end_raises_it(shop: Shop, subscribers: Subscribers) -> None:
    ada = await shop.a_customer()
    coupon = await subscribers.at_stripe(
        lambda client: client.v1.coupons.create({"percent_off": 50, "duration": "forever"})
    )
    made = await subscribers.subscribed(ada, discounts=[{"coupon": coupon.id}])
    held = await subscribers.held(made)
    assert (held.amount_minor, await subscribers.mrr()) == (3900, 1950)
    await subscribers.at_stripe(lambda client: client.v1.subscriptions.update(made, {"discounts": ""}))
    await shop.settle()
    assert await subscribers.mrr() == 3900
    assert await subscribers.journal(ada) == ["started", "repriced"]


@pytest.mark.row("C8")
async def test_past_due_counts_until_its_grace_is_over_and_again_once_it_is_paid(
    shop: Shop, subscribers: Subscribers
) -> None:
    ada = await shop.a_customer()
    made = await subscribers.subscribed(ada)
    owner = await subscribers.stripe_customer(ada, DECLINES_LATER)
    lapses = Lapses(shop.services.database, shop.services.catalog)
    await subscribers.pass_time(days=31, hours=3)
    assert (await lapses.sweep(), await subscribers.mrr()) == (0, 3900)
    await subscribers.pass_time(days=8)
    assert not (await subscribers.held(made)).has_access(clock.now(), 7)
    await lapses.sweep()
    assert await subscribers.mrr() == 0
    assert await lapses.sweep() == 0
    (lapsed,) = await shop.rows("SELECT at FROM subscription_changes WHERE kind = 'lapsed'")
    since = (await subscribers.held(made)).past_due_since
    assert since is not None
    assert lapsed["at"] == since + timedelta(days=7)
    await subscribers.use_card(owner, VISA)
    await subscribers.pass_time(days=8)
    assert await subscribers.mrr() == 3900
    assert await subscribers.journal(ada) == ["started", "past_due", "lapsed", "recovered"]


async def test_before_there_is_a_catalogue_no_grace_is_over(database: Database) -> None:
    assert await Lapses(database, CatalogService(database)).sweep() == 0
