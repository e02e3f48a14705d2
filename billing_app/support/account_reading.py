"""Reads one customer's account, and explains any line of its ledger. Reading writes nothing, not even what is due."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.accounts.roles import Principal
from billing_app.catalog.schema import Catalog
from billing_app.credits import EntryPage, Explanation
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import mrr_minor
from billing_app.payments.mirroring.reading import InvoicePage
from billing_app.payments.transactions import TransactionPage
from billing_app.support import account_store as store
from billing_app.support.account import Account, HandTerms, PlanStep
from billing_app.support.audit_reading import AuditFilter, lines_of
from billing_app.support.desk import Desk, checked_limit, reading
from billing_app.support.notes import notes_of

T = TypeVar("T")
COST_DAYS = 30


class AccountReading(Desk):
    """For every member of staff."""

    async def customer(self, by: Principal, customer_id: int) -> Account:
        """Everything about one customer.

        Raises:
            NotPermitted: no staff. NotFound: there is no such customer.
        """
        below = self._below
        with reading(by):
            now = clock.now()
            catalog = await below.catalog.current()
            async with self._database.transaction() as session:
                identity = await store.identity(session, customer_id)
                live = await _live(session, customer_id)
                addresses = {one.email for one in identity.users} | ({identity.email} if identity.email else set())
                debts = await store.debts(session, customer_id)
                grants = await store.grants(session, customer_id, catalog, now)
                refunds = await store.refunds(session, customer_id)
                disputes = await store.disputes(session, customer_id)
                failures = await store.failures(session, customer_id)
                events = await store.events(session, identity.in_stripe)
                mails = await store.mails(session, sorted(addresses))
                steps = await subscriptions.changes(session, customer_id, limit=store.MANY)
                told = AuditFilter(object=f"customer:{customer_id}")
                audited = await lines_of(session, told, before=None, limit=store.MANY)
                notes = await notes_of(session, customer_id, store.MANY)
                costs = await store.costs(session, customer_id, now.date() - timedelta(days=COST_DAYS))
            return Account(
                identity=identity,
                plan=await below.subscriptions.current(customer_id),
                hand=_hand_terms(live, catalog),
                stripe_subscription=live.stripe_subscription_id if live is not None else None,
                mrr_minor=_mrr(live),
                mrr_currency=live.currency if live is not None else None,
                resets=await below.plan_credits.resets(customer_id),
                balance=await below.credits.balance(customer_id),
                lots=await below.credits.lots(customer_id, limit=store.FEW),
                debts=debts,
                quotas=await below.entitlements.usage(customer_id),
                unlocks=await below.entitlements.unlocks(customer_id),
                grants=grants,
                payments=await below.transactions.page(customer_id, limit=store.FEW),
                refunds=refunds,
                disputes=disputes,
                failures=failures,
                invoices=await below.invoices.page(customer_id, limit=store.FEW),
                events=events,
                mails=mails,
                steps=tuple(
                    PlanStep(one.kind, one.at, one.mrr_before_minor, one.mrr_after_minor, one.currency) for one in steps
                ),
                audit=audited,
                notes=notes,
                costs=costs,
            )

    async def ledger(self, by: Principal, customer_id: int, *, before: int | None = None, limit: int = 25) -> EntryPage:
        """A page of the activity, newest first.

        Raises:
            NotPermitted: no staff. InvalidInput: `limit` is not 1 to 100.
        """
        checked_limit(limit)
        return await _read(by, self._below.credits.entries(customer_id, before=before, limit=limit))

    async def explain(self, by: Principal, customer_id: int, entry_id: int) -> Explanation:
        """Why an entry is what it is, in the words the customer sees.

        Raises:
            NotPermitted: no staff. UnknownEntry: the customer has none of that number.
        """
        return await _read(by, self._below.credits.explain(customer_id, entry_id))

    async def more_payments(self, by: Principal, customer_id: int, before: int) -> TransactionPage:
        """Payments further back."""
        return await _read(by, self._below.transactions.page(customer_id, before=before, limit=store.FEW))

    async def more_invoices(self, by: Principal, customer_id: int, before: int) -> InvoicePage:
        """Invoices further back."""
        return await _read(by, self._below.invoices.page(customer_id, before=before, limit=store.FEW))


async def _read(by: Principal, asked: Awaitable[T]) -> T:
    """Await it as a reader. What is awaited begins only here, so it knows that nothing may be written."""
    try:
        with reading(by):
            return await asked
    finally:
        close = getattr(asked, "close", None)
        if close is not None:
            close()


async def _live(session: AsyncSession, customer_id: int) -> Subscription | None:
    held = await subscriptions.live(session, customer_id)
    if held is None:
        return None
    return await session.scalar(select(Subscription).where(col(Subscription.id) == held.id))


def _mrr(live: Subscription | None) -> int:
    if live is None:
        return 0
    if live.status == "past_due" and live.lapsed_at is not None:
        return 0
    return mrr_minor(live.status, live.period, live.amount_minor if live.net_minor is None else live.net_minor)


def _hand_terms(live: Subscription | None, catalog: Catalog) -> HandTerms | None:
    if live is None or live.stripe_subscription_id is not None or live.terms is None:
        return None

    def name(code: str) -> str:
        feature = catalog.feature(code)
        return feature.name if feature is not None else code

    quotas = {code: None if units == "unlimited" else units for code, units in live.terms.get("quotas", {}).items()}
    return HandTerms(
        subscription_id=live.id,
        reason=live.reason or "",
        credits_per_month=int(live.terms.get("credits_per_month", 0)),
        quotas=tuple((name(code), units) for code, units in quotas.items()),
        features=tuple(name(code) for code in live.terms.get("features", ())),
        given_at=live.started_at,
        ends_at=live.cancel_at,
    )
