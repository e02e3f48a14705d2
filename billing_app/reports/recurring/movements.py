"""How recurring revenue moved, from each customer's change a day: new, more, less, gone, back. Pure.

Each customer's changes of a day are one movement, and months are sums of days: so parts add up whatever they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from billing_app.reports.period import Period
from billing_app.reports.recurring.views import Movement


class Kind(StrEnum):
    """What a change of a customer's recurring revenue is."""

    NEW = "new"
    EXPANSION = "expansion"
    REACTIVATION = "reactivation"
    CONTRACTION = "contraction"
    CHURN = "churn"


@dataclass(frozen=True, slots=True)
class Change:
    """What one customer paid a month before and after a day on which it changed. `paid_ever`: on any day before."""

    day: date
    customer_id: int
    before_minor: int
    after_minor: int
    paid_ever: bool


def kind_of(before_minor: int, after_minor: int, *, paid_ever: bool) -> Kind:
    """Name a change; the two amounts differ."""
    if before_minor <= 0:
        return Kind.REACTIVATION if paid_ever else Kind.NEW
    if after_minor <= 0:
        return Kind.CHURN
    return Kind.EXPANSION if after_minor > before_minor else Kind.CONTRACTION


@dataclass(frozen=True, slots=True)
class DaySum:
    """All movements of one kind on one day: how much, of how many customers."""

    day: date
    kind: Kind
    amount_minor: int
    customers: int


def summed(changes: Iterable[Change]) -> list[DaySum]:
    """The movements of each day; amounts are 0 or more."""
    found: dict[tuple[date, Kind], tuple[int, int]] = {}
    for one in changes:
        if one.before_minor == one.after_minor:
            continue
        key = (one.day, kind_of(one.before_minor, one.after_minor, paid_ever=one.paid_ever))
        amount, customers = found.get(key, (0, 0))
        found[key] = (amount + abs(one.after_minor - one.before_minor), customers + 1)
    return [DaySum(day, kind, *sums) for (day, kind), sums in sorted(found.items())]


def movements(
    parts: Sequence[Period], sums: Iterable[DaySum], *, start_minor: int, starting: int
) -> tuple[Movement, ...]:
    """Put the sums of days into parts, in order, beginning with what there was before the first."""
    given = list(sums)
    made: list[Movement] = []
    for part in parts:
        inside = [one for one in given if part.first <= one.day <= part.last]
        made.append(_movement(part, inside, start_minor, starting))
        start_minor, starting = made[-1].end_minor, made[-1].ending
    return tuple(made)


def _movement(part: Period, inside: Iterable[DaySum], start_minor: int, starting: int) -> Movement:
    moved, heads = dict.fromkeys(Kind, 0), dict.fromkeys(Kind, 0)
    for one in inside:
        moved[one.kind] += one.amount_minor
        heads[one.kind] += one.customers
    up = moved[Kind.NEW] + moved[Kind.EXPANSION] + moved[Kind.REACTIVATION]
    down = moved[Kind.CONTRACTION] + moved[Kind.CHURN]
    return Movement(
        first=part.first,
        last=part.last,
        start_minor=start_minor,
        new_minor=moved[Kind.NEW],
        expansion_minor=moved[Kind.EXPANSION],
        reactivation_minor=moved[Kind.REACTIVATION],
        contraction_minor=moved[Kind.CONTRACTION],
        churn_minor=moved[Kind.CHURN],
        end_minor=start_minor + up - down,
        starting=starting,
        joined=heads[Kind.NEW],
        expanded=heads[Kind.EXPANSION],
        returned=heads[Kind.REACTIVATION],
        contracted=heads[Kind.CONTRACTION],
        left=heads[Kind.CHURN],
        ending=starting + heads[Kind.NEW] + heads[Kind.REACTIVATION] - heads[Kind.CHURN],
    )
