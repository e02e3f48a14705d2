"""What a subscription's status means: whether it is live, gives access, counts as revenue. Pure, no clock."""

from datetime import datetime, timedelta

STATUSES = ("incomplete", "incomplete_expired", "trialing", "active", "past_due", "unpaid", "paused", "canceled")
"""Stripe's, https://docs.stripe.com/api/subscriptions/object#subscription_object-status."""
LIVE = ("trialing", "active", "past_due", "unpaid", "paused")
"""Begun and not over: a customer has at most one of these. `incomplete` has not begun: its first payment is open."""
OVER = ("canceled", "incomplete_expired")
EARNING = ("active", "past_due")
"""Counted in monthly recurring revenue: a trial is not yet, `unpaid` and `paused` are not any more."""

MONTHS_IN_A_YEAR = 12


def access_ends(past_due_since: datetime, grace_days: int) -> datetime:
    """Until when a customer whose renewal failed keeps what the plan gives."""
    return past_due_since + timedelta(days=grace_days)


def has_access(
    status: str, *, at: datetime, past_due_since: datetime | None, grace_days: int, ends_at: datetime | None = None
) -> bool:
    """Whether a subscription of this status gives its plan at a moment; if not, the customer is as on the free plan.

    Args:
        past_due_since: when its payment began to fail; counts only while it is `past_due`.
        grace_days: policy `past_due_grace_days`.
        ends_at: when it ended, or ends by itself (a plan by hand); nothing is given from then on.
    """
    if ends_at is not None and at >= ends_at:
        return False
    if status in ("active", "trialing"):
        return True
    if status == "past_due":
        return past_due_since is None or at < access_ends(past_due_since, grace_days)
    return False


def mrr_minor(status: str, period: str | None, amount_minor: int | None) -> int:
    """Monthly recurring revenue in minor units: a yearly price counts a twelfth, half a unit rounded up."""
    if status not in EARNING or not amount_minor:
        return 0
    if period == "year":
        return (2 * amount_minor + MONTHS_IN_A_YEAR) // (2 * MONTHS_IN_A_YEAR)
    return amount_minor
