"""What the report of the funnel answers: counts of people, never of clicks."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """A step and how many people took it after the one before it.

    Attributes:
        key: `pricing_seen`, `checkout_opened`, `paid`, `first_use`; of walls `wall_shown`, `cta_clicked`,
            `checkout_opened`, `paid`, `resumed`.
        of_first, of_previous: percent with one decimal; None where nobody took that step.
    """

    key: str
    label: str
    people: int
    of_first: Decimal | None
    of_previous: Decimal | None


@dataclass(frozen=True, slots=True)
class Wall:
    """What came of the walls of one feature: customers who saw it, and how far they went on from there."""

    feature: str
    name: str
    basis: str
    shown: int
    clicked: int
    opened: int
    paid: int
    resumed: int


@dataclass(frozen=True, slots=True)
class Reason:
    """How many cancelled for a reason in a part of the period. `reason` is a code; "" is none given."""

    first: date
    reason: str
    label: str
    cancellations: int


@dataclass(frozen=True, slots=True)
class FunnelReport:
    """The funnel of a period.

    Attributes:
        purchases: steps to a purchase, each counted for whoever saw the prices in the period, however much later.
        opened_elsewhere, paid_elsewhere: customers who opened a payment page or paid without having looked at our
            prices: from a wall, from a host product, by hand.
        walls: the steps from a wall, all features together; by_feature: each by itself, the one most seen first.
        reasons: cancellations by part and reason, oldest part first; parts: their first days, without gaps.
        kept: cancellations that were taken back.
        at_once, late: purchases; late is one whose payment was still on its way when the payment page was left.
    """

    purchases: tuple[Step, ...]
    opened_elsewhere: int
    paid_elsewhere: int
    walls: tuple[Step, ...]
    by_feature: tuple[Wall, ...]
    reasons: tuple[Reason, ...]
    parts: tuple[date, ...]
    kept: int
    at_once: int
    late: int
    computed_at: datetime
