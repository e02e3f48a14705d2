"""Giving out one-time links, and taking links and JWTs: whoever comes with one is signed in as the host's customer."""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.customers import CustomerView, check_external_id, ensure_customer, get_customer
from billing_app.accounts.errors import HandOverInvalid, SignedInAsAnother
from billing_app.accounts.hand_over import jwt, store
from billing_app.accounts.hand_over.models import HandOverRow
from billing_app.accounts.store import principal_of
from billing_app.accounts.use_case import SignedIn, UseCase, Visit
from billing_app.db.engine import Database
from billing_app.errors import DomainError, InvalidInput
from billing_app.journal.audit import Actor, audit
from billing_app.paths import safe_next

LINK_LIFETIME = timedelta(minutes=5)
SESSION_LIFETIME = timedelta(hours=12)
"""The host decides who is signed in at its place; we do not remember it for longer than a day's work."""
KEPT = timedelta(days=1)
HOME = "/dashboard"
_TOKEN_MAX = 100

logger = logging.getLogger(__name__)


class Addresses(Protocol):
    """Which of the host's addresses a browser may be sent to; given in bootstrap."""

    def checked(self, address: str | None, field: str) -> str | None:
        """The address, or None for none.

        Raises:
            InvalidInput: it is not allowed.
        """
        ...


@dataclass(frozen=True, slots=True)
class HandOver:
    """A link that was made: `token` is told here and never again."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Somebody came: their new session, and the path of ours they wanted."""

    signed_in: SignedIn
    goes_to: str


class HandOvers(UseCase):
    """One per process."""

    def __init__(
        self,
        database: Database,
        *,
        secret: str,
        sandbox: bool,
        addresses: Addresses,
        audience: str,
        verifier: jwt.Verifier | None = None,
    ) -> None:
        """
        Args:
            audience: what a JWT's `aud` must name.
            verifier: of JWTs; None: only links are taken.
        """
        super().__init__(database, secret=secret, sandbox=sandbox)
        self._addresses = addresses
        self._audience = audience
        self._verifier = verifier

    async def create(
        self,
        external_id: str,
        *,
        key_id: int,
        name: str | None = None,
        email: str | None = None,
        goes_to: str | None = None,
        return_to: str | None = None,
    ) -> HandOver:
        """Make a link that signs the host's user in, once, within five minutes. Makes the customer on first sight.

        Args:
            goes_to: the path of ours to begin at, `/dashboard` by default.
            return_to: the host's address to lead back to, of a host that ALLOWED_RETURN_HOSTS names.

        Raises:
            InvalidInput: id, name, e-mail, path or address are not as they must be.
        """
        path, back = _path(goes_to), self._addresses.checked(return_to, "return_to")
        token, now = secrets.token_urlsafe(32), clock.wall()
        async with self._database.transaction() as session:
            customer = await ensure_customer(session, external_id, name=name, email=email)
            await store.sweep(session, now - KEPT)
            await store.add(
                session,
                HandOverRow(
                    customer_id=customer.id,
                    token_hash=_digest("link", token),
                    api_key_id=key_id,
                    goes_to=path,
                    return_to=back,
                    created_at=now,
                    expires_at=now + LINK_LIFETIME,
                ),
            )
            await audit(session, Actor("api_key", str(key_id)), "hand_over.made", f"customer:{customer.id}")
        return HandOver(token, now + LINK_LIFETIME)

    async def take(self, token: str, *, visit: Visit, previous_token: str | None = None) -> HandedOver:
        """Sign in whoever comes with a link's token or a JWT; the browser's session so far ends.

        Raises:
            HandOverInvalid: it is none of ours, used, or too late; which of these is not said.
            SignedInAsAnother: this browser is signed in with a password: it is not taken over by a link that anybody
                may have sent (login CSRF). The link is not used up.
        """
        if token.count(".") == 2:
            return await self._by_jwt(token, visit, previous_token)
        now = clock.wall()
        async with self._database.transaction() as session:
            row = await store.waiting(session, _digest("link", token), now) if len(token) <= _TOKEN_MAX else None
            if row is None or row.id is None:
                raise HandOverInvalid
            await self._not_another(session, row.customer_id, previous_token, now)
            await store.use(session, row.id, now)
            customer = await get_customer(session, row.customer_id)
            return await self._enter(session, customer, row, visit, previous_token)

    async def _by_jwt(self, token: str, visit: Visit, previous_token: str | None) -> HandedOver:
        now = clock.wall()
        try:
            if self._verifier is None:
                raise jwt.BadToken("no key for JWTs is set")  # noqa: TRY301 - one way out for all that is wrong
            claims = jwt.read(token, self._verifier, audience=self._audience, now=now)
            check_external_id(claims.subject)
            path = _path(claims.goes_to)
            back = self._addresses.checked(claims.return_to, "return_to")
        except (jwt.BadToken, DomainError) as error:
            logger.info("a JWT was refused: %s", error)
            raise HandOverInvalid from error
        async with self._database.transaction() as session:
            try:
                customer = await ensure_customer(session, claims.subject, name=claims.name, email=claims.email)
            except DomainError as error:
                raise HandOverInvalid from error
            await self._not_another(session, customer.id, previous_token, now)
            await store.sweep(session, now - KEPT)
            row = HandOverRow(
                customer_id=customer.id,
                token_hash=_digest("jwt", claims.token_id),
                goes_to=path,
                return_to=back,
                created_at=now,
                expires_at=datetime.fromtimestamp(claims.expires, UTC),
                used_at=now,
            )
            if not await store.add(session, row):
                raise HandOverInvalid
            return await self._enter(session, customer, row, visit, previous_token)

    async def _enter(
        self,
        session: AsyncSession,
        customer: CustomerView,
        row: HandOverRow,
        visit: Visit,
        previous_token: str | None,
    ) -> HandedOver:
        user = await store.user_of(
            session,
            customer.id,
            name=customer.name or "",
            email=customer.email or "",
            at=clock.wall(),
        )
        if not self._usable(user):
            raise HandOverInvalid
        signed_in = await self._open_session(
            session, user, visit, previous_token, lifetime=SESSION_LIFETIME, handed_over=True, return_to=row.return_to
        )
        await audit(session, Actor.user(signed_in.principal.user_id, visit.ip), "hand_over.used", f"user:{user.id}")
        return HandedOver(signed_in, row.goes_to)

    async def _not_another(
        self, session: AsyncSession, customer_id: int, previous_token: str | None, now: datetime
    ) -> None:
        if not previous_token or len(previous_token) > _TOKEN_MAX:
            return
        found = await principal_of(session, previous_token, now, demo_allowed=self._sandbox)
        if found is not None and not found[0].handed_over and found[0].customer_id != customer_id:
            raise SignedInAsAnother


def _path(goes_to: str | None) -> str:
    path = safe_next(goes_to, "") if goes_to else HOME
    if not path:
        raise InvalidInput(
            'The page to begin at must be a path on this site, such as "/dashboard" or "/pricing".', field="to"
        )
    return path


def _digest(kind: str, token: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{token}".encode("utf-8", "replace")).digest()
