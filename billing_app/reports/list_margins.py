"""Margins of some customers at once, each in the currency in which that customer pays: for lists (AD6).

From the sums of these customers and their refunds, and nobody else's.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.arrays import integers
from billing_app.reports import payment_store
from billing_app.reports.figures import major, margin_figure
from billing_app.reports.period import Period

SEVERAL = "Revenue and cost are in several currencies, which are never converted."
NOTHING = "Neither revenue nor cost in these days."

_REVENUE = text(
    """SELECT customer_id, currency, sum(earned_minor + released_minor - credited_minor)::bigint AS net
    FROM revenue_sums_customer WHERE customer_id = ANY(CAST(:customers AS bigint[])) AND day BETWEEN :first AND :last
    GROUP BY 1, 2"""
)
_COST = text(
    """SELECT customer_id, currency, sum(cost) AS cost, sum(unknown)::bigint AS unknown
    FROM cost_sums_customer WHERE customer_id = ANY(CAST(:customers AS bigint[])) AND day BETWEEN :first AND :last
    GROUP BY 1, 2"""
)


@dataclass(frozen=True, slots=True)
class ListMargin:
    """What a customer's revenue is above their cost of goods, before fees.

    Attributes:
        currency, gross: exact major units; None where there is no one currency, and `reason` says why.
        percent: of revenue; None where nothing was recognised, and `reason` says so.
        unknown: calls of unknown cost, which are not in it.
        costs: (currency, major units), the greatest first; without what is not known.
    """

    currency: str | None
    revenue_minor: int
    gross: Decimal | None
    percent: Decimal | None
    reason: str
    unknown: int
    costs: tuple[tuple[str, Decimal], ...] = ()


NO_MARGIN = ListMargin(None, 0, None, None, NOTHING, 0)


async def margins_of(session: AsyncSession, customers: Sequence[int], period: Period) -> dict[int, ListMargin]:
    """Margins of these customers over a period; who had neither revenue nor cost is left out."""
    values = {"customers": integers(customers), "first": period.first, "last": period.last}
    revenue: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    costs: dict[int, dict[str, Decimal]] = defaultdict(dict)
    unknown: dict[int, int] = defaultdict(int)
    for row in await session.execute(_REVENUE, values):
        revenue[row.customer_id][row.currency] += row.net
    for one in await payment_store.taken_back_of(session, period, customers):
        revenue[one.customer_id][one.currency] -= one.net_minor
    for row in await session.execute(_COST, values):
        unknown[row.customer_id] += row.unknown
        if row.cost:
            costs[row.customer_id][row.currency] = row.cost
    known = revenue.keys() | costs.keys() | unknown.keys()
    return {one: margin(revenue.get(one, {}), costs.get(one, {}), unknown.get(one, 0)) for one in known}


def margin(revenue: Mapping[str, int], costs: Mapping[str, Decimal], unknown: int) -> ListMargin:
    """A customer's margin from revenue (minor units) and cost (major units) by currency."""
    listed = tuple(sorted(((one, cost) for one, cost in costs.items() if cost), key=lambda one: (-one[1], one[0])))
    currencies = {one for one, minor in revenue.items() if minor} | {one for one, _ in listed}
    if len(currencies) != 1:
        return ListMargin(None, 0, None, None, SEVERAL if currencies else NOTHING, unknown, listed)
    (currency,) = currencies
    minor, cost = revenue.get(currency, 0), costs.get(currency, Decimal(0))
    share, reason = margin_figure(minor, cost, currency)
    return ListMargin(currency, minor, major(minor, currency) - cost, share, reason, unknown, listed)
