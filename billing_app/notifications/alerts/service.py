"""The sweeps that make alerts: each asks what is due by billing time, in bounded batches, and is safe to repeat.

An alert is claimed by a unique row and owed in the same transaction, so that it is made once whoever sweeps, and
however often. Nothing here runs inside a consumption: entries are read after they were committed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog import store as catalog_store
from billing_app.catalog.in_force import NoCatalog
from billing_app.catalog.schema import Catalog
from billing_app.credits import CreditService, LotState
from billing_app.credits.models import CreditLot
from billing_app.db.engine import Database
from billing_app.entitlements.plan_credits import Resets
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.notifications import letters
from billing_app.notifications.alerts import rules, store
from billing_app.notifications.alerts.store import Spender
from billing_app.notifications.letters import AnyLetter, owe

BATCH = 200
MAX_BATCHES = 500
OVERLAP = timedelta(minutes=2)
"""Entries can be committed a little after their time; no transaction lives longer than this."""
FIRST_LOOK = timedelta(days=1)
"""What happened before the first sweep of an installation is not written about, but for its last day."""
_SPENDING = "low_balance"


@dataclass(frozen=True, slots=True)
class ExpiringCard:
    """The card that a customer's plan is paid by."""

    customer_id: int
    brand: str
    last4: str
    month: int
    year: int


class PaymentCards(Protocol):
    """What alerts ask about cards; `payments`, which lies above, answers."""

    async def has_card(self, session: AsyncSession, customer_id: int) -> bool:
        """Whether something is there that a trial's end can be charged to."""
        ...

    async def expiring(
        self, session: AsyncSession, year: int, month: int, *, after: int, limit: int
    ) -> list[ExpiringCard]:
        """Default cards of customers with a live subscription that expire in a month, by customer from `after` on."""
        ...


class AlertService:
    """Low balance, credits expiring, trial ending, renewal near, card expiring."""

    def __init__(
        self,
        database: Database,
        credits: CreditService,
        *,
        catalog: Callable[[], Awaitable[Catalog]],
        resets: Callable[[int], Awaitable[Resets]],
        cards: PaymentCards,
    ) -> None:
        self._database = database
        self._credits = credits
        self._catalog = catalog
        self._resets = resets
        self._cards = cards

    async def sweep(self) -> int:
        """Make every alert that is due now; how many mails are owed for them."""
        try:
            catalog = await self._catalog()
        except NoCatalog:
            return 0
        owed = await self.low_balances(catalog)
        async with self._database.transaction() as session:
            now = clock.now()
            *lots, trials, renewals = await store.any_of(
                session, *(_lots(days, now) for days in rules.DAYS), _trials(now), _renewals(now)
            )
        for days, some in zip(rules.DAYS, lots, strict=True):
            owed += await self._expiring_in(days) if some else 0
        owed += await self.trials_ending() if trials else 0
        owed += await self.renewals_near() if renewals else 0
        return owed + await self.cards_expiring()

    async def low_balances(self, catalog: Catalog) -> int:
        """Write to who crossed a threshold by using credits (ML2)."""
        owed, after = 0, 0
        read = now = None
        for _ in range(MAX_BATCHES):
            async with self._database.transaction() as session:
                now = now or clock.now()
                read = read or await store.mark(session, _SPENDING) or now - FIRST_LOOK
                found = await store.spenders(session, read - OVERLAP, now, after=after, limit=BATCH)
                for who in found:
                    owed += await self._look_at(session, who, now, catalog)
                if len(found) < BATCH:
                    await store.set_mark(session, _SPENDING, now)
                    return owed
            after = found[-1].customer_id
        return owed

    async def _look_at(self, session: AsyncSession, who: Spender, now: datetime, catalog: Catalog) -> int:
        await store.watch(session, who)
        reached = rules.threshold_reached(who.available, who.base)
        if reached is None or who.base <= 0:
            return 0
        told = await store.told(session, who.customer_id, _SPENDING)
        if not rules.low_balance_due(reached, told, who.period_entry, max(told.values(), default=None), now):
            return 0
        coming = await self._resets(who.customer_id)
        letter = letters.LowBalance(
            threshold=reached,
            available=max(0, who.available),
            of=who.base,
            next_credits=coming.amount or None,
            next_at=coming.next_at,
            sells_packs=any(pack.active for pack in catalog.packs),
        )
        key = rules.low_balance_key(who.period_entry, reached)
        return await _make(session, letter, who.customer_id, key, now)

    async def credits_expiring(self) -> int:
        """Write to whose bought or given credits end in 30, 7 and 1 days (ML3)."""
        return sum([await self._expiring_in(days) for days in rules.DAYS])

    async def _expiring_in(self, days: int) -> int:
        owed = 0
        after = (datetime.min.replace(tzinfo=clock.now().tzinfo), 0, 0)
        for _ in range(MAX_BATCHES):
            async with self._database.transaction() as session:
                now = clock.now()
                lots = await store.lots_after(session, _lots(days, now), after, BATCH)
                for lot in lots:
                    owed += await self._tell_of_lot(session, lot.customer_id, lot.id, days, now)
            if len(lots) < BATCH:
                return owed
            last = lots[-1]
            assert last.expires_at is not None
            after = (last.expires_at, last.customer_id, last.id)
        return owed

    async def _tell_of_lot(self, session: AsyncSession, customer_id: int, lot_id: int, days: int, now: datetime) -> int:
        balance = await self._credits.balance(customer_id)
        lot = next((lot for lot in balance.lots if lot.id == lot_id), None)
        if lot is None or lot.state is not LotState.OPEN or lot.expires_at is None or lot.remaining <= lot.held:
            return 0  # nothing is left that could be lost, or it is set aside for a use under way
        letter = letters.CreditsExpiring(
            days=30 if days == 30 else 7 if days == 7 else 1,
            credits=lot.remaining - lot.held,
            granted=lot.granted,
            origin=lot.label,
            effective_at=lot.effective_at,
            expires_at=lot.expires_at,
            burns_next=lot.burns == 1,
        )
        return await _make(session, letter, customer_id, f"{lot_id}:{days}", now)

    async def trials_ending(self) -> int:
        """Write to whose trial ends in three days, or in one if it is short (ML5). From the mirror alone."""
        return await self._periods(_trials, self._trial)

    async def renewals_near(self) -> int:
        """Write to whose long period renews within thirty days (ML6)."""
        return await self._periods(_renewals, _renewal)

    async def _periods(
        self,
        ending: Callable[[datetime], Select[int]],
        write: Callable[[AsyncSession, HeldSubscription, datetime], Awaitable[AnyLetter | None]],
    ) -> int:
        owed, after = 0, 0
        for _ in range(MAX_BATCHES):
            async with self._database.transaction() as session:
                now = clock.now()
                ids = await store.periods_after(session, ending(now), after, BATCH)
                for subscription_id in ids:
                    held = await subscriptions.by_id(session, subscription_id)
                    letter = await write(session, held, now) if held else None
                    if held is not None and held.period_end is not None and letter is not None:
                        key = store.period_key(held.id, held.period_end)
                        owed += await _make(session, letter, held.customer_id, key, now)
            if len(ids) < BATCH:
                return owed
            after = ids[-1]
        return owed

    async def _trial(self, session: AsyncSession, held: HeldSubscription, now: datetime) -> letters.TrialEnding | None:
        if held.plan is None or held.trial_start is None or held.trial_end is None:
            return None
        notice = rules.trial_notice(held.trial_start, held.trial_end)
        if notice is None or held.trial_end - now > notice or held.amount_minor is None or held.currency is None:
            return None
        paying = held.default_payment_method is not None or await self._cards.has_card(session, held.customer_id)
        return letters.TrialEnding(
            plan=held.plan.name,
            ends_at=held.trial_end,
            charged=held.ends_at is None and paying,
            amount_minor=held.amount_minor,
            currency=held.currency,
            every="year" if held.period == "year" else "month",
        )

    async def cards_expiring(self) -> int:
        """Write to whose card ends with this month, before the next charge (ML9)."""
        month = rules.card_check_due(clock.now())
        if month is None:
            return 0
        owed, after = 0, 0
        for _ in range(MAX_BATCHES):
            async with self._database.transaction() as session:
                now = clock.now()
                cards = await self._cards.expiring(session, *month, after=after, limit=BATCH)
                for card in cards:
                    held = await subscriptions.live(session, card.customer_id)
                    letter = _card(card, held)
                    if letter is not None:
                        owed += await _make(session, letter, card.customer_id, f"{card.year}-{card.month:02}", now)
            if len(cards) < BATCH:
                return owed
            after = cards[-1].customer_id
        return owed


