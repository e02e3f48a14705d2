"""Nobody who was erased is charged, and nobody pays for nothing: pages close, plans end, late money goes back.

A payment page lives an hour. It is closed before its customer is erased; but it may be paid, or opened, in that very
moment, and a bank may confirm days later what was begun before. So a job looks again, until nothing is left.
"""

import logging
from datetime import datetime

from billing_app import clock
from billing_app.accounts.customers import is_erased
from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.errors import Conflict, DomainError, Unavailable
from billing_app.journal.audit import SYSTEM, audit
from billing_app.money import Money
from billing_app.payments import store as payments
from billing_app.payments.applying import Applier
from billing_app.payments.checkout import customer_lock
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.leaving import store
from billing_app.payments.models import Payment
from billing_app.payments.refund_objects import ACTING, RefundTold
from billing_app.payments.stripe_errors import MissingAtStripe, PaymentDeclined, StripeRefused, code_of
from billing_app.payments.subscribing.service import SubscriptionService

CLEAR_TASK = "clear_erased"
"""Argument `customer_id`: ours. Safe to repeat."""
_LOOK_AGAIN_S = 120
_SOON, _LATER = -5, -10
"""Below events of the same customer; and a job that waits for its time below all that would wait for it."""
_AT_ONCE = 500
_MOST_FAILED = 3
"""Refunds of a payment that a bank has sent back, after which it is for people."""
_DISPUTED = "charge_disputed"

logger = logging.getLogger(__name__)


