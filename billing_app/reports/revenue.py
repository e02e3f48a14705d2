"""Revenue and liability. Each method asks who reads, reads sums only, and answers plain values."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.reports import payment_store, rolling_store, sale_store, sums_store
from billing_app.reports.movements import EARNED, Movement
from billing_app.reports.owing import Moved, exposure, owed, roll_forward
from billing_app.reports.period import Interval, Period, start_of
from billing_app.reports.reader import Reader, may_read
from billing_app.reports.sales import earned_in_all
from billing_app.reports.views import (
    Ageing,
    Booked,
    Cash,
    Item,
    Liability,
    Owed,
    Recognised,
    RollForward,
)

_COLUMNS = {
    Movement.USED: "used_minor",
    Movement.BY_DAY: "by_day_minor",
    Movement.AT_SALE: "at_sale_minor",
    Movement.EXPIRED: "breakage_minor",
    Movement.ENDED: "ended_minor",
}


class RevenueReports:
    """Revenue and liability. All amounts are of the one currency asked for; nothing is ever converted."""

    def __init__(self, database: Database, catalog: CatalogService) -> None:
        self._database = database
        self._catalog = catalog

    async def currencies(self, by: Reader, period: Period | None = None) -> list[str]:
        """Currencies in which anything was sold, earned or paid (in the period, or ever), the catalogue's own first."""
        may_read(by)
        async with self._database.transaction() as session:
            own = (await self._catalog.published(session=session)).catalog.currency
            found = await sums_store.currencies(session, period)
        return [own, *(one for one in found if one != own)]

    async def bookings(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH
    ) -> list[Booked]:
        """What was sold, by part of the period and item; net of tax and discount."""
        may_read(by)
        async with self._database.transaction() as session:
            words = [Movement.SOLD.value, Movement.CREDITED.value]
            rows = await sums_store.by_part(session, period, currency, interval, words)
            sales = await sums_store.sales(session, period, currency, interval)
        found: dict[tuple[date, str, str], Booked] = {}
        for row in rows:
            key = (row.first, row.item_kind, row.code)
            empty = Booked(row.first, Item(row.item_kind, row.code, row.name), 0, 0, sales.get(key, 0))
            one = found.get(key, empty)
            column = "sold_minor" if row.movement == Movement.SOLD else "credited_minor"
            found[key] = replace(one, **{column: getattr(one, column) + row.amount})
        return [found[key] for key in sorted(found)]

    async def cash(self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH) -> list[Cash]:
        """What came in and went out, by part of the period; parts without any are left out. Gross."""
        may_read(by)
        async with self._database.transaction() as session:
            return await cash_by_part(session, period, currency, interval)

    async def recognised(
        self, by: Reader, period: Period, currency: str, interval: Interval = Interval.MONTH
    ) -> list[Recognised]:
        """What was earned, by part of the period and item; net of tax, discount and refunds."""
        may_read(by)
        async with self._database.transaction() as session:
            words = sorted(EARNED | {Movement.REFUNDED, Movement.CREDITED})
            rows = await sums_store.by_part(session, period, currency, interval, [word.value for word in words])
            back = await payment_store.taken_back(session, period, currency)
        found: dict[tuple[date, str, str], Recognised] = {}
        for row in rows:
            key = (row.first, row.item_kind, row.code)
            one = found.get(key, Recognised(row.first, Item(row.item_kind, row.code, row.name)))
            if column := _COLUMNS.get(row.movement):
                used = row.credits if row.movement == Movement.USED else 0
                found[key] = replace(
                    one, **{column: getattr(one, column) + row.amount}, credits_used=one.credits_used + used
                )
            else:
                # What is refunded without having been earned was a liability: only the rest takes revenue back.
                sign = -1 if row.movement == Movement.REFUNDED else 1
                found[key] = replace(one, taken_back_minor=one.taken_back_minor + sign * row.amount)
        for refund in back:
            first = start_of(refund.day, interval)
            key = (first, refund.item.kind, refund.item.code)
            one = found.get(key, Recognised(first, Item(*refund.item)))
            found[key] = replace(one, taken_back_minor=one.taken_back_minor + refund.net_minor)
        return [found[key] for key in sorted(found)]

    async def liability(self, by: Reader, at: date | None, currency: str) -> Liability:
        """What is owed at the end of a day; None: now."""
        may_read(by)
        day = at or clock.now().date()
        async with self._database.transaction() as session:
            catalog = (await self._catalog.published(session=session)).catalog
            rows = await sums_store.until(session, day, currency)
            given = await sums_store.until(session, day, "")
            computed_at = await sums_store.rolled_at(session)
        moved: dict[tuple[str, str, str, bool], Moved] = defaultdict(Moved)
        for row in rows:
            moved[row.item_kind, row.code, row.name, row.of_credits].add(row.movement, row.amount, row.credits)
        each = [_owed(key, sums) for key, sums in sorted(moved.items())]
        promotional = Moved()
        for row in given:
            promotional.add(row.movement, row.amount, row.credits)
        left = owed(promotional.credits)
        cost, reason = exposure(catalog, left)
        return Liability(
            at=day,
            currency=currency,
            credits=sum(one.credits for one in each),
            credits_minor=sum(one.credits_minor for one in each),
            days_minor=sum(one.days_minor for one in each),
            uses_minor=sum(one.uses_minor for one in each),
            promotional_credits=left,
            exposure=cost,
            exposure_currency=catalog.currency,
            exposure_reason=reason,
            of_each=tuple(one for one in each if one.total_minor or one.credits),
            computed_at=computed_at,
        )

    async def roll_forward(self, by: Reader, period: Period, currency: str) -> RollForward:
        """The liability month by month, and whether it ties to the ledger."""
        may_read(by)
        words = [word.value for word in Movement if word is not Movement.CREDITED]
        async with sums_store.one_snapshot(self._database) as session:
            before, months = Moved(), defaultdict[date, Moved](Moved)
            for row in await sums_store.until(session, period.first - timedelta(days=1), currency):
                before.add(row.movement, row.amount, row.credits)
            for row in await sums_store.by_part(session, period, currency, Interval.MONTH, words):
                months[row.first].add(row.movement, row.amount, row.credits)
            computed_at = await sums_store.rolled_at(session)
            rolled = roll_forward(period.parts(Interval.MONTH), before, months)
            if period.last < clock.now().date():
                return RollForward(currency, rolled, None, None, None, computed_at)
            minor, credits = await sums_store.left_in_lots(session, currency)
            minor += sum(
                sale.amount_minor - earned_in_all(sale, upto)
                for sale, upto in await sale_store.unearned(session, currency)
            )
            behind = bool(await rolling_store.news(session, 1))
        ties = None if behind else (rolled[-1].closing_minor, rolled[-1].closing) == (minor, credits)
        return RollForward(currency, rolled, minor, credits, ties, computed_at)

    async def ageing(self, by: Reader, currency: str) -> list[Ageing]:
        """Credits left now by the month in which they expire, soonest first, those that never do last."""
        may_read(by)
        async with self._database.transaction() as session:
            rows = await sums_store.ageing(session, currency)
        return [
            Ageing(row.month, row.lots, row.credits, row.worth, row.frozen, row.promotional)
            for row in rows
        ]  # fmt: skip


