"""Costs and margins, and how the database is, as the API tells them."""

from datetime import date

from pydantic import Field

from billing_app.api.conventions.answers import Moment
from billing_app.api.v1.admin.shapes import Exact, FigureShape, PeriodShape, PointShape, Told


class CostShape(Told):
    """What a model, a feature, a plan cost in the period, by what stands in `key`."""

    key: str
    requests: int
    unknown: int
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    cost: Exact


class DaySpentShape(Told):
    """What one combination cost on one day; the currency "" is that of costs that are not known."""

    day: date
    kind: str
    plan: str
    feature: str
    model: str
    purchase: str
    requests: int
    unknown: int
    cost: Exact
    currency: str


class RevenueVsCostShape(Told):
    """Revenue against cost (C8). `mean_cost` is of requests whose cost is known."""

    period: PeriodShape
    currency: str
    revenue_minor: int
    cost: Exact
    profit: Exact
    margin_percent: Exact | None
    reason: str = Field(description="Why there is no margin; empty if there is one.")
    requests: int
    unknown: int
    users: int
    mean_cost: Exact | None
    by_part: list[PointShape]
    by_model: list[CostShape]
    by_feature: list[CostShape]


class MarginShape(Told):
    """What one plan, pack, unlock, feature, model, customer or day earned and cost."""

    kind: str
    key: str
    name: str
    revenue_minor: int
    cost: Exact
    fees_minor: int | None
    fees_modelled: bool
    calls: int
    unknown: int
    foreign: bool
    gross: Exact
    contribution: Exact | None
    gross_percent: Exact | None
    contribution_percent: Exact | None
    reason: str


class MarginsShape(Told):
    """Margins, the worst first. `left_out`: rows beyond the limit; they are in `total`."""

    by: str
    currency: str
    rows: list[MarginShape]
    total: MarginShape
    left_out: int
    computed_at: Moment | None


class ExpectedShape(Told):
    """What an offer should earn at list price, when everything bought is used at its dearest; and what it did earn."""

    kind: str
    code: str
    period: str | None
    name: str
    price_minor: int
    currency: str
    cost: Exact | None
    fee_minor: int | None
    before_fees: Exact | None = Field(description="Percent of the price.")
    after_fees: Exact | None
    made_of: list[str]
    reason: str
    actual_percent: Exact | None = Field(description="Gross margin earned in the period, percent of the revenue.")
    actual_revenue_minor: int | None


class SpreadShape(Told):
    """How cost is spread over customers who had any."""

    currency: str
    customers: int
    figures: list[FigureShape]
    computed_at: Moment | None


class CustomerCostShape(Told):
    """What a customer cost. `customer` is your own id; null for calls that named nobody."""

    customer: str | None
    customer_id: int
    requests: int
    unknown: int
    cost: Exact


class CustomerDayShape(Told):
    """A customer's cost on one day, in one currency; "" is that of costs that are not known."""

    day: date
    currency: str
    requests: int
    unknown: int
    cost: Exact


class CustomerCostsShape(Told):
    """One customer's cost by day, and what they earned meanwhile."""

    customer: str | None
    customer_id: int
    currency: str
    days: list[CustomerDayShape]
    margin: MarginShape


class TableShape(Told):
    """A table of the database: rows as estimated, bytes with its indexes."""

    name: str
    rows: int
    bytes: int


class DatabaseShape(Told):
    """How the database is: size, connections, what is behind."""

    version: str
    size_bytes: int
    answer_ms: int
    connections: int
    max_connections: int
    oldest_transaction_s: int
    jobs_waiting: int
    jobs_oldest_s: int
    jobs_failed: int
    costs_behind: int
    costs_rolled_at: Moment | None
    tables: list[TableShape]
