"""Every SQL statement of the reports of recurring revenue: from the journal's lines that moved money, by an index."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.reports.period import Period
from billing_app.reports.recurring.movements import Change
from billing_app.reports.recurring.worth import CostOfPaying
from billing_app.usage.reading import by_customer, span_of

# A customer's lines of one day are one change; what was before is the sum of all days before.
_DAYS = """
    days AS (SELECT customer_id, (at AT TIME ZONE 'UTC')::date AS day,
        sum(mrr_after_minor - mrr_before_minor) AS moved
        FROM subscription_changes
        WHERE currency = :currency AND mrr_before_minor <> mrr_after_minor AND at < :ends_at
        GROUP BY customer_id, day),
    running AS (SELECT customer_id, day, moved,
        sum(moved) OVER (PARTITION BY customer_id ORDER BY day) AS after
        FROM days WHERE moved <> 0)"""
# What each customer pays at a moment is the sum of all that changed before it.
_AT = text(
    """SELECT coalesce(sum(mrr), 0)::bigint AS mrr, count(*) FILTER (WHERE mrr > 0) AS paying FROM (
        SELECT sum(mrr_after_minor - mrr_before_minor) AS mrr FROM subscription_changes
        WHERE currency = :currency AND mrr_before_minor <> mrr_after_minor AND at < :moment GROUP BY customer_id
    ) each"""
)
_CHANGES = text(
    f"""WITH {_DAYS}, known AS (SELECT customer_id, day, after - moved AS before, after,
        coalesce(max(after) OVER (PARTITION BY customer_id ORDER BY day
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) > 0 AS paid_ever FROM running)
    SELECT day, customer_id, before::bigint, after::bigint, paid_ever FROM known WHERE day >= :first
    ORDER BY day, customer_id"""  # noqa: S608
)
# Only a switch leads from one plan to another; every other line is about the plan that it ends with.
_BY_PLAN = text(
    """WITH lines AS (
        SELECT c.id, c.subscription_id, (c.at AT TIME ZONE 'UTC')::date AS day, c.kind, c.from_item_id, c.to_item_id,
            c.mrr_before_minor AS before, c.mrr_after_minor AS after
        FROM subscription_changes c WHERE c.currency = :currency AND c.at < :ends_at
            AND (c.mrr_before_minor <> c.mrr_after_minor OR c.kind = 'switched')),
    sides AS (
        SELECT subscription_id, day, CASE WHEN kind = 'switched' THEN from_item_id
            WHEN kind = 'change_scheduled' THEN from_item_id ELSE to_item_id END AS item, before, 0 AS after FROM lines
        UNION ALL
        SELECT subscription_id, day, CASE WHEN kind = 'change_scheduled' THEN from_item_id ELSE to_item_id END,
            0, after FROM lines)
    SELECT greatest(day, :first) AS day, coalesce(i.code, s.plan_code, '') AS code,
        sum((after > 0)::int - (before > 0)::int)::bigint AS customers, sum(after - before)::bigint AS mrr
    FROM sides LEFT JOIN catalog_items i ON i.id = sides.item LEFT JOIN subscriptions s ON s.id = subscription_id
    GROUP BY 1, 2 ORDER BY 1, 2"""
)
_NOW = text(
    """SELECT coalesce(s.plan_code, '') AS code, count(*) AS customers,
        count(*) FILTER (WHERE s.status = 'active') AS active,
        count(*) FILTER (WHERE s.status = 'trialing') AS trialing,
        count(*) FILTER (WHERE s.status = 'past_due' AND s.lapsed_at IS NULL) AS past_due,
        count(*) FILTER (WHERE s.stripe_subscription_id IS NULL) AS by_hand
    FROM subscriptions s WHERE s.status IN ('trialing', 'active', 'past_due') AND s.lapsed_at IS NULL
        AND s.ours AND NOT s.superseded GROUP BY 1 ORDER BY 1"""
)
_MRR_NOW = text(
    """SELECT coalesce(s.plan_code, '') AS code, sum(c.mrr_after_minor - c.mrr_before_minor)::bigint AS mrr
    FROM subscription_changes c JOIN subscriptions s ON s.id = c.subscription_id
    WHERE c.currency = :currency AND c.mrr_before_minor <> c.mrr_after_minor GROUP BY 1"""
)
# What the customers who pay at the period's end cost in it.
_COST_OF_PAYING = text(
    f"""WITH {_DAYS}, paying AS (SELECT customer_id FROM days GROUP BY customer_id HAVING sum(moved) > 0),
    cost AS ({by_customer("calls, unknown, cost, currency", "cost_sums_customer", "true")})
    SELECT coalesce(sum(cost) FILTER (WHERE currency = :currency), 0) AS known,
        coalesce(sum(unknown), 0)::bigint AS unknown,
        coalesce(bool_or(currency NOT IN ('', :currency) AND cost <> 0), false) AS foreign
    FROM cost JOIN paying USING (customer_id)"""  # noqa: S608
)


async def start(session: AsyncSession, period: Period, currency: str) -> tuple[int, int]:
    """MRR at the period's begin, in minor units, and how many customers paid it."""
    return await _at(session, period.begins_at, currency)


async def at_end(session: AsyncSession, period: Period, currency: str) -> tuple[int, int]:
    """MRR at the period's end, in minor units, and how many customers pay it."""
    return await _at(session, period.ends_at, currency)


async def changes(session: AsyncSession, period: Period, currency: str) -> list[Change]:
    """Each customer's change on each day of the period on which there was one, oldest first."""
    found = await session.execute(_CHANGES, _values(period, currency))
    return [Change(row.day, row.customer_id, row.before, row.after, row.paid_ever) for row in found]


async def by_plan(session: AsyncSession, period: Period, currency: str) -> Sequence[tuple[date, str, int, int]]:
    """By day and plan, how many more customers paid for it, and how much more MRR; before the period: its first day."""
    found = await session.execute(_BY_PLAN, _values(period, currency))
    return [(row.day, row.code, row.customers, row.mrr) for row in found]


async def plans_now(session: AsyncSession) -> list[tuple[str, int, int, int, int, int]]:
    """Code of a plan, customers on it; of them active, trialing, past due, by hand."""
    found = await session.execute(_NOW)
    return [(row.code, row.customers, row.active, row.trialing, row.past_due, row.by_hand) for row in found]


async def mrr_now(session: AsyncSession, currency: str) -> dict[str, int]:
    """MRR by the plan that is held now."""
    return {row.code: row.mrr for row in await session.execute(_MRR_NOW, {"currency": currency})}


async def customers(session: AsyncSession) -> int:
    """All customers there are."""
    return (await session.execute(text("SELECT count(*) FROM customers"))).scalar_one()


async def cost_of_paying(session: AsyncSession, period: Period, currency: str) -> CostOfPaying:
    """What customers who pay at the period's end cost in it."""
    values = _values(period, currency) | span_of(period.first, period.last)
    return CostOfPaying(*(await session.execute(_COST_OF_PAYING, values)).one())


async def _at(session: AsyncSession, moment: datetime, currency: str) -> tuple[int, int]:
    row = (await session.execute(_AT, {"currency": currency, "moment": moment})).one()
    return row.mrr, row.paying


def _values(period: Period, currency: str) -> dict[str, str | date | datetime]:
    return {"currency": currency, "first": period.first, "ends_at": period.ends_at}
