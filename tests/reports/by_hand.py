"""Revenue of a random business worked out from its raw rows, by other means than the product's."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.reports import Interval, Period
from billing_app.reports.rolling import RevenueRollup
from billing_app.reports.service import Reports
from billing_app.usage import Rollup
from tests.reports.ledger_life import EARNED, replayed, rows


@dataclass
class Shown:
    """A business with its sums, and the reports that read them."""

    database: Database
    reports: Reports
    revenue: RevenueRollup
    costs: Rollup
    told: list[tuple[Period, dict[str, Any]]] = field(default_factory=list)

    async def figures(self, past: Period) -> dict[str, Any]:
        """All that is told of days that are over. Fees are estimates until the processor tells them."""
        day = Interval.DAY
        cash = await self.reports.cash(None, past, "USD", day)
        margins = await self.reports.margins(None, "day", past, "USD", limit=1_000)
        rolled = await self.reports.roll_forward(None, past, "USD")
        return {
            "bookings": await self.reports.bookings(None, past, "USD", day),
            "cash": [(one.first, one.captured_minor, one.refunded_minor, one.disputed_minor) for one in cash],
            "recognised": await self.reports.recognised(None, past, "USD", day),
            "margins": [(row.key, row.revenue_minor) for row in margins.rows if row.revenue_minor],
            "roll_forward": rolled.months,
            "owed": (await self.reports.liability(None, past.last, "USD")).of_each,
        }

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        return await rows(self.database, query, **values)


def day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


async def earned_by_hand(shown: Shown) -> dict[date, int]:
    """Revenue by day of credits, before refunds, and of unlocks without limit: from the ledger and the unlocks."""
    earned: dict[date, int] = defaultdict(int)
    for (day, currency, _, _, word), (amount, _) in (await replayed(shown.database)).items():
        if currency == "USD" and word in EARNED:
            earned[day] += amount
    for unlock in await shown.rows("SELECT * FROM unlocks WHERE uses_granted IS NULL"):
        earned[day_of(unlock["granted_at"])] += unlock["paid_minor"]
    return earned


@dataclass(frozen=True)
class Without:
    """Something that was sold without credits: what it cost, since when, and what share of it is gone by when."""

    price: int
    sold_on: date
    gone: dict[date, Fraction]
    given_back: dict[date, Fraction]

    def at(self, day: date) -> tuple[int, int]:
        """What of its price is earned when a day ends, and what was given back: from how things stand then."""
        if day < self.sold_on:
            return 0, 0
        share, gone = (
            next((one[when] for when in sorted(one, reverse=True) if when <= day), Fraction(0))
            for one in (self.given_back, self.gone)
        )
        back = (self.price * share).__floor__()
        return ((self.price - back) * gone).__floor__(), back

    @property
    def owed(self) -> int:
        earned, back = self.at(clock.now().date())
        return self.price - back - earned


async def sold_without_credits(shown: Shown) -> list[Without]:
    """Lines of plans without credits, and unlocks that count their uses."""
    back = await given_back_by_hand(shown)
    found = []
    for invoice, line in await lines_by_day(shown):
        starts, ends = (date.fromisoformat(line[name][:10]) for name in ("period_start", "period_end"))
        days = (ends - starts).days
        gone = {starts + timedelta(days=number): Fraction(number + 1, days) for number in range(days)}
        share = back.get(invoice["payment"], {})
        found.append(Without(line["net_minor"], day_of(invoice["paid_at"]), gone, share))
    for unlock in await shown.rows("SELECT * FROM unlocks WHERE uses_granted > 0"):
        steps = [
            (moment, step)
            for use in await shown.rows(
                "SELECT u.* FROM unlock_uses u JOIN unlock_use_parts p ON p.use_id = u.id WHERE unlock_id = :id",
                id=unlock["id"],
            )
            for moment, step in ((use["used_at"], 1), (use["given_back_at"], -1))
            if moment is not None
        ]
        used, gone = 0, {}
        for moment, step in sorted(steps):
            used += step
            gone[day_of(moment)] = Fraction(used, unlock["uses_granted"])
        share = back.get(unlock["payment_reference"], {})
        found.append(Without(unlock["paid_minor"], day_of(unlock["granted_at"]), gone, share))
    return found


async def of_days_and_uses_by_hand(shown: Shown) -> dict[date, int]:
    """What these earned day by day, and what of them was given back: the difference of one evening and the next."""
    found: dict[date, int] = defaultdict(int)
    for one in await sold_without_credits(shown):
        for day in {max(day, one.sold_on) for day in (one.sold_on, *one.gone, *one.given_back)}:
            if day <= clock.now().date():
                found[day] += sum(one.at(day)) - sum(one.at(day - timedelta(days=1)))
    return found


async def lines_by_day(shown: Shown) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Lines of plans without credits, each with its invoice and the payment of that."""
    return [
        (invoice, line)
        for invoice in await shown.rows(
            "SELECT i.*, p.stripe_payment_intent AS payment FROM invoices i LEFT JOIN payments p ON p.invoice_id = i.id"
        )
        for line in invoice["lines"]
        if line["description"].startswith("plan-basic")
    ]


