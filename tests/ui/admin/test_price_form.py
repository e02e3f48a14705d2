"""A model's price as people type it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from billing_app.errors import InvalidInput
from billing_app.ui.pages.admin.models.form import read_price
from billing_app.ui.pages.admin.models.rows import price_rows, waiting_rows
from billing_app.usage import ModelPrice, Unpriced
from billing_app.usage.prices import PriceVersion

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FORM = {
    "model": "gpt-5-mini",
    "currency": "usd",
    "per": "1k",
    "input": "0.00025",
    "output": " 0.002 ",
    "cached_input": "0.000025",
    "cache_write": "",
    "reasoning": "",
    "valid_from": "2026-12-01",
}

pytestmark = pytest.mark.row("C5")


def test_a_price_for_a_thousand_tokens_is_kept_for_a_million() -> None:
    new = read_price(FORM, now=NOW)
    assert (new.input, new.output, new.cached_input) == (Decimal("0.25"), Decimal(2), Decimal("0.025"))
    assert (new.cache_write, new.reasoning, new.currency) == (None, None, "USD")
    assert new.valid_from == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("day", ["", "2026-11-21"])
def test_a_price_from_today_on_holds_from_this_moment(day: str) -> None:
    assert read_price(FORM | {"valid_from": day}, now=NOW).valid_from == NOW


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"input": ""}, "Input takes a number"),
        ({"output": "free"}, "Output takes a number"),
        ({"reasoning": "NaN"}, "Reasoning takes a number"),
        ({"input": "-1"}, "from 0"),
        ({"input": "1e30"}, "from 0"),
        ({"output": "9" * 60}, "Output takes a number"),
        ({"per": "10"}, "1,000 or for 1,000,000"),
        ({"valid_from": "soon"}, "2026-12-31"),
        ({"currency": "dollars"}, "currency"),
        ({"model": ""}, "model"),
    ],
)
def test_what_is_no_price_is_refused_in_words(wrong: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidInput, match=f"(?i){says}"):
        read_price(FORM | wrong, now=NOW)


def a_version(number: int, begins: datetime, *, corrected: bool = False, corrects: int | None = None) -> PriceVersion:
    price = ModelPrice(number, "gpt-4o", "USD", begins, Decimal("2.5"), Decimal(10))
    return PriceVersion(price, corrects, corrected, "user:1", None, begins)


def test_what_holds_now_stands_apart_from_what_comes_is_over_or_was_wrong() -> None:
    versions = [
        a_version(1, NOW - timedelta(days=90)),
        a_version(2, NOW - timedelta(days=30), corrected=True),
        a_version(3, NOW - timedelta(days=30), corrects=2),
        a_version(4, NOW + timedelta(days=30)),
    ]
    now, others = price_rows(versions, NOW)
    assert [(row.id, row.state, row.note) for row in now] == [(3, "Holds", "in place of 2")]
    assert [(row.id, row.state) for row in others] == [(4, "Coming"), (2, "Corrected"), (1, "Over")]
    assert now[0].reasoning == "as output"


def test_calls_without_a_price_say_what_to_do_about_them() -> None:
    first = NOW - timedelta(days=10)
    lost = Unpriced("gpt-4o", first, 312)
    (nothing,) = waiting_rows([lost], [])
    (late,) = waiting_rows([lost], [a_version(1, NOW)])
    (ready,) = waiting_rows([lost], [a_version(1, first)])
    assert not nothing.settleable
    assert "11 Nov 2026 or before" in nothing.advice
    assert "after the first" in late.advice
    assert (ready.settleable, ready.advice) == (
        True,
        "It has a price for that time. Settle, and the calls get their cost.",
    )
