"""Bookings, cash, recognised, and what is owed, as lines. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing_app.reports.period import Interval
from billing_app.reports.views import Ageing, Booked, Cash, Liability, Recognised, Rolled, RollForward
from billing_app.ui.admin.words import NOT_KNOWN, cost, money
from billing_app.ui.format import day, month, number

_NOTHING = "\N{EN DASH}"


@dataclass
class SideRow:
    """One part of the period, three ways: what was sold, what came in, what was earned. Never one "revenue"."""

    at: str
    booked: str
    sales: str
    captured: str
    given_back: str
    fees: str
    kept: str
    recognised: str
    breakage: str


NO_SIDE = SideRow("", "", "", "", "", "", "", "", "")


@dataclass
class _Sums:
    """The same in minor units, before they are written."""

    booked: int = 0
    sales: int = 0
    captured: int = 0
    given_back: int = 0
    fees: int = 0
    kept: int = 0
    recognised: int = 0
    breakage: int = 0
    modelled: bool = False

    def row(self, at: str, currency: str) -> SideRow:
        def shown(minor: int) -> str:
            return money(minor, currency) if minor else _NOTHING

        return SideRow(
            at=at,
            booked=shown(self.booked),
            sales=number(self.sales) if self.sales else _NOTHING,
            captured=shown(self.captured),
            given_back=shown(-self.given_back),
            fees=shown(-self.fees) + ("*" if self.modelled else ""),
            kept=shown(self.kept),
            recognised=shown(self.recognised),
            breakage=shown(self.breakage),
        )


def side_by_side(
    booked: Sequence[Booked],
    cash: Sequence[Cash],
    recognised: Sequence[Recognised],
    *,
    interval: Interval,
    currency: str,
) -> tuple[list[SideRow], SideRow, bool]:
    """Each part, newest first; their total; and whether any fee is modelled (marked with a star)."""
    parts: dict[date, _Sums] = {}
    for one in booked:
        sums = parts.setdefault(one.first, _Sums())
        sums.booked, sums.sales = sums.booked + one.net_minor, sums.sales + one.sales
    for came in cash:
        sums = parts.setdefault(came.first, _Sums())
        sums.captured += came.captured_minor
        sums.given_back += came.refunded_minor + came.disputed_minor
        sums.fees += came.fees_minor + came.dispute_fees_minor
        sums.kept += came.kept_minor
        sums.modelled |= came.payments_modelled > 0
    for earned in recognised:
        sums = parts.setdefault(earned.first, _Sums())
        sums.recognised, sums.breakage = sums.recognised + earned.total_minor, sums.breakage + earned.breakage_minor
    total = _Sums(modelled=any(one.modelled for one in parts.values()))
    for name in ("booked", "sales", "captured", "given_back", "fees", "kept", "recognised", "breakage"):
        setattr(total, name, sum(getattr(one, name) for one in parts.values()))
    rows = [parts[first].row(_at(first, interval), currency) for first in sorted(parts, reverse=True)]
    return rows, total.row("Total", currency), total.modelled


def _at(first: date, interval: Interval) -> str:
    return month(first) if interval is Interval.MONTH else day(first)


@dataclass
class OwedRow:
    """What is owed of one item."""

    name: str
    kind: str
    credits: str
    value: str


def owed_rows(found: Liability) -> list[OwedRow]:
    """The most first."""
    ordered = sorted(found.of_each, key=lambda one: -one.total_minor)
    return [
        OwedRow(
            one.item.name or one.item.code,
            one.item.kind,
            number(one.credits) if one.credits else _NOTHING,
            money(one.total_minor, found.currency),
        )
        for one in ordered
    ]


def exposure(found: Liability) -> str:
    """What credits that were given away may cost; n/a and why, where that is not stated."""
    if found.exposure is None:
        return NOT_KNOWN
    return f"up to {cost(found.exposure, found.exposure_currency)}"


@dataclass
class RolledRow:
    """One month: opening + sold - earned - expired - ended - refunded = closing, in money and in credits."""

    at: str
    opening: str
    sold: str
    earned: str
    expired: str
    ended: str
    refunded: str
    closing: str
    credits: str


def rolled_rows(found: RollForward) -> list[RolledRow]:
    """The months, newest first."""
    return [_rolled(one, found.currency) for one in reversed(found.months)]


def _rolled(one: Rolled, currency: str) -> RolledRow:
    def change(minor: int) -> str:
        return money(minor, currency) if minor else _NOTHING

    return RolledRow(
        at=month(one.first),
        opening=money(one.opening_minor, currency),
        sold=change(one.sold_minor),
        earned=change(-one.earned_minor),
        expired=change(-one.expired_minor),
        ended=change(-one.ended_minor),
        refunded=change(-one.refunded_minor),
        closing=money(one.closing_minor, currency),
        credits=f"{number(one.opening)} to {number(one.closing)}",
    )


def tie(found: RollForward) -> tuple[str, str]:
    """Whether the last month ends at what the ledger says is left, in words and their tone."""
    if found.ties is None:
        if found.ledger_minor is None:
            return "ends before today: only today's ledger can be asked", ""
        return "the sums are behind the ledger; they follow within a minute", "warn"
    if found.ties:
        return "ties to the ledger to the cent", "good"
    return f"the ledger says {money(found.ledger_minor or 0, found.currency)}: run the self-audit", "bad"


@dataclass
class AgeingRow:
    """Paid credits left, by the month in which they expire."""

    at: str
    lots: str
    credits: str
    value: str
    frozen: str
    promotional: str


def ageing_rows(found: Sequence[Ageing], currency: str) -> list[AgeingRow]:
    """The soonest first; those that never expire last."""
    return [
        AgeingRow(
            month(one.month) if one.month else "never",
            number(one.lots),
            number(one.credits),
            money(one.value_minor, currency),
            number(one.frozen) if one.frozen else _NOTHING,
            number(one.promotional_credits) if one.promotional_credits else _NOTHING,
        )
        for one in found
    ]
