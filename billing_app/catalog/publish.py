"""How a new version takes the place of the one in force. Joins the caller's transaction."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog import store
from billing_app.catalog.difference import Difference, changes
from billing_app.catalog.in_force import NoCatalog, UnreadableCatalog, read_in_force
from billing_app.catalog.items import Reconciled, reconcile, wanted
from billing_app.catalog.loading import Source, content_hash
from billing_app.catalog.schema import Catalog
from billing_app.errors import Conflict
from billing_app.journal.audit import Actor, audit


class CatalogMoved(Conflict):
    """Another version came into force since the caller looked."""

    code = "catalog_moved"
    title = "The catalogue has changed meanwhile"


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


async def compare(session: AsyncSession, new: Catalog) -> tuple[Difference, Reconciled]:
    """What applying a catalogue would change, and what would become of the items on sale."""
    version, before = await _before(session)
    items = reconcile(wanted(new), await store.all_items(session))
    return Difference(version, changes(before, new), tuple(_effects(items))), items


async def publish(
    session: AsyncSession, source: Source, new: Catalog, *, by: Actor, expect: int | None, reason: str | None = None
) -> Applied:
    """Make `new`, read from `source`, the version in force, unless it already is.

    Raises:
        CatalogMoved: another version than `expect` is in force.
    """
    await store.lock_publishing(session)
    difference, items = await compare(session, new)
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
        reason=reason,
    )
    return Applied(number, made=True, difference=difference)


async def _before(session: AsyncSession) -> tuple[int, Catalog | None]:
    """The version in force and what it says; a version nobody can read any more counts as saying nothing."""
    try:
        published = await read_in_force(session)
    except NoCatalog:
        return 0, None
    except UnreadableCatalog as unreadable:
        return unreadable.version, None
    return published.version, published.catalog


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
