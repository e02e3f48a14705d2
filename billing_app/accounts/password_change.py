"""Changing a password, and setting a new one by a link in a mail. Both end the user's other sessions."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts import limits, mails, store
from billing_app.accounts.email_address import EmailAddress, parse_email
from billing_app.accounts.errors import LinkInvalid, WrongPassword
from billing_app.accounts.link_tokens import LinkToken, Purpose, read_token
from billing_app.accounts.models import User
from billing_app.accounts.passwords import check_password, normal_password
from billing_app.accounts.roles import Principal
from billing_app.accounts.use_case import UseCase, Visit
from billing_app.errors import Unauthenticated
from billing_app.journal.audit import Actor, audit


class PasswordChange(UseCase):
    """The ways to another password."""

    async def change_password(self, principal: Principal, *, old: str, new: str, visit: Visit) -> None:
        """Replace the password of who is signed in; all other sessions end, and a mail says so.

        Raises:
            WrongPassword: the old one is not right.
            PasswordTooShort and kin: the new one is not taken.
            RateLimited: the old one was asked too often.
        """
        await self._limiter.take(limits.old_password(principal.user_id))
        async with self._database.transaction() as session:
            user = await store.user_by_id(session, principal.user_id)
        if user is None or not self._usable(user):
            raise Unauthenticated("Sign in again.")
        stored = user.password_hash
        if not await self.vault.matches(stored, normal_password(old)):
            raise WrongPassword
        new = normal_password(new)
        check_password(new, _address(user))
        hashed = await self.vault.hash(new)
        async with self._database.transaction() as session:
            user = await store.user_by_id(session, principal.user_id, lock=True)
            if user is None or user.password_hash != stored or not self._usable(user):
                raise WrongPassword
            user.password_hash = hashed
            await self._after_change(session, user, visit, action="password.changed", keep=principal.session_id)
        await self._limiter.forget([limits.old_password(principal.user_id)])

    async def request_reset(self, *, email: str, visit: Visit) -> None:
        """Mail a link to set a new password, if the address has an account. Answers the same if it has none.

        Strangers get no mail: otherwise this form could be used to write to anyone.

        Raises:
            InvalidEmail: not an address at all.
            RateLimited: asked too often from this place or for this address.
        """
        address = parse_email(email)
        await self._limiter.take(*limits.reset(address, visit.ip))
        async with self._evenly_slow(), self._database.transaction() as session:
            user = await store.user_by_email(session, address)
            if user is not None and self._usable(user):
                await mails.send_reset_link(session, user)

    async def reset_password(self, token: str, *, new: str, visit: Visit) -> None:
        """Set a new password by a link's token. Ends all sessions; confirms the address, since the mail reached them.

        Raises:
            LinkInvalid: used, too old, or not ours.
            PasswordTooShort and kin: the password is not taken; the link still works.
            RateLimited: too many links opened from this place.
        """
        await self._limiter.take(limits.link(visit.ip))
        link = read_token(token)
        async with self._database.transaction() as session:
            user = await self._meant_by(session, link)
        new = normal_password(new)
        check_password(new, _address(user))
        hashed = await self.vault.hash(new)
        async with self._database.transaction() as session:
            user = await self._meant_by(session, link)  # again, and locked: a link works once
            user.password_hash = hashed
            user.verified_at = user.verified_at or clock.wall()
            await self._after_change(session, user, visit, action="password.reset")
        # Whoever reads this mailbox is the owner: strangers' guesses keep them out no longer.
        await self._limiter.forget(limits.sign_in(_address(user), visit.ip)[:2])

    async def _meant_by(self, session: AsyncSession, link: LinkToken) -> User:
        user = await store.user_by_id(session, link.user_id, lock=True)
        if user is None or not self._usable(user):
            raise LinkInvalid
        self._signer.check(Purpose.RESET, link, self._state(user), clock.wall())
        return user

    async def _after_change(
        self, session: AsyncSession, user: User, visit: Visit, *, action: str, keep: int | None = None
    ) -> None:
        assert user.id is not None
        await session.flush()
        ended = await store.revoke_sessions_of(session, user.id, clock.wall(), keep=keep)
        await audit(session, Actor.user(user.id, visit.ip), action, f"user:{user.id}", after={"sessions_ended": ended})
        await mails.tell_password_changed(session, user, state=self._state(user))

    async def reset_link(self, user_id: int) -> str | None:
        """The path for a `reset_password` mail, signed now; None if the account is closed meanwhile."""
        async with self._database.transaction() as session:
            user = await store.user_by_id(session, user_id)
            if user is None or not self._usable(user):
                return None
            token = self._signer.sign(Purpose.RESET, user_id, self._state(user), clock.wall())
        return f"/reset?token={token}"


def _address(user: User) -> EmailAddress:
    return EmailAddress(user.email, user.email_normalised)
