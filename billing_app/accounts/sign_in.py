"""Signing in and out, and the sessions in between."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts import limits, mails, store
from billing_app.accounts.email_address import EmailAddress, parse_email
from billing_app.accounts.errors import InvalidEmail, WrongCredentials
from billing_app.accounts.link_tokens import browser_mark
from billing_app.accounts.models import User
from billing_app.accounts.passwords import normal_password
from billing_app.accounts.registration import Registration
from billing_app.accounts.roles import Principal
from billing_app.accounts.use_case import SESSION_LIFETIME, SignedIn, Visit, anonymous
from billing_app.db.looking import look_only
from billing_app.db.rate_limit import Take, network
from billing_app.errors import NotFound
from billing_app.journal.audit import Actor, audit

SEEN_EVERY = timedelta(minutes=5)
TOKEN_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class SessionView:
    """One browser that is signed in, as its owner sees it."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip: str | None
    agent: str | None
    current: bool


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What somebody sent to sign in with."""

    address: EmailAddress
    password: str
    visit: Visit
    link_token: str | None
    previous_token: str | None
    browser: str | None
    next_path: str | None


class SigningIn(Registration):
    """From credentials to a session, and back."""

    async def sign_in(
        self,
        *,
        email: str,
        password: str,
        visit: Visit,
        link_token: str | None = None,
        previous_token: str | None = None,
        browser: str | None = None,
        next_path: str | None = None,
    ) -> SignedIn:
        """Check the credentials and begin a session under a new token.

        Args:
            link_token: of a confirmation link opened in another browser: confirms the address with the password.
            previous_token: this browser's session so far; it ends.
            browser, next_path: go into a new confirmation mail, should one be due.

        Raises:
            WrongCredentials: for whatever reason. The answer, and its time, are the same for all of them.
            RateLimited: too many attempts at this account or from this place.
        """
        try:
            address = parse_email(email)
        except InvalidEmail as error:
            await self._limiter.take(Take(limits.SIGN_IN_FROM_PLACE, network(visit.ip)))
            raise WrongCredentials from error
        await self._limiter.take(*limits.sign_in(address, visit.ip))
        attempt = _Attempt(address, normal_password(password), visit, link_token, previous_token, browser, next_path)
        async with self._evenly_slow():
            signed_in = await self._try(attempt)
            if signed_in is None:
                raise WrongCredentials
        await self._limiter.forget([limits.sign_in_pair(address, visit.ip)])
        return signed_in

    async def _try(self, attempt: _Attempt) -> SignedIn | None:
        async with self._database.transaction() as session:
            found = await store.user_by_email(session, attempt.address)
        stored = found.password_hash if found is not None and self._usable(found) else None
        right = await self.vault.matches(stored, attempt.password)
        fresh = await self.vault.hash(attempt.password) if right and stored and self.vault.outdated(stored) else None
        async with self._database.transaction() as session:
            user = await store.user_by_id(session, found.id, lock=True) if found is not None and found.id else None
            # Between the two transactions the password may have been changed or the account closed.
            if not right or user is None or user.password_hash != stored or not self._usable(user):
                await audit(session, anonymous(attempt.visit), "sign_in.failed", f"user:{found.id if found else '?'}")
                return None
            if user.verified_at is None and not await self._confirmed_by(session, user, attempt):
                await audit(session, anonymous(attempt.visit), "sign_in.unconfirmed", f"user:{user.id}")
                return None
            if fresh is not None:
                user.password_hash = fresh
            assert user.id is not None
            await audit(session, Actor.user(user.id, attempt.visit.ip), "sign_in.succeeded", f"user:{user.id}")
            return await self._open_session(session, user, attempt.visit, attempt.previous_token)

    async def _confirmed_by(self, session: AsyncSession, user: User, attempt: _Attempt) -> bool:
        """Confirm by the link and the right password; without a good link, mail another."""
        if self._confirms(attempt.link_token, user):
            await self._confirm(session, user, attempt.visit)
            return True
        await mails.ask_to_verify(
            session,
            user,
            state=self._state(user),
            browser=browser_mark(attempt.browser),
            next_path=attempt.next_path,
            again=True,
        )
        return False

    async def who(self, token: str | None) -> Principal | None:
        """Who a session's token signs in, as of now; None for anything else. One query; slides the session's end.

        Staff who look on as a customer are that customer, and for the rest of this task nothing can be written.
        """
        if not token or len(token) > TOKEN_LENGTH_MAX:
            return None
        now = clock.wall()
        async with self._database.transaction(of_the_house=True) as session:
            found = await store.principal_of(session, token, now, demo_allowed=self._sandbox)
            if found is None:
                return None
            principal, last_seen_at = found
            if now - last_seen_at > SEEN_EVERY:
                ends = None if principal.handed_over else now + SESSION_LIFETIME
                await store.extend_session(session, principal.session_id, now, ends)
        look_only(principal.behind is not None)
        return principal

    async def sign_out(self, token: str | None, *, visit: Visit) -> None:
        """End the session of this token. Nothing happens if there is none."""
        if not token or len(token) > TOKEN_LENGTH_MAX:
            return
        async with self._database.transaction() as session:
            user_id = await store.revoke_token(session, token, clock.wall())
            if user_id is not None:
                await audit(session, Actor.user(user_id, visit.ip), "sign_out", f"user:{user_id}")

    async def sign_out_everywhere(self, principal: Principal, *, visit: Visit) -> int:
        """End all sessions of this user, this one too. Returns how many there were."""
        async with self._database.transaction() as session:
            ended = await store.revoke_sessions_of(session, principal.user_id, clock.wall())
            actor = Actor.user(principal.user_id, visit.ip)
            await audit(session, actor, "sign_out.everywhere", f"user:{principal.user_id}", after={"sessions": ended})
        return ended

    async def sessions(self, principal: Principal) -> list[SessionView]:
        """Where this user is signed in, last used first; fifty at most. Who looks on as a customer is told nothing."""
        if principal.behind is not None:
            return []
        async with self._database.transaction() as session:
            rows = await store.live_sessions(session, principal.user_id, clock.wall())
        return [
            SessionView(
                id=row.id,
                created_at=row.created_at,
                last_seen_at=row.last_seen_at,
                expires_at=row.expires_at,
                ip=row.ip,
                agent=row.agent,
                current=row.id == principal.session_id,
            )
            for row in rows
            if row.id is not None
        ]

    async def revoke_session(self, principal: Principal, session_id: int, *, visit: Visit) -> None:
        """End one of this user's sessions.

        Raises:
            NotFound: it has ended, or is somebody else's.
        """
        async with self._database.transaction() as session:
            if not await store.revoke_session(session, principal.user_id, session_id, clock.wall()):
                raise NotFound("There is no such session; it may have ended.")
            actor = Actor.user(principal.user_id, visit.ip)
            await audit(session, actor, "session.revoked", f"user:{principal.user_id}", after={"session": session_id})

    async def sweep_sessions(self) -> int:
        """Delete sessions that ended 30 days ago and before. For a daily job; returns how many (a thousand at most)."""
        async with self._database.transaction() as session:
            return await store.delete_ended_sessions(session, clock.wall() - timedelta(days=30))
