"""Margins by what was sold, feature, model, customer and day: revenue recognised beside cost of goods and fees."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.schema import Catalog
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.errors import InvalidInput
from billing_app.reports import margin_store as store
from billing_app.reports import payment_store, sums_store
from billing_app.reports.attributing import Key, Tally, margin_of, payer, shared_by_cost, summed, worst_first
from billing_app.reports.payment_store import TakenBack
from billing_app.reports.period import Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.views import By, Margins

MAX_ROWS = 1_000
_ITEMS = {"item": None, "plan": "plan", "pack": "pack", "unlock": "unlock"}


class MarginReports:
    """Revenue recognised less cost of goods (gross), and less fees (contribution)."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def margins(self, by: Reader, dimension: By, period: Period, currency: str, *, limit: int = 100) -> Margins:
        """Margins by a dimension, negative ones first (days: in order); 1,000 rows at most.

        Raises:
            InvalidInput: no such dimension.
        """
        may_read(by)
        if dimension not in get_args(By):
            raise InvalidInput(f"Margins are by {', '.join(get_args(By))}.", field="by")
        limit = max(1, min(limit, MAX_ROWS))
        async with self._database.transaction() as session:
            catalog = (await self._catalog.published(session=session)).catalog
            computed_at = await sums_store.rolled_at(session)
            back = await payment_store.taken_back(session, period, currency)
            if dimension == "customer":
                return await _by_customer(session, period, currency, back, limit, computed_at)
            if dimension in _ITEMS:
                tallies = await _with_fees(session, catalog, period, currency, back)
                kind = _ITEMS[dimension]
                tallies = {key: one for key, one in tallies.items() if kind is None or key[0] == kind}
            elif dimension == "day":
                tallies = await _by_day(session, period, currency, back)
                fees = await payment_store.fees(session, "day", period, currency)
                _add_fees(tallies, {("day", day.isoformat()): one for day, one in fees.items()})
            elif dimension == "feature":
                tallies = await _by_feature(session, catalog, period, currency, back)
            else:
                tallies = await _by_model(session, period, currency, back)
        return _margins(dimension, currency, tallies, limit, computed_at)


async def of_items(  # noqa: PLR0917 - what one snapshot has read already
    session: AsyncSession,
    catalog: Catalog,
    period: Period,
    currency: str,
    back: Iterable[TakenBack],
    computed_at: datetime | None,
) -> Margins:
    """Margins of everything sold, 1,000 rows at most, in the caller's transaction."""
    tallies = await _with_fees(session, catalog, period, currency, back)
    return _margins("item", currency, tallies, MAX_ROWS, computed_at)


def _margins(by: By, currency: str, tallies: Mapping[Key, Tally], limit: int, computed_at: datetime | None) -> Margins:
    rows = [margin_of(kind, key, one, currency) for (kind, key), one in tallies.items()]
    ordered = sorted(rows, key=lambda row: row.key) if by == "day" else worst_first(rows)
    total = margin_of("total", "", summed(tallies.values()), currency)
    return Margins(by, currency, tuple(ordered[:limit]), total, max(0, len(rows) - limit), computed_at)


def _tallies() -> dict[Key, Tally]:
    return defaultdict(Tally)


def _add_fees(tallies: dict[Key, Tally], fees: Mapping[Key, payment_store.Fees]) -> None:
    for key, one in fees.items():
        tally = tallies.setdefault(key, Tally())
        # A fee in another currency is not converted: what is left after fees is then not known.
        tally.fees_minor = None if one.unknown else (tally.fees_minor or 0) + one.minor
        tally.modelled = tally.modelled or one.modelled > 0


async def _with_fees(
    session: AsyncSession, catalog: Catalog, period: Period, currency: str, back: Iterable[TakenBack]
) -> dict[Key, Tally]:
    tallies = await _by_item(session, catalog, period, currency, back)
    _add_fees(tallies, await payment_store.fees(session, "item", period, currency))
    return tallies


async def _by_item(
    session: AsyncSession, catalog: Catalog, period: Period, currency: str, back: Iterable[TakenBack]
) -> dict[Key, Tally]:
    tallies = _tallies()
    for row in await store.revenue(session, period, currency):
        tally = tallies[row.item_kind, row.code]
        tally.revenue_minor += row.net
        tally.name = row.name
    for refund in back:
        tallies[refund.item.kind, refund.item.code].revenue_minor -= refund.net_minor
    for row in await store.cost_groups(session, period, currency):
        key = payer(catalog, row.purchase, row.item, row.plan, row.feature)
        tallies[key].add_cost(row.cost, row.calls, row.unknown, foreign=row.foreign)
    for (kind, code), tally in tallies.items():
        tally.name = tally.name or _item_name(catalog, kind, code)
    return {key: one for key, one in tallies.items() if one.revenue_minor or one.calls}


