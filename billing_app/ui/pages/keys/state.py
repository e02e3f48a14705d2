"""The State of `/admin/keys`. Every handler asks the service anew, which lets administrators alone pass."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.api_keys.service import KeyView, NewKey
from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError, InvalidInput, Unauthenticated
from billing_app.ui.format import day, moment, when
from billing_app.ui.session import staff_of

SCOPES: tuple[tuple[str, str, str], ...] = (
    (Scope.SERVER.value, "Server", "Reads, and moves credits and money. For your product's server."),
    (Scope.READ_ONLY.value, "Read only", "Reads and changes nothing. For reports and support tools."),
    (Scope.ADMIN.value, "Admin", "Grants credits by hand. For back-office tools, not for your product."),
)
OVERLAPS: tuple[tuple[str, str], ...] = (
    ("0", "At once: the old key stops now"),
    ("1", "1 day"),
    ("7", "7 days"),
    ("30", "30 days"),
)
_NAMES = {value: name for value, name, _ in SCOPES}
_STATES = {"working": ("Works", "good"), "ending": ("Ending", "warn"), "ended": ("Ended", "")}


@dataclass
class KeyRow:
    """A key, as a line."""

    id: int
    name: str
    scope: str
    shown: str
    state: str
    tone: str
    made: str
    used: str
    ends: str
    replaceable: bool
    revocable: bool


def key_row(key: KeyView, now: datetime) -> KeyRow:
    """The line of one key."""
    word, tone = _STATES[key.state]
    ends = ""
    if key.ends_at is not None:
        ends = f"ended {day(key.ends_at)}" if key.state == "ended" else f"until {moment(key.ends_at)}"
    return KeyRow(
        id=key.id,
        name=key.name,
        scope=_NAMES[key.scope.value],
        shown=key.shown,
        state=word,
        tone=tone,
        made=f"made {day(key.created_at)}",
        used=f"used {when(key.last_used_at, now)}" if key.last_used_at else "never used",
        ends=ends,
        replaceable=key.state == "working",
        revocable=key.state != "ended",
    )


class KeysState(rx.State):
    """The list; the key just made, until its page is left or it is put away; and what is being asked about."""

    loaded: rx.Field[bool] = rx.field(False)
    allowed: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    live: rx.Field[bool] = rx.field(False)
    rows: rx.Field[list[KeyRow]] = rx.field(default_factory=list)
    ended: rx.Field[list[KeyRow]] = rx.field(default_factory=list)
    secret: rx.Field[str] = rx.field("")
    secret_name: rx.Field[str] = rx.field("")
    secret_note: rx.Field[str] = rx.field("")
    asking: rx.Field[str] = rx.field("")
    asked_id: rx.Field[int] = rx.field(0)
    asked_name: rx.Field[str] = rx.field("")
    asked_shown: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> Any:
        """Show all keys, or send a stranger to sign in and back here."""
        self.reset()
        self.live = current().gateway.livemode
        try:
            await self._list(await self._admin())
        except Unauthenticated:
            return rx.redirect("/login?next=/admin/keys")
        except DomainError as error:
            self.error = error.detail
        self.loaded = True
        return None

    @rx.event
    async def make(self, form: dict[str, Any]) -> None:
        """Make a key of the name and scope in the form, and show it this once."""
        self._begin()
        try:
            me = await self._admin()
            name, scope = str(form.get("name", "")), str(form.get("scope", ""))
            if scope not in _NAMES:
                raise InvalidInput("Choose what the key may do.", field="scope")
            self._show(await current().api_keys.create(name, Scope(scope), by=me))
            await self._list(me)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def ask_replace(self, key_id: int) -> None:
        """Ask how long the old key goes on."""
        await self._ask("replace", key_id)

    @rx.event
    async def ask_revoke(self, key_id: int) -> None:
        """Ask whether the key shall stop now."""
        await self._ask("revoke", key_id)

    @rx.event
    def cancel(self) -> None:
        """Close the question; nothing happens."""
        self.asking = ""

    @rx.event
    async def replace_key(self, form: dict[str, Any]) -> None:
        """Make the successor of the key asked about; the old one goes on for the time in the form."""
        self._begin()
        try:
            me = await self._admin()
            chosen = str(form.get("overlap", ""))
            if chosen not in dict(OVERLAPS):
                raise InvalidInput("Choose how long the old key goes on.", field="overlap")
            made = await current().api_keys.replace(self.asked_id, overlap=timedelta(days=int(chosen)), by=me)
            self._show(made)
            self.secret_note = (
                "The old key has stopped." if chosen == "0" else f"The old key goes on for {dict(OVERLAPS)[chosen]}."
            )
            await self._list(me)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def revoke_key(self) -> None:
        """Stop the key asked about."""
        self._begin()
        try:
            me = await self._admin()
            stopped = await current().api_keys.revoke(self.asked_id, by=me, reason="revoked on the page of keys")
            self.done = f"{stopped.name} ({stopped.shown}) has stopped."
            await self._list(me)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    def put_away(self) -> None:
        """The new key is kept elsewhere by now: forget it here."""
        self.secret = self.secret_name = self.secret_note = ""

    async def _admin(self) -> Principal:
        return await staff_of(self, Role.ADMIN)

    async def _list(self, me: Principal) -> None:
        now = clock.wall()
        rows = [key_row(key, now) for key in await current().api_keys.listed(by=me)]
        self.rows = [row for row in rows if row.revocable]
        self.ended = [row for row in rows if not row.revocable]
        self.allowed = True

    async def _ask(self, question: str, key_id: int) -> None:
        self._begin()
        try:
            listed = await current().api_keys.listed(by=await self._admin())
        except DomainError as error:
            self.error = error.detail
            return
        found = next((key for key in listed if key.id == key_id), None)
        if found is None:
            self.error = "There is no such key."
            return
        self.asking, self.asked_id = question, found.id
        self.asked_name, self.asked_shown = found.name, found.shown

    def _begin(self) -> None:
        self.error = self.done = self.asking = ""

    def _show(self, made: NewKey) -> None:
        self.secret, self.secret_name, self.secret_note = made.secret, made.view.name, ""
