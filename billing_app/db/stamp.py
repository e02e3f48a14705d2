"""A database knows its mode: stamped at first start, and no key of another mode or account may use it after."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, SmallInteger, String, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel

from billing_app import clock
from billing_app.errors import Conflict
from billing_app.settings import Mode


class SystemState(SQLModel, table=True):
    """The one row that says what this database is for."""

    __tablename__: ClassVar[Any] = "system_state"
    __table_args__ = (
        CheckConstraint("id = 1", name="singleton"),
        CheckConstraint("mode IN ('sandbox', 'live')", name="mode"),
        CheckConstraint("mode = 'sandbox' OR clock_offset_s = 0", name="clock"),
    )

    id: int = Field(default=1, sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    mode: str = Field(sa_column=Column(String, nullable=False))
    stripe_account: str | None = Field(default=None, sa_column=Column(String))
    livemode: bool | None = None
    clock_offset_s: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    stamped_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class WrongDatabase(Conflict):
    """The database belongs to another mode or Stripe account than the key in use."""

    code = "wrong_database"
    title = "This database belongs to another mode or account"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a Stripe key speaks for."""

    mode: Mode
    stripe_account: str
    livemode: bool


async def stamp(session: AsyncSession, identity: Identity) -> None:
    """Stamp a fresh database, or check that the stamp is ours.

    Raises:
        WrongDatabase: the stamp names another mode, account or livemode; says what to do.
    """
    await session.execute(
        text(
            "INSERT INTO system_state (id, mode, stripe_account, livemode, stamped_at) "
            "VALUES (1, :mode, :account, :livemode, :at) ON CONFLICT (id) DO NOTHING"
        ),
        {
            "mode": identity.mode.value,
            "account": identity.stripe_account,
            "livemode": identity.livemode,
            "at": clock.wall(),
        },
    )
    row = await session.execute(text("SELECT mode, stripe_account, livemode FROM system_state"))
    mode, account, livemode = row.one()
    if (mode, account, livemode) != (identity.mode.value, identity.stripe_account, identity.livemode):
        raise WrongDatabase(
            f"This database was made for {mode} mode with Stripe account {account}; the key in use is for "
            f"{identity.mode.value} mode with account {identity.stripe_account}. Use the key it was made with, "
            "or point DATABASE_URL at another database."
        )


async def advance_clock(session: AsyncSession, to: datetime) -> None:
    """Set billing time of a sandbox database forward to `to`; never backwards."""
    offset_s = math.floor((to - clock.wall()).total_seconds())
    row = await session.execute(
        text(
            "UPDATE system_state SET clock_offset_s = greatest(clock_offset_s, :s) "
            "WHERE mode = 'sandbox' RETURNING clock_offset_s"
        ),
        {"s": offset_s},
    )
    stored = row.scalar_one_or_none()
    if stored is None:
        raise Conflict("Only a sandbox database has a clock that can be moved.")
    clock.follow(timedelta(seconds=stored))


async def begin_clock(session: AsyncSession, offset_s: int) -> None:
    """Let the clock of a sandbox begin that far from the real time. The caller sees to it that nothing has happened.

    Raises:
        Conflict: this is live mode, or the clock was moved before.
    """
    row = await session.execute(
        text(
            "UPDATE system_state SET clock_offset_s = :s WHERE mode = 'sandbox' AND clock_offset_s <= 0 "
            "RETURNING clock_offset_s"
        ),
        {"s": offset_s},
    )
    if row.scalar_one_or_none() is None:
        raise Conflict("Only the clock of a sandbox can begin in the past, and only before it was moved.")
    clock.begin(timedelta(seconds=offset_s))