def _item_name(catalog: Catalog, kind: str, code: str) -> str:
    listed = {"plan": catalog.plans, "pack": catalog.packs, "unlock": catalog.unlocks}.get(kind, ())
    return next((one.name for one in listed if one.code == code), "")


async def _by_feature(
    session: AsyncSession, catalog: Catalog, period: Period, currency: str, back: Iterable[TakenBack]
) -> dict[Key, Tally]:
    tallies = _tallies()
    for row in await store.revenue(session, period, currency):
        tallies["feature", row.feature].revenue_minor += row.net
    _take_back(tallies["feature", ""], back)
    for row in await store.cost_by_feature(session, period, currency):
        tallies["feature", row.feature].add_cost(row.cost, row.calls, row.unknown, foreign=row.foreign)
    for (_, code), tally in tallies.items():
        feature = catalog.feature(code) if code else None
        tally.name, tally.fees_minor = (feature.name if feature else ""), None
    return {key: one for key, one in tallies.items() if one.revenue_minor or one.calls}


async def _by_model(
    session: AsyncSession, period: Period, currency: str, back: Iterable[TakenBack]
) -> dict[Key, Tally]:
    """What a feature earned is shared among the models it called as their costs are: no call has a price of its own."""
    earned: dict[str, int] = defaultdict(int)
    for row in await store.revenue(session, period, currency):
        earned[row.feature] += row.net
    called: dict[str, list[Any]] = defaultdict(list)
    for row in await store.cost_by_model(session, period, currency):
        called[row.feature].append(row)
    tallies = _tallies()
    _take_back(tallies["model", ""], back)
    for feature in sorted(earned.keys() | called.keys()):
        rows = called.get(feature, []) if feature else []
        shares = shared_by_cost(earned.get(feature, 0), [max(row.cost, Decimal(0)) for row in rows]) if rows else []
        for row, share in zip(rows, shares, strict=True):
            tallies["model", row.model].revenue_minor += share
        if not rows:
            tallies["model", ""].revenue_minor += earned.get(feature, 0)
        for row in called.get(feature, []):
            tallies["model", row.model].add_cost(row.cost, row.calls, row.unknown, foreign=row.foreign)
    for tally in tallies.values():
        tally.fees_minor = None
    return {key: one for key, one in tallies.items() if one.revenue_minor or one.calls}


async def _by_day(session: AsyncSession, period: Period, currency: str, back: Iterable[TakenBack]) -> dict[Key, Tally]:
    tallies = _tallies()
    for row in await store.revenue_by_day(session, period, currency):
        tallies["day", row.day.isoformat()].revenue_minor += row.net
    for refund in back:
        tallies["day", refund.day.isoformat()].revenue_minor -= refund.net_minor
    for row in await store.cost_by_day(session, period, currency):
        tallies["day", row.day.isoformat()].add_cost(row.cost, row.calls, row.unknown, foreign=row.foreign)
    return tallies


def _take_back(tally: Tally, back: Iterable[TakenBack]) -> None:
    tally.revenue_minor -= sum(one.net_minor for one in back)


async def _by_customer(  # noqa: PLR0917 - the facts of one report
    session: AsyncSession,
    period: Period,
    currency: str,
    back: Iterable[TakenBack],
    limit: int,
    computed_at: datetime | None,
) -> Margins:
    taken: dict[int, int] = defaultdict(int)
    for one in back:
        taken[one.customer_id] += one.net_minor
    rows = await store.customers(session, period, currency, taken, limit=limit)
    listed = [row.customer_id for row in rows]
    fees = await payment_store.fees_of_customers(session, "customer", period, currency, listed)
    all_fees = await payment_store.fees(session, "all", period, currency)
    made = []
    for row in rows:
        own = fees.get(row.customer_id, payment_store.Fees(0, 0, 0))
        of_fees = None if own.unknown else own.minor
        tally = Tally(row.net, row.cost, row.calls, row.unknown, row.other, of_fees, own.modelled > 0, row.name or "")
        made.append(margin_of("customer", str(row.customer_id), tally, currency))
    total = Tally(name="Total")
    if rows:
        first, whole = rows[0], all_fees.get(currency, payment_store.Fees(0, 0, 0))
        total = Tally(
            int(first.all_net), first.all_cost, int(first.all_calls), int(first.all_unknown), first.all_other,
            None if whole.unknown else whole.minor, whole.modelled > 0, "Total",
        )  # fmt: skip
    left_out = rows[0].customers - len(rows) if rows else 0
    return Margins("customer", currency, tuple(made), margin_of("total", "", total, currency), left_out, computed_at)
