"""Trials: whether one is offered, and what becomes of one that was taken before under another name.

Customer and mailbox are known before paying, so the page is opened without a trial. A card is known only once it was
given, with the trial or while it runs: then the trial is ended at once, nothing is charged, and the plan is offered
without.
"""

import logging

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.customers import get_customer
from billing_app.db.engine import Database
from billing_app.db.queue import defer
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.journal.audit import STRIPE, audit
from billing_app.payments import store as payments
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.mirroring import store as mirror
from billing_app.payments.models import Checkout
from billing_app.payments.stripe_errors import MissingAtStripe, StripeRefused
from billing_app.payments.subscribing import store
from billing_app.payments.subscribing.following import follow
from billing_app.payments.subscribing.trial_rules import TrialKeys

END_TRIAL_TASK = "end_refused_trial"
TRIAL_TAKEN = "trial_taken"
TAKEN_WORDS = "Your free trial was used before, so this plan begins with its first payment."

logger = logging.getLogger(__name__)


class Trials:
    """One per process; joins the caller's transaction."""

    def __init__(self, keys: TrialKeys) -> None:
        self._keys = keys

    async def is_taken(self, session: AsyncSession, customer_id: int) -> bool:
        """Whether this customer or their mailbox has had a trial: asked before a payment page is opened."""
        contact = await get_customer(session, customer_id)
        return await store.trial_taken(session, customer_id, self._keys.of_mailbox(contact.email))

    async def begin(
        self,
        session: AsyncSession,
        *,
        customer_id: int,
        stripe_subscription_id: str,
        plan_code: str | None,
        card_fingerprint: str | None,
        checkout: str | None = None,
        lock: str | None = None,
    ) -> bool:
        """A subscription on trial has been reported: note it, or have it ended. Safe to repeat.

        Args:
            card_fingerprint: Stripe's, of the card it will be paid with; None: no card was given.
            checkout: our name of the checkout it was begun with; None: made in Stripe by the merchant.
            lock: the queue's lock of the Stripe customer.

        Returns:
            True: the trial is theirs, grant its credits. False: it was taken before; grant nothing, a job ends it.
        """
        contact = await get_customer(session, customer_id)
        theirs = await store.take_trial(
            session,
            {
                "customer_id": customer_id,
                "stripe_subscription_id": stripe_subscription_id,
                "plan_code": plan_code,
                "mailbox_mac": self._keys.of_mailbox(contact.email),
                "card_mac": self._keys.of_card(card_fingerprint),
                "taken_at": clock.now(),
            },
        )
        if theirs or checkout is None:  # what the merchant gives in Stripe's dashboard is given
            return True
        row = await mirror.checkout_of_subscription(session, stripe_subscription_id, checkout)
        await self._refuse(session, customer_id, stripe_subscription_id, plan_code, row, lock=lock)
        return False

    async def card_known(
        self, session: AsyncSession, held: HeldSubscription, *, card_fingerprint: str | None, lock: str | None = None
    ) -> bool:
        """A card has become known while a trial runs that was begun without one: note it, or have the trial ended.

        Safe to repeat. A trial that has a card noted keeps it, whichever other card is used later.

        Returns:
            False: the card has had a trial with somebody else; a job ends this one, nothing is charged.
        """
        card, subscription = self._keys.of_card(card_fingerprint), held.stripe_subscription_id
        if card is None or subscription is None or held.status != "trialing":
            return True
        if await store.note_card(session, subscription, card):
            return True
        row = await mirror.checkout_of_subscription(session, subscription, None)
        if row is None:  # what the merchant gives in Stripe's dashboard is given
            return True
        await self._refuse(session, held.customer_id, subscription, held.plan_code, None, lock=lock)
        return False

    async def _refuse(
        self,
        session: AsyncSession,
        customer_id: int,
        subscription: str,
        plan_code: str | None,
        checkout: Checkout | None,
        *,
        lock: str | None,
    ) -> None:
        """Have a trial ended, once. `checkout`: one that has not begun yet, and now never will."""
        if not await payments.claim_fact(session, TRIAL_TAKEN, subscription, "mirror"):
            return
        if checkout is not None:
            await payments.update_checkout(
                session, checkout.id, state="failed", failure=TRIAL_TAKEN, settled_at=clock.now()
            )
        await audit(
            session,
            STRIPE,
            "trial.refused",
            f"customer:{customer_id}",
            after={"subscription": subscription, "plan": plan_code},
            reason="The mailbox or the card has had a trial before.",
        )
        await defer(session, END_TRIAL_TASK, lock=lock, subscription_id=subscription)


async def end_refused_trial(database: Database, gateway: StripeGateway, stripe_subscription_id: str) -> bool:
    """The job: end a trial that was taken before. Nothing is billed. False: it was over already."""
    try:
        running = await gateway.running(stripe_subscription_id)
        if running.over:
            return False
        if running.status != "trialing":
            logger.error("subscription %s is %s: its refused trial is not ended", running.id, running.status)
            return False
        await gateway.cancel_now(stripe_subscription_id)
    except MissingAtStripe:
        return False
    except StripeRefused:  # ended between the two
        if not (await gateway.running(stripe_subscription_id)).over:
            raise
    async with database.transaction() as session:
        held = await subscriptions.by_stripe_id(session, stripe_subscription_id)
    if held is not None:
        await follow(database, held.customer_id, stripe_subscription_id)
    return True
