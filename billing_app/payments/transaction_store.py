"""Every SQL statement behind `transactions`: payments with what they paid for, and the credits they brought."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.credits.models import CreditLot
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment

Paid = tuple[Payment, Checkout | None, Invoice | None]


@dataclass(frozen=True, slots=True)
class Lots:
    """The credits a payment brought, in all; `taken`: revoked or voided before."""

    granted: int
    remaining: int
    expired: int
    taken: int


def _of(customer_id: int) -> Select[Payment, Checkout, Invoice]:
    return (
        select(Payment, Checkout, Invoice)
        .outerjoin(Checkout, col(Checkout.id) == col(Payment.checkout_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(col(Payment.customer_id) == customer_id)
    )


async def payments(session: AsyncSession, customer_id: int, *, before: int | None, limit: int) -> Sequence[Paid]:
    """A customer's payments, newest first."""
    query = _of(customer_id).order_by(col(Payment.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Payment.id) < before)
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def payment(session: AsyncSession, customer_id: int, payment_id: int) -> Paid | None:
    """One payment, if it is this customer's."""
    row = (await session.execute(_of(customer_id).where(col(Payment.id) == payment_id))).one_or_none()
    return (row[0], row[1], row[2]) if row else None


async def lots_of(session: AsyncSession, customer_id: int, paid_by: str) -> Lots:
    """What the lots of a payment or an invoice come to; credits rolled over count where they were granted."""
    gone = col(CreditLot.revoked) + col(CreditLot.voided)
    sums = (col(CreditLot.granted), col(CreditLot.remaining), col(CreditLot.expired), gone)
    row = (
        await session.execute(
            select(*(func.coalesce(func.sum(each), 0) for each in sums)).where(
                col(CreditLot.customer_id) == customer_id,
                col(CreditLot.payment) == paid_by,
                col(CreditLot.origin_lot_id).is_(None),
            )
        )
    ).one()
    return Lots(*(int(value) for value in row))
