"""What a customer is told of money that went back, or that the bank holds: their own rows alone (row A12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database

MOST = 20
RECENT = timedelta(days=60)

_PAID_FOR = (
    "coalesce(c.name, nullif(i.description, ''), 'Invoice ' || coalesce(i.number, i.stripe_invoice_id)) AS what "
)
_OF_PAYMENT = "LEFT JOIN checkouts c ON c.id = p.checkout_id LEFT JOIN invoices i ON i.id = p.invoice_id "
_REFUNDS = text(
    f"SELECT r.amount_minor, r.currency, r.status, r.created_at, r.undone_at, {_PAID_FOR} FROM refunds r "  # noqa: S608
    f"JOIN payments p ON p.id = r.payment_id {_OF_PAYMENT} WHERE r.customer_id = :customer "
    "AND r.stripe_refund_id IS NOT NULL AND r.created_at > :since ORDER BY r.id DESC LIMIT :most"
)
_DISPUTES = text(
    f"SELECT d.amount_minor, d.currency, d.outcome, d.opened_at, d.closed_at, {_PAID_FOR} FROM disputes d "  # noqa: S608
    f"JOIN payments p ON p.id = d.payment_id {_OF_PAYMENT} WHERE d.customer_id = :customer "
    "AND d.status NOT LIKE 'warning\\_%' AND (d.outcome IS NULL OR d.closed_at > :since) ORDER BY d.id DESC LIMIT :most"
)
_DEBTS = text(
    "SELECT sum(d.credits - d.collected - d.cancelled) AS owed, sum(d.collected) AS collected, "  # noqa: S608
    f"min(d.since) AS since, min({_PAID_FOR.removesuffix(' AS what ')}) AS what FROM credit_debts d "
    "LEFT JOIN payments p ON p.customer_id = d.customer_id AND p.stripe_payment_intent = d.payment "
    "LEFT JOIN checkouts c ON c.id = p.checkout_id "
    "LEFT JOIN invoices i ON i.customer_id = d.customer_id AND i.stripe_invoice_id = d.payment "
    "WHERE d.customer_id = :customer AND d.state = 'open' GROUP BY d.payment ORDER BY since LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund. `arrived`: False for one that failed or was taken back, so that what it took is the customer's."""

    what: str
    amount_minor: int
    currency: str
    status: str
    at: datetime
    arrived: bool


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A dispute, not an inquiry. `outcome`: None while it is open."""

    what: str
    amount_minor: int
    currency: str
    outcome: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class DebtLine:
    """Credits that were spent before their payment was given back: `owed` still, `collected` so far."""

    what: str
    owed: int
    collected: int
    since: datetime


@dataclass(frozen=True, slots=True)
class MoneyBackView:
    """What went back lately, what the bank decides about, and what is owed for it; newest first, at most 20 each."""

    refunds: tuple[RefundLine, ...]
    disputes: tuple[DisputeLine, ...]
    debts: tuple[DebtLine, ...]

    @property
    def open_disputes(self) -> tuple[DisputeLine, ...]:
        """Those the bank has not decided."""
        return tuple(one for one in self.disputes if one.outcome is None)


class MoneyBackReads:
    """One per process."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, customer_id: int) -> MoneyBackView:
        """A customer's: refunds and decided disputes of sixty days, open disputes and debts however old."""
        async with self._database.as_customer(customer_id) as session:
            return await read(session, customer_id)


async def read(session: AsyncSession, customer_id: int) -> MoneyBackView:
    """The same in a transaction of the caller's."""
    asked = {"customer": customer_id, "since": clock.now() - RECENT, "most": MOST}
    refunds: Sequence[RefundLine] = [
        RefundLine(row.what, row.amount_minor, row.currency, row.status, row.created_at, _arrives(row.status))
        for row in await session.execute(_REFUNDS, asked)
    ]
    disputes = [
        DisputeLine(row.what, row.amount_minor, row.currency, row.outcome, row.opened_at)
        for row in await session.execute(_DISPUTES, asked)
    ]
    debts = [
        DebtLine(row.what or "A payment", int(row.owed), int(row.collected), row.since)
        for row in await session.execute(_DEBTS, {"customer": customer_id, "most": MOST})
    ]
    return MoneyBackView(tuple(refunds), tuple(disputes), tuple(debts))


def _arrives(status: str) -> bool:
    return status in ("pending", "succeeded", "requires_action")
