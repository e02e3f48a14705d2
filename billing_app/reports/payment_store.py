"""Statements about money that moved: payments as revenue sees them, refunds and disputes net of tax, cash by time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.schema import PaymentFee
from billing_app.db.arrays import integers
from billing_app.reports.given_back import AT_THE_BANK, REFUNDED, STEPS
from billing_app.reports.invoicing import UNKNOWN
from billing_app.reports.movements import Item
from billing_app.reports.period import Interval, Period

# An invoice is for its dearest line, as its own description is.
_SOLD_BY = """
    LEFT JOIN checkouts c ON c.id = p.checkout_id
    LEFT JOIN invoices i ON i.id = p.invoice_id
    LEFT JOIN LATERAL (SELECT (line ->> 'item_id')::bigint AS item_id FROM jsonb_array_elements(i.lines) AS line
        ORDER BY (line ->> 'net_minor')::bigint DESC LIMIT 1) dearest ON true
    LEFT JOIN catalog_items k ON k.id = coalesce(c.item_id, dearest.item_id)"""
_ITEM = (
    "coalesce(k.kind, :other) AS item_kind, coalesce(k.code, '') AS code, coalesce(c.name, k.name, :unknown) AS name"
)
_MODEL = "json_to_recordset(CAST(:models AS json)) AS f(currency text, percent numeric, fixed numeric)"
# What one payment is in the sums: its fee if told in its currency, else as modelled, else not known.
_COUNTED = """{of}.captured_minor * {sign} AS captured,
    CASE WHEN {of}.fee_currency = {of}.currency THEN {of}.fee_minor ELSE 0 END * {sign} AS fees,
    CASE WHEN {of}.fee_minor IS NULL THEN coalesce({of}.modelled_minor, 0) ELSE 0 END * {sign} AS modelled_minor,
    {sign} AS payments,
    ({of}.fee_minor IS NULL AND {of}.modelled_minor IS NOT NULL)::int * {sign} AS modelled,
    (CASE WHEN {of}.fee_minor IS NULL THEN {of}.modelled_minor IS NULL
        ELSE {of}.fee_currency <> {of}.currency END)::int * {sign} AS unknown"""
_COUNTS = ("captured_minor", "fees_minor", "modelled_minor", "payments", "modelled", "unknown")
_TAKE_IN = text(
    f"""WITH new AS (
        SELECT p.id, p.customer_id, (p.created_at AT TIME ZONE 'UTC')::date AS day, p.currency, {_ITEM},
            p.captured_minor, p.fee_minor, coalesce(p.fee_currency, '') AS fee_currency,
            round(p.captured_minor * f.percent / 100 + f.fixed)::bigint AS modelled_minor
        FROM payments p {_SOLD_BY} LEFT JOIN {_MODEL} ON f.currency = p.currency
        WHERE p.captured_minor > 0 AND NOT EXISTS (SELECT FROM revenue_payments r WHERE r.payment_id = p.id
            AND r.captured_minor = p.captured_minor AND r.fee_minor IS NOT DISTINCT FROM p.fee_minor)
        ORDER BY p.id LIMIT :limit
    ), kept AS (
        INSERT INTO revenue_payments AS r (payment_id, customer_id, day, currency, item_kind, code, name,
            captured_minor, fee_minor, fee_currency, modelled_minor)
        SELECT * FROM new ON CONFLICT (payment_id) DO UPDATE SET captured_minor = excluded.captured_minor,
            fee_minor = excluded.fee_minor, fee_currency = excluded.fee_currency,
            modelled_minor = excluded.modelled_minor
        RETURNING r.*
    ), moved AS (
        SELECT k.day, k.currency, k.item_kind, k.code, k.name, {_COUNTED.format(of="k", sign="1")} FROM kept k
        UNION ALL  -- as this statement finds it: what was there before
        SELECT b.day, b.currency, b.item_kind, b.code, b.name, {_COUNTED.format(of="b", sign="-1")}
        FROM new n JOIN revenue_payments b ON b.payment_id = n.id
    ), added AS (
        INSERT INTO revenue_payment_sums AS t (day, currency, item_kind, code, name, {", ".join(_COUNTS)})
        SELECT day, currency, item_kind, code, name, sum(captured), sum(fees), sum(modelled_minor), sum(payments),
            sum(modelled), sum(unknown) FROM moved GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (day, currency, item_kind, code, name) DO UPDATE SET
            {", ".join(f"{one} = t.{one} + excluded.{one}" for one in _COUNTS)}
    ) SELECT count(*) FROM new"""  # noqa: S608
)
_PAYMENTS = text(
    """SELECT date_trunc(:interval, day::timestamp)::date AS first, sum(captured_minor)::bigint AS captured,
        sum(fees_minor + modelled_minor)::bigint AS fees, sum(payments)::bigint AS payments,
        sum(modelled_minor)::bigint AS fees_modelled, sum(modelled)::bigint AS modelled,
        sum(unknown)::bigint AS fees_unknown
    FROM revenue_payment_sums WHERE currency = :currency AND day BETWEEN :first AND :last GROUP BY 1"""
)
_REFUNDS = text(
    f"""SELECT date_trunc(:interval, at AT TIME ZONE 'UTC')::date AS first, sum(amount)::bigint AS amount,
        count(*) FILTER (WHERE amount > 0) AS number
    FROM ({REFUNDED}) r WHERE currency = :currency AND at >= :begins AND at < :ends GROUP BY 1"""  # noqa: S608
)
_DISPUTES = text(
    f"""SELECT date_trunc(:interval, at AT TIME ZONE 'UTC')::date AS first, sum(number)::bigint AS number,
        sum(amount)::bigint AS amount, sum(fee)::bigint AS fees, sum(unknown)::bigint AS fees_unknown
    FROM (
        SELECT currency, opened_at AS at, 1 AS number, 0 AS amount,
            CASE WHEN fee_currency = currency THEN fee_minor ELSE 0 END AS fee,
            coalesce((fee_minor > 0 AND fee_currency <> currency)::int, 0) AS unknown
        FROM disputes WHERE status NOT LIKE 'warning%'
        UNION ALL SELECT currency, at, 0, amount, 0, 0 FROM ({AT_THE_BANK}) b
    ) d WHERE currency = :currency AND at >= :begins AND at < :ends GROUP BY 1"""  # noqa: S608
)
# What was given back so far, net of tax: floor(net x given back / total), so that a refund of all is all.
_TAKEN_BACK = """
    SELECT s.customer_id, p.currency, (s.at AT TIME ZONE 'UTC')::date AS day,
        coalesce(r.item_kind, :other) AS item_kind, coalesce(r.code, '') AS code, coalesce(r.name, :unknown) AS name,
        (div(n.net * s.so_far, n.whole) - div(n.net * (s.so_far - s.amount), n.whole))::bigint AS net_minor
    FROM ({steps}) s JOIN payments p ON p.id = s.payment_id
    LEFT JOIN revenue_payments r ON r.payment_id = p.id LEFT JOIN invoices i ON i.id = p.invoice_id
    CROSS JOIN LATERAL (SELECT
        CASE WHEN i.id IS NOT NULL THEN i.total_minor - i.tax_minor ELSE coalesce(
            (SELECT sum(l.paid_minor) FROM credit_lots l WHERE l.customer_id = p.customer_id
                AND l.payment = p.stripe_payment_intent),
            (SELECT sum(u.paid_minor) FROM unlocks u WHERE u.payment_reference = p.stripe_payment_intent),
            p.captured_minor) END::numeric AS net,
        CASE WHEN i.id IS NOT NULL THEN i.total_minor ELSE p.captured_minor END::numeric AS whole) n
    WHERE s.at >= :begins AND s.at < :ends AND n.whole > 0"""
_BY_CURRENCY = text(_TAKEN_BACK.format(steps=STEPS.format(only="g.currency = :currency")))
_BY_CUSTOMERS = text(_TAKEN_BACK.format(steps=STEPS.format(only="p.customer_id = ANY(CAST(:customers AS bigint[]))")))
_OF_DISPUTES = """
    SELECT r.customer_id, (d.opened_at AT TIME ZONE 'UTC')::date AS day, r.item_kind, r.code, d.currency,
        CASE WHEN d.fee_currency = d.currency THEN d.fee_minor ELSE 0 END AS fee,
        (d.fee_minor > 0 AND d.fee_currency <> d.currency)::int AS unknown
    FROM disputes d JOIN revenue_payments r USING (payment_id)
    WHERE d.currency = :currency AND d.opened_at >= :begins AND d.opened_at < :ends AND d.status NOT LIKE 'warning%'"""

_UNKNOWN = {"other": UNKNOWN.kind, "unknown": UNKNOWN.name}

FeesBy = Literal["item", "day", "all"]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A refund or lost dispute, net of tax; below zero: one that failed after all, or was overturned."""

    customer_id: int
    currency: str
    day: date
    item: Item
    net_minor: int


