"""A new sandbox may begin in the past, so that the life told to it ends today. Nothing may have happened before."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_LIVED = text(
    "SELECT EXISTS (SELECT FROM catalog_versions) OR EXISTS (SELECT FROM customers) OR EXISTS (SELECT FROM users) "
    "OR EXISTS (SELECT FROM credit_entries) OR EXISTS (SELECT FROM webhook_events)"
)


async def is_new(session: AsyncSession) -> bool:
    """Whether nothing has happened here: nobody was seen, nothing was ever for sale, Stripe has reported nothing."""
    return not (await session.execute(_LIVED)).scalar_one()


def whole(moment: datetime) -> datetime:
    """Without the part of a second: the sandbox counts whole ones."""
    return moment.replace(microsecond=0)
