"""A customer's payments as pages and the API list them, and what a refund of one would take back."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.db.engine import Database
from billing_app.errors import InvalidInput, NotFound
from billing_app.payments import transaction_store
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.refunds.quoting import NothingToRefund, Quotes, RefundQuote

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class Transaction:
    """One payment. Amounts in minor units of `currency`, with tax; `state` is as Stripe last told it.

    `of` is `pack`, `unlock`, `plan` or `invoice`; `reference` our checkout's name or the invoice's number.
    """

    id: int
    of: str
    reference: str
    description: str
    state: str
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    currency: str
    receipt_url: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """Payments, newest first. `next_before` continues the list; None at its end."""

    transactions: tuple[Transaction, ...]
    next_before: int | None


class Transactions:
    """Reads, and trials that are undone."""

    def __init__(self, database: Database, quotes: Quotes) -> None:
        self._database = database
        self._quotes = quotes

    async def page(self, customer_id: int, *, before: int | None = None, limit: int = 50) -> TransactionPage:
        """A customer's payments, newest first.

        Raises:
            InvalidInput: `limit` is not 1 to 100.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInput(f"Ask for 1 to {MAX_PAGE} payments at once.", field="limit")
        async with self._database.as_customer(customer_id) as session:
            rows = await transaction_store.payments(session, customer_id, before=before, limit=limit + 1)
        found = tuple(_transaction(*row) for row in rows[:limit])
        return TransactionPage(found, found[-1].id if len(rows) > limit else None)

    async def refund_quote(self, customer_id: int, payment_id: int, amount_minor: int | None = None) -> RefundQuote:
        """What a refund would take back, found out by taking it back and undoing that: exactly what would happen.

        Args:
            amount_minor: with tax, on top of what was given back before; None: all that is left.

        Raises:
            NotFound: no such payment of this customer. NothingToRefund: there is nothing left of it. InvalidInput: more
                than is left.
        """
        async with self._database.transaction() as session:
            found = await transaction_store.payment(session, customer_id, payment_id)
        if found is None:
            raise NotFound("There is no such payment.")
        return await self._quotes.quote(payment_id, amount_minor)


def _transaction(payment: Payment, checkout: Checkout | None, invoice: Invoice | None) -> Transaction:
    if checkout is not None:
        of, reference, description = checkout.kind, checkout.public_id, checkout.name
    else:
        assert invoice is not None, "a payment is made by a checkout or an invoice"
        of, reference = "invoice", invoice.number or invoice.stripe_invoice_id
        description = invoice.description
    return Transaction(
        id=payment.id,
        of=of,
        reference=reference,
        description=description,
        state=payment.state,
        amount_minor=payment.amount_minor,
        captured_minor=payment.captured_minor,
        refunded_minor=payment.refunded_minor,
        currency=payment.currency,
        receipt_url=payment.receipt_url,
        created_at=payment.created_at,
    )


__all__ = ["NothingToRefund", "RefundQuote", "Transaction", "TransactionPage", "Transactions"]
