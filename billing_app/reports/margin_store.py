"""Statements that put revenue and cost side by side: by what was sold and for what, by day, by customer."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.arrays import integers
from billing_app.money import exponent
from billing_app.reports.period import Period
from billing_app.usage.reading import by_customer, span_of

_EARNED = "movement IN ('used', 'by_day', 'at_sale', 'expired', 'ended', 'refunded')"
_NET = f"sum(CASE WHEN {_EARNED} THEN amount_minor WHEN movement = 'credited' THEN -amount_minor ELSE 0 END)::bigint"
_REVENUE = text(
    f"""SELECT item_kind, code, max(name) AS name, feature, {_NET} AS net FROM revenue_sums
    WHERE currency = :currency AND day BETWEEN :first AND :last GROUP BY 1, 2, 4 ORDER BY 1, 2, 4"""  # noqa: S608
)
_REVENUE_BY_DAY = text(
    f"""SELECT day, {_NET} AS net FROM revenue_sums
    WHERE currency = :currency AND day BETWEEN :first AND :last GROUP BY 1"""  # noqa: S608
)
_COSTS = """SELECT {keys}, sum(calls)::bigint AS calls, sum(unknown)::bigint AS unknown,
        coalesce(sum(cost) FILTER (WHERE currency = :currency), 0) AS cost,
        bool_or(currency <> :currency AND currency <> '' AND cost <> 0) AS foreign
    FROM cost_sums WHERE day BETWEEN :first AND :last GROUP BY {keys} ORDER BY {keys}"""
_COST_GROUPS = text(_COSTS.format(keys="purchase, item, plan, feature"))
_COST_BY_MODEL = text(_COSTS.format(keys="feature, model"))
_COST_BY_FEATURE = text(_COSTS.format(keys="feature"))
_COST_BY_DAY = text(_COSTS.format(keys="day"))
_CUSTOMER_NET = "earned_minor + released_minor - credited_minor AS net"
_CUSTOMER_COST = """calls, unknown, CASE WHEN currency = :currency THEN cost ELSE 0 END AS cost,
    currency <> :currency AND currency <> '' AND cost <> 0 AS other"""
_CUSTOMERS = text(
    f"""WITH revenue AS (
        SELECT customer_id, sum(net)::bigint AS net FROM (
            {by_customer(_CUSTOMER_NET, "revenue_sums_customer", "currency = :currency")}
            UNION ALL SELECT * FROM unnest(CAST(:refunded AS bigint[]), CAST(:amounts AS bigint[]))
        ) r GROUP BY 1
    ), cost AS (
        SELECT customer_id, sum(calls)::bigint AS calls, sum(unknown)::bigint AS unknown, sum(cost) AS cost,
            bool_or(other) AS other FROM (
            {by_customer(_CUSTOMER_COST, "cost_sums_customer", "true")}
        ) c GROUP BY 1
    ), both_ AS (
        SELECT customer_id, coalesce(net, 0) AS net, coalesce(calls, 0) AS calls, coalesce(unknown, 0) AS unknown,
            coalesce(cost, 0) AS cost, coalesce(other, false) AS other,
            coalesce(net, 0) / CAST(:scale AS numeric) - coalesce(cost, 0) AS gross
        FROM revenue FULL JOIN cost USING (customer_id) WHERE coalesce(net, 0) <> 0 OR calls > 0
    )
    SELECT b.*, coalesce(c.name, c.email, c.external_id, '') AS name, count(*) OVER () AS customers,
        sum(net) OVER () AS all_net, sum(b.cost) OVER () AS all_cost,
        sum(calls) OVER () AS all_calls, sum(unknown) OVER () AS all_unknown, bool_or(other) OVER () AS all_other
    FROM both_ b LEFT JOIN customers c ON c.id = b.customer_id
    ORDER BY gross, customer_id LIMIT :limit"""  # noqa: S608
)


async def revenue(session: AsyncSession, period: Period, currency: str) -> list[Any]:
    """Revenue by item and feature: earned, and refunds taken off only as far as they were owed (`net`)."""
    return list(await session.execute(_REVENUE, _values(period, currency)))


async def revenue_by_day(session: AsyncSession, period: Period, currency: str) -> list[Any]:
    """The same by day."""
    return list(await session.execute(_REVENUE_BY_DAY, _values(period, currency)))


async def cost_groups(session: AsyncSession, period: Period, currency: str) -> list[Any]:
    """Cost by who paid: purchase, item, plan and feature."""
    return list(await session.execute(_COST_GROUPS, _values(period, currency)))


async def cost_by_feature(session: AsyncSession, period: Period, currency: str) -> list[Any]:
    """Cost by feature."""
    return list(await session.execute(_COST_BY_FEATURE, _values(period, currency)))


async def cost_by_model(session: AsyncSession, period: Period, currency: str) -> list[Any]:
    """Cost by feature and model."""
    return list(await session.execute(_COST_BY_MODEL, _values(period, currency)))


async def cost_by_day(session: AsyncSession, period: Period, currency: str) -> list[Any]:
    """Cost by day."""
    return list(await session.execute(_COST_BY_DAY, _values(period, currency)))


async def customers(
    session: AsyncSession, period: Period, currency: str, taken_back: Mapping[int, int], *, limit: int
) -> Sequence[Any]:
    """Customers by what they earn less what they cost, the worst first; each row with the sums of all."""
    refunded = sorted(taken_back)
    values = {
        **span_of(period.first, period.last),
        "currency": currency,
        "refunded": integers(refunded),
        "amounts": integers(-taken_back[one] for one in refunded),
        "scale": 10 ** exponent(currency),
        "limit": limit,
    }
    return (await session.execute(_CUSTOMERS, values)).all()


def _values(period: Period, currency: str) -> dict[str, Any]:
    return {"currency": currency, "first": period.first, "last": period.last}