class Leaving:
    """One per process."""

    def __init__(
        self, database: Database, gateway: StripeGateway, applier: Applier, plans: SubscriptionService
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._applier = applier
        self._plans = plans

    async def close_pages(self, customer_id: int) -> int:
        """Close every payment page of ours that is open for a customer, and learn what became of the others.

        Returns:
            How many were closed.

        Raises:
            Unavailable: Stripe does not answer; pages may still be open.
        """
        async with self._database.transaction() as session:
            rows = await store.unsettled(session, customer_id)
            stripe_customer = await payments.stripe_customer_id(session, customer_id)
        if not rows or stripe_customer is None:
            return 0
        closed = 0
        for page in await self._gateway.open_sessions(stripe_customer):
            try:
                await self._gateway.expire_session(page)
                closed += 1
            except (StripeRefused, MissingAtStripe):  # paid, or over, in this very moment: seen below
                continue
        for row in rows:
            if row.stripe_session_id:
                await self._learn(row.stripe_session_id)
        return closed

    async def _learn(self, session_id: str) -> None:
        """What Stripe says of a page now: expired; or paid, which is then granted as any purchase."""
        try:
            await self._applier.watch_session(session_id)
        except Unavailable:
            raise
        except DomainError as error:  # a page that Stripe does not know, or that does not fit our books: for staff
            logger.warning("session %s of a customer who leaves could not be settled: %s", session_id, error.detail)

    async def left(self, customer_id: int) -> None:
        """Queue the job that looks at once, and again when what was under way has come through."""
        async with self._database.transaction() as session:
            lock = customer_lock(await payments.stripe_customer_id(session, customer_id))
            if lock is not None:
                for priority, delay_s in ((_SOON, 0), (_LATER, _LOOK_AGAIN_S)):
                    await defer(
                        session, CLEAR_TASK, lock=lock, priority=priority, delay_s=delay_s, customer_id=customer_id
                    )

    async def queue_unfinished(self, since: datetime) -> int:
        """Queue the job for everybody erased since then who has a page, a plan or money left; how many."""
        queued = above = 0
        while True:
            async with self._database.transaction() as session:
                found = await store.unfinished(session, since, above, _AT_ONCE)
                for customer_id in found:
                    lock = customer_lock(await payments.stripe_customer_id(session, customer_id))
                    await defer(session, CLEAR_TASK, lock=lock, priority=_SOON, customer_id=customer_id)
            queued += len(found)
            if len(found) < _AT_ONCE:
                return queued
            above = found[-1]

    async def clear(self, customer_id: int) -> tuple[str, ...]:
        """The job: close what is open, end what runs, give back what was paid since. Idempotent; audited.

        Returns:
            What was done, in words; nothing: there was nothing to do, or the customer was not erased.

        Raises:
            Unavailable, Conflict: not all could be done; the job goes on with the rest when it runs again.
        """
        async with self._database.transaction() as session:
            if not await is_erased(session, customer_id):
                return ()
        done: list[str] = []
        if closed := await self.close_pages(customer_id):
            done.append(f"{closed} payment pages closed")
        done += await self._end_plan(customer_id)
        if done:
            async with self._database.transaction() as session:
                await audit(
                    session, SYSTEM, "customer.cleared_at_stripe", f"customer:{customer_id}", after={"done": done}
                )
        async with self._database.transaction() as session:
            late = await store.paid_since(session, customer_id)
        for payment in late:
            done.append(await self._give_back(payment))
        return tuple(done)

    async def _end_plan(self, customer_id: int) -> list[str]:
        """End what was bought while its customer was erased; otherwise it would renew, and nobody could cancel it."""
        async with self._database.transaction() as session:
            held = await subscriptions.live(session, customer_id)
        if held is None or held.stripe_subscription_id is None:
            return []
        ending = await self._plans.cancel(customer_id, at_once=True)
        await self._applier.watch_subscription(held.stripe_subscription_id)
        return [ending.detail]

    async def _give_back(self, known: Payment) -> str:
        """Refund what is left of a payment whose customer was nobody when it was made; what it gave goes with it.

        What is left says whether it is done, no note of ours: a refund may be refused now and made later, and one that
        was made may fail days after. Stripe gives back no more than there is, whatever we ask, and however often.
        """
        intent, made, why, final = known.stripe_payment_intent, None, None, False
        try:
            await self._applier.watch_payment(intent)  # it may be given back already, by whomever
            payment, failed = await self._now(known)
            if failed >= _MOST_FAILED:
                why, final = "refund_failed", True
            elif left := _left(payment):
                # Stripe repeats an answer for a day: a refusal is asked about anew in another hour, a failure at once.
                key = f"erased-{payment.id}-{left}-{failed}-{clock.wall():%Y%m%d%H}"
                made = await self._gateway.make_refund(intent, left, metadata={"why": "customer_erased"}, key=key)
                why = None if made.status in ACTING else f"refund_{made.status}"
                await self._applier.watch_payment(intent)
        except (StripeRefused, MissingAtStripe, PaymentDeclined, Conflict) as refused:
            if made is None:
                why = code_of(refused) or refused.code
                final = why == _DISPUTED
        payment, _ = await self._now(known)
        if why is not None and _left(payment):
            return await self._note_refusal(payment, why, final=final)
        return await self._note_given_back(payment, made)

    async def _now(self, known: Payment) -> tuple[Payment, int]:
        """The payment as it is known now, and how many of its refunds have failed."""
        async with self._database.transaction() as session:
            payment = await session.get(Payment, known.id)
            refunds = await store.failed_refunds(session, known.id)
        assert payment is not None, "payments are never deleted"
        return payment, refunds

    async def _note_refusal(self, payment: Payment, why: str, *, final: bool) -> str:
        """For people, once; it is tried again all the same, unless it cannot be any more."""
        intent, left = payment.stripe_payment_intent, Money(_left(payment), payment.currency).written()
        async with self._database.transaction() as session:
            if final:
                await payments.claim_fact(session, store.FINAL, intent, "job")
            if await payments.claim_fact(session, store.REFUSED, intent, "job"):
                logger.error("payment %s of somebody erased could not be given back: %s", payment.id, why)
                await audit(
                    session,
                    SYSTEM,
                    "payment.not_given_back",
                    f"customer:{payment.customer_id}",
                    after={"payment": payment.id, "amount": left, "why": why},
                )
        return f"payment {payment.id}: {left} stay: {why}"

    async def _note_given_back(self, payment: Payment, made: RefundTold | None) -> str:
        """Once for each refund; and once for what was given back before it could be noted, or by somebody else."""
        intent = payment.stripe_payment_intent
        back = Money(made.amount_minor if made else payment.refunded_minor, payment.currency)
        async with self._database.transaction() as session:
            first = await payments.claim_fact(session, store.LOOKED_AT, intent, "job")
            if made is not None:
                first = await payments.claim_fact(session, store.MADE, made.id, "job")
            if first and back.minor:
                await audit(
                    session,
                    SYSTEM,
                    "payment.given_back",
                    f"customer:{payment.customer_id}",
                    after={"payment": payment.id, "amount": back.written()},
                )
        return f"payment {payment.id}: {back.written()} given back"


def _left(payment: Payment) -> int:
    """What Stripe may still give back, in minor units."""
    return max(0, payment.captured_minor - payment.refunded_minor - payment.disputed_minor)
