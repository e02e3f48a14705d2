"""Applies what Stripe reports: an event from the inbox, or a session that somebody watches. Fetch first, then write.

The effects and "done" are one transaction. What fails is noted in a transaction of its own, and tried again by the
job's queue with growing pauses; nothing here holds a lock while Stripe is asked.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

from billing_app.catalog.policies import Policies
from billing_app.catalog.service import CatalogService, NoCatalog
from billing_app.credits import Ledger, WrittenEntry, entries_written
from billing_app.db.engine import Database
from billing_app.errors import DomainError, InvalidInput, NotFound
from billing_app.payments import inbox_store
from billing_app.payments.delivery_log import store as delivery_log
from billing_app.payments.events import RULES
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.mirroring.fetching import invoice_told, session_told
from billing_app.payments.mirroring.invoices import mirror_invoice, unsettled_of
from billing_app.payments.mirroring.rules import apply_session, apply_subscriptions
from billing_app.payments.mirroring.store import mark_deleted
from billing_app.payments.models import WebhookEvent
from billing_app.payments.refunds.rules import apply_money_back, money_back_of_intent
from billing_app.payments.retries import pause_after
from billing_app.payments.rules import Context
from billing_app.payments.settlement import MissingParent, NotOurs
from billing_app.payments.stripe_errors import MissingAtStripe
from billing_app.payments.subscribing.trials import Trials

logger = logging.getLogger(__name__)

_WORKABLE = ("received", "waiting", "failed", "parked", "done")


class TryAgain(Exception):
    """An attempt failed and is noted; the job is to run again after `pause_s`, behind what else waits."""

    def __init__(self, pause_s: int, why: str) -> None:
        super().__init__(why)
        self.pause_s = pause_s


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying an event changed: effects in words, none: no change; and the entries of the ledger it wrote.

    `error`: why it could not be applied, where that is not raised.
    """

    event_id: str
    state: str
    effects: tuple[str, ...]
    entries: tuple[WrittenEntry, ...] = ()
    error: str | None = None


