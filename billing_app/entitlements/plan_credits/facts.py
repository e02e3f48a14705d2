"""What plan credits are told: paid invoices, in our own words. And what they tell before a change is made."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.catalog.items import Offer

TIME_CREDITED = "Its time was credited."
"""Why credits of a plan were voided because an invoice gave their money back: no revenue (docs/reports.md)."""


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One line of an invoice.

    Attributes:
        line_id: Stripe's (`il_...`); with the window's start it makes a lot once.
        item_id: what its price is in the catalogue; None: a price that the catalogue does not know.
        period_start, period_end: what it pays for; of a proration, what is left of the period from the change on.
        net_minor: without tax and after discounts, in minor units; below zero: unused time is credited.
        proration: part of a period, because of a change in the middle of it.
    """

    line_id: str
    item_id: int | None
    period_start: datetime
    period_end: datetime
    net_minor: int
    currency: str
    proration: bool


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice of a subscription that is paid; an amount of 0 (a full discount) is paid too.

    Attributes:
        subscription_id: our id of it.
        invoice_id: Stripe's; the payment of the lots it makes.
        item: the terms the subscription holds now; they stand in for a line whose price the catalogue does not know.
        anchor: the subscription's `billing_cycle_anchor`, which months are counted from.
        trial_start, trial_end: of the subscription's trial, if it ever had one: a line that begins within it charges
            nothing and grants nothing.
    """

    customer_id: int
    subscription_id: int
    stripe_subscription_id: str
    invoice_id: str
    billing_reason: str
    paid_at: datetime
    item: Offer | None
    anchor: datetime
    lines: tuple[PaidLine, ...]
    trial_start: datetime | None = None
    trial_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class CreditEffect:
    """What a change of plan does to credits, before it is made. All whole credits.

    Attributes:
        granted_now: there as soon as the change is paid.
        carried: plan credits left now that stay.
        lost: plan credits left now that go with the change, because their time is credited in money.
        next: what comes at each reset from then on; 0: nothing does.
        next_at: the next of these resets.
    """

    granted_now: int
    carried: int
    lost: int
    next: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Resets:
    """A customer's resets: when plan credits came last, when they come next, and how many then.

    `amount` is 0 and `next_at` None if none will come (the plan ends, or has no credits).
    """

    last_at: datetime | None
    next_at: datetime | None
    amount: int
