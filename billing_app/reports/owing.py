"""What is owed, month by month, from sums of movements; and what given credits may cost. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing_app.catalog.margin import NotKnown, cost_of_one
from billing_app.catalog.schema import Catalog
from billing_app.reports.movements import Movement
from billing_app.reports.period import Period
from billing_app.reports.views import Rolled

_EARNED = (Movement.USED, Movement.BY_DAY, Movement.AT_SALE)


@dataclass(slots=True)
class Moved:
    """Sums of movements: minor units and credits of each."""

    minor: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, movement: str, minor: int, credits: int) -> None:
        """Add to one."""
        self.minor[movement] += minor
        self.credits[movement] += credits


def owed(moved: Mapping[str, int]) -> int:
    """What these movements leave to be owed: what was sold less all that became of it."""
    gone = sum(amount for word, amount in moved.items() if word not in (Movement.SOLD, Movement.CREDITED))
    return moved.get(Movement.SOLD, 0) - gone


def roll_forward(parts: Iterable[Period], before: Moved, months: Mapping[date, Moved]) -> tuple[Rolled, ...]:
    """opening + sold - earned - expired - ended - refunded = closing, part by part."""
    rolled: list[Rolled] = []
    minor, credits = owed(before.minor), owed(before.credits)
    for part in parts:
        moved = months.get(part.first.replace(day=1), Moved())
        opening_minor, opening = minor, credits
        minor, credits = minor + owed(moved.minor), credits + owed(moved.credits)
        rolled.append(
            Rolled(
                first=part.first,
                last=part.last,
                opening_minor=opening_minor,
                sold_minor=moved.minor[Movement.SOLD],
                earned_minor=_sum(moved.minor, _EARNED),
                expired_minor=moved.minor[Movement.EXPIRED],
                ended_minor=moved.minor[Movement.ENDED],
                refunded_minor=moved.minor[Movement.REFUNDED],
                closing_minor=minor,
                opening=opening,
                sold=moved.credits[Movement.SOLD],
                earned=_sum(moved.credits, _EARNED),
                expired=moved.credits[Movement.EXPIRED],
                ended=moved.credits[Movement.ENDED],
                refunded=moved.credits[Movement.REFUNDED],
                closing=credits,
            )
        )
    return tuple(rolled)


def _sum(moved: Mapping[str, int], words: Sequence[str]) -> int:
    return sum(moved.get(word, 0) for word in words)


def exposure(catalog: Catalog, credits: int) -> tuple[Decimal | None, str]:
    """What so many credits cost at most, in major units of the catalogue's currency, to twelve decimals; or why not."""
    rates = [rate for rate in catalog.rates if rate.credits > 0]
    try:
        dearest = max((cost_of_one(catalog, rate.feature) / rate.credits for rate in rates), default=None)
    except NotKnown as why:
        return None, str(why)
    if dearest is None:
        return (Decimal(0), "") if not credits else (None, "No rate says what credits are used for.")
    exact = Fraction(dearest) * credits * 10**12
    return Decimal(round(exact)).scaleb(-12), ""
