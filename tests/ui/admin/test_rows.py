"""What reports answer, as the lines of staff pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from billing_app.catalog.loading import load, read_source
from billing_app.catalog.margin import expected_margins
from billing_app.reports.expected import Beside
from billing_app.reports.overview import RevenueAndCost
from billing_app.reports.period import Interval
from billing_app.reports.recurring import Movement, Movements
from billing_app.reports.views import Booked, Cash, Item, Margin, Recognised, Rolled, RollForward
from billing_app.ui.pages.admin.margins.rows import at_list_price, list_row, margin_row
from billing_app.ui.pages.admin.money.rows import rolled_rows, side_by_side, tie
from billing_app.ui.pages.admin.overview.rows import drawn
from billing_app.ui.pages.admin.plans.rows import walk

PRO = Item("pack", "pro", "Pro")
AT = datetime(2026, 11, 21, tzinfo=UTC)
DASH = "\N{EN DASH}"
LOSS = Margin(
    kind="pack",
    key="pro",
    name="Pro",
    revenue_minor=1_400,
    cost=Decimal("16.28"),
    fees_minor=74,
    calls=20,
    unknown=2,
    foreign=False,
    gross=Decimal("-2.28"),
    contribution=Decimal("-3.02"),
    gross_percent=Decimal("-16.3"),
    contribution_percent=Decimal("-21.6"),
    reason="",
    fees_modelled=True,
)


def test_what_loses_money_is_marked_and_says_what_makes_its_figure_uncertain() -> None:
    row = margin_row(LOSS, "USD", by="item", at_list={("pack", "pro"): "23.3 %"})
    assert row.loses
    assert (row.revenue, row.cost, row.gross, row.percent, row.tone, row.at_list) == (
        "$14.00",
        "$16.28",
        "\N{MINUS SIGN}$2.28",
        "\N{MINUS SIGN}16.3 %",
        "bad",
        "23.3 %",
    )
    assert row.note == "2 of 20 calls have no known cost; fees partly modelled"


def test_a_margin_without_meaning_is_n_a_and_says_why() -> None:
    given = replace(LOSS, revenue_minor=0, gross_percent=None, contribution_percent=None, reason="Nothing earned.")
    row = margin_row(replace(given, fees_minor=None, fees_modelled=False, unknown=0), "USD", by="feature")
    assert (row.percent, row.after, row.fees, row.note) == ("n/a", "n/a", "n/a", "Nothing earned.")


def test_a_customer_leads_to_their_entries_over_the_same_days() -> None:
    row = margin_row(replace(LOSS, kind="customer", key="12"), "USD", by="customer", query="period=30")
    assert row.href == "/admin/margins/customer?id=12&period=30"
    assert margin_row(replace(LOSS, kind="customer", key=""), "USD", by="customer").href == ""


@pytest.mark.row("A3")
def test_the_list_price_shows_the_true_margins_and_what_they_are_made_of() -> None:
    rows = [list_row(Beside(one, None)) for one in expected_margins(load(read_source("interview_mate")))]
    packs = {row.name: row for row in rows[:3]}
    assert {name: row.before for name, row in packs.items()} == {
        "Starter": "42.5 %",
        "Popular": "28.1 %",
        "Pro": "23.3 %",
    }
    starter = packs["Starter"]
    assert starter.made_of == ["10 x Practice interview at $0.23 (Speech to text $0.18 + Language model $0.05)"]
    assert (starter.cost, starter.fee, starter.after, starter.actual) == ("$2.30", "$0.42", "32.0 %", "none sold yet")
    assert (starter.cost_width, starter.fee_width, starter.left_width) == ("57.5%", "10.5%", "32.0%")
    assert [row.before for row in rows[3:]] == ["99.5 %", "100.0 %"]


def test_a_plan_has_a_margin_for_each_of_its_periods() -> None:
    plans = [Beside(one, None) for one in expected_margins(load(read_source("showcase"))) if one.kind == "plan"]
    found = at_list_price(plans)
    assert found["plan", "pro"].replace("\N{NO-BREAK SPACE}", " ") == "57.2 % by month, 48.7 % by year"


def points(*of: tuple[int, str]) -> list[RevenueAndCost]:
    return [
        RevenueAndCost(
            date(2026, 11, number),
            date(2026, 11, number),
            minor,
            Decimal(spent),
            Decimal(minor) / 100 - Decimal(spent),
            3,
            0,
        )
        for number, (minor, spent) in enumerate(of, 1)
    ]


def test_the_chart_draws_whole_minor_units_and_says_what_it_shows() -> None:
    found = drawn(points((1_000, "4.00"), (500, "6.005")), points((900, "1")), Interval.DAY, "USD")
    assert [(row["at"], row["revenue"], row["cost"], row["before"]) for row in found.rows] == [
        ("1 Nov", 1_000, 400, 900),
        ("2 Nov", 500, 601, None),
    ]
    assert found.rows[1]["profit_text"] == "\N{MINUS SIGN}$1.01"
    assert found.summary == (
        "$15.00 recognised, $10.01 cost of goods: 33.3 % is left. 1 day cost more than was earned then."
    )
    assert found.ticks[-1] >= 1_000


def test_a_chart_of_nothing_says_so() -> None:
    assert drawn(points((0, "0")), [], Interval.DAY, "USD").summary == "Nothing was earned or spent in these days."


def a_movement(**change: int) -> Movement:
    given = {
        "start_minor": 1_000,
        "new_minor": 500,
        "expansion_minor": 100,
        "reactivation_minor": 50,
        "contraction_minor": 30,
        "churn_minor": 200,
        "end_minor": 1_420,
        "starting": 4,
        "joined": 2,
        "expanded": 1,
        "returned": 1,
        "contracted": 1,
        "left": 1,
        "ending": 6,
    }
    return Movement(first=date(2026, 11, 1), last=date(2026, 11, 30), **(given | change))


def test_the_columns_of_recurring_revenue_walk_from_start_to_end() -> None:
    total = a_movement()
    found = walk(Movements("USD", (total,), total, AT))
    spans = [row["span"] for row in found.rows]
    assert [row["at"] for row in found.rows][::6] == ["Start", "End"]
    assert spans == [[0, 1000], [1000, 1500], [1500, 1600], [1600, 1650], [1620, 1650], [1420, 1620], [0, 1420]]
    assert found.rows[5]["span_text"] == "\N{MINUS SIGN}$2.00"
    assert found.summary == "From $10.00 to $14.20 a month (+42.0 %): 2 joined, 1 came back, 1 left."


def test_bookings_cash_and_recognised_stand_beside_one_another_and_add_up() -> None:
    october, november = date(2026, 10, 1), date(2026, 11, 1)
    booked: Sequence[Booked] = [Booked(october, PRO, 1_500, 0, 1), Booked(november, PRO, 3_000, 500, 2)]
    cash = [Cash(november, captured_minor=3_570, refunded_minor=100, fees_minor=130, payments=2, payments_modelled=1)]
    earned = [Recognised(november, PRO, used_minor=600, breakage_minor=90, taken_back_minor=40)]
    rows, total, modelled = side_by_side(booked, cash, earned, interval=Interval.MONTH, currency="USD")
    assert [row.at for row in rows] == ["Nov 2026", "Oct 2026"]
    assert (
        rows[0].booked,
        rows[0].captured,
        rows[0].given_back,
        rows[0].kept,
        rows[0].recognised,
        rows[0].breakage,
    ) == (
        "$25.00",
        "$35.70",
        "\N{MINUS SIGN}$1.00",
        "$33.40",
        "$6.50",
        "$0.90",
    )
    assert rows[0].fees == "\N{MINUS SIGN}$1.30*"
    assert (rows[1].booked, rows[1].recognised, rows[1].fees) == ("$15.00", DASH, DASH)
    assert (total.booked, total.sales, total.recognised) == ("$40.00", "3", "$6.50")
    assert modelled


def test_the_roll_forward_shows_what_takes_away_with_a_minus_and_whether_it_ties() -> None:
    month = Rolled(date(2026, 11, 1), date(2026, 11, 21), 0, 1500, 300, 0, 0, 150, 1050, 0, 50, 10, 0, 0, 5, 35)
    found = RollForward("USD", (month,), 1050, 35, ties=True, computed_at=AT)
    (row,) = rolled_rows(found)
    assert (row.opening, row.sold, row.earned, row.expired, row.refunded, row.closing, row.credits) == (
        "$0.00",
        "$15.00",
        "\N{MINUS SIGN}$3.00",
        DASH,
        "\N{MINUS SIGN}$1.50",
        "$10.50",
        "0 to 35",
    )
    assert tie(found) == ("ties to the ledger to the cent", "good")
    assert tie(replace(found, ties=False, ledger_minor=1_000))[1] == "bad"
    assert tie(replace(found, ties=None))[1] == "warn"
    assert tie(replace(found, ties=None, ledger_minor=None))[1] == ""
