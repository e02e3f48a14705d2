"""Refunds that staff make: a quote first, then the refund, once per key, audited, and never more than was paid."""

import logging
from dataclasses import dataclass

from billing_app import clock
from billing_app.accounts.roles import Principal, Role
from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.errors import (
    Conflict,
    DomainError,
    Forbidden,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    Unavailable,
)
from billing_app.journal.audit import SYSTEM, Actor, audit
from billing_app.payments.applying import Applier
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.refund_objects import RefundTold
from billing_app.payments.refunds import store
from billing_app.payments.refunds.models import Refund
from billing_app.payments.refunds.quoting import Disputed, NothingToRefund, Quotes, RefundQuote, check_amount, left_of
from billing_app.payments.stripe_errors import MissingAtStripe, PaymentDeclined, StripeRefused

FINISH_TASK = "finish_refund"
"""Argument `refund_id`: ours."""
_FINISH_AFTER_S = 120
_MAX_KEY, _MAX_REASON = 200, 1_000

logger = logging.getLogger(__name__)


class OverTheLimit(Forbidden):
    """More than the role may give back of one payment."""

    code = "refund_over_limit"
    title = "An admin has to make this refund"


class RefundRefused(Conflict):
    """Stripe does not make this refund: the balance does not cover it, or the charge can no longer be refunded."""

    code = "refund_refused"
    title = "The refund was refused"


@dataclass(frozen=True, slots=True)
class MadeRefund:
    """A refund that was asked for.

    Attributes:
        id: ours. `stripe_refund_id`: None only for one that Stripe refused.
        status: `pending`, `succeeded`, or what became of it since: `failed`, `canceled`, `requires_action`.
        repeated: the key was used before, for the same refund; nothing was done now.
        effects: what it did, in words; none if news from Stripe did it first.
    """

    id: int
    payment: int
    stripe_refund_id: str | None
    status: str
    amount_minor: int
    currency: str
    repeated: bool
    effects: tuple[str, ...] = ()


