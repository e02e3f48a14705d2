"""Does what a preview promised, or nothing: an upgrade now, a downgrade at the period's end, and takes it back."""

import logging
from datetime import UTC, datetime

from billing_app import clock
from billing_app.catalog import store as catalog_store
from billing_app.catalog.items import Offer
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.errors import Conflict, Unavailable
from billing_app.journal.funnel import funnel
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.stripe_errors import MissingAtStripe, PaymentDeclined, StripeRefused
from billing_app.payments.stripe_subscribing import Running
from billing_app.payments.subscribing.errors import NoSubscription, PreviewExpired
from billing_app.payments.subscribing.following import follow
from billing_app.payments.subscribing.previewing import Previewer, Wanted
from billing_app.payments.subscribing.prices import StripePrices
from billing_app.payments.subscribing.steps import waits_for
from billing_app.payments.subscribing.tokens import ChangeTokens, Promise, digest
from billing_app.payments.subscribing.turns import Turns
from billing_app.payments.subscribing.views import Changed, ChangeState, Ending

_AGAIN = "What was shown has changed since. Look at the change again; nothing was changed."
_FAILED = "The payment failed. Nothing was charged, and your plan is as it was. Check your card and try again."

logger = logging.getLogger(__name__)


class Changer:
    """Makes changes at Stripe, one at a time per customer."""

    def __init__(
        self,
        database: Database,
        gateway: StripeGateway,
        catalog: CatalogService,
        *,
        previewer: Previewer,
        prices: StripePrices,
        tokens: ChangeTokens,
        turns: Turns,
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._catalog = catalog
        self._previewer = previewer
        self._prices = prices
        self._tokens = tokens
        self._turns = turns

    async def switch(self, customer_id: int, token: str) -> Changed:
        """See `SubscriptionService.switch`."""
        promise = self._tokens.read(token, customer_id=customer_id, at=clock.now())
        offer = await self._catalog.item(promise.item_id)
        async with self._turns.one(customer_id, "switch"):
            try:
                changed = await self._switch(customer_id, promise, offer, digest(token))
            finally:
                await follow(self._database, customer_id, promise.subscription)
        async with self._database.transaction() as session:
            data = {"code": offer.code, "period": changed.period, "state": changed.state.value}
            await funnel(session, "plan_switched", customer_id=customer_id, data=data)
        return changed

    async def _switch(self, customer_id: int, promise: Promise, offer: Offer, key: str) -> Changed:
        period = offer.period.value if offer.period else ""
        price_id = await self._prices.ensure(offer)
        running = await self._gateway.running(promise.subscription)
        if promise.now and running.price == price_id and not running.waits:
            return Changed(ChangeState.DONE, offer.code, period, clock.now(), None, f"You have {offer.name} now.")
        try:
            wanted = await self._previewer.wanted(customer_id, offer.code, period)
            running = await self._previewer.running(wanted.held)
        except Conflict as why:
            raise PreviewExpired(why.detail) from why
        stands = (running.id, running.price, int(running.period_end.timestamp()), wanted.offer.item_id)
        if stands != (promise.subscription, promise.price, promise.period_end, promise.item_id):
            raise PreviewExpired(_AGAIN)
        if (wanted.step.now, wanted.ends_trial) != (promise.now, promise.end_trial):
            raise PreviewExpired(_AGAIN)
        if not promise.now:
            await self._gateway.schedule_switch(running, price_id, period)
            words = f"You change to {offer.name} when your paid time ends. Until then nothing changes."
            return Changed(ChangeState.SCHEDULED, offer.code, period, running.period_end, None, words)
        return await self._now(promise, wanted, running, price_id, key)

    async def _now(self, promise: Promise, wanted: Wanted, running: Running, price_id: str, key: str) -> Changed:
        offer, at = wanted.offer, datetime.fromtimestamp(promise.proration_date, UTC)
        period = wanted.price.period.value
        if wanted.billed_now:
            today = await self._previewer.today(wanted, running, price_id, at)
            if (today.due_minor, today.total_minor) != (promise.due_minor, promise.total_minor):
                raise PreviewExpired(_AGAIN)
        failed = Changed(ChangeState.PAYMENT_FAILED, offer.code, period, None, None, _FAILED)
        # After an attempt that failed another may follow, with another card: it is another request.
        attempt = f"plan-{key}-{running.latest_invoice}"
        try:
            after = await self._gateway.switch_now(
                running.id, running.item, price_id, at=at, end_trial=promise.end_trial, key=attempt
            )
        except PaymentDeclined:
            return failed
        except Unavailable as silent:
            raise Unavailable(
                "The payment provider did not answer, so it is not known yet whether your plan was switched. Look at "
                "it in a minute, or confirm again: it is done once."
            ) from silent
        if not after.waits:
            return Changed(ChangeState.DONE, offer.code, period, at, None, f"You have {offer.name} now.")
        assert after.latest_invoice is not None, "what waits, waits for an invoice"
        invoice = await self._gateway.invoice(after.latest_invoice)
        waiting = waits_for(paid.intent.status for paid in invoice.payments)
        if waiting is ChangeState.UNDER_WAY:
            words = "Your payment is on its way. Your plan is switched when it arrives; until then nothing changes."
            return Changed(ChangeState.UNDER_WAY, offer.code, period, None, None, words)
        if waiting is ChangeState.NEEDS_ACTION and invoice.hosted_url:
            words = "Your bank asks you to confirm the payment. Your plan is switched once you have."
            return Changed(ChangeState.NEEDS_ACTION, offer.code, period, None, invoice.hosted_url, words)
        await self._drop(after.latest_invoice)
        return failed

    async def _drop(self, invoice_id: str) -> None:
        """Nothing may stay of a switch whose payment failed: the change goes with its invoice."""
        try:
            await self._gateway.void_invoice(invoice_id)
        except StripeRefused:  # paid or voided in between: what is true then, the mirror learns
            logger.warning("the invoice %s of a failed switch could not be voided", invoice_id)

    async def undo(self, customer_id: int) -> Ending:
        """See `SubscriptionService.undo_change`."""
        async with self._turns.one(customer_id, "undo"):
            async with self._database.transaction() as session:
                held = await subscriptions.live(session, customer_id)
                coming = None
                if held is not None and held.next_item_id is not None:
                    coming = await catalog_store.item(session, held.next_item_id)
            if held is None or held.stripe_subscription_id is None:
                raise NoSubscription("You have no plan with a change to undo.")
            running = await self._gateway.running(held.stripe_subscription_id)
            name = held.plan.name if held.plan else "your plan"
            if running.schedule is None:
                if coming is not None:
                    await follow(self._database, customer_id, running.id)
                return Ending(None, already=True, detail=f"No change is scheduled. You keep {name}.")
            try:
                await self._gateway.release_schedule(running.schedule)
            except (StripeRefused, MissingAtStripe):  # released by another hand in between
                if (await self._gateway.running(running.id)).schedule is not None:
                    raise
            await follow(self._database, customer_id, running.id)
        return Ending(None, already=False, detail=f"The change is taken back. You keep {name}.")
