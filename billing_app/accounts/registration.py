"""Signing up and confirming the address.

Anyone may type anyone's address. So a sign-up answers the same whether or not the address has an account, and the link
in the mail confirms an account only together with something of the person who signed up: their browser's cookie, or
their password. A stranger who signs up with your address gains nothing by your clicking the link.
"""

import hmac
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts import limits, mails, store
from billing_app.accounts.email_address import EmailAddress, parse_email
from billing_app.accounts.errors import LinkInvalid, PasswordNeeded
from billing_app.accounts.link_tokens import Purpose, browser_mark, read_token
from billing_app.accounts.models import User
from billing_app.accounts.one_line import person_name
from billing_app.accounts.passwords import check_password, normal_password
from billing_app.accounts.roles import Role
from billing_app.accounts.use_case import SignedIn, UseCase, Visit, anonymous
from billing_app.journal.audit import Actor, audit


class Registration(UseCase):
    """From a stranger to a user with a confirmed address and a customer of their own."""

    async def sign_up(
        self,
        *,
        email: str,
        password: str,
        visit: Visit,
        name: str | None = None,
        next_path: str | None = None,
        browser: str | None = None,
    ) -> None:
        """Make an account to be confirmed by mail, or, for an address that has one, tell its owner by mail.

        Args:
            name: how to call them; without it the address's part before the @.
            next_path: where to go on after confirming; a path of ours (`safe_next`).
            browser: the random value of the sign-up cookie; the link then works in that browser without password.

        Raises:
            InvalidEmail, InvalidName, PasswordTooShort and kin: what was typed, never who has an account.
            RateLimited: too many sign-ups from this place or of this address.
        """
        address = parse_email(email)
        name = person_name(name or address.local)
        password = normal_password(password)
        check_password(password, address)
        await self._limiter.take(*limits.sign_up(address, visit.ip))
        async with self._evenly_slow():
            hashed = await self.vault.hash(password)
            async with self._database.transaction() as session:
                await store.lock_address(session, address)
                user = await store.user_by_email(session, address, lock=True)
                if user is not None and (user.verified_at is not None or not self._usable(user)):
                    if self._usable(user):
                        await mails.tell_already_registered(session, user)
                    return
                user = await self._pending(session, user, address=address, name=name, hashed=hashed, visit=visit)
                await mails.ask_to_verify(
                    session, user, state=self._state(user), browser=browser_mark(browser), next_path=next_path
                )

    async def _pending(
        self, session: AsyncSession, user: User | None, *, address: EmailAddress, name: str, hashed: str, visit: Visit
    ) -> User:
        """A new unconfirmed account. Of several sign-ups with one address the last counts; earlier links are dead."""
        now = clock.wall()
        if user is None:
            customer = await store.add_customer(session, name=name, email=address.address, at=now)
            assert customer is not None
            user = User(
                customer_id=customer.id,
                name=name,
                email=address.address,
                email_normalised=address.normalised,
                password_hash=hashed,
                role=Role.CUSTOMER.value,
                demo=False,
                created_at=now,
            )
            session.add(user)
        else:
            user.password_hash, user.name = hashed, name
            customer = await store.customer_by_id(session, user.customer_id) if user.customer_id else None
            if customer is not None:
                customer.name = name
        await session.flush()
        await audit(session, anonymous(visit), "user.signed_up", f"user:{user.id}")
        return user

    async def verify(
        self, token: str, *, visit: Visit, browser: str | None = None, previous_token: str | None = None
    ) -> SignedIn:
        """Confirm the address by the link's token in the browser that signed up, and sign in.

        Raises:
            PasswordNeeded: a valid link, opened elsewhere: sign in with the password and this token.
            LinkInvalid: used, too old, replaced, or not ours.
        """
        await self._limiter.take(limits.link(visit.ip))
        link = read_token(token)
        async with self._database.transaction() as session:
            user = await store.user_by_id(session, link.user_id, lock=True)
            if user is None or not self._usable(user):
                raise LinkInvalid
            self._signer.check(Purpose.VERIFY, link, self._state(user), clock.wall())
            if not link.browser or not hmac.compare_digest(link.browser, browser_mark(browser)):
                raise PasswordNeeded
            await self._confirm(session, user, visit)
            return await self._open_session(session, user, visit, previous_token)

    async def _confirm(self, session: AsyncSession, user: User, visit: Visit) -> None:
        """The address is theirs."""
        assert user.id is not None
        user.verified_at = clock.wall()
        await session.flush()
        await audit(session, Actor.user(user.id, visit.ip), "user.verified", f"user:{user.id}")

    def _confirms(self, token: str | None, user: User) -> bool:
        """Whether a link's token is good for this user. The password has been proven already."""
        try:
            link = read_token(token or "")
            if link.user_id != user.id:
                return False
            self._signer.check(Purpose.VERIFY, link, self._state(user), clock.wall())
        except LinkInvalid:
            return False
        return True

    async def verification_link(self, data: dict[str, Any]) -> str | None:
        """The path for a `verify_email` mail, signed now; None if that sign-up is confirmed or replaced meanwhile."""
        async with self._database.transaction() as session:
            user = await store.user_by_id(session, data["user_id"])
            if user is None or not self._usable(user) or self._state(user) != data["state"]:
                return None
            assert user.id is not None
            token = self._signer.sign(Purpose.VERIFY, user.id, data["state"], clock.wall(), data["browser"])
        query = {"token": token} | ({"next": data["next"]} if data.get("next") else {})
        return f"/verify?{urlencode(query)}"
