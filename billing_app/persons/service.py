"""Handing a person's data out, and erasing it: the live plan ends, sessions and links end, the books stay."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.models import Customer
from billing_app.accounts.roles import Principal, Role
from billing_app.db.engine import Database
from billing_app.entitlements.hand_plans.service import HandPlans
from billing_app.entitlements.subscriptions import standing
from billing_app.entitlements.subscriptions import store as subscriptions
from billing_app.errors import Conflict, InvalidInput, NotFound
from billing_app.journal.audit import CLI, Actor, audit
from billing_app.payments.leaving import store as leaving_store
from billing_app.payments.leaving.service import Leaving
from billing_app.payments.subscribing.service import SubscriptionService
from billing_app.persons import store
from billing_app.persons.inventory import INVENTORY, For

MAX_ROWS = 50_000
"""Of one table in one copy; `truncated` names those that have more."""
OWN_ROWS = 10_000
"""The same in a copy that a person takes for themselves at the page; staff give the whole."""
FOLLOWED = timedelta(days=120)
"""For so long what still comes from Stripe about an erased customer is erased as well."""
_SWEPT_AT_ONCE = 500
_TURNS = 5
REASON_MAX = 500
_NOBODY = "@erased.invalid"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing did: the plan that ended in words, and how many rows of which table were changed or deleted."""

    customer_id: int
    plan: str
    rows: Mapping[str, int]


class Persons:
    """One per process."""

    def __init__(self, database: Database, plans: SubscriptionService, hand_plans: HandPlans, leaving: Leaving) -> None:
        self._database = database
        self._plans = plans
        self._hand_plans = hand_plans
        self._leaving = leaving
        self._own_copies = asyncio.Lock()

    async def export(self, customer_id: int, *, by: Principal | None) -> dict[str, Any]:
        """All we hold about a customer, for whoever answers a request of theirs. Audited.

        Args:
            by: None: the command line.

        Raises:
            NotPermitted: not ADMIN. NotFound: no such customer.
        """
        if by is not None:
            by.require(Role.ADMIN)
        copy = await self._copy(customer_id, (For.PERSON, For.STAFF))
        await self._note(_actor(by), "customer.exported", customer_id)
        return copy

    async def export_own(self, customer_id: int, *, user_id: int) -> dict[str, Any]:
        """A person's own data, for themselves. Audited.

        Raises:
            NotFound: no such customer.
        """
        async with self._own_copies:  # one at a time: a copy may be large
            copy = await self._copy(customer_id, (For.PERSON,), most=OWN_ROWS, proven=True)
        await self._note(Actor.user(user_id), "customer.exported", customer_id)
        return copy

    async def erase(self, customer_id: int, *, by: Principal | None, confirm: str, reason: str) -> Erased:
        """Make a customer nobody, for ever: names, addresses and free texts go, open payment pages close, the live plan
        ends at once, sessions and links end, the ledger and the payments stay. What is paid later is given back.
        Asking again does it again, for what came since.

        Args:
            by: None: the command line.
            confirm: what `phrase` says, typed by whoever asks.
            reason: why; kept in the audit log.

        Raises:
            NotPermitted: not ADMIN. NotFound: no such customer. InvalidInput: not confirmed, or no reason.
            Conflict: a user of this customer is staff. Unavailable: Stripe does not answer; nothing was erased.
        """
        if by is not None:
            by.require(Role.ADMIN)
        if not 1 <= len(reason.strip()) <= REASON_MAX:
            raise InvalidInput(f"Say why, in {REASON_MAX} characters at most; name nobody.", field="reason")
        if confirm.strip() != phrase(customer_id):
            raise InvalidInput(f'This cannot be undone. Type "{phrase(customer_id)}" to confirm it.', field="confirm")
        async with self._database.transaction() as session:
            await _found(session, customer_id)
            staff = [user for user in await store.users(session, customer_id) if user.role != Role.CUSTOMER.value]
            if staff:
                raise Conflict(f"User {staff[0].id} of this customer is {staff[0].role}. Take that role away first.")
        # Before anything is erased: what goes on would charge a card, and nobody could end it.
        await self._leaving.close_pages(customer_id)
        async with self._database.transaction() as session:
            held = await subscriptions.latest(session, customer_id)
        plan = "No plan was live."
        if held is not None and held.status not in standing.OVER:
            if held.by_hand:
                ended = await self._hand_plans.end(customer_id, actor=_actor(by), reason="the customer was erased")
                plan = f"The plan by hand ended at {ended:%Y-%m-%d %H:%M} UTC."
            else:
                plan = (await self._plans.cancel(customer_id, at_once=True)).detail

        async def written(session: AsyncSession) -> dict[str, int]:
            rows = await _erase(session, customer_id)
            after = {"plan": plan, "rows": rows}
            await audit(session, _actor(by), "customer.erased", f"customer:{customer_id}", after=after, reason=reason)
            return rows

        rows = await self._until_it_has_its_turn(written)
        await self._leaving.left(customer_id)  # a page may have been paid, or opened, meanwhile
        return Erased(customer_id, plan, rows)

    async def sweep(self) -> int:
        """Erase what came since about customers who were erased lately: events of Stripe, for example. Idempotent.

        Also queues a look at Stripe for those of them who have a page, a plan or money there.

        Returns:
            How many rows were changed.
        """
        since, changed, after = clock.wall() - FOLLOWED, 0, 0
        while True:
            async with self._database.transaction() as session:
                found = await store.erased_since(session, since, after, _SWEPT_AT_ONCE)
            for customer_id in found:
                done = await self._until_it_has_its_turn(partial(_erase, customer_id=customer_id))
                changed += sum(done.values())
            if len(found) < _SWEPT_AT_ONCE:
                break
            after = found[-1]
        await self._leaving.queue_unfinished(since)
        return changed

    async def _until_it_has_its_turn(
        self, erasing: Callable[[AsyncSession], Awaitable[dict[str, int]]]
    ) -> dict[str, int]:
        """In a transaction of its own; again when the news from Stripe that it causes itself locked the same rows."""
        for left in reversed(range(_TURNS)):
            try:
                async with self._database.transaction() as session:
                    return await erasing(session)
            except DBAPIError as error:
                if not isinstance(error.orig, DeadlockDetected) or not left:
                    raise
                logger.info("erasing and something else waited for each other: once more")
                await asyncio.sleep(random.uniform(0.05, 0.3))  # noqa: S311 - no secret
        raise AssertionError("the last turn returns or raises")

    async def _copy(
        self, customer_id: int, whose: tuple[For, ...], *, most: int = MAX_ROWS, proven: bool = False
    ) -> dict[str, Any]:
        async with self._database.transaction() as session:
            meant = await _meant(session, await _found(session, customer_id), proven=proven)
            tables: dict[str, Any] = {}
            truncated: list[str] = []
            for table, held in INVENTORY.items():
                if held.copy not in whose:
                    continue
                rows = await store.rows(session, table, held, meant, most + 1)
                if len(rows) > most:
                    truncated.append(table)
                if rows:
                    tables[table] = rows[:most]
        return {
            "customer": customer_id,
            "made_at": clock.wall().isoformat(timespec="seconds"),
            "truncated": truncated,
            "data": tables,
        }

    async def _note(self, actor: Actor, action: str, customer_id: int) -> None:
        async with self._database.transaction() as session:
            await audit(session, actor, action, f"customer:{customer_id}")


