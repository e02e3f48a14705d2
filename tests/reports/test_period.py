"""Periods: parts, what a period is compared with, and figures that have no meaning."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from billing_app.errors import InvalidInput
from billing_app.reports import Interval, Period, margin_figure
from billing_app.reports.attributing import shared_by_cost
from billing_app.reports.figures import percent
from billing_app.reports.period import previous


def test_months_are_compared_with_as_many_months_and_days_with_as_many_days() -> None:
    assert previous(Period(date(2026, 3, 1), date(2026, 3, 31))) == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert previous(Period(date(2026, 1, 1), date(2026, 6, 30))) == Period(date(2025, 7, 1), date(2025, 12, 31))
    assert previous(Period(date(2026, 1, 2), date(2026, 1, 31))) == Period(date(2025, 12, 3), date(2026, 1, 1))


def test_the_parts_of_a_period_cover_it_without_gap_or_overlap() -> None:
    period = Period(date(2025, 12, 30), date(2026, 3, 2))
    for interval in Interval:
        parts = list(period.parts(interval))
        assert (parts[0].first, parts[-1].last) == (period.first, period.last)
        assert sum(part.days for part in parts) == period.days
        assert all(before.last < after.first for before, after in pairwise(parts))
    assert [part.first.day for part in period.parts(Interval.MONTH)] == [30, 1, 1, 1]


def test_a_period_that_ends_before_it_begins_or_has_too_many_parts_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Period(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(InvalidInput, match="weeks or months"):
        Period(date(2024, 1, 1), date(2026, 1, 1)).starts(Interval.DAY)


def test_a_margin_without_revenue_or_of_mixed_currencies_has_a_reason_and_no_number() -> None:
    assert margin_figure(1_000, Decimal("5.75"), "USD") == (Decimal("42.5"), "")
    assert margin_figure(1_000, Decimal("12.50"), "USD") == (Decimal("-25.0"), "")
    for number, reason in (margin_figure(0, Decimal(1), "USD"), margin_figure(100, Decimal(1), "USD", foreign=True)):
        assert number is None
        assert reason
    assert percent(-1, 3) == Decimal("-33.3")


def test_what_is_shared_out_by_cost_adds_up_to_the_minor_unit() -> None:
    assert shared_by_cost(100, [Decimal("0.05"), Decimal("0.18")]) == [21, 79]
    assert sum(shared_by_cost(-7, [Decimal(1), Decimal(1), Decimal(1)])) == -7
    assert shared_by_cost(9, [Decimal(0), Decimal(0)]) == [4, 5]
