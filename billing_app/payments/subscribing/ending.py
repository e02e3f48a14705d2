"""Ending a plan, and taking that back. What it does to credits follows from the mirror, by the policies."""

import logging
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions import standing
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.errors import Conflict, InvalidInput
from billing_app.journal.funnel import funnel
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.stripe_errors import MissingAtStripe, StripeRefused
from billing_app.payments.stripe_subscribing import Running
from billing_app.payments.subscribing import store
from billing_app.payments.subscribing.errors import NoSubscription
from billing_app.payments.subscribing.following import follow
from billing_app.payments.subscribing.turns import Turns
from billing_app.payments.subscribing.views import CancelReason, Ending

MAX_COMMENT = 500
_BY_HAND = "Your plan was agreed with us. Write to us to change or end it."

logger = logging.getLogger(__name__)


class Ender:
    """Cancels and resumes at Stripe, one at a time per customer."""

    def __init__(self, database: Database, gateway: StripeGateway, turns: Turns) -> None:
        self._database = database
        self._gateway = gateway
        self._turns = turns

    async def cancel(self, customer_id: int, *, at_once: bool, reason: str | None, comment: str | None) -> Ending:
        """See `SubscriptionService.cancel`."""
        feedback, words = _reason(reason), _comment(comment)
        async with self._turns.one(customer_id, "cancel"):
            held = await self._held(customer_id)
            if held.status in standing.OVER:
                return Ending(held.ended_at, already=True, detail=f"{_name(held)} has ended already. Nothing is due.")
            assert held.stripe_subscription_id is not None, "a plan by hand is refused"
            running = await self._gateway.running(held.stripe_subscription_id)
            try:
                ending = await self._cancel(held, running, at_once=at_once, feedback=feedback, comment=words)
            finally:
                await follow(self._database, customer_id, running.id)
            if not ending.already:
                async with self._database.transaction() as session:
                    await _keep(session, held, at_once=at_once, reason=feedback, comment=words)
        return ending

    async def _cancel(
        self, held: HeldSubscription, running: Running, *, at_once: bool, feedback: str | None, comment: str | None
    ) -> Ending:
        name = _name(held)
        if running.over:
            return Ending(running.ended_at, already=True, detail=f"{name} has ended already. Nothing is due.")
        if at_once:
            await self._gateway.cancel_now(running.id, feedback=feedback, comment=comment)
            dropped = await self._stop_collection(running.id)
            words = " What was open is not collected any more." if dropped else ""
            return Ending(clock.now(), already=False, detail=f"{name} has ended.{words}")
        if running.cancelled:
            ends_at = running.cancel_at or running.period_end
            return Ending(ends_at, already=True, detail=f"{name} is cancelled already and ends on {_day(ends_at)}.")
        if running.schedule is not None:  # Stripe lets only the schedule decide how such a subscription goes on
            await self._release(running)
        await self._drop_waiting(running)
        after = await self._gateway.set_cancel_at_period_end(
            running.id, cancel=True, feedback=feedback, comment=comment
        )
        ends_at = after.cancel_at or after.period_end
        if after.status == "past_due":
            words = f"{name} ends on {_day(ends_at)}. The payment that is open stays due and may still be collected."
            return Ending(ends_at, already=False, detail=words)
        return Ending(ends_at, already=False, detail=f"{name} is cancelled. You keep it until {_day(ends_at)}.")

    async def resume(self, customer_id: int) -> Ending:
        """See `SubscriptionService.resume`."""
        async with self._turns.one(customer_id, "resume"):
            held = await self._held(customer_id)
            if held.status in standing.OVER:
                raise NoSubscription(f"{_name(held)} has ended. Choose a plan on the pricing page to start anew.")
            assert held.stripe_subscription_id is not None, "a plan by hand is refused"
            running = await self._gateway.running(held.stripe_subscription_id)
            if running.over:
                await follow(self._database, customer_id, running.id)
                raise NoSubscription(f"{_name(held)} has ended. Choose a plan on the pricing page to start anew.")
            if not running.cancelled:
                return Ending(None, already=True, detail=f"{_name(held)} is not cancelled. It goes on.")
            try:
                if running.cancel_at_period_end:
                    await self._gateway.set_cancel_at_period_end(running.id, cancel=False)
                else:
                    await self._gateway.clear_cancel_at(running.id)
            finally:
                await follow(self._database, customer_id, running.id)
        async with self._database.transaction() as session:
            await funnel(session, "plan_resumed", customer_id=customer_id, data={"code": held.plan_code})
        return Ending(None, already=False, detail=f"{_name(held)} goes on. It renews on {_day(running.period_end)}.")

    async def _held(self, customer_id: int) -> HeldSubscription:
        async with self._database.transaction() as session:
            held = await subscriptions.latest(session, customer_id)
        if held is None:
            raise NoSubscription("You have no plan that could be cancelled or resumed.")
        if held.by_hand:
            raise Conflict(_BY_HAND)
        return held

    async def _release(self, running: Running) -> None:
        assert running.schedule is not None, "asked only with a schedule"
        try:
            await self._gateway.release_schedule(running.schedule)
        except (StripeRefused, MissingAtStripe):
            if (await self._gateway.running(running.id)).schedule is not None:
                raise

    async def _drop_waiting(self, running: Running) -> None:
        """A switch that waits for its payment must not come about after its plan was cancelled."""
        if running.waits and running.latest_invoice:
            try:
                await self._gateway.void_invoice(running.latest_invoice)
            except StripeRefused:
                logger.warning("the invoice %s that a switch waited for could not be voided", running.latest_invoice)

    async def _stop_collection(self, subscription: str) -> bool:
        """Void what is still open of a subscription that has ended, and hold drafts; whether there was anything.

        Stripe promises to stop collecting what is final, and says nothing of a renewal in its hour as a draft.
        """
        dropped = False
        for invoice, status in await self._gateway.invoices_of(subscription):
            if status not in ("open", "draft"):
                continue
            try:
                await (self._gateway.void_invoice if status == "open" else self._gateway.hold_draft)(invoice)
            except StripeRefused:  # paid in this very moment: a refund is then for people to decide
                logger.warning("the %s invoice %s of a cancelled plan could not be stopped", status, invoice)
            else:
                dropped = True
        return dropped


async def _keep(
    session: AsyncSession, held: HeldSubscription, *, at_once: bool, reason: str | None, comment: str | None
) -> None:
    await store.add_cancellation(
        session,
        customer_id=held.customer_id,
        subscription_id=held.id,
        at_once=at_once,
        reason=reason,
        comment=comment,
    )
    data = {"code": held.plan_code, "at_once": at_once, "reason": reason}
    await funnel(session, "plan_cancelled", customer_id=held.customer_id, data=data)


def _reason(reason: str | None) -> str | None:
    if not reason:
        return None
    if reason not in tuple(CancelReason):
        known = ", ".join(CancelReason)
        raise InvalidInput(f"This reason is not one of: {known}. Leave it out if none fits.", field="reason")
    return str(reason)


def _comment(comment: str | None) -> str | None:
    text = (comment or "").replace("\x00", "").strip()
    if len(text) > MAX_COMMENT:
        raise InvalidInput(f"Say it in {MAX_COMMENT} characters or fewer.", field="comment")
    return text or None


def _name(held: HeldSubscription) -> str:
    return held.plan.name if held.plan else "Your plan"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b} {at.year}"
