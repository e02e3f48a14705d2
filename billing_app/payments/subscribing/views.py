"""What pages and the API see of a customer's plan: plain values, ready to be shown. Never rows, nothing of drift."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing_app.money import Money


class RelationKind(StrEnum):
    """How an offered plan stands to what the customer has (PR6); it decides the words of its button."""

    START = "start"  # nothing is held: get started, pay today; of the free plan: sign up
    TRIAL = "trial"  # nothing is held, and the trial is still theirs
    CURRENT = "current"  # what they have
    UPGRADE = "upgrade"  # preview, then switch: at once
    DOWNGRADE = "downgrade"  # preview, then switch: at `at`. Of the free plan: cancel
    SCHEDULED = "scheduled"  # what they will have from `at`
    RENEW = "renew"  # what they have until `at`: resume
    MANAGE = "manage"  # nothing can be changed before something else is done: see the plan's page
    CONTACT = "contact"  # agreed by contact


@dataclass(frozen=True, slots=True)
class Relation:
    """An offered plan and period to this customer.

    `period` is None for plans without a price. `at`: when a change to it would take, or takes, effect; None: now.
    `trial_days`: with `TRIAL`, how many.
    """

    plan: str
    period: str | None
    kind: RelationKind
    at: datetime | None = None
    trial_days: int = 0


@dataclass(frozen=True, slots=True)
class ScheduledChange:
    """A change that takes effect at `at`, until it is undone."""

    plan: str
    name: str
    period: str | None
    price: Money | None
    at: datetime


@dataclass(frozen=True, slots=True)
class PastDue:
    """A renewal that could not be collected.

    Attributes:
        access_ends_at: until when the plan is given all the same; may be past.
        next_try_at: when Stripe tries again; None: not any more.
        due: what is open; None if its invoice is not known yet.
        pay_url: Stripe's page to pay it.
    """

    since: datetime | None
    access_ends_at: datetime | None
    next_try_at: datetime | None
    due: Money | None
    pay_url: str | None


@dataclass(frozen=True, slots=True)
class MyPlan:
    """The plan card (DB10) and how everything offered stands to it. From our own database alone.

    Attributes:
        plan, name: what is held; the free plan when nothing is; None when there is not even that.
        status: Stripe's word of a subscription, or `free`; `none` without any plan.
        access: whether the plan gives something now; False: paid for, but unpaid or paused.
        by_hand: agreed with the seller; it is changed by them.
        price: what *this* customer pays a `period`, before discounts and tax; None without a price.
        credits_per_month: of the plan held.
        next_charge, next_charge_at: price and day of the next renewal as we know it; `SubscriptionService.upcoming`
            asks Stripe for the exact amount, with tax, prorations and discounts. None: nothing will be charged.
        trial_ends_at: while on trial.
        ends_at: cancelled to that moment; None: it goes on.
        ended_at: of the last subscription, when it is over and nothing took its place.
        waiting_until: a switch waits until then for its payment; `waiting_url` is Stripe's page for it.
        can_cancel, can_resume, can_undo, can_switch: what may be offered now.
        has_portal: there is a Stripe customer, so invoices and cards can be managed at Stripe.
        relations: every plan and period on sale, in the order of the pricing page.
    """

    plan: str | None
    name: str | None
    status: str
    access: bool
    by_hand: bool
    period: str | None
    price: Money | None
    credits_per_month: int
    started_at: datetime | None
    period_start: datetime | None
    period_end: datetime | None
    next_charge: Money | None
    next_charge_at: datetime | None
    trial_ends_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    scheduled: ScheduledChange | None
    past_due: PastDue | None
    waiting_until: datetime | None
    waiting_url: str | None
    collection_paused: bool
    can_cancel: bool
    can_resume: bool
    can_undo: bool
    can_switch: bool
    has_portal: bool
    relations: tuple[Relation, ...]

    @property
    def subscribed(self) -> bool:
        """Whether there is a live subscription, or a plan by hand."""
        return self.status not in ("free", "none")

    def relation(self, plan: str, period: str | None) -> Relation | None:
        """How one offered plan and period stands to this customer; None: it is not on sale."""
        return next((each for each in self.relations if (each.plan, each.period) == (plan, period)), None)


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A line of an invoice to come: `proration` for unused and remaining time. Negative: credited. Without tax, unless
    the price includes it."""

    description: str
    amount: Money
    proration: bool


