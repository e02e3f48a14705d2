"""Every SQL statement about refunds and disputes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.credits import GivenBack
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.refund_objects import ACTING
from billing_app.payments.refunds import shares
from billing_app.payments.refunds.models import Dispute, Refund

MoneyMoved = TypeVar("MoneyMoved", Refund, Dispute)
UNDECIDED = ("requested", "requires_action", *ACTING)
"""Refunds whose money is given back, or may be: together never more than was captured."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What all payments of one purchase or invoice come to, in minor units with tax.

    Attributes:
        given_back: refunds that are pending or succeeded, and disputes that were lost; per payment at most what was
            captured. `captured` is of all of them.
        disputed: there is, or was, a dispute; frozen: one is open.
        closed_windows: staff asked that spent credits of past months of a yearly plan be owed too.
        touched: there ever was a refund that acted, or a dispute.
        steps: when how much of `given_back` went back, at Stripe.
    """

    given_back: int
    captured: int
    disputed: bool
    frozen: bool
    closed_windows: bool
    touched: bool
    steps: tuple[GivenBack, ...]


@dataclass(frozen=True, slots=True)
class CreditsBack:
    """Credits of one payment that are taken back, and that are owed, in all."""

    revoked: int
    owed: int

    def since(self, before: "CreditsBack") -> "CreditsBack":
        """What is new; negative where less is taken back than before."""
        return CreditsBack(self.revoked - before.revoked, self.owed - before.owed)


# The figures of one payment


async def refunds_of(session: AsyncSession, payment_id: int) -> Sequence[Refund]:
    """A payment's refunds, oldest first."""
    return await _rows_of(session, Refund, [payment_id])


async def disputes_of(session: AsyncSession, payment_id: int) -> Sequence[Dispute]:
    """A payment's disputes, oldest first."""
    return await _rows_of(session, Dispute, [payment_id])


