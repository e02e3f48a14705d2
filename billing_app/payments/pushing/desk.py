"""The catalogue as staff handle it: its versions, what a file would change and whom, applying, retiring (AD12).

Reads need a viewer, changes an administrator. What somebody holds is never changed: new terms are a new item.
"""

from dataclasses import dataclass
from datetime import datetime

import tomlkit
from tomlkit.exceptions import TOMLKitError

from billing_app.accounts.roles import Principal, Role
from billing_app.catalog import store as catalog_store
from billing_app.catalog.difference import Change, Difference, changes
from billing_app.catalog.items import ItemKind, Offer, reconcile, wanted
from billing_app.catalog.loading import Source, load
from billing_app.catalog.publish import Applied
from billing_app.catalog.service import CatalogService, VersionSummary
from billing_app.db.engine import Database
from billing_app.errors import InvalidInput, NotFound
from billing_app.journal.audit import Actor
from billing_app.payments.pushing import store
from billing_app.payments.pushing.service import PushPlan, PushService

MAX_REASON = 500
_TABLES = {ItemKind.PLAN: "plans", ItemKind.PACK: "packs", ItemKind.UNLOCK: "unlocks"}


@dataclass(frozen=True, slots=True)
class Version:
    """A version: what it came from, who applied it and when, and what it changed, one line each."""

    number: int
    source_name: str
    applied_by: str
    applied_at: datetime
    changes: tuple[str, ...]
    in_force: bool


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is sold or was.

    Attributes:
        terms: price and what it gives, in words; since: the version that made it; retired: the one that ended its sale.
        holders: subscriptions that are not over and hold it; scheduled: those that will move to it.
        at_stripe: Stripe knows a price for it, or it needs none.
    """

    item_id: int
    kind: str
    code: str
    label: str
    name: str
    terms: str
    since: int
    retired: int | None
    holders: int
    scheduled: int
    at_stripe: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """What a file would do to one item that people hold: `stay` keep it as it is, `scheduled` will move to it."""

    label: str
    terms: str
    since: int
    stay: int
    scheduled: int

    def in_words(self) -> str:
        """`212 subscribers stay on plan pro by month (v3): ...; 14 are scheduled to move to it`."""
        people = "1 subscriber stays" if self.stay == 1 else f"{self.stay:,} subscribers stay"
        coming = f"; {self.scheduled:,} scheduled to move to it" if self.scheduled else ""
        return f"{people} on {self.label} (v{self.since}): {self.terms}{coming}"


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying a file would change, and whom it would touch. `version`: the one it was compared with."""

    version: int
    difference: Difference
    touched: tuple[Touched, ...]


