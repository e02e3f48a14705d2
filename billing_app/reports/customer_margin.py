"""One customer's margin, exact by entry: from each entry to its lots, to what was paid for them, to its calls."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

from billing_app.accounts.customers import get_customer
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.reports import customer_store as store
from billing_app.reports import payment_store
from billing_app.reports.attributing import Tally, margin_of, summed
from billing_app.reports.figures import major
from billing_app.reports.movements import EARNED, movement_of
from billing_app.reports.period import Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.views import CustomerEntry, CustomerMargin, Item, PaidBy

MAX_ENTRIES = 500


class CustomerMarginReport:
    """Reads the rows of one customer, and nobody else's."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def margin_of_customer(
        self,
        by: Reader,
        customer_id: int,
        period: Period,
        currency: str,
        *,
        before: int | None = None,
        limit: int = 50,
    ) -> CustomerMargin:
        """A customer's margin over a period, by day, and its entries newest first; 500 at most.

        Args:
            before: entries with a smaller id; `next_before` of the answer before.

        Raises:
            NotFound: there is no such customer.
        """
        may_read(by)
        limit = max(1, min(limit, MAX_ENTRIES))
        async with self._database.transaction() as session:
            who = await get_customer(session, customer_id)
            found = await store.page(session, customer_id, period, before=before or 2**62, limit=limit + 1)
            page = found[:limit]
            ids = [row.id for row in page]
            parts: dict[int, list[Any]] = defaultdict(list)
            for row in await store.parts(session, customer_id, ids):
                parts[row.id].append(row)
            costs = await store.costs(session, customer_id, ids, currency)
            unlinked = await store.unlinked(session, customer_id, period, currency)
            days = await store.days(session, customer_id, period, currency)
            back = await payment_store.taken_back_of(session, period, [customer_id])
            fees = await payment_store.fees_of_customers(session, "day", period, currency, [customer_id])
        tallies: dict[str, Tally] = defaultdict(Tally)
        for row in days:
            tally = tallies[row.day.isoformat()]
            tally.revenue_minor += row.net
            tally.add_cost(row.cost, row.calls, row.unknown, foreign=row.other)
        for refund in (one for one in back if one.currency == currency):
            tallies[refund.day.isoformat()].revenue_minor -= refund.net_minor
        for day, fee in fees.items():
            tally = tallies[day.isoformat()]
            tally.fees_minor = None if fee.unknown else (tally.fees_minor or 0) + fee.minor
            tally.modelled = fee.modelled > 0
        whole = margin_of("customer", str(customer_id), summed(tallies.values()), currency)
        return CustomerMargin(
            customer_id=customer_id,
            currency=currency,
            margin=replace(whole, name=who.name or who.email or who.external_id or ""),
            entries=tuple(_entry(row, parts[row.id], costs.get(row.id), currency) for row in page),
            unlinked_cost=unlinked.cost,
            unlinked_calls=unlinked.calls,
            next_before=ids[-1] if len(found) > limit else None,
            days=tuple(margin_of("day", day, tallies[day], currency) for day in sorted(tallies)),
        )


def _entry(row: Any, parts: list[Any], cost: Any, currency: str) -> CustomerEntry:
    paid_by = tuple(_paid_by(part) for part in parts)
    revenue = sum(one.revenue_minor for one in paid_by if one.currency == currency)
    spent = cost.cost if cost is not None else Decimal(0)
    return CustomerEntry(
        entry_id=row.id,
        at=row.at,
        kind=row.kind,
        feature=row.feature,
        credits=sum(part.credits for part in parts),
        paid_by=paid_by,
        revenue_minor=revenue,
        cost=spent,
        calls=cost.calls if cost is not None else 0,
        unknown=cost.unknown if cost is not None else 0,
        foreign=bool(cost.foreign) if cost is not None else False,
        gross=major(revenue, currency) - spent,
    )


def _paid_by(part: Any) -> PaidBy:
    earned = movement_of(part.kind, debt=part.debt, note=part.note) in EARNED
    return PaidBy(
        lot_id=part.lot_id,
        item=Item(part.item_kind, part.code, part.name),
        lot_kind=part.lot_kind,
        credits=part.credits,
        lot_credits=part.granted,
        lot_paid_minor=part.paid_minor,
        currency=part.currency or None,
        payment=part.payment,
        revenue_minor=part.amount if earned else 0,
    )
