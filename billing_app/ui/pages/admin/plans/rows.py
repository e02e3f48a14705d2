"""Recurring revenue ready to be drawn and listed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from billing_app.reports.figures import percent
from billing_app.reports.period import Interval
from billing_app.reports.recurring import Distribution, Movement, Movements, PlanNow
from billing_app.ui.admin.scales import money_ticks
from billing_app.ui.admin.words import money, share
from billing_app.ui.format import day, month, number

# From here on a percentage says less than the two amounts do.
_BEYOND_PERCENT = 1_000


@dataclass
class MovementRow:
    """One part of the period: start + new + expansion + reactivation - contraction - churn = end."""

    at: str
    start: str
    new: str
    expansion: str
    reactivation: str
    contraction: str
    churn: str
    end: str
    heads: str


NO_MOVEMENT = MovementRow("", "", "", "", "", "", "", "", "")


def movement_row(one: Movement, interval: Interval, currency: str, *, name: str = "") -> MovementRow:
    """The line of one part; what takes away has a minus before it."""
    return MovementRow(
        at=name or (month(one.first) if interval is Interval.MONTH else day(one.first)),
        start=money(one.start_minor, currency),
        new=_change(one.new_minor, currency),
        expansion=_change(one.expansion_minor, currency),
        reactivation=_change(one.reactivation_minor, currency),
        contraction=_change(-one.contraction_minor, currency),
        churn=_change(-one.churn_minor, currency),
        end=money(one.end_minor, currency),
        heads=f"{number(one.starting)} to {number(one.ending)}",
    )


def _change(minor: int, currency: str) -> str:
    if not minor:
        return "\N{EN DASH}"
    return f"+{money(minor, currency)}" if minor > 0 else money(minor, currency)


@dataclass
class Walk:
    """From the MRR at the begin to that at the end, as columns."""

    rows: list[dict[str, Any]]
    ticks: list[int]
    labels: dict[str, str]
    summary: str


def walk(found: Movements) -> Walk:
    """The columns: what there was, what came, what went, what there is."""
    total, currency = found.total, found.currency
    rows = [_column("Start", 0, total.start_minor, money(total.start_minor, currency), "var(--c4)")]
    at = total.start_minor
    for name, change in (
        ("New", total.new_minor),
        ("Expansion", total.expansion_minor),
        ("Reactivated", total.reactivation_minor),
        ("Contraction", -total.contraction_minor),
        ("Churn", -total.churn_minor),
    ):
        fill = "var(--c2)" if change >= 0 else "var(--c3)"
        rows.append(_column(name, at, at + change, _change(change, currency), fill))
        at += change
    rows.append(_column("End", 0, total.end_minor, money(total.end_minor, currency), "var(--c1)"))
    ticks, labels = money_ticks(min(row["span"][0] for row in rows), max(row["span"][1] for row in rows), currency)
    return Walk(rows, ticks, labels, _sentence(total, currency))


def _column(name: str, begin: int, end: int, text: str, fill: str) -> dict[str, Any]:
    return {"at": name, "span": [min(begin, end), max(begin, end)], "span_text": text, "fill": fill}


def _sentence(total: Movement, currency: str) -> str:
    if not total.start_minor and not total.end_minor:
        return "Nobody pays for a plan in these days."
    moved = percent(total.end_minor - total.start_minor, total.start_minor)
    said = f"From {money(total.start_minor, currency)} to {money(total.end_minor, currency)} a month"
    said += f" ({'+' if moved > 0 else ''}{share(moved)})" if moved and abs(moved) < _BEYOND_PERCENT else ""
    return f"{said}: {number(total.joined)} joined, {number(total.returned)} came back, {number(total.left)} left."


@dataclass
class PlanRow:
    """Customers on one plan now."""

    code: str
    name: str
    customers: str
    share: str
    width: str
    active: str
    trialing: str
    past_due: str
    by_hand: str
    mrr: str


def plan_rows(found: Distribution) -> list[PlanRow]:
    """Everybody, by plan."""
    return [_plan(one, found) for one in found.now]


def _plan(one: PlanNow, found: Distribution) -> PlanRow:
    part = percent(one.customers, found.customers)
    return PlanRow(
        code=one.code,
        name=one.name or "No plan",
        customers=number(one.customers),
        share=share(part),
        width=f"{part or 0}%",
        active=_count(one.active),
        trialing=_count(one.trialing),
        past_due=_count(one.past_due),
        by_hand=_count(one.by_hand),
        mrr=_change(one.mrr_minor, found.currency).removeprefix("+"),
    )


def _count(value: int) -> str:
    return number(value) if value else "\N{EN DASH}"


@dataclass
class PartRow:
    """Paying customers of one plan at the end of a part of the period. `follows`: the same part as the row above."""

    at: str
    follows: bool
    name: str
    customers: str
    mrr: str


def part_rows(found: Distribution, interval: Interval) -> list[PartRow]:
    """The newest part first."""
    ordered: Sequence = sorted(found.parts, key=lambda one: (-one.first.toordinal(), -one.mrr_minor))
    rows: list[PartRow] = []
    for one in ordered:
        at = month(one.first) if interval is Interval.MONTH else day(one.last)
        follows = bool(rows) and rows[-1].at == at
        rows.append(
            PartRow(at, follows, one.name or one.code, number(one.customers), money(one.mrr_minor, found.currency))
        )
    return rows
