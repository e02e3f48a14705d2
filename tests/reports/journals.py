"""Lives of subscriptions, written straight into the journal: random ones, and the few that a test names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import text

from billing_app.accounts.customers import ensure_customer
from billing_app.db.engine import Database

FIRST = date(2026, 1, 1)


@dataclass(frozen=True)
class Line:
    """One line of a journal that moved money; `subscription` numbers the subscriptions of a customer."""

    customer: int
    subscription: int
    at: datetime
    before: int
    after: int


def day(number: int, hour: int = 12) -> datetime:
    return datetime.combine(FIRST, time(hour), UTC) + timedelta(days=number)


def a_life(customer: int, *amounts: tuple[int, int], subscription: int = 0) -> list[Line]:
    """What a customer pays a month from certain days on: `(day's number, minor units)`."""
    lines: list[Line] = []
    before = 0
    for number, amount in amounts:
        lines.append(Line(customer, subscription, day(number), before, amount))
        before = amount
    return lines


def random_lives(random: Random, customers: int, days: int) -> list[Line]:
    """Customers who come, change, go and come back; several changes a day, yearly prices that do not divide by 12."""
    prices = [2000, 3900, 9900, 1667, 825, 0]
    lines: list[Line] = []
    for customer in range(customers):
        moments = sorted(random.sample(range(days * 24), random.randint(0, 6)))
        before, subscription = 0, 0
        for moment in moments:
            after = random.choice([price for price in prices if price != before])
            at = datetime.combine(FIRST, time(), UTC) + timedelta(hours=moment)
            lines.append(Line(customer, subscription, at, before, after))
            subscription, before = (subscription + 1, 0) if after == 0 else (subscription, after)
    return lines


async def write(database: Database, lines: Sequence[Line], *, currency: str = "USD") -> dict[int, int]:
    """Put lines into the journal; our ids of their customers."""
    ids: dict[int, int] = {}
    async with database.transaction() as session:
        for number in sorted({line.customer for line in lines}):
            ids[number] = (await ensure_customer(session, f"{currency}-{number}")).id
        subscriptions: dict[tuple[int, int], int] = {}
        for line in lines:
            key = (line.customer, line.subscription)
            if key not in subscriptions:
                made = await session.execute(
                    text(
                        "INSERT INTO subscriptions (customer_id, stripe_subscription_id, plan_code, period, currency, "
                        "amount_minor, status, started_at, anchor, current_period_start, asked_at, created_at, "
                        "updated_at) VALUES (:customer, :stripe, 'pro', 'month', :currency, 1, 'canceled', :at, :at, "
                        ":at, :at, :at, :at) RETURNING id"
                    ),
                    {
                        "customer": ids[line.customer],
                        "stripe": f"sub_{currency}_{key[0]}_{key[1]}",
                        "currency": currency,
                        "at": line.at,
                    },
                )
                subscriptions[key] = made.scalar_one()
            await session.execute(
                text(
                    "INSERT INTO subscription_changes (subscription_id, customer_id, at, recorded_at, kind, "
                    "mrr_before_minor, mrr_after_minor, currency) VALUES (:subscription, :customer, :at, :at, "
                    "'repriced', :before, :after, :currency)"
                ),
                {
                    "subscription": subscriptions[key],
                    "customer": ids[line.customer],
                    "at": line.at,
                    "before": line.before,
                    "after": line.after,
                    "currency": currency,
                },
            )
    return ids


def paid_at_end_of(lines: Iterable[Line], last: date) -> dict[int, int]:
    """What each customer pays a month when a day ends: added up line by line."""
    sums: dict[int, int] = {}
    for line in lines:
        if line.at.date() <= last:
            sums[line.customer] = sums.get(line.customer, 0) + line.after - line.before
    return {customer: amount for customer, amount in sums.items() if amount}
