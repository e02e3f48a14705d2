"""What every use case of the accounts stands on: database, limits, password vault, signer of links."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts import store
from billing_app.accounts.hashing import PasswordVault
from billing_app.accounts.link_tokens import LinkSigner
from billing_app.accounts.models import SignInSession, User
from billing_app.accounts.one_line import clipped
from billing_app.accounts.roles import Principal
from billing_app.db.engine import Database
from billing_app.db.rate_limit import RateLimiter
from billing_app.journal.audit import Actor

SESSION_LIFETIME = timedelta(days=30)
AGENT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request comes from: the client's address and what its browser calls itself."""

    ip: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `token` goes into the cookie and nowhere else; we keep only its hash."""

    token: str
    principal: Principal
    expires_at: datetime


class UseCase:
    """The common ground of the account's use cases."""

    def __init__(
        self,
        database: Database,
        *,
        secret: str,
        sandbox: bool,
        limiter: RateLimiter | None = None,
        answer_floor_s: float = 0.25,
    ) -> None:
        """
        Args:
            secret: signs the links in mails, 32 characters or more.
            sandbox: demo sign-ins may exist and be used.
            answer_floor_s: how long answers that must not tell who has an account take at least.

        Raises:
            ValueError: the secret is too short.
        """
        self._database = database
        self._signer = LinkSigner(secret)
        self._sandbox = sandbox
        self._limiter = limiter or RateLimiter(database)
        self._answer_floor_s = answer_floor_s
        self.vault = PasswordVault()

    def _usable(self, user: User | None) -> bool:
        """May sign in: exists, is not disabled, and is no demo user outside the sandbox."""
        return user is not None and user.disabled_at is None and (self._sandbox or not user.demo)

    def _state(self, user: User) -> str:
        """What links to this user are bound to. Any of these changed, and they are dead."""
        confirmed = "confirmed" if user.verified_at else "new"
        usable = "usable" if self._usable(user) else "closed"
        return self._signer.state(str(user.id), user.email_normalised, user.password_hash, confirmed, usable)

    async def _open_session(
        self,
        session: AsyncSession,
        user: User,
        visit: Visit,
        previous_token: str | None,
        *,
        lifetime: timedelta = SESSION_LIFETIME,
        handed_over: bool = False,
        return_to: str | None = None,
    ) -> SignedIn:
        """Begin a session under a token nobody has seen before, and end the browser's previous one."""
        now = clock.wall()
        token = secrets.token_urlsafe(32)
        if previous_token:
            await store.revoke_token(session, previous_token, now)
        assert user.id is not None
        row = await store.add_session(
            session,
            SignInSession(
                user_id=user.id,
                token_hash=store.token_hash(token),
                created_at=now,
                last_seen_at=now,
                expires_at=now + lifetime,
                ip=visit.ip,
                agent=clipped(visit.agent, AGENT_LIMIT),
                handed_over=handed_over,
                return_to=return_to,
            ),
        )
        return SignedIn(token, store.principal(user, row), row.expires_at)

    @asynccontextmanager
    async def _evenly_slow(self) -> AsyncIterator[None]:
        """Take the same time whether or not there is such an account: an answer's speed is an answer too."""
        begun = time.monotonic()
        try:
            yield
        finally:
            await asyncio.sleep(max(0.0, self._answer_floor_s - (time.monotonic() - begun)))


def anonymous(visit: Visit) -> Actor:
    """Somebody not signed in, for the audit log."""
    return Actor("anonymous", ip=visit.ip)
