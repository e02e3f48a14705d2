"""What is sold without credits: earned by day or by use, at what it costs once part of it was given back. Pure."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.reports.invoicing import Line, PaidInvoice, prices_after, sales_of
from billing_app.reports.lots import Sums
from billing_app.reports.movements import Item, Movement
from billing_app.reports.sales import Sale, add, add_days, earned_in_all, movements

pytestmark = pytest.mark.row("C8")
FIRST = date(2026, 3, 1)
BASIC = Item("plan", "basic", "Basic")
FAR = FIRST + timedelta(days=1_000)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def a_month(amount: int = 3_000, *prices: tuple[int, int], sold: int = 0, days: int = 30) -> Sale:
    """A plan without credits for thirty days; `prices`: what it came to cost, and on which of the days."""
    return Sale(
        "in_1:il_1", 1, "by_day", BASIC, "", "USD", amount, day(sold), day(0), day(days),
        prices=tuple((day(number), price) for number, price in prices),
    )  # fmt: skip


def uses(amount: int, units: int, *taken: tuple[int, int], prices: tuple[tuple[int, int], ...] = ()) -> Sale:
    """An unlock that counts its uses."""
    return Sale(
        "unlock:1", 1, "per_use", Item("unlock", "review", "Review"), "review", "USD", amount, day(0), units=units,
        uses=tuple((day(number), used) for number, used in taken),
        prices=tuple((day(number), price) for number, price in prices),
    )  # fmt: skip


def became(sale: Sale, upto: date = FAR) -> dict[tuple[int, Movement], int]:
    """Sums by (number of the day, movement)."""
    found: dict[tuple[int, Movement], int] = defaultdict(int)
    for at, movement, amount in movements(sale, upto):
        found[(at - FIRST).days, movement] += amount
    return found


def total(sale: Sale, movement: Movement, upto: date = FAR) -> int:
    return sum(amount for (_, word), amount in became(sale, upto).items() if word is movement)


def test_a_plan_that_is_refunded_earns_no_more_days() -> None:
    sale = a_month(3_000, (9, 0))
    told = became(sale)
    assert [told[number, Movement.BY_DAY] for number in (0, 8, 9, 10, 29)] == [100, 100, 100, 0, 0]
    assert told[9, Movement.REFUNDED] == 2_000, "twenty days were owed, and are no more"
    assert total(sale, Movement.BY_DAY) == 1_000, "which the refund of 30.00 takes off with them on its day"


def test_half_of_the_price_given_back_halves_every_day() -> None:
    sale = a_month(3_000, (9, 1_500))
    told = became(sale)
    assert (told[9, Movement.BY_DAY], told[10, Movement.BY_DAY]) == (100, 50)
    assert told[9, Movement.REFUNDED] == 1_000, "of 15.00 given back, 5.00 were earned: those are taken off revenue"
    assert total(sale, Movement.BY_DAY) + total(sale, Movement.REFUNDED) == 3_000


def test_a_refund_that_fails_brings_the_days_to_come_back() -> None:
    sale = a_month(3_000, (9, 0), (19, 3_000))
    told = became(sale)
    assert (told[9, Movement.REFUNDED], told[19, Movement.REFUNDED]) == (2_000, -1_000)
    assert told[15, Movement.BY_DAY] == 0
    assert (told[20, Movement.BY_DAY], told[29, Movement.BY_DAY]) == (100, 100)
    earned = total(sale, Movement.BY_DAY) + total(sale, Movement.REFUNDED)
    assert earned == 3_000, "30.00 went back and came back: in the end it was all earned"


def test_a_refund_after_its_period_owes_nothing_and_releases_nothing() -> None:
    sale = a_month(3_000, (40, 0))
    assert total(sale, Movement.REFUNDED) == 0
    assert earned_in_all(sale, FAR) == 3_000


def test_a_plan_paid_late_and_refunded_that_day_earned_the_days_before() -> None:
    told = became(a_month(3_000, (10, 0), sold=10))
    assert (told[10, Movement.BY_DAY], told[10, Movement.REFUNDED]) == (1_100, 1_900)


def test_a_plan_refunded_before_it_begins_is_all_released() -> None:
    sale = Sale(
        "in_1:il_1", 1, "by_day", BASIC, "", "USD", 3_000, day(-20), day(0), day(30), prices=((day(-5), 0),)
    )  # fmt: skip
    assert dict(became(sale)) == {(-20, Movement.SOLD): 3_000, (-5, Movement.REFUNDED): 3_000}


def test_uses_left_of_an_unlock_are_owed_at_what_it_costs_after_a_refund() -> None:
    told = became(uses(1_000, 10, (1, 4), (5, 1), prices=((3, 500),)))
    assert (told[1, Movement.USED], told[3, Movement.REFUNDED], told[5, Movement.USED]) == (400, 300, 50)


def test_a_use_given_back_after_the_refund_of_all_of_it_is_worth_nothing() -> None:
    told = became(uses(1_000, 10, (1, 4), (5, -1), prices=((3, 0),)))
    assert (told[3, Movement.REFUNDED], told[5, Movement.USED]) == (600, 0)


def test_each_line_of_an_invoice_gives_back_its_share() -> None:
    lines = tuple(
        Line(f"il_{number}", BASIC, False, net, day(0), day(30)) for number, net in enumerate((1_000, -333))
    )  # fmt: skip
    invoice = PaidInvoice(
        "in_1", 1, "USD", day(0), 0, lines, total_minor=794, given_back=((day(3), 397), (day(4), 794))
    )
    assert [sale.prices for sale in sales_of(invoice)] == [
        ((day(3), 500), (day(4), 0)),
        ((day(3), -166), (day(4), 0)),
    ]


numbers = st.integers(0, 60)
sales = st.one_of(
    st.builds(
        lambda amount, days, sold, steps: a_month(amount, *sorted(steps.items()), sold=sold, days=days),
        st.integers(-5_000, 5_000), st.integers(0, 40), st.integers(-10, 50),
        st.dictionaries(numbers, st.integers(-5_000, 5_000), max_size=4),
    ),
    st.builds(
        lambda amount, taken, steps: uses(
            amount, 50, *((number, 1) for number in sorted(taken)), prices=tuple(sorted(steps.items()))
        ),
        st.integers(0, 5_000), st.lists(numbers, max_size=20),
        st.dictionaries(numbers, st.integers(0, 5_000), max_size=4),
    ),
)  # fmt: skip


def owed_by_hand(sale: Sale, at: date) -> int:
    """What is left to be earned when a day ends: its price then, less the share of it that is gone."""
    if at < sale.sold_on:
        return 0
    price = next((one for when, one in reversed(sale.prices) if max(when, sale.sold_on) <= at), sale.amount_minor)
    if sale.rule == "per_use":
        gone = Fraction(sum(units for when, units in sale.uses if when <= at), sale.units)
    else:
        assert sale.starts_on is not None
        assert sale.ends_on is not None
        days = max((sale.ends_on - sale.starts_on).days, 1)
        gone = Fraction(min(max((at - sale.starts_on).days + 1, 0), days), days)
    return price - (price * gone).__floor__()


@given(sales, st.integers(-12, 70))
def test_at_the_end_of_every_day_what_is_owed_is_the_price_of_what_is_to_come(sale: Sale, number: int) -> None:
    at = day(number)
    gone = sum(amount for when, word, amount in movements(sale, FAR) if when <= at and word is not Movement.SOLD)
    sold = sale.amount_minor if at >= sale.sold_on else 0
    assert sold - gone == owed_by_hand(sale, at)


@given(sales, st.lists(st.integers(0, 12), max_size=10))
def test_day_after_day_the_sums_are_those_of_all_days_at_once(sale: Sale, steps: list[int]) -> None:
    upto, sums = sale.sold_on, Sums()
    add(sale, upto, sums)
    for step in steps if sale.rule == "by_day" else []:
        after, upto = upto, upto + timedelta(days=step)
        add_days(sale, after=after, upto=upto, sums=sums)
    at_once = Sums()
    add(sale, upto, at_once)
    assert sums == at_once
    add(sale, upto, sums, sign=-1)
    assert not any(any(one) for one in [*sums.by_key.values(), *sums.by_customer.values()])


@given(sales, st.integers(0, 65), st.integers(-5_000, 5_000))
def test_no_day_that_is_past_changes_by_what_is_given_back_later(sale: Sale, number: int, price: int) -> None:
    past = [one for one in sale.prices if one[0] <= day(number)]
    at = max(day(number), sale.sold_on)
    before = replace(sale, prices=tuple(past))
    later = replace(sale, prices=(*past, (at + timedelta(days=1), price)))
    assert [one for one in movements(before, FAR) if one[0] <= at] == [
        one for one in movements(later, FAR) if one[0] <= at
    ]


def test_a_share_that_goes_back_never_leaves_a_cent_behind() -> None:
    assert prices_after(999, ((day(1), 333), (day(2), 1_000)), 1_000) == ((day(1), 667), (day(2), 0))
    assert prices_after(999, ((day(1), 333),), 0) == ()
