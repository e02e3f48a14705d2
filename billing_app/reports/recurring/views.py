"""What the reports of recurring revenue answer. Amounts are minor units of the one currency asked for."""

from dataclasses import dataclass
from datetime import date, datetime

from billing_app.reports.figures import Figure


@dataclass(frozen=True, slots=True)
class Movement:
    """How monthly recurring revenue moved in a part of the period: each line adds up, to the cent.

    start + new + expansion + reactivation - contraction - churn = end. All are 0 or more. Of one customer, what
    happens on the same day (UTC) is one movement: who leaves and comes back on one day has not left.

    Attributes:
        starting, ending: customers paying at the part's begin and end; joined, expanded, returned, contracted, left:
            how many customers moved so, each counted once for each day on which they did.
    """

    first: date
    last: date
    start_minor: int
    new_minor: int
    expansion_minor: int
    reactivation_minor: int
    contraction_minor: int
    churn_minor: int
    end_minor: int
    starting: int
    joined: int
    expanded: int
    returned: int
    contracted: int
    left: int
    ending: int


@dataclass(frozen=True, slots=True)
class Movements:
    """The parts of a period, oldest first, without gaps, and the whole."""

    currency: str
    parts: tuple[Movement, ...]
    total: Movement
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class Recurring:
    """The figures of a period: `mrr`, `arr`, `paying`, `logo_churn`, `nrr`, `arpu`, `ltv`."""

    currency: str
    figures: tuple[Figure, ...]
    total: Movement

    def figure(self, key: str) -> Figure:
        """One of them.

        Raises:
            KeyError: there is none of that name.
        """
        for one in self.figures:
            if one.key == key:
                return one
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class PlanNow:
    """Customers on a plan this moment. `code` "" is no plan at all; `free`: the plan of whoever has no other."""

    code: str
    name: str
    free: bool
    customers: int
    active: int
    trialing: int
    past_due: int
    by_hand: int
    mrr_minor: int


@dataclass(frozen=True, slots=True)
class PlanPart:
    """Customers who paid for a plan at the end of a part of the period, and what they paid a month."""

    first: date
    last: date
    code: str
    name: str
    customers: int
    mrr_minor: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """Who is on which plan: now (all customers), and over time (paying ones)."""

    currency: str
    now: tuple[PlanNow, ...]
    parts: tuple[PlanPart, ...]
    customers: int
    computed_at: datetime
