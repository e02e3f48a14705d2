"""Who of the users is staff, and giving somebody a role: for administrators alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from billing_app.accounts.models import SignInSession, User
from billing_app.accounts.roles import Principal, Role
from billing_app.accounts.staff import UserView
from billing_app.errors import InvalidInput, NotFound
from billing_app.support.desk import Desk, checked_reason, reading

MAX_STAFF = 200


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A user with a staff role. `seen_at`: the last use of a session there still is."""

    id: int
    email: str
    name: str
    role: Role
    disabled: bool
    demo: bool
    seen_at: datetime | None


class People(Desk):
    """Roles; the rules are those of `accounts.staff`: the last administrator stays one."""

    async def staff(self, by: Principal) -> tuple[StaffMember, ...]:
        """Everybody with a staff role, highest first; 200 at most.

        Raises:
            NotPermitted: no administrator.
        """
        with reading(by, Role.ADMIN):
            seen = (
                select(func.max(col(SignInSession.last_seen_at)))
                .where(col(SignInSession.user_id) == col(User.id))
                .scalar_subquery()
            )
            query = select(User, seen).where(col(User.role) != Role.CUSTOMER.value).limit(MAX_STAFF)
            async with self._database.transaction() as session:
                rows = (await session.execute(query)).all()
        found = [
            StaffMember(
                user.id, user.email, user.name, Role(user.role), user.disabled_at is not None, user.demo, seen_at
            )
            for user, seen_at in rows
            if user.id is not None
        ]
        return tuple(sorted(found, key=lambda one: (-one.role.rank, one.email)))

    async def give_role(self, by: Principal, email: str, role: Role, *, reason: str) -> UserView:
        """Give the user of this address another role, at once; `customer` takes a staff role away.

        Raises:
            NotPermitted: no administrator. NotFound: nobody has an account with this address.
            LastAdmin: nobody would be left to administer. InvalidInput: it is no address, or no reason is given.
        """
        by.require(Role.ADMIN)
        because = checked_reason(reason)
        user = await self._below.accounts.user_by_email(email)
        if user is None:
            raise NotFound("Nobody has an account with this address. They sign up first, then you give them a role.")
        if user.role is role:
            raise InvalidInput(f"{user.email} has the role {role} already.", field="role")
        return await self._below.accounts.set_role(user.id, role, by=by, reason=because)
