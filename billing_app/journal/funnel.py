"""The funnel: steps from looking to buying, by visitor or customer."""

import json
import re
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.errors import InvalidInput
from billing_app.journal.models import FunnelEvent

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_VISITOR = re.compile(r"[A-Za-z0-9_-]{1,64}")
DATA_LIMIT_BYTES = 4_096


async def funnel(
    session: AsyncSession,
    name: str,
    *,
    visitor: str | None = None,
    customer_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Note a step, such as `wall_shown`, in the caller's transaction. A visitor is a random id, never an address.

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
    session.add(FunnelEvent(at=clock.wall(), visitor=visitor, customer_id=customer_id, name=name, data=data or {}))
    await session.flush()
