"""Which of a payment's money is gone, since when, and how much of it may still be given back. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from billing_app.credits import GivenBack
from billing_app.credits.given_back import in_order
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


class MovedAt(Moving, Protocol):
    """A refund's row: whose, and when it was made at Stripe."""

    @property
    def payment_id(self) -> int: ...

    @property
    def created_at(self) -> datetime: ...


class ContestedAt(Contested, Protocol):
    """A dispute's row: whose, and when the bank took the money."""

    @property
    def payment_id(self) -> int: ...

    @property
    def opened_at(self) -> datetime: ...

    @property
    def withdrawn_at(self) -> datetime | None: ...


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


def steps(
    given_back: Mapping[int, int], refunds: Iterable[MovedAt], disputes: Iterable[ContestedAt]
) -> tuple[GivenBack, ...]:
    """When how much of these payments went back, by Stripe's time: a refund when it was made, a lost dispute when the
    bank took the money.

    Args:
        given_back: what is given back of each payment in all, by its id; no steps of it sum to more.
    """
    moved: dict[int, list[GivenBack]] = {payment_id: [] for payment_id in given_back}
    for refund in refunds:
        if refund.status in ACTING:
            moved[refund.payment_id].append(GivenBack(refund.created_at, refund.amount_minor))
    for dispute in disputes:
        if dispute.outcome == "lost":
            since = dispute.withdrawn_at or dispute.opened_at
            moved[dispute.payment_id].append(GivenBack(since, dispute.amount_minor))
    fitting = [one for payment_id, parts in moved.items() for one in in_order(parts, given_back[payment_id])]
    return in_order(fitting, sum(given_back.values()))
