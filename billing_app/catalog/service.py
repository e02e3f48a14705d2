"""The catalogue in force: what it says, what can be bought, and how a new version takes its place."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog import store
from billing_app.catalog.difference import Difference
from billing_app.catalog.fields import is_code
from billing_app.catalog.in_force import NoCatalog, Published, read_in_force
from billing_app.catalog.items import ItemKind, Offer
from billing_app.catalog.loading import Source, load, to_toml
from billing_app.catalog.models import CatalogVersion
from billing_app.catalog.offers import RELEASED, Capability
from billing_app.catalog.publish import Applied, compare, publish
from billing_app.catalog.schema import Catalog, Period, Plan
from billing_app.catalog.starting import START, is_due
from billing_app.db.engine import Database
from billing_app.errors import NotFound
from billing_app.journal.audit import CLI, Actor

MAX_VERSIONS_LISTED = 100


class NotForSale(NotFound):
    """Nothing of that name can be bought now."""

    code = "not_for_sale"
    title = "Not for sale"


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """One line of the catalogue's history."""

    number: int
    content_hash: str
    source_name: str
    applied_by: str
    applied_at: datetime
    changes: list[str]


class CatalogService:
    """One per process. Reading is cheap: the parsed catalogue is kept until another version is in force."""

    def __init__(
        self,
        database: Database,
        *,
        capabilities: frozenset[Capability] = RELEASED,
        recheck_after_s: int = 1,
    ) -> None:
        """`recheck_after_s`: how long `current` trusts what it has seen before it asks for the version again."""
        self._database = database
        self.capabilities = capabilities
        self._recheck_after_s = recheck_after_s
        self._published: Published | None = None
        self._checked_at = 0.0

    async def current(self) -> Catalog:
        """The catalogue in force, at most `recheck_after_s` behind other processes.

        Raises:
            NoCatalog: none was applied yet.
        """
        return (await self.published()).catalog

    async def published(self, *, session: AsyncSession | None = None) -> Published:
        """The version in force. With `session`: exactly as the caller's transaction sees it.

        Raises:
            NoCatalog: none was applied yet.
            UnreadableCatalog: it was applied under rules of another release.
        """
        known = self._published
        if known and session is None and time.monotonic() - self._checked_at < self._recheck_after_s:
            return known
        if known and session is None:
            self._checked_at = time.monotonic()  # one caller asks; the others need not wait for what rarely changes
        async with self._work(session) as work:
            known = await read_in_force(work, known)
        if self._published is None or self._published.version <= known.version:
            self._published = known
            self._checked_at = time.monotonic()
        return known

    async def offer(
        self,
        kind: ItemKind | str,
        code: str,
        period: Period | str | None = None,
        *,
        session: AsyncSession | None = None,
    ) -> Offer:
        """What checkout may sell now under this name.

        Raises:
            NotForSale: unknown, retired, or of a kind the app cannot sell yet.
        """
        known_kind = next((each for each in ItemKind if each == kind), None)
        known_period = next((each for each in Period if each == period), None)
        sold = known_kind in (ItemKind.PACK, ItemKind.UNLOCK) or Capability.SUBSCRIPTIONS in self.capabilities
        if known_kind and sold and is_code(code) and (period is None or known_period):
            async with self._work(session) as work:
                found = await store.on_sale(work, known_kind, code, known_period)
            if found and found.price:
                return found
        by = f" by the {period}" if known_period else ""
        raise NotForSale(f'There is no {known_kind or "offer"} "{code[:60]}"{by} for sale. See the pricing page.')

    async def item(self, item_id: int, *, session: AsyncSession | None = None) -> Offer:
        """An item by its id, on sale or retired: what a purchase was for.

        Raises:
            NotFound: there never was one.
        """
        async with self._work(session) as work:
            found = await store.item(work, item_id)
        if found is None:
            raise NotFound(f"There is no catalogue item {item_id}.")
        return found

    async def item_of_stripe_price(self, price_id: str, *, session: AsyncSession | None = None) -> Offer | None:
        """The item that Stripe sells under this price, on sale or retired; None for a price that is not ours (CL8)."""
        async with self._work(session) as work:
            return await store.item_of_stripe_price(work, price_id)

    async def plan(self, code: str, *, session: AsyncSession | None = None) -> Plan:
        """A plan that someone holds: as the catalogue describes it now, or last did before it was taken out.

        Raises:
            NotFound: no version ever had it.
        """
        async with self._work(session) as work:
            in_force = (await self.published(session=work)).catalog.plan(code)
            if in_force:
                return in_force
            found = await store.last_definition(work, ItemKind.PLAN, code) if is_code(code) else None
        if found is None:
            raise NotFound(f'There is no plan "{code[:60]}".')
        return Plan.model_validate(found.definition)

    async def diff(self, source: Source) -> Difference:
        """What applying this text would change. Changes nothing.

        Raises:
            CatalogRefused: the text is not a usable catalogue.
        """
        new = load(source)
        async with self._database.transaction() as session:
            return (await compare(session, new))[0]

    async def apply(
        self, source: Source, *, by: Actor = CLI, expect: int | None = None, reason: str | None = None
    ) -> Applied:
        """Make this text the catalogue in force, as a new version. Safe to repeat (row C10).

        What someone may hold is retired, never deleted; a changed price is a new item.

        Args:
            by: who applies it, for the version's record and the audit log.
            expect: the version that must still be in force; 0 for none.
            reason: the words of whoever applies it, for the audit log.

        Raises:
            CatalogRefused: the text is not a usable catalogue.
            CatalogMoved: another version than `expect` is in force.
        """
        new = load(source)
        async with self._database.transaction() as session:
            applied = await publish(session, source, new, by=by, expect=expect, reason=reason)
        self._published = None
        return applied

    async def start_with(self, source: Source, *, shipped: bool) -> Applied | None:
        """What a start does with its catalogue: apply it to a new database, or when the source itself has changed.

        Args:
            shipped: the source came with the product.

        Returns:
            What was applied; None: what is in force was left alone.

        Raises:
            CatalogRefused: the text is not a usable catalogue.
        """
        new = load(source)
        async with self._database.transaction() as session:
            await store.lock_publishing(session)
            if not await is_due(session, source, new, shipped=shipped):
                return None
            applied = await publish(session, source, new, by=START, expect=None)
        self._published = None
        return applied

    async def any_applied(self) -> bool:
        """Whether this database has a catalogue at all."""
        async with self._database.transaction() as session:
            return await store.latest_number(session) > 0

    async def export(self, *, version: int | None = None, plain: bool = False) -> str:
        """A version as a file: as it was applied, or `plain`, without comments, in a fixed order. Default: in force.

        Raises:
            NoCatalog: none was applied yet.
            NotFound: no such version.
        """
        async with self._database.transaction() as session:
            number = version or await store.latest_number(session)
            if not number:
                raise NoCatalog
            row = await store.version(session, number)
        if row is None:
            raise NotFound(f"There is no version {version} of the catalogue.")
        return to_toml(load(Source(row.source_name, row.source))) if plain else row.source

    async def history(self, *, before: int | None = None, limit: int = 20) -> list[VersionSummary]:
        """Versions, newest first; `before` a number pages on."""
        async with self._database.transaction() as session:
            rows = await store.versions(session, before=before, limit=max(1, min(limit, MAX_VERSIONS_LISTED)))
        return [_summary(row) for row in rows]

    async def link_stripe_price(self, item_id: int, price_id: str, *, session: AsyncSession | None = None) -> None:
        """Remember under which id Stripe knows an item."""
        async with self._work(session) as work:
            await store.set_stripe_price(work, item_id, price_id)

    @asynccontextmanager
    async def _work(self, session: AsyncSession | None) -> AsyncIterator[AsyncSession]:
        """The caller's transaction, or one of our own."""
        if session is not None:
            yield session
        else:
            async with self._database.transaction() as own:
                yield own


def _summary(row: CatalogVersion) -> VersionSummary:
    return VersionSummary(row.number, row.content_hash, row.source_name, row.applied_by, row.applied_at, row.changes)
