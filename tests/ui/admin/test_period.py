"""Which days a staff page shows: presets end today, days of one's own are checked, the address says it all."""

from datetime import date, timedelta

import pytest

from billing_app.errors import InvalidInput
from billing_app.ui.admin.period import chosen_days, days_text, own_days

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(("choice", "days"), [("7", 7), ("30", 30), ("90", 90), ("365", 365)])
def test_a_preset_ends_today_and_has_as_many_days_as_it_says(choice: str, days: int) -> None:
    first, last = chosen_days(choice, TODAY)
    assert last == TODAY
    assert (last - first).days + 1 == days


def test_twelve_months_that_end_on_a_leap_day_begin_on_a_day_there_is() -> None:
    assert chosen_days("365", date(2028, 2, 29)) == (date(2027, 3, 1), date(2028, 2, 29))


def test_days_of_ones_own_end_today_at_the_latest() -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    assert own_days("2026-11-01", tomorrow, TODAY) == (date(2026, 11, 1), TODAY)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("yesterday", "2026-11-21", "2026-12-31"),
        ("2026-11-21", "2026-11-20", "after the last"),
        ("2026-11-22", "2026-11-23", "future"),
        ("2020-01-01", "2026-11-20", "at most"),
    ],
)
def test_days_that_cannot_be_are_refused_in_words(first: str, last: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        own_days(first, last, TODAY)


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(InvalidInput, match="12 months"):
        chosen_days("31", TODAY)


def test_days_are_written_with_each_year_once() -> None:
    assert days_text(date(2026, 10, 23), TODAY) == "23 Oct to 21 Nov 2026"
    assert days_text(date(2025, 12, 1), TODAY) == "1 Dec 2025 to 21 Nov 2026"
