"""Which of a payment's money is gone, and how much of it may still be given back. Pure."""

from collections.abc import Iterable
from typing import Protocol

from billing_app.payments.refund_objects import ACTING


class Moving(Protocol):
    """A refund, as Stripe tells it or as a row has it."""

    @property
    def amount_minor(self) -> int: ...

    @property
    def status(self) -> str: ...


class Contested(Protocol):
    """A dispute, as Stripe tells it or as a row has it."""

    @property
    def amount_minor(self) -> int: ...

    @property
    def outcome(self) -> str | None: ...

    @property
    def status(self) -> str: ...


def refunded(refunds: Iterable[Moving], captured_minor: int) -> int:
    """What is given back: a refund counts while it is pending or succeeded. At most what was captured."""
    return min(captured_minor, sum(one.amount_minor for one in refunds if one.status in ACTING))


def lost(disputes: Iterable[Contested], captured_minor: int) -> int:
    """What the bank took for good: disputes that were lost, or given up. At most what was captured."""
    return min(captured_minor, sum(one.amount_minor for one in disputes if one.outcome == "lost"))


def refundable(captured_minor: int, refunds: Iterable[Moving], disputes: Iterable[Contested]) -> int:
    """The most that may be given back now: nothing that is, or may be, gone already.

    A refund that was only asked for counts, so that two at once never give back more than there is. So does an open
    dispute: the bank has that money.
    """
    undecided = (*ACTING, "requested", "requires_action")
    gone = sum(one.amount_minor for one in refunds if one.status in undecided)
    at_the_bank = sum(
        one.amount_minor
        for one in disputes
        if one.outcome == "lost" or (one.outcome is None and not one.status.startswith("warning_"))
    )
    return max(0, captured_minor - gone - at_the_bank)
