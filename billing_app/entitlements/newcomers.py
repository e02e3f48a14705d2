"""Who has never been seen: what the free plan gives them when they come, said without making a customer of them."""

from datetime import datetime

from billing_app.catalog.schema import Plan
from billing_app.credits import Balance, Group

NEWCOMER = 0
"""Stands for a customer nobody has seen yet: no row has this number, so all that is read of it is nothing."""


def newcomers_balance(free: Plan | None, at: datetime) -> Balance:
    """The balance they will have at first sight: the free plan's month. Pure."""
    credits = free.credits_per_month if free else 0
    return Balance(
        customer_id=NEWCOMER,
        at=at,
        available=credits,
        held=0,
        frozen=0,
        owed=0,
        groups={Group.PLAN: 0, Group.BOUGHT: 0, Group.PROMOTIONAL: credits},
        next_event=None,
        lots=(),
        holds=(),
    )