class CatalogueDesk:
    """Each method asks for the role it needs by itself."""

    def __init__(self, database: Database, catalog: CatalogService, push: PushService) -> None:
        self._database = database
        self._catalog = catalog
        self._push = push

    async def versions(self, by: Principal, *, before: int | None = None, limit: int = 20) -> list[Version]:
        """Versions, the newest first; `before` a number pages on."""
        by.require(Role.VIEWER)
        found = await self._catalog.history(before=before, limit=limit)
        async with self._database.transaction() as session:
            latest = await catalog_store.latest_number(session)
            people = await store.emails(session, [int(one) for one in map(_user, found) if one])
        return [
            Version(
                one.number,
                one.source_name,
                people.get(int(_user(one) or 0), one.applied_by),
                one.applied_at,
                tuple(one.changes),
                one.number == latest,
            )
            for one in found
        ]

    async def items(self, by: Principal) -> list[Item]:
        """Everything ever sold: what is on sale first, and who holds it."""
        by.require(Role.VIEWER)
        async with self._database.transaction() as session:
            items = await catalog_store.all_items(session)
            held = await store.held_items(session)
        found = [_item(offer, *held.get(offer.item_id, (0, 0))) for offer in items]
        return sorted(found, key=lambda one: (one.retired is not None, _ORDER[one.kind], one.label, -one.since))

    async def between(self, by: Principal, older: int, newer: int) -> tuple[Change, ...]:
        """How two versions differ.

        Raises:
            NotFound: there is no such version. CatalogRefused: one was written under rules of another release.
        """
        by.require(Role.VIEWER)
        texts = [await self._catalog.export(version=number) for number in (older, newer)]
        first, second = (load(Source(f"version {n}", t)) for n, t in zip((older, newer), texts, strict=True))
        return changes(first, second)

    async def export(self, by: Principal, *, version: int | None = None) -> str:
        """A version as the file it was applied from; None: the one in force."""
        by.require(Role.VIEWER)
        return await self._catalog.export(version=version)

    async def preview(self, by: Principal, source: Source) -> Preview:
        """What applying this text would change, and whom it would touch. Changes nothing.

        Raises:
            CatalogRefused: it is not a usable catalogue; every reason, each with its line.
        """
        by.require(Role.ADMIN)
        new = load(source)
        difference = await self._catalog.diff(source)
        async with self._database.transaction() as session:
            items = await catalog_store.all_items(session)
            held = await store.held_items(session)
        retired = reconcile(wanted(new), items).retire
        touched = [
            Touched(offer.terms.label, offer.terms.in_words(), offer.introduced_in, *held[offer.item_id])
            for offer in retired
            if offer.item_id in held
        ]
        return Preview(difference.version, difference, tuple(sorted(touched, key=lambda one: -one.stay)))

    async def apply(self, by: Principal, source: Source, *, expect: int, reason: str) -> Applied:
        """Make this text the version in force; once, and only if `expect` still is.

        Raises:
            InvalidInput: no reason was given. CatalogRefused: it is not a usable catalogue.
            CatalogMoved: another version came into force since `preview`: look again.
        """
        by.require(Role.ADMIN)
        words = _reason(reason)
        return await self._catalog.apply(source, by=Actor.user(by.user_id), expect=expect, reason=words)

    async def retiring(self, by: Principal, kind: str, code: str) -> Source:
        """The file in force with one plan, pack or unlock off sale; to be previewed and applied like any other.

        Raises:
            NotFound: the file has none of that name. InvalidInput: it is off sale already.
        """
        by.require(Role.ADMIN)
        known = next((each for each in ItemKind if each == kind), None)
        async with self._database.transaction() as session:
            number = await catalog_store.latest_number(session)
            row = await catalog_store.version(session, number)
        if row is None or known is None:
            raise NotFound(f'There is no {kind[:20]} "{code[:60]}" in the catalogue.')
        return Source(row.source_name, _without(row.source, known, code))

    async def stripe_agrees(self, by: Principal) -> PushPlan:
        """What `catalog push` would do now. Asks Stripe; changes nothing.

        Raises:
            Unavailable, StripeRefused: Stripe cannot be read.
        """
        by.require(Role.VIEWER)
        return await self._push.plan()


_ORDER = {kind.value: place for place, kind in enumerate(_TABLES)}


def _item(offer: Offer, holders: int, scheduled: int) -> Item:
    return Item(
        item_id=offer.item_id,
        kind=offer.kind.value,
        code=offer.code,
        label=offer.terms.label,
        name=offer.name,
        terms=offer.terms.in_words(),
        since=offer.introduced_in,
        retired=offer.retired_in,
        holders=holders,
        scheduled=scheduled,
        at_stripe=offer.price is None or offer.stripe_price_id is not None,
    )


def _without(text: str, kind: ItemKind, code: str) -> str:
    """The text with `active = false` in that element's table; comments and order stay."""
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as wrong:
        raise InvalidInput(f"The file in force cannot be edited: {wrong}") from None
    listed = document.get(_TABLES[kind], [])
    element = next((one for one in listed if one.get("code") == code), None)
    if element is None:
        raise NotFound(f'There is no {kind} "{code[:60]}" in the catalogue.')
    if element.get("active") is False:
        raise InvalidInput(f"{kind.value.capitalize()} {code} is off sale already.")
    element["active"] = False
    return tomlkit.dumps(document)


def _user(one: VersionSummary) -> str | None:
    kind, _, number = one.applied_by.partition(":")
    return number if kind == "user" and number.isdecimal() else None


def _reason(text: str) -> str:
    words = text.replace("\x00", "").strip()
    if not words:
        raise InvalidInput("Say why: the audit log keeps it beside what was changed.", field="reason")
    return words[:MAX_REASON]
