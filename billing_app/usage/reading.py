"""What the sums say: cost by any of their dimensions, by customer, and how it is distributed. Reads no log.

Days are UTC and inclusive. A cost is in major units of its currency and never converted; "" is the currency of what
is not known, whose calls `unknown` counts. How fresh the sums are says `Rollup.behind`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.engine import Database
from billing_app.errors import InvalidInput

Dimension = Literal["day", "kind", "plan", "feature", "model", "purchase", "item", "currency"]
DIMENSIONS = ("day", "kind", "plan", "feature", "model", "purchase", "item", "currency")
MAX_GROUPS = 20_000
MAX_CUSTOMERS = 1_000


def by_customer(columns: str, table: str, only: str) -> str:
    """Rows of customers in the span of `span_of`, as SQL: whole months from the sums by month, the days around by day.

    A year of every customer is a few rows each, however many calls there were. Apart, so that each is a look-up by
    index; together in one condition they were a scan of all days.
    """
    return f"""
        SELECT customer_id, {columns} FROM {table}_month WHERE {only} AND month >= :first_month AND month < :month_after
        UNION ALL
        SELECT customer_id, {columns} FROM {table} WHERE {only} AND day BETWEEN :first AND :last_before
        UNION ALL
        SELECT customer_id, {columns} FROM {table} WHERE {only} AND day BETWEEN :first_after AND :last"""  # noqa: S608


_BY_CUSTOMER = f"""
    SELECT customer_id, sum(calls) AS calls, sum(unknown) AS unknown, sum(cost) AS cost FROM (
        {by_customer("calls, unknown, cost", "cost_sums_customer", "currency = :currency")}
    ) AS parts GROUP BY customer_id"""  # noqa: S608
_CUSTOMERS = text(f"{_BY_CUSTOMER} ORDER BY cost DESC, customer_id LIMIT :limit")
_DISTRIBUTION = text(
    f"""WITH each AS ({_BY_CUSTOMER}),
    ranked AS (SELECT cost, ntile(10) OVER (ORDER BY cost DESC, customer_id) AS tenth FROM each WHERE customer_id <> 0)
    SELECT count(*) AS customers, sum(cost) AS cost, sum(cost) FILTER (WHERE tenth = 1) AS top,
    percentile_disc(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY cost) AS at FROM ranked"""  # noqa: S608
)
_OF_CUSTOMER = text(
    "SELECT day, currency, calls, unknown, cost FROM cost_sums_customer WHERE customer_id = :customer_id "
    "AND day BETWEEN :first AND :last ORDER BY day, currency LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class CostGroup:
    """A group's sums. `key` has the dimensions asked for, in their order."""

    key: tuple[Any, ...]
    calls: int
    unknown: int
    input: int
    output: int
    cached_input: int
    cache_write: int
    reasoning: int
    units: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class CustomerCost:
    """What a customer costs; 0 stands for calls without a customer."""

    customer_id: int
    calls: int
    unknown: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class CostSpread:
    """How cost is spread over the customers who had any: percentiles are a customer's own cost, no interpolation."""

    customers: int
    cost: Decimal
    top_decile: Decimal
    p50: Decimal | None
    p90: Decimal | None
    p99: Decimal | None


class CostReads:
    """Reads of the sums, for reports; each also in a caller's transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by(self, *dimensions: Dimension, first: date, last: date, currency: str | None = None) -> list[CostGroup]:
        """Sums grouped by these dimensions, in their order; none: one group of all. 20,000 groups at most."""
        async with self._database.transaction() as session:
            return await by(session, *dimensions, first=first, last=last, currency=currency)

    async def customers(self, *, first: date, last: date, currency: str, limit: int = 100) -> list[CustomerCost]:
        """The dearest customers, dearest first; 1,000 at most."""
        async with self._database.transaction() as session:
            values = {**span_of(first, last), "currency": currency, "limit": max(1, min(limit, MAX_CUSTOMERS))}
            found = await session.execute(_CUSTOMERS, values)
            return [CustomerCost(row.customer_id, int(row.calls), int(row.unknown), row.cost) for row in found]

    async def spread(self, *, first: date, last: date, currency: str) -> CostSpread:
        """p50, p90, p99 of cost per customer, and what the dearest tenth costs (AD3)."""
        async with self._database.transaction() as session:
            row = (await session.execute(_DISTRIBUTION, {**span_of(first, last), "currency": currency})).one()
        at = row.at or (None, None, None)
        return CostSpread(row.customers, row.cost or Decimal(0), row.top or Decimal(0), *at)

    async def of_customer(self, customer_id: int, *, first: date, last: date) -> list[CostGroup]:
        """One customer's cost by day and currency; `key` is (day, currency), tokens are not kept by customer."""
        values = {"customer_id": customer_id, "first": first, "last": last, "limit": MAX_GROUPS}
        async with self._database.transaction() as session:
            found = await session.execute(_OF_CUSTOMER, values)
            return [
                CostGroup((row.day, row.currency), row.calls, row.unknown, 0, 0, 0, 0, 0, Decimal(0), row.cost)
                for row in found
            ]


async def by(
    session: AsyncSession, *dimensions: Dimension, first: date, last: date, currency: str | None = None
) -> list[CostGroup]:
    """`CostReads.by` in the caller's transaction.

    Raises:
        InvalidInput: no such dimension.
    """
    if wrong := [one for one in dimensions if one not in DIMENSIONS]:
        raise InvalidInput(f"Costs are summed by {', '.join(DIMENSIONS)}, not by {wrong[0][:40]}.")
    listed = ", ".join(dimensions)
    keys = f"{listed}, " if listed else ""
    group = f"GROUP BY {listed} ORDER BY {listed}" if listed else ""
    only = "AND currency = :currency" if currency is not None else ""
    statement = text(
        f"SELECT {keys} sum(calls)::bigint, sum(unknown)::bigint, sum(input)::bigint, sum(output)::bigint, "  # noqa: S608
        "sum(cached_input)::bigint, sum(cache_write)::bigint, sum(reasoning)::bigint, sum(units), sum(cost) "
        f"FROM cost_sums WHERE day BETWEEN :first AND :last {only} {group} LIMIT :limit"
    )
    values = {"first": first, "last": last, "limit": MAX_GROUPS} | ({"currency": currency} if only else {})
    rows = (await session.execute(statement, values)).all()
    count = len(dimensions)
    return [CostGroup(tuple(row[:count]), *row[count:]) for row in rows if row[count] is not None]


def span_of(first: date, last: date) -> dict[str, date]:
    """A span as whole months and the days around them: what `by_customer` asks for."""
    first_month = first if first.day == 1 else _next_month(first)
    month_after = last.replace(day=1) if _next_month(last) != _day_after(last) else _next_month(last)
    if first_month >= month_after:  # no whole month: all by day
        return {
            "first": first, "last_before": last, "first_after": _day_after(last), "last": last,
            "first_month": first, "month_after": first,
        }  # fmt: skip
    return {
        "first": first,
        "last_before": date.fromordinal(first_month.toordinal() - 1),
        "first_month": first_month,
        "month_after": month_after,
        "first_after": month_after,
        "last": last,
    }


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _next_month(day: date) -> date:
    return (
        day.replace(year=day.year + 1, month=1, day=1) if day.month == 12 else day.replace(month=day.month + 1, day=1)
    )