class Refunds:
    """What support and admins do about money that goes back. Every method names who asks and checks it (AD13)."""

    def __init__(
        self, database: Database, gateway: StripeGateway, applier: Applier, quotes: Quotes, *, support_limit_minor: int
    ) -> None:
        """`support_limit_minor`: the most support may give back of one payment; more needs an admin."""
        self._database = database
        self._gateway = gateway
        self._applier = applier
        self._quotes = quotes
        self._support_limit_minor = support_limit_minor

    async def quote(
        self, by: Principal, payment_id: int, amount_minor: int | None = None, *, closed_windows: bool = False
    ) -> RefundQuote:
        """What giving this much back would do; nothing is done.

        Args:
            payment_id: ours, as lists of payments have it.
            amount_minor: in minor units of the payment's currency, with tax; None: all that is left.
            closed_windows: spent credits of past months of a yearly plan are to be owed too.

        Raises:
            NotPermitted: the role is below support. NotFound: no such payment. NothingToRefund, Disputed, InvalidInput:
                it cannot be given back; says why.
        """
        by.require(Role.SUPPORT)
        return await self._quotes.quote(payment_id, amount_minor, closed_windows=closed_windows)

    async def make(
        self,
        by: Principal,
        payment_id: int,
        amount_minor: int,
        *,
        reason: str,
        key: str,
        closed_windows: bool = False,
    ) -> MadeRefund:
        """Give money back. Support up to the limit of the settings per payment, admins all that is left.

        Args:
            reason: in words, for the audit log.
            key: whoever repeats it gets the same refund, never a second one.

        Raises:
            NotPermitted, OverTheLimit: the role does not allow this much. NotFound: no such payment.
            NothingToRefund, InvalidInput: it cannot be given back; says why. Disputed: the bank has it.
            RefundRefused: Stripe does not make it.
            IdempotencyMismatch: the key was used for another refund.
            Unavailable: Stripe did not answer, so it is not known yet whether it was made; a job finds out, and the
                same key may be sent again.
        """
        by.require(Role.SUPPORT)
        reason, key = reason.strip(), key.strip()
        if not key or len(key) > _MAX_KEY:
            raise InvalidInput(f"A refund needs a key of at most {_MAX_KEY} characters.", field="key")
        if not reason or len(reason) > _MAX_REASON:
            raise InvalidInput(f"Say why, in at most {_MAX_REASON} characters.", field="reason")
        asked = _Asked(payment_id, amount_minor, reason, key, closed_windows)
        row, intent, new = await self._reserve(by, asked)
        if not new and row.status != "requested":
            if row.stripe_refund_id is None:
                raise RefundRefused("Stripe refused this refund before; nothing was given back. Ask under a new key.")
            return _made(row, repeated=True)
        return await self._finish(row, intent, repeated=not new)

    async def finish(self, refund_id: int) -> str:
        """The job behind `make`: ask Stripe again about a refund whose answer was lost. Its state then."""
        async with self._database.transaction() as session:
            row = await session.get(Refund, refund_id)
            payment = await store.payment_by_id(session, row.payment_id) if row is not None else None
        if row is None or payment is None:
            return "unknown"
        if row.status != "requested":
            return row.status
        try:
            return (await self._finish(row, payment.stripe_payment_intent, repeated=True)).status
        except RefundRefused:
            return "failed"

    async def _reserve(self, by: Principal, asked: "_Asked") -> tuple[Refund, str, bool]:
        """Write the request, under the lock of its payment: from here on it counts. The row, and whether it is new."""
        async with self._database.transaction() as session:
            payment = await store.payment_by_id(session, asked.payment_id, lock=True)
            if payment is None:
                raise NotFound("There is no such payment.")
            known = await store.refund_by_key(session, asked.key)
            if known is not None:
                same = (known.payment_id, known.amount_minor) == (asked.payment_id, asked.amount_minor)
                if not same or known.closed_windows != asked.closed_windows:
                    raise IdempotencyMismatch("This key was used for another refund. Use a new key for a new refund.")
                return known, payment.stripe_payment_intent, False
            left = await left_of(session, payment)
            check_amount(asked.amount_minor, left, payment.currency)
            self._check_limit(by, payment.captured_minor - left + asked.amount_minor, payment.currency)
            row = await store.insert_refund(
                session,
                {
                    "customer_id": payment.customer_id,
                    "payment_id": payment.id,
                    "key": asked.key,
                    "amount_minor": asked.amount_minor,
                    "currency": payment.currency,
                    "status": "requested",
                    "reason": asked.reason,
                    "by": f"user:{by.user_id}",
                    "closed_windows": asked.closed_windows,
                    "created_at": clock.now(),
                },
            )
            if row is None:
                raise Conflict("A refund under this key is being made right now. Look again in a moment.")
            after = {"payment": payment.id, "amount_minor": asked.amount_minor, "currency": payment.currency}
            await audit(
                session,
                Actor.user(by.user_id),
                "refund.requested",
                f"customer:{payment.customer_id}",
                before={"refunded_minor": payment.refunded_minor},
                after={**after, "refund": row.id, "closed_windows": asked.closed_windows},
                reason=asked.reason,
            )
            await defer(session, FINISH_TASK, delay_s=_FINISH_AFTER_S, refund_id=row.id)
        return row, payment.stripe_payment_intent, True

    def _check_limit(self, by: Principal, given_back_minor: int, currency: str) -> None:
        """Several small refunds of one payment count together."""
        if by.role is Role.SUPPORT and given_back_minor > self._support_limit_minor:
            raise OverTheLimit(
                f"Support may give back up to {self._support_limit_minor} {currency} (minor units) of a payment. Ask "
                "an admin for more."
            )

    async def _finish(self, row: Refund, intent: str, *, repeated: bool) -> MadeRefund:
        marks = {"refund": str(row.id), "by": row.by}
        if row.closed_windows:
            marks["closed_windows"] = "owed"
        try:
            told = await self._asked_before(row, intent) if repeated else None
            if told is None:
                told = await self._gateway.make_refund(
                    intent, row.amount_minor, metadata=marks, key=f"refund-{row.id}-{row.payment_id}"
                )
        except (StripeRefused, PaymentDeclined, MissingAtStripe, Conflict) as refused:
            await self._note_refusal(row, refused)
            raise RefundRefused(
                "Stripe does not make this refund. Nothing was given back; look at the payment in Stripe."
            ) from refused
        except Unavailable as silent:
            raise Unavailable(
                "Stripe did not answer, so it is not known yet whether the refund was made. It is looked after; send "
                "the same request again to see it."
            ) from silent
        try:
            effects = await self._applier.watch_payment(intent)
        except DomainError:  # made it is; what follows comes with its event
            logger.warning("refund %s is made; what it takes back follows with its news", told.id)
            effects = ()
        async with self._database.transaction() as session:
            fresh = await session.get(Refund, row.id)
        assert fresh is not None, "refunds are never deleted"
        if fresh.stripe_refund_id is None:
            return _made(fresh, repeated=repeated, told=told)
        return _made(fresh, repeated=repeated, effects=effects)

    async def _asked_before(self, row: Refund, intent: str) -> RefundTold | None:
        """The refund that an earlier attempt made, also when Stripe has forgotten the key: after a day it does."""
        charge = await self._gateway.charge_of_intent(intent)
        if charge is None:
            return None
        refunds = (await self._gateway.money_back(charge)).refunds
        return next((one for one in refunds if one.metadata.get("refund") == str(row.id)), None)

    async def _note_refusal(self, row: Refund, why: DomainError) -> None:
        """What Stripe refused gives nothing back; the request is over, and counts no more."""
        async with self._database.transaction() as session:
            await store.update_refund(session, row.id, status="failed", failure_reason=why.code)
            await audit(
                session,
                SYSTEM,
                "refund.refused",
                f"customer:{row.customer_id}",
                after={"refund": row.id, "payment": row.payment_id, "why": why.code},
            )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A refund as it was asked for."""

    payment_id: int
    amount_minor: int
    reason: str
    key: str
    closed_windows: bool


def _made(row: Refund, *, repeated: bool, effects: tuple[str, ...] = (), told: RefundTold | None = None) -> MadeRefund:
    return MadeRefund(
        id=row.id,
        payment=row.payment_id,
        stripe_refund_id=told.id if told else row.stripe_refund_id,
        status=told.status if told else row.status,
        amount_minor=row.amount_minor,
        currency=row.currency,
        repeated=repeated,
        effects=effects,
    )


__all__ = ["Disputed", "MadeRefund", "NothingToRefund", "OverTheLimit", "RefundQuote", "RefundRefused", "Refunds"]