async def cash_by_part(session: AsyncSession, period: Period, currency: str, interval: Interval) -> list[Cash]:
    """`RevenueReports.cash` in the caller's transaction."""
    payments, refunds, disputes = await payment_store.cash(session, period, currency, interval)
    found: dict[date, Cash] = {}
    for row in payments:
        found[row.first] = Cash(
            first=row.first,
            captured_minor=row.captured,
            fees_minor=row.fees,
            fees_modelled_minor=row.fees_modelled,
            payments=row.payments,
            payments_modelled=row.modelled,
            fees_unknown=row.fees_unknown,
        )
    for row in refunds:
        one = found.get(row.first, Cash(row.first))
        found[row.first] = replace(one, refunded_minor=row.amount, refunds=row.number)
    for row in disputes:
        one = found.get(row.first, Cash(row.first))
        found[row.first] = replace(
            one,
            disputed_minor=row.amount,
            disputes=row.number,
            dispute_fees_minor=row.fees,
            fees_unknown=one.fees_unknown + row.fees_unknown,
        )
    return [found[first] for first in sorted(found)]


def _owed(key: tuple[str, str, str, bool], moved: Moved) -> Owed:
    kind, code, name, of_credits = key
    minor, days = owed(moved.minor), kind != "unlock" and not of_credits
    return Owed(
        item=Item(kind, code, name),
        credits=owed(moved.credits) if of_credits else 0,
        credits_minor=minor if of_credits else 0,
        days_minor=minor if days else 0,
        uses_minor=minor if kind == "unlock" and not of_credits else 0,
    )
