"""Making, replacing, revoking and recognising API keys."""

import hashlib
import hmac
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from billing_app import clock
from billing_app.accounts.api_keys import store
from billing_app.accounts.api_keys.form import Scope, new_key, read_key, shown
from billing_app.accounts.api_keys.models import ApiKey
from billing_app.accounts.one_line import person_name
from billing_app.accounts.roles import Principal, Role
from billing_app.db.engine import Database
from billing_app.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from billing_app.journal.audit import CLI, Actor, audit

MAX_WORKING = 50
MAX_LISTED = 200
OVERLAP_DEFAULT = timedelta(days=1)
OVERLAP_MOST = timedelta(days=30)
NOTE_USE_EVERY = timedelta(minutes=1)
TRUSTED_S = 2.0
"""How long a process goes on with what it has read of a key: the longest a revoked key still works."""
_REMEMBERED = 1_000


class UnknownKey(Unauthenticated):
    """No key of ours, or one that was revoked or has ended: the three are not told apart."""

    code = "invalid_api_key"
    title = "This API key does not work"


class WrongScope(Forbidden):
    """The key works, but may not do this."""

    code = "wrong_scope"
    title = "Not with this key"


class TooManyKeys(Conflict):
    """More keys than anyone can keep an eye on."""

    code = "too_many_keys"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Who speaks: the key and what it may do."""

    key_id: int
    name: str
    scope: Scope

    @property
    def actor(self) -> Actor:
        """For the audit log."""
        return Actor("api_key", str(self.key_id))

    def require(self, scope: Scope) -> None:
        """Let pass a key that may do what this scope may.

        Raises:
            WrongScope: it may not; says which key is needed.
        """
        if not self.scope.includes(scope):
            raise WrongScope(f"This needs a key of scope {scope}; this one is {self.scope}.", required_scope=scope)


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key, as its page lists it. `state` is `working`, `ending` (replaced, still in its overlap) or `ended`."""

    id: int
    name: str
    scope: Scope
    shown: str
    state: str
    created_at: datetime
    last_used_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made. `secret` is told here and never again."""

    view: KeyView
    secret: str


class ApiKeys:
    """One per process. Recognising a key costs the database one look in two seconds."""

    def __init__(self, database: Database, *, secret: str, live: bool, trusted_s: float = TRUSTED_S) -> None:
        """`trusted_s`: how long what was read of a key is trusted, in this process."""
        self._database = database
        self._pepper = hmac.digest(secret.encode(), b"api-keys", "sha256")
        self._live = live
        self._trusted_s = trusted_s
        self._known: OrderedDict[bytes, tuple[float, ApiKey | None]] = OrderedDict()

    async def recognise(self, key: str) -> KeyHolder:
        """Who speaks with this key.

        Raises:
            UnknownKey: nobody we know, or no longer; says so if it is a key of the other mode.
        """
        form = read_key(key)
        if form is None:
            raise UnknownKey("This is no API key of ours. Send `Authorization: Bearer crd_...`, all of it.")
        if form.live is not self._live:
            here, there = ("live", "test") if self._live else ("test", "live")
            raise UnknownKey(f"This is a {there} key; this server is in {here} mode. Make a {here} key.")
        digest = self._digest(key)
        found = await self._look_up(digest)
        if found is None or _ended(found, clock.wall()):
            raise UnknownKey("This API key is unknown, or was revoked. Make a new one on the page of keys.")
        assert found.id is not None
        return KeyHolder(found.id, found.name, Scope(found.scope))

    async def create(self, name: str, scope: Scope, *, by: Principal | None) -> NewKey:
        """Make a key. `by` None: the command line.

        Raises:
            NotPermitted: only administrators make keys. InvalidName: no name. TooManyKeys: 50 work already.
        """
        return await self._make(person_name(name), scope, by)

    async def replace(self, key_id: int, *, overlap: timedelta = OVERLAP_DEFAULT, by: Principal | None) -> NewKey:
        """Make the successor of a key, which goes on working for the overlap.

        Raises:
            NotFound: no such key. Conflict: it has ended, or is being replaced already. InvalidInput: an overlap that
                is negative or longer than 30 days.
        """
        if not timedelta(0) <= overlap <= OVERLAP_MOST:
            raise InvalidInput("The overlap must be from 0 to 30 days.", field="overlap")
        return await self._make(None, None, by, replaces=key_id, overlap=overlap)

    async def revoke(self, key_id: int, *, by: Principal | None, reason: str = "") -> KeyView:
        """Stop a key now, in other processes within two seconds. Doing it again changes nothing.

        Raises:
            NotPermitted: only administrators revoke keys. NotFound: no such key.
        """
        _permit(by)
        async with self._database.transaction() as session:
            key = await store.by_id(session, key_id, lock=True)
            if key is None:
                raise NotFound("There is no such key.")
            if key.revoked_at is None:
                key.revoked_at = clock.wall()
                await session.flush()
                await audit(session, _actor(by), "api_key.revoked", f"api_key:{key_id}", reason=reason or None)
        self._known.clear()
        return _view(key)

    async def listed(self, *, by: Principal | None) -> list[KeyView]:
        """All keys, newest first, at most 200. `by` None: the command line.

        Raises:
            NotPermitted: only administrators see keys.
        """
        _permit(by)
        async with self._database.transaction() as session:
            return [_view(key) for key in await store.newest(session, MAX_LISTED)]

    async def _make(
        self,
        name: str | None,
        scope: Scope | None,
        by: Principal | None,
        *,
        replaces: int | None = None,
        overlap: timedelta = OVERLAP_DEFAULT,
    ) -> NewKey:
        _permit(by)
        now = clock.wall()
        async with self._database.transaction() as session:
            await store.lock_all(session)
            if await store.working(session, now) >= MAX_WORKING:
                raise TooManyKeys(f"{MAX_WORKING} keys work already. Revoke one that nobody uses.")
            if replaces is not None:
                old = await store.by_id(session, replaces, lock=True)
                if old is None:
                    raise NotFound("There is no such key.")
                if old.revoked_at is not None or old.ends_at is not None:
                    raise Conflict("This key has ended or is being replaced already.")
                old.ends_at = now + overlap
                name, scope = old.name, Scope(old.scope)
            assert name is not None
            assert scope is not None
            secret = new_key(scope, live=self._live)
            made = ApiKey(
                name=name,
                scope=scope.value,
                shown=shown(secret),
                digest=self._digest(secret),
                created_at=now,
                created_by=by.user_id if by else None,
                replaces=replaces,
            )
            key_id = await store.add(session, made)
            action = "api_key.created" if replaces is None else "api_key.replaced"
            after = {"name": name, "scope": scope.value, "replaces": replaces}
            await audit(session, _actor(by), action, f"api_key:{key_id}", after=after)
        self._known.clear()
        return NewKey(_view(made), secret)

    async def _look_up(self, digest: bytes) -> ApiKey | None:
        """The key as it was read at most `trusted_s` ago; one nobody has is remembered too."""
        known = self._known.get(digest)
        if known is not None and time.monotonic() - known[0] < self._trusted_s:
            return known[1]
        if known is not None:
            self._known[digest] = (time.monotonic(), known[1])  # one caller looks; the others go on meanwhile
        try:
            async with self._database.transaction() as session:
                found = await store.by_digest(session, digest)
                if found is not None and found.id is not None:
                    await store.note_use(session, found.id, clock.wall(), NOTE_USE_EVERY)
        except BaseException:
            self._known.pop(digest, None)
            raise
        self._known[digest] = (time.monotonic(), found)
        self._known.move_to_end(digest)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _digest(self, key: str) -> bytes:
        return hmac.digest(self._pepper, key.encode(), hashlib.sha256)


def _permit(by: Principal | None) -> None:
    if by is not None:
        by.require(Role.ADMIN)


def _actor(by: Principal | None) -> Actor:
    return CLI if by is None else Actor.user(by.user_id)


def _ended(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is not None or (key.ends_at is not None and key.ends_at <= now)


def _view(key: ApiKey) -> KeyView:
    assert key.id is not None
    ended = _ended(key, clock.wall())
    return KeyView(
        id=key.id,
        name=key.name,
        scope=Scope(key.scope),
        shown=key.shown,
        state="ended" if ended else "ending" if key.ends_at is not None else "working",
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        ends_at=key.revoked_at or key.ends_at,
    )
