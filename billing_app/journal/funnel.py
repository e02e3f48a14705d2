"""The funnel: steps from looking to buying, by visitor or customer."""

import json
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.looking import only_looking
from billing_app.errors import InvalidInput
from billing_app.journal.models import FunnelEvent

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_VISITOR = re.compile(r"[A-Za-z0-9_-]{1,64}")
DATA_LIMIT_BYTES = 4_096
PLACES = ("wall",)

# Over the index of names: what was noted lately is few rows, whoever they are of.
_NOTED = text(
    "SELECT EXISTS (SELECT FROM funnel_events WHERE name = :name AND at > :since AND at <= :now "
    "AND visitor IS NOT DISTINCT FROM CAST(:visitor AS text) "
    "AND customer_id IS NOT DISTINCT FROM CAST(:customer_id AS bigint) AND data = CAST(:data AS jsonb))"
)


async def funnel(
    session: AsyncSession,
    name: str,
    *,
    visitor: str | None = None,
    customer_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Note a step, such as `wall_shown`, in the caller's transaction, at billing time.

    A visitor is a random id, never an address.

    Raises:
        InvalidInput: neither visitor nor customer, a malformed name or visitor, or more than 4 KiB of data.
    """
    if visitor is None and customer_id is None:
        raise InvalidInput("A funnel event needs a visitor or a customer.")
    if not _NAME.fullmatch(name):
        raise InvalidInput("A funnel event's name is lower-case letters, digits and underscores, 64 at most.")
    if visitor is not None and not _VISITOR.fullmatch(visitor):
        raise InvalidInput("A visitor's id is letters, digits, '-' and '_', 64 at most.")
    document = json.dumps(data or {})
    if len(document) > DATA_LIMIT_BYTES or "\\u0000" in document:
        raise InvalidInput(f"A funnel event carries {DATA_LIMIT_BYTES} bytes of JSON at most, without NUL characters.")
    session.add(FunnelEvent(at=clock.now(), visitor=visitor, customer_id=customer_id, name=name, data=data or {}))
    await session.flush()


def from_where(via: str | None) -> dict[str, Any]:
    """Where the button stood that led on, as a part of a step's data; only places that we know are noted."""
    return {"via": via} if via in PLACES else {}


async def note_click(database: Database, customer_id: int, kind: str, code: str, via: str | None) -> None:
    """A button on a wall was pressed, whatever comes of it. Nothing for buttons elsewhere."""
    if via in PLACES:
        async with database.transaction() as session:
            data = {"kind": kind, "code": code, "via": via}
            await funnel(session, "cta_clicked", customer_id=customer_id, data=data)


class Funnel:
    """Notes what pages have shown, each in a transaction of its own: a page that is looked at twice is seen once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note_once(
        self,
        name: str,
        *,
        within: timedelta,
        visitor: str | None = None,
        customer_id: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> bool:
        """Note a step unless the same was noted in that time; whether it was. What staff see as a customer is no step.

        Raises:
            InvalidInput: as `funnel`.
        """
        if only_looking():
            return False
        async with self._database.transaction() as session:
            now = clock.now()
            known = {"name": name, "since": now - within, "now": now, "visitor": visitor, "customer_id": customer_id}
            if (await session.execute(_NOTED, {**known, "data": json.dumps(data or {})})).scalar_one():
                return False
            await funnel(session, name, visitor=visitor, customer_id=customer_id, data=data)
            return True