async def _rows_of(session: AsyncSession, kind: type[MoneyMoved], payment_ids: Sequence[int]) -> Sequence[MoneyMoved]:
    found = await session.execute(
        select(kind)
        .where(col(kind.payment_id).in_(payment_ids))
        .order_by(col(kind.id))
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()


async def write_payment_figures(session: AsyncSession, payment_id: int, **values: Any) -> None:
    """Write what is given back of a payment, what it cost, and when Stripe was asked."""
    await session.execute(
        update(Payment)
        .where(col(Payment.id) == payment_id)
        .values(updated_at=clock.wall(), **values)
        .execution_options(synchronize_session=False)  # callers compare with the row as it was when they read it
    )


async def standing(session: AsyncSession, payment: Payment) -> Standing:
    """What is given back of what this payment paid for: of its checkout, or of all payments of its invoice."""
    own = col(Payment.id) == payment.id if payment.invoice_id is None else col(Payment.invoice_id) == payment.invoice_id
    given_back = func.least(col(Payment.captured_minor), col(Payment.refunded_minor) + col(Payment.disputed_minor))
    rows = (await session.execute(select(col(Payment.id), given_back, col(Payment.captured_minor)).where(own))).all()
    ids = [row[0] for row in rows]
    refunds = await _rows_of(session, Refund, ids)
    disputes = await _rows_of(session, Dispute, ids)
    charged_back = [one for one in disputes if not one.status.startswith("warning_")]
    total = sum(row[1] for row in rows)
    return Standing(
        given_back=total,
        captured=sum(row[2] for row in rows),
        disputed=bool(charged_back),
        frozen=any(one.outcome is None for one in charged_back),
        closed_windows=any(one.closed_windows and one.status in ACTING for one in refunds),
        touched=bool(total) or bool(charged_back) or any(one.acted_at is not None for one in refunds),
        steps=shares.steps({row[0]: row[1] for row in rows}, refunds, disputes),
    )


async def credits_back(session: AsyncSession, customer_id: int, paid_by: str) -> CreditsBack:
    """What the ledger has taken back and is owed of one payment's credits, by the name it knows the payment by."""
    found = await session.execute(
        text(
            "SELECT (SELECT coalesce(sum(revoked), 0) FROM credit_lots WHERE customer_id = :id AND payment = :paid_by) "
            "AS revoked, (SELECT coalesce(sum(credits - cancelled), 0) FROM credit_debts "
            "WHERE customer_id = :id AND payment = :paid_by AND state <> 'written_off') AS owed"
        ),
        {"id": customer_id, "paid_by": paid_by},
    )
    row = found.one()
    return CreditsBack(int(row.revoked), int(row.owed))


# Rows


async def insert_refund(session: AsyncSession, values: dict[str, Any]) -> Refund | None:
    """A new refund; None if its key, or Stripe's id of it, is known."""
    made = await session.execute(insert(Refund).values(**values).on_conflict_do_nothing().returning(Refund))
    return made.scalar_one_or_none()


async def update_refund(session: AsyncSession, refund_id: int, **values: Any) -> None:
    """Write fields of a refund."""
    await session.execute(update(Refund).where(col(Refund.id) == refund_id).values(**values))


async def refund_by_key(session: AsyncSession, key: str) -> Refund | None:
    """What staff asked for under this key."""
    return await session.scalar(select(Refund).where(col(Refund.key) == key).execution_options(populate_existing=True))


async def write_dispute(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write a dispute, new or not."""
    kept = {name: value for name, value in values.items() if name != "stripe_dispute_id"}
    await session.execute(
        insert(Dispute).values(**values).on_conflict_do_update(index_elements=["stripe_dispute_id"], set_=kept)
    )


# Reads of others


async def payment_by_id(session: AsyncSession, payment_id: int, *, lock: bool = False) -> Payment | None:
    """A payment by our id."""
    query = select(Payment).where(col(Payment.id) == payment_id).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update() if lock else query)


async def checkout_of(session: AsyncSession, payment: Payment) -> Checkout | None:
    """The checkout a payment was made by; None: an invoice's."""
    return await session.get(Checkout, payment.checkout_id) if payment.checkout_id else None


async def has_open_dispute(session: AsyncSession, customer_id: int) -> bool:
    """Whether a payment of this customer is disputed right now. An inquiry is no dispute."""
    found = await session.scalar(
        select(col(Dispute.id))
        .where(
            col(Dispute.customer_id) == customer_id,
            col(Dispute.outcome).is_(None),
            col(Dispute.status).not_like("warning\\_%"),
        )
        .limit(1)
    )
    return found is not None


async def disputed_payments(session: AsyncSession, payment_ids: Sequence[int]) -> set[int]:
    """Of these payments those that are disputed right now."""
    found = await session.execute(
        select(col(Dispute.payment_id)).where(
            col(Dispute.payment_id).in_(payment_ids),
            col(Dispute.outcome).is_(None),
            col(Dispute.status).not_like("warning\\_%"),
        )
    )
    return set(found.scalars())


async def take_to_ask_about(session: AsyncSession, *, now: datetime, wall: datetime, limit: int) -> Sequence[Payment]:
    """Take the right to ask about payments whose news may be missing, the longest unasked first.

    Each at most once in six hours, and tried at most once in a quarter of one: those with a refund that is not final or
    an open dispute; with a refund that succeeded lately, which may still fail; with a fee that was not booked yet.
    """
    may_change = or_(
        col(Refund.status).in_(("requested", "requires_action", "pending")),
        (col(Refund.status) == "succeeded") & (col(Refund.created_at) > now - timedelta(days=30)),
    )
    refunding = select(col(Refund.payment_id)).where(may_change)
    disputed = select(col(Dispute.payment_id)).where(col(Dispute.outcome).is_(None))
    no_fee = col(Payment.fee_minor).is_(None) & (col(Payment.captured_minor) > 0)
    asked = col(Payment.money_back_asked_at)
    due = (
        select(col(Payment.id))
        .where(
            or_(col(Payment.id).in_(refunding), col(Payment.id).in_(disputed), no_fee),
            or_(asked.is_(None), asked < wall - timedelta(hours=6)),
            col(Payment.updated_at) < wall - timedelta(minutes=15),
        )
        .order_by(asked.nulls_first(), col(Payment.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = await session.execute(
        update(Payment)
        .where(col(Payment.id).in_(due))
        .values(updated_at=wall)
        .returning(Payment)
        .execution_options(synchronize_session=False)
    )
    return taken.scalars().all()


async def known_statuses(session: AsyncSession, names: Sequence[str]) -> dict[str, str]:
    """The status we know of these refunds and disputes, by Stripe's ids."""
    refunds = select(col(Refund.stripe_refund_id), col(Refund.status)).where(col(Refund.stripe_refund_id).in_(names))
    disputes = select(col(Dispute.stripe_dispute_id), col(Dispute.status)).where(
        col(Dispute.stripe_dispute_id).in_(names)
    )
    found = [*(await session.execute(refunds)).all(), *(await session.execute(disputes)).all()]
    return {str(name): status for name, status in found}


async def owners_of_intents(session: AsyncSession, intents: Sequence[str]) -> dict[str, int]:
    """Whose these payments are, by payment intent; those that are not ours are left out."""
    found = await session.execute(
        select(col(Payment.stripe_payment_intent), col(Payment.customer_id)).where(
            col(Payment.stripe_payment_intent).in_(intents)
        )
    )
    return {row[0]: row[1] for row in found}
