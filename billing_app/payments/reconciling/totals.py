"""Both sides' money, matched item by item and summed by day. Pure.

An item that both know counts on Stripe's day on both sides, so that an event that came after midnight moves nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from billing_app.payments.reconciling.views import Total


@dataclass(frozen=True, slots=True)
class Item:
    """A payment, refund, dispute or fee on one side, by the id that both sides share."""

    day: date
    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Sums of one figure on both sides, and the ids of items that differ or that only one side has."""

    totals: tuple[Total, ...]
    only_stripe: tuple[str, ...] = ()
    only_ours: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Nothing differs."""
        return not (self.only_stripe or self.only_ours or self.differing)


@dataclass
class _Sums:
    stripe: dict[tuple[date, str], int] = field(default_factory=lambda: defaultdict(int))
    ours: dict[tuple[date, str], int] = field(default_factory=lambda: defaultdict(int))


def compare(figure: str, theirs: Mapping[str, Item], ours: Mapping[str, Item]) -> Compared:
    """Match items by id and sum them by day and currency.

    Args:
        figure: what they are: see `FIGURES`.
        theirs: as Stripe lists them.
        ours: as we have them; the day counts only for those that Stripe does not list.
    """
    sums = _Sums()
    differing: list[str] = []
    for name, item in theirs.items():
        sums.stripe[item.day, item.currency] += item.minor
        known = ours.get(name)
        if known is not None:
            sums.ours[item.day, known.currency] += known.minor
            if (known.currency, known.minor) != (item.currency, item.minor):
                differing.append(name)
    only_ours = [name for name in ours if name not in theirs]
    for name in only_ours:
        sums.ours[ours[name].day, ours[name].currency] += ours[name].minor
    only_stripe = tuple(name for name, item in theirs.items() if name not in ours and item.minor)
    days = sorted(sums.stripe.keys() | sums.ours.keys())
    totals = tuple(
        Total(day, currency, figure, sums.stripe.get((day, currency), 0), sums.ours.get((day, currency), 0))
        for day, currency in days
    )
    return Compared(totals, only_stripe, tuple(only_ours), tuple(differing))