@dataclass(frozen=True, slots=True)
class Fees:
    """Fees of payments and disputes of one group."""

    minor: int
    modelled: int
    unknown: int


async def take_in(session: AsyncSession, models: Sequence[PaymentFee], limit: int) -> int:
    """Take in payments that are new, or of which more was captured or told; how many.

    Args:
        models: of fees; they stand in for those that the processor has not told.
    """
    listed = [{"currency": one.currency, "percent": one.percent, "fixed": one.fixed.minor} for one in models]
    values = {"limit": limit, "models": json.dumps(listed, default=str), **_UNKNOWN}
    return (await session.execute(_TAKE_IN, values)).scalar_one()


async def cash(session: AsyncSession, period: Period, currency: str, interval: Interval) -> Any:
    """Rows of payments, refunds and disputes by part of the period, each with `first`."""
    values = {"interval": interval.value, **_values(period, currency)}
    payments = (await session.execute(_PAYMENTS, values)).all()
    refunds = (await session.execute(_REFUNDS, values)).all()
    disputes = (await session.execute(_DISPUTES, values)).all()
    return payments, refunds, disputes


async def taken_back(session: AsyncSession, period: Period, currency: str) -> list[TakenBack]:
    """Refunds and lost disputes that happened, or were undone, in a period; net of tax."""
    return _read(await session.execute(_BY_CURRENCY, {**_values(period, currency), **_UNKNOWN}))


