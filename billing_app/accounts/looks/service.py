"""Begins and ends looking as a customer: read-only, told in the audit log at both ends, thirty minutes at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.accounts.customers import living_customer
from billing_app.accounts.looks.models import CustomerLook
from billing_app.accounts.models import SignInSession
from billing_app.accounts.roles import Principal, Role
from billing_app.accounts.use_case import UseCase
from billing_app.db.looking import look_only
from billing_app.errors import InvalidInput
from billing_app.journal.audit import SYSTEM, Actor, audit

LONGEST = timedelta(minutes=30)
REASON_LIMIT = 500
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Look:
    """A look that has begun. `until`: wall time."""

    id: int
    customer_id: int
    until: datetime


class Looking(UseCase):
    """What staff with the role `support` may do; `SigningIn.who` turns it into the customer's eyes."""

    async def begin_look(self, by: Principal, customer_id: int, *, reason: str, ip: str | None = None) -> Look:
        """Let this session see the customer's pages as the customer does; another look of it ends.

        Raises:
            NotPermitted: not for this role. NotFound: no such customer. InvalidInput: no reason is given.
        """
        by = by.behind or by
        by.require(Role.SUPPORT)
        words = reason.strip()
        if not 1 <= len(words) <= REASON_LIMIT:
            raise InvalidInput(f"Say why you look, in 1 to {REASON_LIMIT} characters.", field="reason")
        now = clock.wall()
        async with self._database.transaction(of_the_house=True) as session:
            await living_customer(session, customer_id)
            await _end(session, by.session_id, now, Actor.user(by.user_id, ip), because="another look began")
            look = CustomerLook(
                session_id=by.session_id,
                user_id=by.user_id,
                customer_id=customer_id,
                begun_at=now,
                ends_at=now + LONGEST,
            )
            session.add(look)
            await session.flush()
            assert look.id is not None
            await audit(
                session,
                Actor.user(by.user_id, ip),
                "customer.look_begun",
                f"customer:{customer_id}",
                after={"look": look.id, "until": look.ends_at.isoformat()},
                reason=words,
            )
        return Look(look.id, customer_id, look.ends_at)

    async def end_look(self, by: Principal, *, ip: str | None = None) -> int | None:
        """End what this session sees as a customer; the customer, or None if there was nothing to end."""
        by = by.behind or by
        look_only(False)
        async with self._database.transaction(of_the_house=True) as session:
            actor = Actor.user(by.user_id, ip)
            return await _end(session, by.session_id, clock.wall(), actor, because="ended")

    async def sweep_looks(self) -> int:
        """Tell the audit log of looks that are over by time, or by the end of their session; how many."""
        now = clock.wall()
        over = (
            select(col(CustomerLook.session_id))
            .outerjoin(SignInSession, col(SignInSession.id) == col(CustomerLook.session_id))
            .where(
                col(CustomerLook.ended_at).is_(None),
                or_(
                    col(CustomerLook.ends_at) <= now,
                    col(SignInSession.id).is_(None),
                    col(SignInSession.revoked_at).is_not(None),
                ),
            )
            .limit(_AT_ONCE)
        )
        async with self._database.transaction() as session:
            found = list(await session.scalars(over))
            for session_id in found:
                await _end(session, session_id, now, SYSTEM, because="its time or its session was over")
        return len(found)


async def _end(session: AsyncSession, session_id: int, now: datetime, actor: Actor, *, because: str) -> int | None:
    ended = await session.execute(
        update(CustomerLook)
        .where(col(CustomerLook.session_id) == session_id, col(CustomerLook.ended_at).is_(None))
        .values(ended_at=func.least(col(CustomerLook.ends_at), now))
        .returning(col(CustomerLook.id), col(CustomerLook.customer_id), col(CustomerLook.ended_at))
    )
    row = ended.one_or_none()
    if row is None:
        return None
    after = {"look": row.id, "ended_at": row.ended_at.isoformat(), "because": because}
    await audit(session, actor, "customer.look_ended", f"customer:{row.customer_id}", after=after)
    return row.customer_id
