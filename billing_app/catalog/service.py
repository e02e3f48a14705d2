"""The catalogue in force: what it says, what can be bought, and how a new version takes its place."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog import store
from billing_app.catalog.difference import Difference, changes
from billing_app.catalog.fields import is_code
from billing_app.catalog.items import ItemKind, Offer, Reconciled, reconcile, wanted
from billing_app.catalog.loading import Source, content_hash, load, to_toml
from billing_app.catalog.models import CatalogVersion
from billing_app.catalog.offers import RELEASED, Capability
from billing_app.catalog.schema import Catalog, Period, Plan
from billing_app.db.engine import Database
from billing_app.errors import Conflict, NotFound, Unavailable
from billing_app.journal.audit import CLI, Actor, audit

MAX_VERSIONS_LISTED = 100


class NoCatalog(Unavailable):
    """No version was ever applied to this database."""

    code = "no_catalog"
    title = "Nothing is for sale yet"

    def __init__(self) -> None:
        super().__init__("No catalogue has been applied yet: run `python -m billing_app catalog apply`.")


class NotForSale(NotFound):
    """Nothing of that name can be bought now."""

    code = "not_for_sale"
    title = "Not for sale"


class CatalogMoved(Conflict):
    """Another version came into force since the caller looked."""

    code = "catalog_moved"
    title = "The catalogue has changed meanwhile"


@dataclass(frozen=True, slots=True)
class Published:
    """A version in force and what it says. `content_hash` changes exactly when the meaning does."""

    version: int
    content_hash: str
    catalog: Catalog


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did. `made` is false when everything was in place already."""

    version: int
    made: bool
    difference: Difference

    def lines(self) -> list[str]:
        """For people (row C10): what was made, or that nothing had to be."""
        if not self.made:
            return [f"Nothing to do: version {self.version} is in place."]
        return [
            f"Version {self.version} is in place.",
            *(f"  {effect}" for effect in self.difference.effects),
            *(f"  {change}" for change in self.difference.changes if self.difference.version),
        ]


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
        """
        known = self._published
        if known and session is None and time.monotonic() - self._checked_at < self._recheck_after_s:
            return known
        async with self._work(session) as work:
            number = await store.latest_number(work)
            if not number:
                raise NoCatalog
            if known is None or known.version != number:
                row = await store.version(work, number)
                assert row is not None, "versions are append-only"
                known = Published(number, row.content_hash, load(Source(row.source_name, row.source)))
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
            return (await self._compare(session, new))[0]

    async def apply(self, source: Source, *, by: Actor = CLI, expect: int | None = None) -> Applied:
        """Make this text the catalogue in force, as a new version. Safe to repeat (row C10).

        What someone may hold is retired, never deleted; a changed price is a new item.

        Args:
            by: who applies it, for the version's record and the audit log.
            expect: the version that must still be in force; 0 for none.

        Raises:
            CatalogRefused: the text is not a usable catalogue.
            CatalogMoved: another version than `expect` is in force.
        """
        new = load(source)
        async with self._database.transaction() as session:
            await store.lock_publishing(session)
            difference, items = await self._compare(session, new)
            if expect is not None and expect != difference.version:
                raise CatalogMoved(
                    f"Version {difference.version} is in force, not {expect}. Look at the difference again first.",
                    version=difference.version,
                )
            if not difference.changes:
                return Applied(difference.version, made=False, difference=difference)
            number = difference.version + 1
            await store.add_version(
                session,
                number=number,
                content_hash=content_hash(new),
                source=source.text,
                source_name=source.name,
                applied_by=f"{by.kind}:{by.id}" if by.id else by.kind,
                applied_at=clock.now(),
                changes=[*map(str, difference.changes), *difference.effects],
            )
            await _bring_about(session, items, number)
            await audit(
                session,
                by,
                "catalog.applied",
                f"catalog:{number}",
                before={"version": difference.version},
                after={"version": number, "file": source.name, "changes": len(difference.changes)},
            )
        self._published = None
        return Applied(number, made=True, difference=difference)

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

    async def history(self, *, before: int | None = None, limit: int = 20) -> list["VersionSummary"]:
        """Versions, newest first; `before` a number pages on."""
        async with self._database.transaction() as session:
            rows = await store.versions(session, before=before, limit=max(1, min(limit, MAX_VERSIONS_LISTED)))
        return [_summary(row) for row in rows]

    async def link_stripe_price(self, item_id: int, price_id: str, *, session: AsyncSession | None = None) -> None:
        """Remember under which id Stripe knows an item."""
        async with self._work(session) as work:
            await store.set_stripe_price(work, item_id, price_id)

    async def _compare(self, session: AsyncSession, new: Catalog) -> tuple[Difference, Reconciled]:
        try:
            in_force: Published | None = await self.published(session=session)
        except NoCatalog:
            in_force = None
        items = reconcile(wanted(new), await store.all_items(session))
        found = changes(in_force.catalog if in_force else None, new)
        return Difference(in_force.version if in_force else 0, found, tuple(_effects(items))), items

    @asynccontextmanager
    async def _work(self, session: AsyncSession | None) -> AsyncIterator[AsyncSession]:
        """The caller's transaction, or one of our own."""
        if session is not None:
            yield session
        else:
            async with self._database.transaction() as own:
                yield own


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """One line of the catalogue's history."""

    number: int
    content_hash: str
    source_name: str
    applied_by: str
    applied_at: datetime
    changes: list[str]


def _summary(row: CatalogVersion) -> VersionSummary:
    return VersionSummary(row.number, row.content_hash, row.source_name, row.applied_by, row.applied_at, row.changes)


async def _bring_about(session: AsyncSession, items: Reconciled, number: int) -> None:
    # Retired first: only one item of a name may be on sale at any moment.
    for offer in items.retire:
        await store.retire(session, offer.item_id, number)
    for offer, item in [*items.revive, *items.refresh]:
        await store.describe(session, offer.item_id, item)
    for item in items.make:
        await store.make(session, item, number)


def _effects(items: Reconciled) -> list[str]:
    made = [f"made {item.terms.label}: {item.terms.in_words()}" for item in items.make]
    revived = [f"back on sale: {offer.terms.label}: {offer.terms.in_words()}" for offer, _ in items.revive]
    refreshed = [f"described anew: {offer.terms.label}" for offer, _ in items.refresh]
    retired = [
        f"retired {offer.terms.label}: {offer.terms.in_words()}; who holds it keeps it" for offer in items.retire
    ]
    return made + revived + refreshed + retired
