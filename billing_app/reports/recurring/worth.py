"""What follows from a period's movements: run rate, who left, what the rest became, what a customer is worth. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from billing_app.money import exponent
from billing_app.reports.figures import FOREIGN_COST, Figure, Unit, percent
from billing_app.reports.period import Period
from billing_app.reports.recurring.movements import Change
from billing_app.reports.recurring.views import Movement

MONTHS_IN_A_YEAR = 12
_DAYS_IN_A_MONTH = Fraction(365, 12)
_NOBODY_AT_START = "Nobody paid at the period's begin."
_NOBODY_AT_END = "Nobody pays at the period's end."


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who paid at a period's begin: how many of them do not at its end, and what all of them pay then."""

    starting: int
    left: int
    start_minor: int
    end_minor: int


def cohort(changes: Sequence[Change], *, start_minor: int, starting: int) -> Cohort:
    """Follow those who paid at the begin; who left and came back within the period counts as they are at its end."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for one in changes:
        first.setdefault(one.customer_id, one.before_minor)
        last[one.customer_id] = one.after_minor
    paid = [customer for customer, before in first.items() if before > 0]
    gone = sum(1 for customer in paid if last[customer] <= 0)
    moved = sum(max(last[customer], 0) - first[customer] for customer in paid)
    return Cohort(starting, gone, start_minor, start_minor + moved)


@dataclass(frozen=True, slots=True)
class CostOfPaying:
    """What those who pay at a period's end cost in it, in major units of the currency asked for.

    `unknown`: calls of unknown cost, which are not in it; foreign: they cost something in another currency too.
    """

    known: Decimal
    unknown: int = 0
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a figure is counted in, and of how many customers it is made."""

    unit: Unit
    sample: int


def mrr_figure(mrr_minor: int, paying: int, currency: str, computed_at: datetime) -> Figure:
    """MRR with what it means."""
    words = (
        "Active paying subscriptions at the period's end, a month (a year's price / 12), after lasting discounts, "
        "without tax. No trials, packs or unlocks; past due counts until access ends."
    )
    return Figure("mrr", "MRR", mrr_minor, "minor", currency, words, paying, computed_at)


def figures(
    period: Period, total: Movement, kept: Cohort, *, currency: str, cost: CostOfPaying, computed_at: datetime
) -> tuple[Figure, ...]:
    """`mrr`, `arr`, `paying`, `logo_churn`, `nrr`, `arpu`, `ltv` of a period."""

    def figure(key: str, label: str, value: int | Decimal | None, of: _Kind, words: str, **why: str) -> Figure:
        money = currency if of.unit == "minor" else None
        reason = why.get("reason", "") if value is None else ""
        return Figure(
            key, label, value, of.unit, money, words, of.sample, computed_at, reason, note=why.get("note", "")
        )

    now, then = _Kind("minor", total.ending), _Kind("percent", kept.starting)
    mrr, paying = total.end_minor, total.ending
    churn = Fraction(kept.left, kept.starting) if kept.starting else None
    unknown = f"{cost.unknown:,} calls of unknown cost are not in it." if cost.unknown else ""
    worth, why_not = _worth(Fraction(period.days) / _DAYS_IN_A_MONTH, total, cost, churn, currency)
    return (
        mrr_figure(mrr, paying, currency, computed_at),
        figure("arr", "ARR (run rate)", mrr * MONTHS_IN_A_YEAR, now, "12 x MRR: a run rate, no forecast."),
        figure("paying", "Paying customers", paying, _Kind("count", paying), "Customers with MRR at the period's end."),
        figure(
            "logo_churn", "Logo churn", None if churn is None else percent(kept.left, kept.starting), then,
            "Customers who paid at the period's begin and do not at its end, because access ended, of those who paid "
            "at its begin. A click on cancel is not yet churn.",
            reason=_NOBODY_AT_START,
        ),
        figure(
            "nrr", "Net revenue retention", percent(kept.end_minor, kept.start_minor), then,
            "Of those who paid at the period's begin: (start + expansion - contraction - churn) / start. New customers "
            "are not in it; who left and came back counts with what they pay at the end.",
            reason=_NOBODY_AT_START,
        ),
        figure(
            "arpu", "ARPU", _half_up(Fraction(mrr, paying)) if paying else None, now,
            "MRR / paying customers.", reason=_NOBODY_AT_END,
        ),
        figure(
            "ltv", "LTV", worth, _Kind("minor", kept.starting),
            "(ARPU - cost of goods per paying customer and month) / monthly logo churn. An estimate: it supposes that "
            "customers go on leaving as they did in this period.",
            reason=why_not, note=unknown if worth is not None else "",
        ),
    )  # fmt: skip


def _worth(
    months: Fraction, total: Movement, cost: CostOfPaying, churn: Fraction | None, currency: str
) -> tuple[int | None, str]:
    """LTV in minor units, or why there is none."""
    if not total.ending:
        return None, _NOBODY_AT_END
    if churn is None:
        return None, _NOBODY_AT_START
    if not churn:
        return None, "Nobody left in this period, so nothing says how long customers stay."
    if cost.foreign:
        return None, FOREIGN_COST
    cost_minor = Fraction(cost.known) * 10 ** exponent(currency)
    return _half_up((total.end_minor - cost_minor / months) / total.ending / (churn / months)), ""


def _half_up(exact: Fraction) -> int:
    return (exact + Fraction(1, 2)).__floor__()
