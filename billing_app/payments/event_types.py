"""Which types of Stripe's events concern us, and how."""

APPLIED = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "charge.refunded",
    }
)
"""Each has a rule in `events`."""

UNCOVERED = frozenset(
    {
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
"""Facts about our money that no rule covers yet: kept and shown, so that somebody looks, and never half applied."""

ENDPOINT_TYPES = sorted(APPLIED | UNCOVERED)
"""What our webhook endpoint subscribes to."""
