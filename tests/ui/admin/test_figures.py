"""How figures stand on staff pages: exact, n/a with its reason, changes in the colour of what they mean."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest

from billing_app.reports.figures import Figure
from billing_app.ui.admin.scales import money_ticks, short_money, ticks
from billing_app.ui.admin.words import cost, margin_tone, money, share, tile_of

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def a_figure(value: int | Decimal | None, *, before: int | Decimal | None = None, **said: str) -> Figure:
    given = {"key": "cash_in", "unit": "minor", "reason": "", "currency": "USD"} | said
    return Figure(
        key=given["key"],
        label="Cash in",
        value=value,
        unit=given["unit"],  # pyright: ignore[reportArgumentType]
        currency=given["currency"] or None,
        definition="What came in.",
        sample=12,
        computed_at=AT,
        reason=given["reason"],
        before=before,
    )


def test_a_tile_says_what_it_means_what_it_is_made_of_and_when() -> None:
    tile = tile_of(a_figure(1_193_000, before=1_165_000), csv="/there.csv")
    assert (tile.value, tile.change, tile.tone) == ("$11,930.00", "+2.4 %", "good")
    assert (tile.definition, tile.sample, tile.computed) == (
        "What came in.",
        "Made of 12 rows.",
        "21 Nov 2026, 04:00 UTC",
    )
    assert tile.csv == "/there.csv"


def test_what_has_no_meaning_is_n_a_with_its_reason_and_never_nought() -> None:
    tile = tile_of(a_figure(None, reason="Nobody left.", key="ltv", before=100))
    assert (tile.value, tile.reason, tile.change) == ("n/a", "Nobody left.", "")


@pytest.mark.parametrize(
    ("key", "unit", "value", "before", "change", "tone"),
    [
        ("llm_cost", "cost", Decimal(11), Decimal(10), "+10.0 %", "bad"),
        ("llm_cost", "cost", Decimal(9), Decimal(10), "\N{MINUS SIGN}10.0 %", "good"),
        ("margin_percent", "percent", Decimal("57.4"), Decimal("60.1"), "\N{MINUS SIGN}2.7 points", "bad"),
        ("liability", "minor", 110, 100, "+10.0 %", ""),
        ("mrr", "minor", 500, 0, "from nothing", "good"),
        ("mrr", "minor", 500, 500, "as before", ""),
        ("mrr", "minor", 5_000_000, 100, "from $1.00", "good"),
        ("recognised", "minor", 10, -10, "+200.0 %", "good"),
    ],
)
def test_a_change_is_good_or_bad_by_what_it_is_a_change_of(
    key: str, unit: str, value: int | Decimal, before: int | Decimal, change: str, tone: str
) -> None:
    tile = tile_of(a_figure(value, before=before, key=key, unit=unit))
    assert (tile.change, tile.tone) == (change, tone)


def test_amounts_keep_their_currency_and_small_costs_their_digits() -> None:
    assert money(-300, "USD") == "\N{MINUS SIGN}$3.00"
    assert cost(Decimal("0.000123"), "USD") == "$0.000123"
    assert cost(Decimal("4206.119"), "USD") == "$4,206.12"
    assert cost(Decimal("-0.02"), "USD") == "\N{MINUS SIGN}$0.02"
    assert cost(Decimal(0), "JPY") == "¥0"
    assert share(Decimal("-12.04")) == "\N{MINUS SIGN}12.0 %"
    assert share(None) == "n/a"
    assert [margin_tone(value) for value in (None, Decimal(-1), Decimal(24), Decimal(25))] == [
        "",
        "bad",
        "warn",
        "good",
    ]


@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (0, 7), (-350, 123_400), (-9, -1), (5, 99_999_999_999), (0, 100), (-1, 1)]
)
def test_lines_of_a_scale_are_round_few_and_hold_everything(low: int, high: int) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 8
    assert found[0] <= low
    assert found[-1] >= high
    assert 0 in found
    assert len({after - before for before, after in pairwise(found)}) == 1


def test_a_scale_is_written_short() -> None:
    assert [short_money(minor, "USD") for minor in (0, 50, 95_000, 123_400, 150_000_000, -100_000)] == [
        "$0",
        "$0.50",
        "$950",
        "$1.2k",
        "$1.5m",
        "\N{MINUS SIGN}$1k",
    ]
    assert money_ticks(0, 410, "JPY") == ([0, 100, 200, 300, 400, 500], {f"{n}": f"¥{n}" for n in range(0, 501, 100)})
