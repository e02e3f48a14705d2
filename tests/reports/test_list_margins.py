"""The margin beside each customer of the list: one currency, or none and why."""

from decimal import Decimal

import pytest

from billing_app.reports.list_margins import margin

pytestmark = pytest.mark.row("C8")


def test_a_margin_is_revenue_less_cost_of_the_one_currency_there_is() -> None:
    told = margin({"USD": 2_000}, {"USD": Decimal("0.5")}, 0)
    assert (told.currency, told.gross, told.percent, told.reason) == ("USD", Decimal("19.5"), Decimal("97.5"), "")


def test_who_only_costs_loses_that_and_has_no_percentage() -> None:
    told = margin({}, {"USD": Decimal("0.5")}, 3)
    assert (told.gross, told.percent, told.unknown) == (Decimal("-0.5"), None, 3)
    assert "Nothing was recognised" in told.reason


def test_several_currencies_have_no_margin_and_say_why() -> None:
    for revenue, costs in (
        ({"EUR": 2_000}, {"USD": Decimal(1)}),
        ({"EUR": 2_000, "USD": 100}, {}),
        ({}, {"EUR": Decimal(1), "USD": Decimal(2)}),
    ):
        told = margin(revenue, costs, 0)
        assert (told.gross, told.percent) == (None, None)
        assert "several currencies" in told.reason
        assert list(told.costs) == sorted(costs.items(), key=lambda one: -one[1])


def test_what_was_refunded_to_nothing_is_no_second_currency() -> None:
    told = margin({"EUR": 0, "USD": 100}, {"EUR": Decimal(0)}, 0)
    assert (told.currency, told.gross) == ("USD", Decimal(1))
    assert margin({}, {}, 0).reason == "Neither revenue nor cost in these days."
