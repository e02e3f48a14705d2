"""What the mails of subscriptions say, read from the mirror and the ledger in the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.payments.mirroring.models import Invoice

# An invoice has one lot for each month it pays; a customer's last entry says what is available.
_LOTS = text(
    "SELECT granted, effective_at, expires_at FROM credit_lots "
    "WHERE customer_id = :customer AND payment = :payment AND kind = 'plan' ORDER BY effective_at, id LIMIT 25"
)
_AVAILABLE = text("SELECT balance_after FROM credit_entries WHERE customer_id = :customer ORDER BY id DESC LIMIT 1")
_CHANGE = text(
    "SELECT id FROM subscription_changes WHERE subscription_id = :subscription AND kind = ANY(:kinds) "
    "ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class InvoiceCredits:
    """What an invoice granted: now, until when, and whether more months follow."""

    credits: int
    expires_at: datetime | None
    more: bool


async def invoice(session: AsyncSession, stripe_invoice_id: str) -> Invoice | None:
    """An invoice of the mirror."""
    found = await session.execute(select(Invoice).where(col(Invoice.stripe_invoice_id) == stripe_invoice_id))
    return found.scalar_one_or_none()


async def credits_of(
    session: AsyncSession, customer_id: int, stripe_invoice_id: str, at: datetime
) -> InvoiceCredits | None:
    """The plan credits an invoice paid for; None: it paid for none."""
    rows = (await session.execute(_LOTS, {"customer": customer_id, "payment": stripe_invoice_id})).all()
    if not rows:
        return None
    begun = [row for row in rows if row.effective_at <= at] or rows[:1]
    ends = [row.expires_at for row in begun if row.expires_at is not None]
    return InvoiceCredits(sum(row.granted for row in begun), max(ends, default=None), len(rows) > len(begun))


async def available(session: AsyncSession, customer_id: int) -> int | None:
    """The balance after the customer's last entry; None: there is none yet."""
    return (await session.execute(_AVAILABLE, {"customer": customer_id})).scalar_one_or_none()


async def last_change(session: AsyncSession, subscription_id: int, *kinds: str) -> int:
    """The journal's last line of these kinds: what a mail about it is owed for. 0: there is none."""
    found = await session.execute(_CHANGE, {"subscription": subscription_id, "kinds": list(kinds)})
    return found.scalar_one_or_none() or 0
