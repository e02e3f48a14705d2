"""Rate limits shared by all processes: the generic cell rate algorithm, one small row per key, in the real time.

A row holds the moment until which the key's allowance is used up ahead (its "theoretical arrival time"). A row of the
past says nothing, so each attempt also sweeps a few of those: the table holds little more than who was here lately.
"""

import hashlib
import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Column, LargeBinary, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.model import timestamp
from billing_app.errors import RateLimited

SWEEP_ROWS = 4


class RateLimitRow(SQLModel, table=True):
    """One key's use. The key is a hash: neither addresses nor names lie here."""

    __tablename__: ClassVar[Any] = "rate_limits"

    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    full_until: datetime = timestamp(index=True)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `burst` attempts at once, and `burst` per `window` in the long run."""

    name: str
    burst: int
    window: timedelta

    @property
    def interval(self) -> timedelta:
        """What one attempt costs of the window."""
        return self.window / self.burst

    @property
    def reach(self) -> timedelta:
        """How far ahead the allowance may be used up.

        Half an attempt more than the window: clocks differ, and who waited for the row read theirs a little earlier.
        Being less than a whole attempt it lets nobody have one more at once.
        """
        return self.window + self.interval / 2


@dataclass(frozen=True, slots=True)
class Take:
    """One attempt against one limit: `who` is what the limit counts by (an account, an address, a customer)."""

    limit: Limit
    who: str

    @property
    def key(self) -> bytes:
        """The row's key, of fixed size whatever was sent to us."""
        return hashlib.sha256(f"{self.limit.name}\0{self.who}".encode("utf-8", "surrogatepass")).digest()


class RateLimiter:
    """Counts attempts in transactions of its own, so that a refused or failed request counts as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, *takes: Take) -> None:
        """Count one attempt against every limit named.

        Raises:
            RateLimited: one of them is used up; says when to come back. The others are counted all the same.
        """
        wait = timedelta(0)
        now = clock.wall()
        async with self._database.transaction(of_the_house=True) as session:
            for take in sorted(takes, key=lambda each: each.key):  # one order for all, so that none wait in a circle
                row = insert(RateLimitRow).values(key=take.key, full_until=now + take.limit.interval)
                begin = func.greatest(col(RateLimitRow.full_until), now)
                counted = await session.execute(
                    row.on_conflict_do_update(
                        index_elements=["key"],
                        set_={"full_until": begin + take.limit.interval},
                        where=begin + take.limit.interval <= now + take.limit.reach,
                    ).returning(col(RateLimitRow.full_until))
                )
                if counted.scalar_one_or_none() is None:
                    full_until = await session.scalar(
                        select(col(RateLimitRow.full_until)).where(col(RateLimitRow.key) == take.key)
                    )
                    assert full_until is not None
                    wait = max(wait, full_until + take.limit.interval - now - take.limit.reach)
            await session.execute(_SWEEP, {"now": now, "rows": SWEEP_ROWS})
        if wait > timedelta(0):
            seconds = max(1, math.ceil(wait.total_seconds()))
            raise RateLimited(f"Too many attempts. Try again in {in_words(seconds)}.", retry_after_s=seconds)

    async def forget(self, takes: Sequence[Take]) -> None:
        """Give back everything taken under these keys, as after a right password."""
        async with self._database.transaction() as session:
            await session.execute(delete(RateLimitRow).where(col(RateLimitRow.key).in_([each.key for each in takes])))


_SWEEP = text(
    "DELETE FROM rate_limits WHERE key IN (SELECT key FROM rate_limits WHERE full_until < :now "
    "ORDER BY full_until LIMIT :rows FOR UPDATE SKIP LOCKED)"
)


def network(address: str | None) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one IPv6 customer is given."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False).network_address)
    return str(parsed)


def in_words(seconds: int) -> str:
    """A waiting time as people say it, rounded up."""
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds > length:
            return f"{math.ceil(seconds / length)} {unit}s"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