def _lots(days: int, now: datetime) -> Select[CreditLot]:
    return store.lots_ending(days, rules.expiry_window(days, now), rules.valid_at_least(days))


def _trials(now: datetime) -> Select[int]:
    return store.periods_ending("trial_ending", ("trialing",), (now, now + rules.TRIAL_BEFORE), rules.TRIAL_FROM)


def _renewals(now: datetime) -> Select[int]:
    return store.periods_ending(
        "renewal_reminder", ("active",), (now, now + rules.REMINDER_BEFORE), rules.REMINDED_FROM
    )


async def _renewal(session: AsyncSession, held: HeldSubscription, now: datetime) -> letters.RenewalReminder | None:
    if held.plan is None or held.period_end is None or held.ends_at is not None or held.by_hand:
        return None
    name, amount_minor, currency, period = held.plan.name, held.amount_minor, held.currency, held.period
    if held.next_item_id is not None and held.next_at is not None and held.next_at <= held.period_end:
        coming = await catalog_store.item(session, held.next_item_id)
        if coming is not None:
            name, amount_minor, currency, period = coming.name, coming.amount_minor, coming.currency, coming.period
    if amount_minor is None or currency is None:
        return None
    return letters.RenewalReminder(
        plan=name,
        renews_at=held.period_end,
        amount_minor=amount_minor,
        currency=currency,
        every="year" if period == "year" else "month",
    )


def _card(card: ExpiringCard, held: HeldSubscription | None) -> letters.CardExpiring | None:
    """None when nothing will be charged to it any more."""
    if held is None or held.plan is None or held.period_end is None or held.ends_at is not None:
        return None
    return letters.CardExpiring(
        plan=held.plan.name,
        brand=card.brand,
        last4=card.last4,
        month=card.month,
        year=card.year,
        renews_at=held.period_end,
    )


async def _make(session: AsyncSession, letter: AnyLetter, customer_id: int, key: str, now: datetime) -> int:
    """Claim the alert and owe its mail; how many mails that made."""
    alert_id = await store.claim(session, customer_id, letter.kind, key, now)
    if alert_id is None:
        return 0
    outbox_id = await owe(session, letter, customer_id=customer_id, reference=f"alert:{alert_id}")
    if outbox_id is None:
        return 0
    await store.set_mail(session, alert_id, outbox_id)
    return 1
