"""What a refund would take back, found out by taking it back and undoing that: exactly what would happen."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.service import CatalogService
from billing_app.credits import Ledger, Revoke, Revoked, Spent
from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.errors import Conflict, InvalidInput, NotFound
from billing_app.payments import transaction_store
from billing_app.payments.mirroring import store as invoices
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Payment
from billing_app.payments.refunds import shares, store
from billing_app.payments.refunds.bringing import paid_by


class NothingToRefund(InvalidInput):
    """The payment was never captured, or all of it was given back."""

    code = "nothing_to_refund"
    title = "Nothing to refund"


class Disputed(Conflict):
    """The holder's bank has the money of this payment: Stripe refunds nothing of it."""

    code = "payment_disputed"
    title = "The payment is disputed"


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """What would happen if this much of a payment were given back now; nothing has.

    Attributes:
        customer_id: whose payment it is.
        amount_minor: what would be given back, with tax; `left_minor`: the most that could be.
        credits_granted, credits_spent, credits_unspent, credits_expired: of all that the payment brought, as it stands.
        takes: credits that would be taken back; `waits`: more, when running holds return them; `owes`: spent credits
            that would become a debt, paid off by the next credits; `forgives`: spent or expired ones, written off.
        closed_windows: spent credits of past months of a yearly plan among those written off, which would be owed
            instead if staff says so.
        locks: unlocks that would be locked again; only the whole amount does that.
        plan: the plan the payment was for, which goes on all the same: a refund cancels nothing; None: no plan.
    """

    payment: int
    customer_id: int
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
    closed_windows: int = 0
    plan: str | None = None


class Quotes:
    """Tries refunds and undoes them. Whoever calls it has looked whose payment it is."""

    def __init__(self, database: Database, ledger: Ledger, catalog: CatalogService) -> None:
        self._database = database
        self._ledger = ledger
        self._catalog = catalog

    async def quote(
        self, payment_id: int, amount_minor: int | None = None, *, closed_windows: bool = False
    ) -> RefundQuote:
        """The quote for this much on top of what was given back before; None: all that is left.

        Raises:
            NotFound: no such payment. NothingToRefund: there is nothing left of it. Disputed: the bank has it.
                InvalidInput: more than is left.
        """
        spent = Spent((await self._catalog.current()).policies.refund_of_spent)
        async with self._database.transaction() as session:
            payment = await store.payment_by_id(session, payment_id, lock=True)
            if payment is None:
                raise NotFound("There is no such payment.")
            left = await left_of(session, payment)
            amount = left if amount_minor is None else amount_minor
            check_amount(amount, left, payment.currency)
            checkout, invoice = await _paid_for(session, payment)
            made = await self._tried(
                session, payment, checkout or invoice, amount=amount, spent=spent, closed_windows=closed_windows
            )
            standing = await store.standing(session, payment)
            plan = await _plan_of(session, invoice)
            session.expunge_all()  # what was read stays readable; what was tried is undone
            await session.rollback()
        whole = standing.given_back + amount >= standing.captured
        return RefundQuote(
            payment=payment_id,
            customer_id=payment.customer_id,
            currency=payment.currency,
            captured_minor=payment.captured_minor,
            refunded_minor=payment.refunded_minor,
            left_minor=left,
            amount_minor=amount,
            credits_granted=made.lots.granted,
            credits_spent=made.lots.granted - made.lots.remaining - made.lots.expired - made.lots.taken,
            credits_unspent=made.lots.remaining,
            credits_expired=made.lots.expired,
            takes=made.after.taken - made.before.taken,
            waits=made.after.held - made.before.held,
            owes=made.after.owed - made.before.owed,
            forgives=made.after.forgiven - made.before.forgiven,
            closed_windows=made.closed_windows,
            locks=(checkout.code,) if whole and checkout is not None and checkout.kind == "unlock" else (),
            plan=plan,
        )

    async def _tried(
        self,
        session: AsyncSession,
        payment: Payment,
        paid_for: Checkout | Invoice | None,
        *,
        amount: int,
        spent: Spent,
        closed_windows: bool,
    ) -> "_Tried":
        assert paid_for is not None, "a payment is made by a checkout or an invoice"
        name = paid_by(paid_for, payment)
        lots = await transaction_store.lots_of(session, payment.customer_id, name)
        if not lots.granted:
            return _Tried(lots, _NOTHING, _NOTHING, 0)
        standing = await store.standing(session, payment)
        closed_before = standing.closed_windows

        async def at(given_back: int, *, closed: bool) -> _Told:
            revoke = Revoke(
                customer_id=payment.customer_id,
                payment=name,
                refunded=given_back,
                captured=standing.captured,
                spent=spent,
                closed_windows=closed,
                actor="quote",
                note="A refund that is only asked about",
            )
            revoked = await self._ledger.apply_one(session, revoke, Revoked)
            return _Told(revoked.taken, revoked.held, revoked.owed, revoked.forgiven)

        before = await at(standing.given_back, closed=closed_before)
        then = standing.given_back + amount
        after = await at(then, closed=closed_before or closed_windows)
        owed_too = await at(then, closed=True)
        return _Tried(lots, before, after, owed_too.owed - after.owed)


async def left_of(session: AsyncSession, payment: Payment) -> int:
    """The most that can be given back of a payment now.

    Raises:
        Disputed: it is at the bank. NothingToRefund: nothing is left.
    """
    refunds, disputes = await store.refunds_of(session, payment.id), await store.disputes_of(session, payment.id)
    given_back = shares.refundable(payment.captured_minor, refunds, ())
    # Refunds of before this product kept them one by one are in the sum alone.
    left = min(given_back, payment.captured_minor - payment.refunded_minor)
    if shares.refundable(left, (), disputes) < left:
        raise Disputed(
            "This payment is, or was, disputed at the bank, which decides about the money. Answer it in Stripe."
        )
    if left <= 0:
        raise NothingToRefund("Nothing of this payment is left to give back.", field="payment")
    return left


def check_amount(amount_minor: int, left_minor: int, currency: str) -> None:
    """Refuse what is more than there is.

    Raises:
        InvalidInput: it is not 1 to what is left.
    """
    if type(amount_minor) is not int or not 1 <= amount_minor <= left_minor:
        raise InvalidInput(f"At most {left_minor} {currency} (minor units) are left.", field="amount_minor")


async def _paid_for(session: AsyncSession, payment: Payment) -> tuple[Checkout | None, Invoice | None]:
    if payment.invoice_id is not None:
        return None, await invoices.invoice_by_id(session, payment.invoice_id)
    return await store.checkout_of(session, payment), None


async def _plan_of(session: AsyncSession, invoice: Invoice | None) -> str | None:
    if invoice is None or invoice.subscription_id is None:
        return None
    held = await subscriptions.by_id(session, invoice.subscription_id)
    return held.plan.name if held is not None and held.plan is not None and held.ended_at is None else None


@dataclass(frozen=True, slots=True)
class _Told:
    """What the ledger says of a payment's credits, in all."""

    taken: int
    held: int
    owed: int
    forgiven: int


_NOTHING = _Told(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Before and after; `closed_windows`: what would be owed besides if closed windows counted."""

    lots: transaction_store.Lots
    before: _Told
    after: _Told
    closed_windows: int