def phrase(customer_id: int) -> str:
    """What must be typed before a customer is erased."""
    return f"erase customer {customer_id}"


async def _found(session: AsyncSession, customer_id: int) -> Customer:
    found = await store.customer(session, customer_id)
    if found is None:
        raise NotFound("There is no such customer.")
    return found


async def _meant(session: AsyncSession, customer: Customer, *, proven: bool = False) -> dict[str, Any]:
    """Whom the inventory's conditions mean: the customer, and every address of theirs.

    `proven`: of the addresses those alone whose mail they have read; a host's word opens nobody else's post.
    """
    assert customer.id is not None
    users = await store.users(session, customer.id)
    if proven:
        own = [one for one in users if one.verified_at and not one.email_normalised.startswith("hand-over:")]
        return {"customer": customer.id, "emails": sorted({one.email.lower() for one in own})}
    known = [customer.email, *(user.email for user in users)]
    told = {one.lower() for one in known if one and not one.endswith(_NOBODY)}
    return {"customer": customer.id, "emails": sorted(told)}


async def _erase(session: AsyncSession, customer_id: int) -> dict[str, int]:
    now: datetime = clock.wall()
    customer = await store.customer(session, customer_id, lock=True)
    assert customer is not None
    meant = await _meant(session, customer)
    if customer.erased_at is None:
        await store.mark_erased(session, customer_id, now)
        await leaving_store.keep_what_was_paid(session, customer_id)
    await store.adopt(session, meant)
    return await store.erase(session, meant, now)


def _actor(by: Principal | None) -> Actor:
    return Actor.user(by.user_id) if by is not None else CLI
