"""Recurring revenue of a period. Each method asks who reads; all amounts are of the one currency asked for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from billing_app import clock
from billing_app.catalog.schema import Catalog
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.reports.period import Interval, Period
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.recurring import store
from billing_app.reports.recurring.movements import movements, summed
from billing_app.reports.recurring.views import Distribution, Movements, PlanNow, PlanPart, Recurring
from billing_app.reports.recurring.worth import cohort, figures


class RecurringReports:
    """MRR, its movements, and what follows from them; read from the journal of subscriptions."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def recurring(self, by: Reader, period: Period, currency: str, *, compare: Period | None = None) -> Recurring:
        """MRR, ARR, churn, NRR, ARPU and LTV at the end of a period, each with what it means or why there is none.

        Args:
            compare: another period; its values are in `before`.
        """
        may_read(by)
        found = await self._recurring(period, currency)
        if compare is None:
            return found
        before = await self._recurring(compare, currency)
        both = tuple(replace(one, before=before.figure(one.key).value) for one in found.figures)
        return Recurring(currency, both, found.total)

    async def movements(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH
    ) -> Movements:
        """start + new + expansion + reactivation - contraction - churn = end, for each part of the period.

        Raises:
            InvalidInput: more than 400 parts.
        """
        may_read(by)
        parts = list(period.parts(interval))
        async with self._database.transaction() as session:
            start_minor, starting = await store.start(session, period, currency)
            sums = summed(await store.changes(session, period, currency))
        made = movements(parts, sums, start_minor=start_minor, starting=starting)
        (total,) = movements([period], sums, start_minor=start_minor, starting=starting)
        return Movements(currency, made, total, clock.wall())

    async def distribution(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH
    ) -> Distribution:
        """Customers by plan: now, all of them; over time those who paid, in this currency.

        Raises:
            InvalidInput: more than 400 parts.
        """
        may_read(by)
        parts = list(period.parts(interval))
        catalog = await self._catalog.current()
        async with self._database.transaction() as session:
            held = await store.plans_now(session)
            mrr = await store.mrr_now(session, currency)
            everyone = await store.customers(session)
            moved = await store.by_plan(session, period, currency)
        now = [
            PlanNow(code, _name(catalog, code), False, *counts, mrr_minor=mrr.get(code, 0)) for code, *counts in held
        ]
        rest = everyone - sum(one.customers for one in now)
        free = catalog.free_plan
        if rest:
            now.append(PlanNow(free.code if free else "", free.name if free else "No plan", True, rest, 0, 0, 0, 0, 0))
        order = {plan.code: at for at, plan in enumerate(catalog.plans)}
        now.sort(key=lambda one: (order.get(one.code, len(order)), one.code, one.free))
        over_time = tuple(_over_time(parts, moved, catalog))
        return Distribution(currency, tuple(now), over_time, everyone, clock.wall())

    async def _recurring(self, period: Period, currency: str) -> Recurring:
        async with self._database.transaction() as session:
            start_minor, starting = await store.start(session, period, currency)
            changes = await store.changes(session, period, currency)
            cost = await store.cost_of_paying(session, period, currency)
        (total,) = movements([period], summed(changes), start_minor=start_minor, starting=starting)
        kept = cohort(changes, start_minor=start_minor, starting=starting)
        found = figures(period, total, kept, currency=currency, cost=cost, computed_at=clock.wall())
        return Recurring(currency, found, total)


def _over_time(
    parts: list[Period], moved: Iterable[tuple[date, str, int, int]], catalog: Catalog
) -> Iterable[PlanPart]:
    given = list(moved)
    customers: dict[str, int] = {}
    mrr: dict[str, int] = {}
    at = 0
    for part in parts:
        while at < len(given) and given[at][0] <= part.last:
            _, code, more, more_mrr = given[at]
            customers[code] = customers.get(code, 0) + more
            mrr[code] = mrr.get(code, 0) + more_mrr
            at += 1
        for code in sorted(customers):
            if customers[code] or mrr[code]:
                yield PlanPart(part.first, part.last, code, _name(catalog, code), customers[code], mrr[code])


def _name(catalog: Catalog, code: str) -> str:
    plan = catalog.plan(code)
    return plan.name if plan else code or "A plan without a name"