async def credited_by_hand(shown: Shown) -> dict[date, int]:
    """Time of the plan with credits that invoices credited."""
    found: dict[date, int] = defaultdict(int)
    for invoice in await shown.rows("SELECT * FROM invoices"):
        for line in invoice["lines"]:
            if line["description"].startswith("plan-pro") and line["net_minor"] < 0:
                found[day_of(invoice["paid_at"])] -= line["net_minor"]
    return found


async def money_back(shown: Shown) -> dict[int, list[tuple[datetime, int]]]:
    """By payment, each refund and lost dispute when it happened, and again, negative, when it was undone."""
    found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for one in await shown.rows("SELECT * FROM refunds WHERE acted_at IS NOT NULL"):
        found[one["payment_id"]].append((one["acted_at"], one["amount_minor"]))
        if one["undone_at"] is not None:
            found[one["payment_id"]].append((one["undone_at"], -one["amount_minor"]))
    for one in await shown.rows("SELECT * FROM disputes"):
        for at, _, lost in one["moves"]:
            found[one["payment_id"]].append((datetime.fromisoformat(at), lost))
    return found


async def given_back_by_hand(shown: Shown) -> dict[str, dict[date, Fraction]]:
    """By payment, what share of it is given back at the end of the days on which that changed."""
    found: dict[str, dict[date, Fraction]] = defaultdict(dict)
    moved = await money_back(shown)
    for payment in await shown.rows("SELECT * FROM payments"):
        so_far = 0
        for moment, amount in sorted(moved[payment["id"]]):
            so_far += amount
            share = min(Fraction(1), Fraction(so_far, payment["captured_minor"]))
            found[payment["stripe_payment_intent"]][day_of(moment)] = share
    return found


async def net_refunds_by_hand(shown: Shown) -> dict[date, int]:
    """What was given back, without the tax in it."""
    shares, found = await given_back_by_hand(shown), defaultdict[date, int](int)
    for payment in await shown.rows(
        "SELECT p.*, i.total_minor - i.tax_minor AS invoiced, l.paid_minor AS lot, u.paid_minor AS unlock "
        "FROM payments p LEFT JOIN invoices i ON i.id = p.invoice_id "
        "LEFT JOIN credit_lots l ON l.payment = p.stripe_payment_intent AND l.kind = 'purchase' "
        "LEFT JOIN unlocks u ON u.payment_reference = p.stripe_payment_intent"
    ):
        net, before = payment["invoiced"] or payment["lot"] or payment["unlock"], 0
        for day, share in sorted(shares.get(payment["stripe_payment_intent"], {}).items()):
            back = (net * share).__floor__()
            found[day] += back - before
            before = back
    return found


async def released_by_hand(shown: Shown) -> dict[date, int]:
    """Credits that were refunded or credited before they were used: never revenue, and not taken off it."""
    found: dict[date, int] = defaultdict(int)
    for (day, currency, _, _, word), (amount, _) in (await replayed(shown.database)).items():
        if currency == "USD" and word == "refunded":
            found[day] += amount
    return found


async def recognised_by_hand(shown: Shown) -> dict[date, int]:
    total: dict[date, int] = defaultdict(int)
    for of in (earned_by_hand, released_by_hand, of_days_and_uses_by_hand):
        for day, amount in (await of(shown)).items():
            total[day] += amount
    for of in (credited_by_hand, net_refunds_by_hand):
        for day, amount in (await of(shown)).items():
            total[day] -= amount
    return total
