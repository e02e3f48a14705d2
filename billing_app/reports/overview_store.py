"""Statements of the overview alone: each says of a period what one tile or the chart needs, and no more."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.reports.movements import Movement
from billing_app.reports.period import Period

_SPENT = text(
    """SELECT day, coalesce(sum(calls) FILTER (WHERE own), 0)::bigint AS requests,
        coalesce(sum(unknown) FILTER (WHERE own), 0)::bigint AS unknown,
        coalesce(sum(cost) FILTER (WHERE own), 0) AS cost, bool_or(NOT own AND cost <> 0) AS foreign
    FROM (SELECT day, currency IN ('', :currency) AS own, calls, unknown, cost FROM cost_sums
        WHERE day BETWEEN :first AND :last) spent GROUP BY day"""
)
# What `owing.owed` says of sums by movement, of all of them at once.
_OWED = text(
    """SELECT coalesce(sum(CASE movement WHEN :sold THEN amount_minor WHEN :credited THEN 0 ELSE -amount_minor END), 0)
        ::bigint FROM revenue_sums WHERE currency = :currency AND day <= :until"""
)


async def spent(session: AsyncSession, period: Period, currency: str) -> list[Any]:
    """Cost by day: `requests`, those of `unknown` cost, `cost` in this currency; `foreign`: some was in another."""
    values = {"currency": currency, "first": period.first, "last": period.last}
    return list(await session.execute(_SPENT, values))


async def owed(session: AsyncSession, day: date, currency: str) -> int:
    """What customers had paid for and not had yet at the end of a day, in minor units."""
    words = {"sold": Movement.SOLD.value, "credited": Movement.CREDITED.value}
    return (await session.execute(_OWED, {"currency": currency, "until": day, **words})).scalar_one()
