"""What calls cost, for programs of the business: against revenue, by model and feature, by customer (C6, C8)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from billing_app.db.engine import Database
from billing_app.errors import NotFound
from billing_app.reports.figures import major, margin_figure
from billing_app.reports.overview import OverviewReports, RevenueAndCost
from billing_app.reports.period import Interval, Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.service import Reports
from billing_app.reports.views import Margin
from billing_app.usage import CostReads
from billing_app.usage.reading import CostGroup, Dimension

_NAMES = text("SELECT id, external_id FROM customers WHERE id = ANY(:ids)")
_ONE = text("SELECT external_id FROM customers WHERE id = :id")
_KEPT: tuple[Dimension, ...] = ("day", "kind", "plan", "feature", "model", "purchase", "currency")


@dataclass(frozen=True, slots=True)
class Spent:
    """What one model, feature, plan, ... cost. `key` "" stands for none. Costs in major units, exact."""

    key: str
    requests: int
    unknown: int
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class DaySpent:
    """What one combination cost on one day (UTC). `currency` "" is that of costs that are not known."""

    day: date
    kind: str
    plan: str
    feature: str
    model: str
    purchase: str
    requests: int
    unknown: int
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class RevenueVsCost:
    """Revenue recognised against the cost of goods. `users`: customers who had any cost.

    `mean_cost` is of requests whose cost is known; None without any. `reason`: why there is no margin.
    """

    period: Period
    currency: str
    revenue_minor: int
    cost: Decimal
    profit: Decimal
    margin_percent: Decimal | None
    reason: str
    requests: int
    unknown: int
    users: int
    mean_cost: Decimal | None
    by_part: tuple[RevenueAndCost, ...]
    by_model: tuple[Spent, ...]
    by_feature: tuple[Spent, ...]


@dataclass(frozen=True, slots=True)
class CustomerSpent:
    """What a customer cost. `customer`: the host's own id; None for customers without one and calls of nobody (0)."""

    customer: str | None
    customer_id: int
    requests: int
    unknown: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class CustomerDay:
    """A customer's cost on one day in one currency."""

    day: date
    currency: str
    requests: int
    unknown: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class CustomerCosts:
    """One customer's cost by day, all currencies, and what they earned in the one asked for."""

    customer: str | None
    customer_id: int
    currency: str
    days: tuple[CustomerDay, ...]
    margin: Margin


class CostReports:
    """Reads the sums of costs beside revenue."""

    def __init__(self, database: Database, costs: CostReads, overview: OverviewReports, reports: Reports) -> None:
        self._database = database
        self._costs = costs
        self._overview = overview
        self._reports = reports

    async def revenue_vs_cost(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.DAY
    ) -> RevenueVsCost:
        """All of C8's report.

        Raises:
            InvalidInput: more than 400 parts.
        """
        may_read(by)
        points, foreign = await self._overview.revenue_and_cost(by, period, currency, interval)
        spread = await self._costs.spread(first=period.first, last=period.last, currency=currency)
        revenue = sum(one.revenue_minor for one in points)
        cost = sum((one.cost for one in points), Decimal(0))
        requests, unknown = sum(one.requests for one in points), sum(one.unknown for one in points)
        percent, reason = margin_figure(revenue, cost, currency, foreign=foreign)
        return RevenueVsCost(
            period=period,
            currency=currency,
            revenue_minor=revenue,
            cost=cost,
            profit=major(revenue, currency) - cost,
            margin_percent=percent,
            reason=reason,
            requests=requests,
            unknown=unknown,
            users=spread.customers,
            mean_cost=cost / (requests - unknown) if requests > unknown else None,
            by_part=points,
            by_model=await self.by(by, "model", period, currency),
            by_feature=await self.by(by, "feature", period, currency),
        )

    async def by(self, by: Reader, dimension: Dimension, period: Period, currency: str) -> tuple[Spent, ...]:
        """The sums by one dimension, the dearest first; what is not known stands in `unknown` alone."""
        may_read(by)
        found = await self._costs.by(dimension, "currency", first=period.first, last=period.last)
        sums: dict[str, Spent] = {}
        for group in found:
            if group.key[1] in ("", currency):
                key = str(group.key[0])
                sums[key] = _added(sums.get(key), key, group)
        return tuple(sorted(sums.values(), key=lambda one: (-one.cost, one.key)))

    async def log(self, by: Reader, period: Period, currency: str) -> tuple[DaySpent, ...]:
        """Every sum there is: by day, kind, plan, feature, model and purchase; 20,000 at most.

        Rows of costs in other currencies are left out; those of costs that are not known are not.
        """
        may_read(by)
        found = await self._costs.by(*_KEPT, first=period.first, last=period.last)
        kept = [one for one in found if one.key[-1] in ("", currency)]
        return tuple(_day(one) for one in kept)

    async def customers(
        self, by: Reader, period: Period, currency: str, *, limit: int = 100
    ) -> tuple[CustomerSpent, ...]:
        """The dearest customers, dearest first; 1,000 at most."""
        may_read(by)
        found = await self._costs.customers(first=period.first, last=period.last, currency=currency, limit=limit)
        async with self._database.transaction() as session:
            rows = await session.execute(_NAMES, {"ids": [one.customer_id for one in found]})
            names = {row.id: row.external_id for row in rows}
        return tuple(
            CustomerSpent(names.get(one.customer_id), one.customer_id, one.calls, one.unknown, one.cost)
            for one in found
        )

    async def customer(self, by: Reader, customer_id: int, period: Period, currency: str) -> CustomerCosts:
        """One customer's cost, and what they earned.

        Raises:
            NotFound: there is no such customer.
        """
        may_read(by)
        async with self._database.transaction() as session:
            known = (await session.execute(_ONE, {"id": customer_id})).one_or_none()
        if known is None:
            raise NotFound(f"There is no customer {customer_id}.")
        days = await self._costs.of_customer(customer_id, first=period.first, last=period.last)
        earned = await self._reports.margin_of_customer(by, customer_id, period, currency, limit=1)
        return CustomerCosts(
            customer=known.external_id,
            customer_id=customer_id,
            currency=currency,
            days=tuple(CustomerDay(one.key[0], one.key[1], one.calls, one.unknown, one.cost) for one in days),
            margin=earned.margin,
        )


def _day(of: CostGroup) -> DaySpent:
    names = dict(zip(_KEPT, of.key, strict=True))
    return DaySpent(
        **names,
        requests=of.calls,
        unknown=of.unknown,
        cost=of.cost,
    )


def _added(to: Spent | None, key: str, group: CostGroup) -> Spent:
    before = to or Spent(key, 0, 0, 0, 0, 0, 0, 0, Decimal(0))
    return Spent(
        key=key,
        requests=before.requests + group.calls,
        unknown=before.unknown + group.unknown,
        input_tokens=before.input_tokens + group.input,
        output_tokens=before.output_tokens + group.output,
        cached_input_tokens=before.cached_input_tokens + group.cached_input,
        cache_write_tokens=before.cache_write_tokens + group.cache_write,
        reasoning_tokens=before.reasoning_tokens + group.reasoning,
        cost=before.cost + group.cost,
    )
