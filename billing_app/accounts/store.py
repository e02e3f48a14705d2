"""Every SQL statement of the accounts, each in its caller's transaction."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.accounts.email_address import EmailAddress
from billing_app.accounts.looks.models import CustomerLook
from billing_app.accounts.models import Customer, SignInSession, User
from billing_app.accounts.roles import Principal, Role
from billing_app.db.direct import Statement

LIVE_SESSIONS_MAX = 50
_ESCAPED, _AS_IS = re.compile(r'(["\\])'), r"\\\1"  # in a quoted element of an array's text
SWEEP_ROWS = 1_000


def token_hash(token: str) -> bytes:
    """What is stored of a session's token. 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def customer_by_id(session: AsyncSession, customer_id: int) -> Customer | None:
    return await session.get(Customer, customer_id)


async def customer_held(session: AsyncSession, customer_id: int) -> Customer | None:
    """The customer as committed, whom nobody changes until this transaction ends."""
    return await session.scalar(
        select(Customer)
        .where(col(Customer.id) == customer_id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )


async def customer_by_external_id(session: AsyncSession, external_id: str) -> Customer | None:
    return await session.scalar(select(Customer).where(col(Customer.external_id) == external_id))


def customers_by_external_ids(external_ids: Sequence[str]) -> Statement:
    """Asks for their numbers, for a direct connection: (external id, number) of those seen before."""
    return (
        "SELECT external_id, id FROM customers WHERE external_id = ANY(%s::text[])",
        ("{" + ",".join(f'"{_ESCAPED.sub(_AS_IS, one)}"' for one in external_ids) + "}",),
    )


def customers_erased_since(since: datetime, limit: int) -> Statement:
    """Asks for the numbers of customers erased since then (wall time), for a direct connection."""
    return "SELECT id FROM customers WHERE erased_at > %s::timestamptz LIMIT %s::bigint", (since, limit)


async def add_customers(session: AsyncSession, external_ids: Sequence[str], at: datetime) -> dict[str, int]:
    """Make customers that are known by no more than their ids; those that are there already are left out."""
    made = await session.execute(
        insert(Customer)
        .values([{"external_id": one, "created_at": at} for one in external_ids])
        .on_conflict_do_nothing(index_elements=["external_id"])
        .returning(col(Customer.external_id), col(Customer.id))
    )
    return {external_id: customer_id for external_id, customer_id in made if external_id and customer_id}


async def add_customer(
    session: AsyncSession, *, name: str | None, email: str | None, at: datetime, external_id: str | None = None
) -> Customer | None:
    """The new customer, or None if the external id is taken."""
    return await session.scalar(
        insert(Customer)
        .values(name=name, email=email, created_at=at, external_id=external_id)
        .on_conflict_do_nothing(index_elements=["external_id"])
        .returning(Customer)
    )


async def user_by_id(session: AsyncSession, user_id: int, *, lock: bool = False) -> User | None:
    query = select(User).where(col(User.id) == user_id).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def user_by_email(session: AsyncSession, email: EmailAddress, *, lock: bool = False) -> User | None:
    query = select(User).where(col(User.email_normalised) == email.normalised).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def lock_address(session: AsyncSession, email: EmailAddress) -> None:
    """One sign-up per address at a time, also while nobody has it yet. Held until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(email.normalised, 4))))


async def unconfirmed_customers(session: AsyncSession, customer_ids: Sequence[int]) -> set[int]:
    """Those who have users that may sign in, none of whom has confirmed an e-mail address."""
    confirmed = func.bool_or(col(User.verified_at).is_not(None))
    found = await session.scalars(
        select(col(User.customer_id))
        .where(col(User.customer_id).in_(customer_ids), col(User.disabled_at).is_(None))
        .group_by(col(User.customer_id))
        .having(~confirmed)
    )
    return {customer_id for customer_id in found if customer_id is not None}


async def lock_admins(session: AsyncSession) -> Sequence[int]:
    """The ids of all who can administer; nobody joins or leaves them until the transaction ends."""
    found = await session.scalars(
        select(col(User.id))
        .where(col(User.role) == Role.ADMIN.value, col(User.disabled_at).is_(None))
        .order_by(col(User.id))
        .with_for_update(key_share=True)
    )
    return [user_id for user_id in found if user_id is not None]


async def add_session(session: AsyncSession, row: SignInSession) -> SignInSession:
    """Add a session; beyond fifty live ones of the user, the longest unused are revoked."""
    session.add(row)
    await session.flush()
    surplus = (
        select(col(SignInSession.id))
        .where(
            col(SignInSession.user_id) == row.user_id,
            col(SignInSession.revoked_at).is_(None),
            col(SignInSession.id) != row.id,
        )
        .order_by(col(SignInSession.last_seen_at).desc(), col(SignInSession.id).desc())
        .offset(LIVE_SESSIONS_MAX - 1)
    )
    await session.execute(
        update(SignInSession).where(col(SignInSession.id).in_(surplus)).values(revoked_at=row.created_at)
    )
    return row


def principal(user: User, signed_in: SignInSession) -> Principal:
    """Who this user is in this session."""
    assert user.id is not None
    assert signed_in.id is not None
    return Principal(
        user_id=user.id,
        session_id=signed_in.id,
        customer_id=user.customer_id,
        role=Role(user.role),
        email=user.email,
        name=user.name,
        verified=user.verified_at is not None,
        demo=user.demo,
        handed_over=signed_in.handed_over,
        return_to=signed_in.return_to,
    )


async def principal_of(
    session: AsyncSession, token: str, at: datetime, *, demo_allowed: bool
) -> tuple[Principal, datetime] | None:
    """Who a token signs in, and when the session was last seen: one query over two unique indexes."""
    found = await session.execute(
        select(SignInSession, User, CustomerLook, Customer)
        .join(User, col(User.id) == col(SignInSession.user_id))
        .outerjoin(
            CustomerLook,
            and_(
                col(CustomerLook.session_id) == col(SignInSession.id),
                col(CustomerLook.ended_at).is_(None),
                col(CustomerLook.ends_at) > at,
            ),
        )
        .outerjoin(Customer, col(Customer.id) == col(CustomerLook.customer_id))
        .where(
            col(SignInSession.token_hash) == token_hash(token),
            col(SignInSession.revoked_at).is_(None),
            col(SignInSession.expires_at) > at,
            col(User.disabled_at).is_(None),
            *([] if demo_allowed else [col(User.demo).is_(False)]),
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    signed_in, user, look, customer = row
    who = principal(user, signed_in)
    if look is not None and customer is not None and who.role.rank >= Role.SUPPORT.rank:
        who = _eyes_of(customer, who, until=look.ends_at)
    return who, signed_in.last_seen_at


def _eyes_of(customer: Customer, behind: Principal, *, until: datetime) -> Principal:
    """The customer, as seen by a member of staff."""
    return Principal(
        user_id=behind.user_id,
        session_id=behind.session_id,
        customer_id=customer.id,
        role=Role.CUSTOMER,
        email=customer.email or customer.external_id or "",
        name=customer.name or "",
        verified=True,
        demo=False,
        behind=behind,
        looks_until=until,
    )


async def extend_session(session: AsyncSession, session_id: int, at: datetime, expires_at: datetime | None) -> None:
    """Note a session's use and slide its end; None leaves its end. One that was revoked meanwhile stays so."""
    await session.execute(
        update(SignInSession)
        .where(col(SignInSession.id) == session_id, col(SignInSession.revoked_at).is_(None))
        .values(last_seen_at=at, **({} if expires_at is None else {"expires_at": expires_at}))
    )


async def live_sessions(session: AsyncSession, user_id: int, at: datetime) -> Sequence[SignInSession]:
    """A user's sessions, last used first."""
    found = await session.scalars(
        select(SignInSession)
        .where(
            col(SignInSession.user_id) == user_id,
            col(SignInSession.revoked_at).is_(None),
            col(SignInSession.expires_at) > at,
        )
        .order_by(col(SignInSession.last_seen_at).desc(), col(SignInSession.id).desc())
        .limit(LIVE_SESSIONS_MAX)
    )
    return found.all()


async def revoke_session(session: AsyncSession, user_id: int, session_id: int, at: datetime) -> bool:
    """Revoke one session of this user. False: it is not theirs, or has ended."""
    done = await session.execute(
        update(SignInSession)
        .where(
            col(SignInSession.id) == session_id,
            col(SignInSession.user_id) == user_id,
            col(SignInSession.revoked_at).is_(None),
        )
        .values(revoked_at=at)
        .returning(col(SignInSession.id))
    )
    return done.scalar_one_or_none() is not None


async def revoke_token(session: AsyncSession, token: str, at: datetime) -> int | None:
    """Revoke the session of a token. Returns its user, or None if there was none to revoke."""
    done = await session.execute(
        update(SignInSession)
        .where(col(SignInSession.token_hash) == token_hash(token), col(SignInSession.revoked_at).is_(None))
        .values(revoked_at=at)
        .returning(col(SignInSession.user_id))
    )
    return done.scalar_one_or_none()


async def revoke_sessions_of(session: AsyncSession, user_id: int, at: datetime, *, keep: int | None = None) -> int:
    """Revoke all of a user's sessions, except one. Returns how many."""
    done = await session.execute(
        update(SignInSession)
        .where(
            col(SignInSession.user_id) == user_id,
            col(SignInSession.revoked_at).is_(None),
            *([col(SignInSession.id) != keep] if keep is not None else []),
        )
        .values(revoked_at=at)
        .returning(col(SignInSession.id))
    )
    return len(done.scalars().all())


async def delete_ended_sessions(session: AsyncSession, before: datetime) -> int:
    """Delete sessions, revoked ones too, whose time was over before a moment; a thousand at most. Returns how many."""
    ended = (
        select(col(SignInSession.id))
        .where(col(SignInSession.expires_at) < before)
        .limit(SWEEP_ROWS)
        .with_for_update(skip_locked=True)
    )
    done = await session.execute(
        delete(SignInSession).where(col(SignInSession.id).in_(ended)).returning(col(SignInSession.id))
    )
    return len(done.scalars().all())
