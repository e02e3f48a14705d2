"""The arithmetic of a call: every token class at its price, exact, rounded once."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.usage import ModelPrice, Tokens, cost_of
from billing_app.usage.cost import price_at
from billing_app.usage.starting_prices import STARTING_PRICES

pytestmark = pytest.mark.row("C5")
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
prices = st.decimals("0", "1000", places=12)
counts = st.integers(0, 10**9)


def a_price(input_: str = "2.5", output: str = "10", **also: Decimal) -> ModelPrice:
    return ModelPrice(1, "gpt-4o", "USD", BEGIN, Decimal(input_), Decimal(output), **also)


@pytest.mark.parametrize(
    ("model", "expected"),
    [("gpt-4o", "0.0075"), ("gpt-4o-mini", "0.00045"), ("gpt-4-turbo", "0.025"), ("gpt-3.5-turbo", "0.00125")],
)
def test_a_thousand_in_and_five_hundred_out_at_the_starting_prices(model: str, expected: str) -> None:
    row = next(each for each in STARTING_PRICES if each[0] == model)
    price = a_price(str(Decimal(row[3]) * 1_000), str(Decimal(row[4]) * 1_000))
    assert cost_of(Tokens(input=1_000, output=500), price) == Decimal(expected)


def test_each_class_has_its_own_price() -> None:
    price = a_price(cached_input=Decimal("1.25"), cache_write=Decimal("3.125"), reasoning=Decimal(20))
    one_each = Tokens(input=10**6, output=10**6, cached_input=10**6, cache_write=10**6, reasoning=10**6)
    assert cost_of(one_each, price) == Decimal("36.875")


def test_a_class_without_a_price_costs_as_input_or_output() -> None:
    price = a_price()
    assert cost_of(Tokens(cached_input=10**6), price) == cost_of(Tokens(cache_write=10**6), price) == Decimal("2.5")
    assert cost_of(Tokens(reasoning=10**6), price) == Decimal(10)


def test_free_is_a_price_of_its_own() -> None:
    assert cost_of(Tokens(cached_input=10**6), a_price(cached_input=Decimal(0))) == 0


@given(st.tuples(counts, counts, counts, counts, counts), st.tuples(prices, prices, prices, prices, prices))
def test_a_cost_is_never_further_from_the_exact_one_than_half_of_the_last_place(
    tokens: tuple[int, ...], per_million: tuple[Decimal, ...]
) -> None:
    price = ModelPrice(1, "m", "USD", BEGIN, *per_million)
    exact = sum(
        (Fraction(count) * Fraction(each) for count, each in zip(tokens, per_million, strict=True)), Fraction(0)
    )
    assert abs(Fraction(cost_of(Tokens(*tokens), price)) - exact / 10**6) <= Fraction(1, 2 * 10**12)


def test_the_version_in_force_is_the_last_that_began_and_of_two_the_later_written() -> None:
    def version(number: int, days: int) -> ModelPrice:
        return ModelPrice(number, "m", "USD", BEGIN + timedelta(days=days), Decimal(1), Decimal(1))

    versions = [version(4, 10), version(2, 0), version(3, 10)]
    assert price_at(versions, BEGIN - timedelta(seconds=1)) is None
    assert [found.id for days in (0, 9, 10, 99) if (found := price_at(versions, BEGIN + timedelta(days=days)))] == [
        2, 2, 4, 4,
    ]  # fmt: skip
