"""Staff and roles: the first administrator, who may do what, who is shut out; and the sandbox's demo sign-ins."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts import store
from billing_app.accounts.email_address import EmailAddress, parse_email
from billing_app.accounts.errors import AlreadyExists, LastAdmin
from billing_app.accounts.models import User
from billing_app.accounts.one_line import person_name
from billing_app.accounts.passwords import check_password, normal_password
from billing_app.accounts.roles import Principal, Role
from billing_app.accounts.use_case import UseCase
from billing_app.errors import Conflict, NotFound
from billing_app.journal.audit import CLI, SYSTEM, Actor, audit

DEMO_PASSWORD = "sandbox-only"  # noqa: S105 - printed at start, and useless in live mode
DEMO_CUSTOMER_EMAIL = "demo@example.com"
DEMO_ADMIN_EMAIL = "admin@example.com"


@dataclass(frozen=True, slots=True)
class UserView:
    """A user, as staff sees one."""

    id: int
    customer_id: int | None
    email: str
    name: str
    role: Role
    verified: bool
    disabled: bool
    demo: bool


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """A sign-in to print at the start of a sandbox."""

    email: str
    password: str
    role: Role
    user_id: int
    customer_id: int | None


class Staff(UseCase):
    """What operators and administrators do to users."""

    async def create_admin(self, *, email: str, password: str, name: str = "Administrator") -> UserView:
        """Make an administrator from the command line; whoever runs it owns the database, so no mail confirms it.

        Raises:
            AlreadyExists: the address has a user; says to change that one's role.
            InvalidEmail, InvalidName, PasswordTooShort and kin: as at sign-up.
        """
        address = parse_email(email)
        password = normal_password(password)
        check_password(password, address)
        hashed = await self.vault.hash(password)
        async with self._database.transaction() as session:
            await store.lock_address(session, address)
            if await store.user_by_email(session, address) is not None:
                raise AlreadyExists(f"{address.address} is a user already. Change their role to admin instead.")
            user = await _add(session, address, name=person_name(name), hashed=hashed, role=Role.ADMIN)
            await audit(session, CLI, "user.created", f"user:{user.id}", after={"role": user.role})
            return view(user)

    async def user_by_email(self, email: str) -> UserView | None:
        """The user with this address, if there is one."""
        async with self._database.transaction() as session:
            user = await store.user_by_email(session, parse_email(email))
        return view(user) if user is not None else None

    async def set_role(self, user_id: int, role: Role, *, by: Principal | None, reason: str) -> UserView:
        """Give a user another role, at once for all their sessions. `by` None: the command line.

        Raises:
            NotPermitted: `by` is no administrator.
            LastAdmin: nobody would be left to administer.
            NotFound: no such user.
        """
        async with self._database.transaction() as session:
            user = await self._to_change(session, user_id, by, still_admin=role is Role.ADMIN)
            before = user.role
            if role is Role.CUSTOMER and user.customer_id is None:
                made = await store.add_customer(session, name=user.name, email=user.email, at=clock.wall())
                assert made is not None
                user.customer_id = made.id
            user.role = role.value
            await session.flush()
            await audit(
                session,
                _actor(by),
                "role.changed",
                f"user:{user.id}",
                before={"role": before},
                after={"role": role.value},
                reason=reason,
            )
            return view(user)

    async def set_disabled(self, user_id: int, disabled: bool, *, by: Principal | None, reason: str) -> UserView:
        """Shut a user out, ending their sessions, or let them in again. `by` None: the command line.

        Raises:
            NotPermitted, LastAdmin, NotFound: as `set_role`.
        """
        async with self._database.transaction() as session:
            user = await self._to_change(session, user_id, by, still_admin=not disabled)
            user.disabled_at = (user.disabled_at or clock.wall()) if disabled else None
            await session.flush()
            if disabled:
                await store.revoke_sessions_of(session, user_id, clock.wall())
            action = "user.disabled" if disabled else "user.enabled"
            await audit(session, _actor(by), action, f"user:{user.id}", reason=reason)
            return view(user)

    async def _to_change(self, session: AsyncSession, user_id: int, by: Principal | None, *, still_admin: bool) -> User:
        if by is not None:
            by.require(Role.ADMIN)
        admins = await store.lock_admins(session)
        if by is not None and by.user_id not in admins:
            raise Conflict("Your own role has just been changed. Reload the page.")
        user = await store.user_by_id(session, user_id, lock=True)
        if user is None:
            raise NotFound("There is no such user.")
        if not still_admin and list(admins) == [user_id]:
            raise LastAdmin
        return user

    async def ensure_demo(self) -> list[DemoSignIn]:
        """Make sure that the demo sign-ins exist and open with the printed password. Sandbox only; idempotent.

        Raises:
            Conflict: this is live mode.
        """
        if not self._sandbox:
            raise Conflict("Demo sign-ins exist in sandbox mode only.")
        return [
            await self._demo_user(DEMO_CUSTOMER_EMAIL, "Demo Customer", Role.CUSTOMER),
            await self._demo_user(DEMO_ADMIN_EMAIL, "Demo Admin", Role.ADMIN),
        ]

    async def _demo_user(self, email: str, name: str, role: Role) -> DemoSignIn:
        address = parse_email(email)
        hashed = await self.vault.hash(DEMO_PASSWORD)
        async with self._database.transaction() as session:
            await store.lock_address(session, address)
            user = await store.user_by_email(session, address, lock=True)
        opens = user is not None and await self.vault.matches(user.password_hash, DEMO_PASSWORD)
        async with self._database.transaction() as session:
            await store.lock_address(session, address)
            user = await store.user_by_email(session, address, lock=True)
            if user is None:
                user = await _add(session, address, name=name, hashed=hashed, role=role, demo=True)
                await audit(
                    session, SYSTEM, "user.created", f"user:{user.id}", after={"role": role.value, "demo": True}
                )
            elif not opens:
                user.password_hash = hashed
            user.verified_at = user.verified_at or clock.wall()
            user.disabled_at, user.role, user.demo = None, role.value, True
            await session.flush()
            assert user.id is not None
            return DemoSignIn(address.address, DEMO_PASSWORD, role, user.id, user.customer_id)


async def _add(
    session: AsyncSession, address: EmailAddress, *, name: str, hashed: str, role: Role, demo: bool = False
) -> User:
    now = clock.wall()
    customer = None
    if role is Role.CUSTOMER:
        customer = await store.add_customer(session, name=name, email=address.address, at=now)
    user = User(
        customer_id=customer.id if customer is not None else None,
        name=name,
        email=address.address,
        email_normalised=address.normalised,
        password_hash=hashed,
        role=role.value,
        demo=demo,
        created_at=now,
        verified_at=now,
    )
    session.add(user)
    await session.flush()
    return user


def view(user: User) -> UserView:
    """A user without what nobody needs to see."""
    assert user.id is not None
    return UserView(
        id=user.id,
        customer_id=user.customer_id,
        email=user.email,
        name=user.name,
        role=Role(user.role),
        verified=user.verified_at is not None,
        disabled=user.disabled_at is not None,
        demo=user.demo,
    )


def _actor(by: Principal | None) -> Actor:
    return Actor.user(by.user_id) if by is not None else CLI
