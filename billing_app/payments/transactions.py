"""A customer's payments as pages and the API list them, and what a refund of one would take back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.service import CatalogService
from billing_app.credits import Ledger, Revoke, Revoked, Spent
from billing_app.db.engine import Database
from billing_app.errors import InvalidInput, NotFound
from billing_app.payments import store, transaction_store
from billing_app.payments.mirroring import store as invoices
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment

MAX_PAGE = 100


class NothingToRefund(InvalidInput):
    """The payment was never captured, or all of it was given back."""

    code = "nothing_to_refund"
    title = "Nothing to refund"


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


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """What would happen if this much of a payment were given back now; nothing has.

    Attributes:
        amount_minor: what would be given back, with tax; `left_minor`: the most that could be.
        credits_granted, credits_spent, credits_unspent, credits_expired: of all that the payment brought, as it stands.
        takes: credits that would be taken back; `waits`: more, when running holds return them; `owes`: spent credits
            that would become a debt, paid off by the next credits; `forgives`: spent or expired ones, written off.
        locks: unlocks that would be locked again; only the whole amount does that.
    """

    payment: int
    currency: str
    captured_minor: int
    refunded_minor: int
    left_minor: int
    amount_minor: int
    credits_granted: int
    credits_spent: int
    credits_unspent: int
    credits_expired: int
    takes: int
    waits: int
    owes: int
    forgives: int
    locks: tuple[str, ...]


class Transactions:
    """Reads, and trials that are undone."""

    def __init__(self, database: Database, ledger: Ledger, catalog: CatalogService) -> None:
        self._database = database
        self._ledger = ledger
        self._catalog = catalog

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
        spent = Spent((await self._catalog.current()).policies.refund_of_spent)
        async with self._database.transaction() as session:
            found = await transaction_store.payment(session, customer_id, payment_id)
            if found is None:
                raise NotFound("There is no such payment.")
            payment, checkout, invoice = found
            left = payment.captured_minor - payment.refunded_minor
            if left <= 0:
                raise NothingToRefund("Nothing of this payment is left to give back.", field="payment")
            amount = left if amount_minor is None else amount_minor
            if not 1 <= amount <= left:
                raise InvalidInput(f"At most {left} {payment.currency} (minor units) are left.", field="amount_minor")
            share = await _share(session, payment, invoice)
            lots = await transaction_store.lots_of(session, customer_id, share.name)
            before, after = _NOTHING, _NOTHING
            if lots.granted:
                before = await self._tried(session, customer_id, share, share.refunded, spent)
                after = await self._tried(session, customer_id, share, share.refunded + amount, spent)
            session.expunge_all()  # what was read stays readable; what was tried is undone
            await session.rollback()
        return RefundQuote(
            payment=payment_id,
            currency=payment.currency,
            captured_minor=payment.captured_minor,
            refunded_minor=payment.refunded_minor,
            left_minor=left,
            amount_minor=amount,
            credits_granted=lots.granted,
            credits_spent=lots.granted - lots.remaining - lots.expired - lots.taken,
            credits_unspent=lots.remaining,
            credits_expired=lots.expired,
            takes=after.taken - before.taken,
            waits=after.held - before.held,
            owes=after.owed - before.owed,
            forgives=after.forgiven - before.forgiven,
            locks=(checkout.code,) if amount == left and checkout is not None and checkout.kind == "unlock" else (),
        )

    async def _tried(
        self, session: AsyncSession, customer_id: int, share: "_Share", refunded: int, spent: Spent
    ) -> "_Told":
        revoke = Revoke(
            customer_id=customer_id,
            payment=share.name,
            refunded=refunded,
            captured=share.captured,
            spent=spent,
            actor="quote",
            note="A refund that is only asked about",
        )
        revoked = await self._ledger.apply_one(session, revoke, Revoked)
        return _Told(revoked.taken, revoked.held, revoked.owed, revoked.forgiven)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the ledger says of a payment's credits, in all."""

    taken: int
    held: int
    owed: int
    forgiven: int


_NOTHING = _Told(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Share:
    """By what name the ledger knows what was paid, and of how much how much was given back."""

    name: str
    refunded: int
    captured: int


async def _share(session: AsyncSession, payment: Payment, invoice: Invoice | None) -> _Share:
    """As `refunds` counts it: lots of a plan belong to the whole invoice, others to their one payment."""
    if invoice is None:
        return _Share(payment.stripe_payment_intent, payment.refunded_minor, payment.captured_minor)
    refunded = await invoices.sum_refunds(session, invoice.id)
    return _Share(invoice.stripe_invoice_id, refunded, await store.captured_for_invoice(session, invoice.id))


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