@dataclass(frozen=True, slots=True)
class UpcomingCharge:
    """The next invoice as Stripe would write it now. `due` is what is charged, after credit on the account."""

    at: datetime
    lines: tuple[ChargeLine, ...]
    tax: Money
    total: Money
    due: Money


class ChangeKind(StrEnum):
    """What a switch is, for its page's words."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    PERIOD = "period"  # the same plan, paid by another period


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a switch would do, before it is confirmed (DB11): exactly this happens, or the switch is refused.

    Attributes:
        effective_at: when the new plan begins; `now` says whether that is at once.
        due_today: what is charged on confirming, with tax, after credit on the account.
        credited_today: what is not charged but kept as credit for later invoices; 0 mostly.
        lines: of today's invoice; empty when nothing is billed today.
        tax_today: contained in `due_today`.
        next_charge, next_charge_at: the first renewal at the new price.
        credits_now: plan credits added on confirming.
        credits_carried: plan credits there are, and that stay until `credits_next_at`.
        credits_lost: plan credits there are that the change takes away.
        credits_next, credits_next_at: what each month gives from the next reset on.
        trial_until: the trial goes on until then; None: none does.
        replaces: the name of a plan whose scheduled change this takes the place of.
        token: what `switch` takes; good for a few minutes, for this customer and this very change.
    """

    kind: ChangeKind
    now: bool
    plan: str
    name: str
    period: str
    price: Money
    from_plan: str | None
    from_name: str
    from_period: str | None
    from_price: Money | None
    effective_at: datetime
    due_today: Money
    credited_today: Money
    lines: tuple[ChargeLine, ...]
    tax_today: Money
    next_charge: Money
    next_charge_at: datetime
    credits_now: int
    credits_carried: int
    credits_lost: int
    credits_next: int
    credits_next_at: datetime
    trial_until: datetime | None
    replaces: str | None
    proration_date: datetime
    token: str
    token_good_until: datetime


class ChangeState(StrEnum):
    """What became of a switch."""

    DONE = "done"
    SCHEDULED = "scheduled"
    NEEDS_ACTION = "needs_action"
    UNDER_WAY = "under_way"
    PAYMENT_FAILED = "payment_failed"


@dataclass(frozen=True, slots=True)
class Changed:
    """The answer to a switch.

    Attributes:
        state: `needs_action`: the bank wants its customer (3-D Secure); send the browser to `url`, Stripe's page of the
            invoice; the plan is switched once it is paid, and stays as it is if it is not, 23 hours at most.
            `under_way`: the payment is made in a way that takes its time; the plan is switched when the money is there.
            `payment_failed`: nothing was charged and nothing has changed.
        effective_at: when the new plan begins or began.
        detail: one sentence for the customer.
    """

    state: ChangeState
    plan: str
    period: str
    effective_at: datetime | None
    url: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Ending:
    """The answer to cancelling and to resuming.

    Attributes:
        ends_at: when the plan ends or ended; None: it goes on.
        already: it was so before; nothing was changed.
        detail: one sentence for the customer.
    """

    ends_at: datetime | None
    already: bool
    detail: str


class CancelReason(StrEnum):
    """Why people leave: the eight that Stripe knows as `cancellation_details.feedback`, so that both tell the same."""

    TOO_EXPENSIVE = "too_expensive"
    MISSING_FEATURES = "missing_features"
    SWITCHED_SERVICE = "switched_service"
    UNUSED = "unused"
    CUSTOMER_SERVICE = "customer_service"
    TOO_COMPLEX = "too_complex"
    LOW_QUALITY = "low_quality"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CardView:
    """How the customer pays. `type` is Stripe's (`card`, `link`, ...); the rest is known for cards."""

    type: str
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None
    expired: bool
    expires_soon: bool


@dataclass(frozen=True, slots=True)
class TrialOffer:
    """Whether a plan's trial is this customer's to take: said before paying. `reason`: why not, in a sentence."""

    days: int
    needs_card: bool
    refused_because: str | None