class Applier:
    """Runs the rules of `events`."""

    def __init__(
        self, database: Database, gateway: StripeGateway, catalog: CatalogService, *, ledger: Ledger, trials: Trials
    ) -> None:
        self._database = database
        self._trials = trials
        self._ledger = ledger
        self._gateway = gateway
        self._catalog = catalog

    async def apply_event(self, event_id: str, *, again: bool = False, by: str = "worker") -> Applied:
        """Apply one event of the inbox. Done before: no change, unless `again` looks once more.

        Args:
            by: who makes this attempt, for the log: `worker`, `reconcile`, `cli` or `user:12`.

        Raises:
            TryAgain: it could not be applied now; that is noted.
            NotFound: no such event.
        """
        async with self._database.transaction() as session:
            event = await inbox_store.event(session, event_id)
        if event is None:
            raise NotFound("There is no such event in the inbox.")
        if event.state not in _WORKABLE or (event.state == "done" and not again) or event.type not in RULES:
            return Applied(event_id, event.state, ())
        started = time.monotonic()
        try:
            return await self._apply(event, started, by)
        except NotOurs:
            took_ms = _ms_since(started)
            async with self._database.transaction() as session:
                await inbox_store.finish(session, event_id, "ignored", [], took_ms)
                await delivery_log.note(session, event_id, by=by, state="ignored", took_ms=took_ms)
            return Applied(event_id, "ignored", ())
        except Exception as error:
            return await self._note_failure(event, error, started, by)

    async def _apply(self, event: WebhookEvent, started: float, by: str) -> Applied:
        rule = RULES[event.type]
        context = await self._context()
        told: Any = await rule.fetch(self._gateway, event)
        async with self._database.transaction() as session:
            locked = await inbox_store.event(session, event.id, lock=True)
            assert locked is not None, "events are never deleted while they are worked on"
            effects = await rule.apply(session, event, told, context)
            entries, took_ms = entries_written(session), _ms_since(started)
            await inbox_store.finish(session, event.id, "done", effects, took_ms)
            await delivery_log.note(
                session, event.id, by=by, state="done", took_ms=took_ms, effects=effects, entries=entries
            )
        return Applied(event.id, "done", tuple(effects), entries)

    async def rehearse(self, event_id: str) -> Applied:
        """What applying an event would do now, found out by doing it and undoing that. Nothing is kept.

        Raises:
            NotFound: no such event. InvalidInput: no rule applies to it.
        """
        async with self._database.transaction() as session:
            event = await inbox_store.event(session, event_id)
        if event is None:
            raise NotFound("There is no such event in the inbox.")
        if event.state not in _WORKABLE or event.type not in RULES:
            raise InvalidInput(f"Event {event_id} is {event.state}: no rule applies to it.")
        try:
            effects, entries = await self._tried(event)
        except NotOurs:
            return Applied(event_id, event.state, ())
        except DomainError as error:
            return Applied(event_id, event.state, (), error=error.detail)
        return Applied(event_id, event.state, effects, entries)

    async def _tried(self, event: WebhookEvent) -> tuple[tuple[str, ...], tuple[WrittenEntry, ...]]:
        rule, context = RULES[event.type], await self._context()
        told: Any = await rule.fetch(self._gateway, event)
        async with self._database.transaction() as session:
            await inbox_store.event(session, event.id, lock=True)
            effects = tuple(await rule.apply(session, event, told, context))
            entries = entries_written(session)
            await session.rollback()
        return effects, entries

    async def _note_failure(self, event: WebhookEvent, error: Exception, started: float, by: str) -> Applied:
        pause_s = pause_after(event.attempts + 1)
        missing = isinstance(error, MissingParent | MissingAtStripe)
        state = "parked" if pause_s is None else "waiting" if missing else "failed"
        why = error.detail if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
        if not isinstance(error, DomainError):
            logger.exception("event %s (%s) could not be applied", event.id, event.type)
        took_ms = _ms_since(started)
        async with self._database.transaction() as session:
            await inbox_store.note_failure(session, event.id, state, why, took_ms)
            await delivery_log.note(session, event.id, by=by, state=state, took_ms=took_ms, error=why)
        if pause_s is None:
            logger.error("event %s (%s) is parked after %d attempts", event.id, event.type, event.attempts + 1)
            return Applied(event.id, "parked", ())
        raise TryAgain(pause_s, f"event {event.id}: {why}") from error

    async def watch_session(self, session_id: str) -> tuple[str, ...]:
        """Bring one of our sessions to where Stripe says it is: the job behind the success page and the reconciler.

        Returns:
            Effects in words; none: no change.

        Raises:
            DomainError: Stripe does not answer, or says something that does not fit.
        """
        told = await session_told(self._gateway, session_id)
        context = await self._context()
        async with self._database.transaction() as session:
            effects = await apply_session(session, told, context, "watch")
        made = told.session.session.subscription
        if told.subscriptions is not None and made:
            effects += await self.watch_subscription(made)
        return tuple(effects)

    async def watch_subscription(self, subscription_id: str) -> tuple[str, ...]:
        """Compare a subscription with Stripe, and every invoice of it that is not settled here: finds what never came.

        Each invoice is applied in a transaction of its own, the oldest first. For the success page and the reconciler.

        Returns:
            Effects in words; none: no change.

        Raises:
            DomainError: Stripe does not answer, or says something that does not fit.
        """
        context = await self._context()
        told = await self._gateway.subscription_with_others(subscription_id, None)
        async with self._database.transaction() as session:
            effects = await apply_subscriptions(session, told, context)
        listed = await self._gateway.invoices_of(subscription_id)
        async with self._database.transaction() as session:
            wanting = await unsettled_of(session, subscription_id, listed)
        for invoice_id in wanting:
            invoice = await invoice_told(self._gateway, invoice_id)
            async with self._database.transaction() as session:
                effects += await mirror_invoice(session, invoice, context, "watch")
        return tuple(effects)

    async def watch_payment(self, payment_intent: str) -> tuple[str, ...]:
        """Bring a payment, of a checkout or an invoice, to what Stripe says was given back of it: for the reconciler.

        Finds a refund, a refund that failed, or a dispute whose event never came, and the fee that was not booked yet.

        Returns:
            Effects in words; none: no change.

        Raises:
            NotOurs: it was made by neither. DomainError: Stripe does not answer, or says something that does not fit.
        """
        context = await self._context()
        told = await money_back_of_intent(self._gateway, payment_intent)
        if told is None:
            return ()
        async with self._database.transaction() as session:
            return tuple(await apply_money_back(session, told, context, "watch"))

    async def watch_invoice(self, invoice_id: str) -> tuple[str, ...]:
        """Bring an invoice, and the subscription it is for, to where Stripe says they are: for the reconciler.

        Returns:
            Effects in words; none: no change.

        Raises:
            NotOurs: of a customer of somebody else. DomainError: Stripe does not answer, or what it says does not fit.
        """
        context = await self._context()
        try:
            invoice = await invoice_told(self._gateway, invoice_id)
        except MissingAtStripe:  # a draft that was thrown away
            async with self._database.transaction() as session:
                if await mark_deleted(session, invoice_id):
                    return (f"invoice {invoice_id}: deleted",)
            raise
        async with self._database.transaction() as session:
            return tuple(await mirror_invoice(session, invoice, context, "watch"))

    async def _context(self) -> Context:
        try:
            catalog = await self._catalog.current()
            return Context(self._ledger, catalog.policies, self._trials, catalog.brand.support_email)
        except NoCatalog:
            return Context(self._ledger, Policies(), self._trials)


def _ms_since(started: float) -> int:
    return int((time.monotonic() - started) * 1000)
