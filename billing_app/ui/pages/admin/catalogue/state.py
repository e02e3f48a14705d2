"""The State of `/admin/catalogue`. Every handler asks who looks; the desk behind it asks again."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.accounts.roles import Role
from billing_app.bootstrap import current
from billing_app.catalog.difference import Change
from billing_app.catalog.loading import Source
from billing_app.catalog.refusals import CatalogRefused
from billing_app.errors import DomainError, InvalidInput
from billing_app.payments.pushing.desk import Item, Preview, Version
from billing_app.ui.components.text_file import MOST_BYTES
from billing_app.ui.format import moment, number
from billing_app.ui.session import staff_of

LISTED = 20
LINES = 400
MESSAGES = "catalogue-messages"
DRAFT = "catalogue-draft"


@dataclass
class ItemRow:
    """Something that is sold or was, as a line."""

    kind: str
    code: str
    label: str
    name: str
    terms: str
    since: str
    state: str
    tone: str
    holders: str
    sold: bool


@dataclass
class VersionRow:
    """A version, as a line. `key` is its number as text."""

    number: int
    key: str
    title: str
    by: str
    at: str
    file: str
    changes: str
    in_force: bool


@dataclass
class Line:
    """One difference. `sign` is +, - or ~, `tone` its colour."""

    sign: str
    text: str
    tone: str


_TONES = {"add": "good", "remove": "bad", "change": "warn"}
_SIGNS = {"add": "+", "remove": "\N{MINUS SIGN}", "change": "~"}


def item_row(one: Item) -> ItemRow:
    """The line of an item."""
    held = f"{number(one.holders)} hold it" if one.holders else ""
    coming = f"{number(one.scheduled)} scheduled" if one.scheduled else ""
    state, tone = ("On sale", "good") if one.retired is None else (f"Retired in v{one.retired}", "")
    if one.retired is None and not one.at_stripe:
        state, tone = "Not in Stripe yet", "warn"
    return ItemRow(
        kind=one.kind,
        code=one.code,
        label=one.label,
        name=one.name,
        terms=one.terms,
        since=f"v{one.since}",
        state=state,
        tone=tone,
        holders=", ".join(part for part in (held, coming) if part) or "nobody",
        sold=one.retired is None,
    )


def version_row(one: Version) -> VersionRow:
    """The line of a version."""
    count = len(one.changes)
    return VersionRow(
        number=one.number,
        key=str(one.number),
        title=f"Version {one.number}",
        by=one.applied_by,
        at=moment(one.applied_at),
        file=one.source_name,
        changes=f"{number(count)} line{'' if count == 1 else 's'}",
        in_force=one.in_force,
    )


def line(change: Change) -> Line:
    """A difference for the page; long values are cut by it already."""
    return Line(_SIGNS[change.action], str(change)[2:], _TONES[change.action])


class CatalogueState(rx.State):
    """What is sold, versions and their differences, and a file that may become the next one."""

    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    head: rx.Field[str] = rx.field("")
    items: rx.Field[list[ItemRow]] = rx.field(default_factory=list)
    versions: rx.Field[list[VersionRow]] = rx.field(default_factory=list)
    shown: rx.Field[str] = rx.field("")
    lines: rx.Field[list[Line]] = rx.field(default_factory=list)
    cut: rx.Field[str] = rx.field("")
    draft: rx.Field[str] = rx.field("")
    draft_name: rx.Field[str] = rx.field("")
    draft_of: rx.Field[int] = rx.field(0)
    refusals: rx.Field[list[str]] = rx.field(default_factory=list)
    previewed: rx.Field[bool] = rx.field(False)
    preview_title: rx.Field[str] = rx.field("")
    preview_lines: rx.Field[list[Line]] = rx.field(default_factory=list)
    preview_cut: rx.Field[str] = rx.field("")
    effects: rx.Field[list[str]] = rx.field(default_factory=list)
    touched: rx.Field[list[str]] = rx.field(default_factory=list)
    stripe_asked: rx.Field[bool] = rx.field(False)
    stripe_agrees: rx.Field[bool] = rx.field(False)
    stripe_busy: rx.Field[bool] = rx.field(False)
    stripe_lines: rx.Field[list[str]] = rx.field(default_factory=list)
    _expect: int = 0

    @rx.event
    async def load(self) -> None:
        """Read what is in force."""
        self.error = self.done = ""
        try:
            await self._read()
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def open_version(self, version: int) -> None:
        """What a version changed against the one before it."""
        self.error = ""
        try:
            who = await staff_of(self, Role.VIEWER)
            if version <= 1:
                self.shown, self.lines, self.cut = "Version 1", [], "It is the first: everything in it was new."
                return
            found = await current().catalogue_desk.between(who, version - 1, version)
        except DomainError as error:
            self.error = error.detail
            return
        self.shown = f"Version {version} against version {version - 1}"
        self.lines, self.cut = _lines(found)

    @rx.event
    def close_version(self) -> None:
        """Put the difference away."""
        self.shown, self.lines, self.cut = "", [], ""

    @rx.event
    async def take_file(self, name: str, text: str, size: int) -> Any:
        """A file was chosen: show what it would change."""
        if int(size) > MOST_BYTES:
            self.error = "That file is too large for this page: apply it on the command line, catalog apply FILE."
            return None
        return await self._look(str(name)[:120] or "catalogue.toml", str(text))

    @rx.event
    async def show(self, form: dict[str, Any]) -> Any:
        """Show what the text in the field would change."""
        return await self._look(self.draft_name or "catalogue.toml", str(form.get("text", "")))

    @rx.event
    async def retire(self, kind: str, code: str) -> Any:
        """Prepare a version without this item; nothing is changed until it is applied."""
        self.error = self.done = ""
        try:
            source = await current().catalogue_desk.retiring(await staff_of(self, Role.ADMIN), str(kind), str(code))
        except DomainError as error:
            self.error = error.detail
            return rx.set_focus(MESSAGES)
        return await self._look(source.name, source.text)

    @rx.event
    async def apply(self, form: dict[str, Any]) -> Any:
        """Make the text that was looked at the version in force."""
        self.error = self.done = ""
        try:
            who = await staff_of(self, Role.ADMIN)
            if not self.previewed:
                raise InvalidInput("Look first at what it would change.")
            source = Source(self.draft_name, self.draft)
            reason = str(form.get("reason", ""))
            applied = await current().catalogue_desk.apply(who, source, expect=self._expect, reason=reason)
            self._put_away()
            await self._read()
        except DomainError as error:
            self.error = error.detail
            return rx.set_focus(MESSAGES)
        self.done = (
            f"Version {applied.version} is in force. Prices that are new in it reach Stripe with catalog push."
            if applied.made
            else f"Nothing had to be done: version {applied.version} says the same."
        )
        return rx.set_focus(MESSAGES)

    @rx.event
    def put_away(self) -> None:
        """Forget the text."""
        self._put_away()

    @rx.event
    async def ask_stripe(self) -> Any:
        """Whether Stripe agrees with the version in force. Changes nothing there."""
        self.error = ""
        try:
            who = await staff_of(self, Role.VIEWER)
        except DomainError as error:
            self.error = error.detail
            return
        self.stripe_busy = True
        yield
        try:
            plan = await current().catalogue_desk.stripe_agrees(who)
            self.stripe_asked, self.stripe_agrees = True, not plan.changes
            self.stripe_lines = [*plan.changes, *plan.stays, *plan.notes][:LINES]
        except DomainError as error:
            self.error = error.detail
        finally:
            self.stripe_busy = False

    async def _read(self) -> None:
        who = await staff_of(self, Role.VIEWER)
        desk = current().catalogue_desk
        versions = await desk.versions(who, limit=LISTED)
        self.versions = [version_row(one) for one in versions]
        self.items = [item_row(one) for one in await desk.items(who)]
        newest = versions[0] if versions else None
        self.head = (
            f"Version {newest.number} is in force since {moment(newest.applied_at)}, applied by {newest.applied_by} "
            f"from {newest.source_name}."
            if newest
            else "No catalogue was applied yet."
        )
        self.loaded = True

    async def _look(self, name: str, text: str) -> Any:
        self.error = self.done = ""
        self.draft, self.draft_name, self.draft_of = text, name, self.draft_of + 1
        self.refusals, self.previewed = [], False
        try:
            who = await staff_of(self, Role.ADMIN)
            self._show(await current().catalogue_desk.preview(who, Source(name, text)))
        except CatalogRefused as refused:
            self.refusals = [str(one) for one in refused.refusals[:50]]
        except DomainError as error:
            self.error = error.detail
            return rx.set_focus(MESSAGES)
        return rx.set_focus(DRAFT)

    def _show(self, found: Preview) -> None:
        self._expect, self.previewed = found.version, bool(found.difference.changes)
        self.preview_title = (
            f"What {self.draft_name} would change in version {found.version}"
            if self.previewed
            else f"{self.draft_name} says the same as version {found.version}: nothing would change."
        )
        self.preview_lines, self.preview_cut = _lines(found.difference.changes)
        self.effects = list(found.difference.effects)[:LINES]
        self.touched = [one.in_words() for one in found.touched]

    def _put_away(self) -> None:
        self.draft, self.draft_name, self.draft_of = "", "", self.draft_of + 1
        self.refusals, self.previewed, self.preview_title = [], False, ""
        self.preview_lines, self.preview_cut, self.effects, self.touched = [], "", [], []


def _lines(found: tuple[Change, ...]) -> tuple[list[Line], str]:
    left = len(found) - LINES
    more = f"{number(left)} more differences are not shown: catalog diff has them all." if left > 0 else ""
    return [line(one) for one in found[:LINES]], more
