"""What other packages see of subscriptions: what is held, and which plan is in force. Never rows."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.catalog.items import Offer
from billing_app.catalog.schema import Plan
from billing_app.entitlements.subscriptions import standing


@dataclass(frozen=True, slots=True)
class HeldSubscription:
    """A subscription as we know it, with the terms its customer agreed to.

    Attributes:
        item: the terms held, on sale or retired; None for a plan by hand, or when no price of it was ever known.
        plan: as the held item (or the plan by hand) describes it, not as today's catalogue does; None as `item`.
        period: `month` or `year`; None for a plan by hand without a price.
        amount_minor: a period's price in minor units of `currency`, before discounts; None: no price is known.
        status: Stripe's word; a plan by hand is `active` or `canceled`.
        anchor: the moment that billing periods, and with them credit and quota months, are counted from.
        ends_at: when it is over or will be: ended, cancelled to a date, or at the period's end; None: it goes on.
        past_due_since: when its payment began to fail, while it is `past_due` or `unpaid`.
        collection_paused: Stripe is told to collect nothing for now (`pause_collection`); the status stays.
        next_item_id, next_at: a change that is scheduled.
        pending_update_until: a change that waits for its payment until then (23 hours at most).
        ours: made by this product or handed over to it; another's on the same Stripe customer gives nothing.
        handed_over_at: when it became ours after it had begun; what was paid before gives nothing.
        superseded: a second subscription, which is ended and refunded; it gives nothing.
        drift: what was changed in Stripe that does not fit the catalogue. For the merchant, never for customers.
    """

    id: int
    customer_id: int
    stripe_subscription_id: str | None
    item: Offer | None
    plan: Plan | None
    plan_code: str | None
    period: str | None
    amount_minor: int | None
    currency: str | None
    status: str
    started_at: datetime
    anchor: datetime
    period_start: datetime
    period_end: datetime | None
    trial_start: datetime | None
    trial_end: datetime | None
    cancel_at_period_end: bool
    cancel_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    past_due_since: datetime | None
    collection_paused: bool
    stripe_schedule_id: str | None
    next_item_id: int | None
    next_at: datetime | None
    pending_update_until: datetime | None
    default_payment_method: str | None
    latest_invoice: str | None
    ours: bool
    handed_over_at: datetime | None
    superseded: bool
    drift: tuple[str, ...]

    @property
    def by_hand(self) -> bool:
        """Given by an admin, unknown to Stripe."""
        return self.stripe_subscription_id is None

    @property
    def live(self) -> bool:
        """Begun and not over, ours, and not a second one."""
        return self.status in standing.LIVE and self.ours and not self.superseded

    @property
    def ends_at(self) -> datetime | None:
        """When it is over, or will be as things stand."""
        if self.ended_at:
            return self.ended_at
        return self.cancel_at or (self.period_end if self.cancel_at_period_end else None)

    def has_access(self, at: datetime, grace_days: int) -> bool:
        """Whether it gives its plan at a moment (domain rule "access by status")."""
        # A cancellation at the period's end is Stripe's to carry out; only a plan by hand ends by itself.
        ends_at = self.ends_at if self.by_hand else self.ended_at
        return (
            self.ours
            and not self.superseded
            and standing.has_access(
                self.status, at=at, past_due_since=self.past_due_since, grace_days=grace_days, ends_at=ends_at
            )
        )


@dataclass(frozen=True, slots=True)
class PlanInForce:
    """The plan whose features, quotas and credits a customer has at a moment.

    Attributes:
        plan: as held; without subscription or access: the free plan of today's catalogue.
        subscription: the one live subscription, also while it gives no access (`unpaid`); None: on the free plan.
        access: whether `plan` is the subscription's (or the free plan of who has none); False: there is a
            subscription that gives nothing now, and `plan` is the free plan, if there is one.
        anchor: what windows are counted from; None: the calendar, as on the free plan.
        period_start, period_end: the billing period; on the free plan, the calendar month in UTC. A plan by hand has
            no end of a period unless it was given one.
    """

    plan: Plan
    subscription: HeldSubscription | None
    access: bool
    anchor: datetime | None
    period_start: datetime
    period_end: datetime | None