async def taken_back_of(session: AsyncSession, period: Period, customers: Sequence[int]) -> list[TakenBack]:
    """The same of some customers, in whatever currency."""
    values = {"begins": period.begins_at, "ends": period.ends_at, "customers": integers(customers), **_UNKNOWN}
    return _read(await session.execute(_BY_CUSTOMERS, values))


def _read(rows: Any) -> list[TakenBack]:
    return [
        TakenBack(row.customer_id, row.currency, row.day, Item(row.item_kind, row.code, row.name), row.net_minor)
        for row in rows
    ]


async def fees(session: AsyncSession, by: FeesBy, period: Period, currency: str) -> dict[Any, Fees]:
    """Fees of payments and disputes of a period, by item (kind, code), day, or in all (the currency)."""
    keys = {"item": "item_kind, code", "day": "day", "all": "currency"}[by]
    statement = text(
        f"""SELECT {keys}, sum(fee)::bigint AS fee, sum(modelled)::bigint AS modelled, sum(unknown)::bigint AS unknown
        FROM (
            SELECT day, item_kind, code, currency, fees_minor + modelled_minor AS fee, modelled, unknown
            FROM revenue_payment_sums WHERE currency = :currency AND day BETWEEN :first AND :last
            UNION ALL SELECT day, item_kind, code, currency, fee, 0, unknown FROM ({_OF_DISPUTES}) d
        ) moved GROUP BY {keys}"""  # noqa: S608
    )
    found: dict[Any, Fees] = {}
    for row in await session.execute(statement, _values(period, currency)):
        key = (row.item_kind, row.code) if by == "item" else row[0]
        found[key] = Fees(row.fee, row.modelled, row.unknown)
    return found


async def fees_of_customers(
    session: AsyncSession, by: Literal["customer", "day"], period: Period, currency: str, customers: Sequence[int]
) -> dict[Any, Fees]:
    """The same of some customers, by customer or day: from their own payments."""
    key = {"customer": "customer_id", "day": "day"}[by]
    statement = text(
        f"""SELECT {key}, sum(fee)::bigint AS fee, sum(modelled)::bigint AS modelled, sum(unknown)::bigint AS unknown
        FROM (
            SELECT k.customer_id, k.day, k.fees + k.modelled_minor AS fee, k.modelled, k.unknown
            FROM (SELECT r.customer_id, r.day, {_COUNTED.format(of="r", sign="1")} FROM revenue_payments r
                WHERE r.currency = :currency AND r.day BETWEEN :first AND :last
                    AND r.customer_id = ANY(CAST(:customers AS bigint[]))) k
            UNION ALL SELECT customer_id, day, fee, 0, unknown FROM ({_OF_DISPUTES}) d
                WHERE customer_id = ANY(CAST(:customers AS bigint[]))
        ) moved GROUP BY 1"""  # noqa: S608
    )
    values = {**_values(period, currency), "customers": integers(customers)}
    return {row[0]: Fees(row.fee, row.modelled, row.unknown) for row in await session.execute(statement, values)}


def _values(period: Period, currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "first": period.first,
        "last": period.last,
        "begins": period.begins_at,
        "ends": period.ends_at,
    }
