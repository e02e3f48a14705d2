"""Statements about what is sold without credits: paid invoices and unlocks to look at, sales as they are kept."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.arrays import integers, texts
from billing_app.reports.given_back import GIVEN_BACK, NEWS, STEPS
from billing_app.reports.invoicing import PaidInvoice, lines_of, prices_after
from billing_app.reports.movements import Item
from billing_app.reports.sales import Sale

_INVOICES = text(
    f"""SELECT i.id, i.stripe_invoice_id, i.customer_id, i.currency, (i.paid_at AT TIME ZONE 'UTC')::date AS paid_on,
        i.lines, i.asked_at, i.total_minor, r.invoice_id IS NOT NULL AS seen, coalesce(g.news, '') AS given_back,
        coalesce((SELECT sum(l.paid_minor) FROM credit_lots l WHERE l.customer_id = i.customer_id
            AND l.payment = i.stripe_invoice_id AND l.kind = 'plan'), 0)::bigint AS lots_minor,
        ARRAY(SELECT DISTINCT w.line_id FROM plan_windows w WHERE w.customer_id = i.customer_id
            AND w.subscription_id = i.subscription_id AND w.invoice_id = i.stripe_invoice_id) AS with_windows
    FROM invoices i LEFT JOIN revenue_invoices r ON r.invoice_id = i.id
    LEFT JOIN (SELECT p.invoice_id, {NEWS} AS news FROM ({GIVEN_BACK}) b JOIN payments p ON p.id = b.payment_id
        WHERE p.invoice_id IS NOT NULL GROUP BY 1) g ON g.invoice_id = i.id
    WHERE i.status = 'paid' AND i.paid_at IS NOT NULL
        AND (r.invoice_id IS NULL OR r.asked_at <> i.asked_at OR r.given_back <> coalesce(g.news, ''))
    ORDER BY i.id LIMIT :limit"""  # noqa: S608
)
_GIVEN_BACK = text(
    f"""SELECT invoice_id, (at AT TIME ZONE 'UTC')::date AS day, so_far::bigint
    FROM ({STEPS.format(only="p.invoice_id = ANY(CAST(:invoices AS bigint[]))")}) s ORDER BY turn"""  # noqa: S608
)
_ITEMS = text("SELECT id, kind, code, name, credits FROM catalog_items WHERE id = ANY(CAST(:ids AS bigint[]))")
_SEEN = text(
    """INSERT INTO revenue_invoices (invoice_id, asked_at, given_back)
    SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:asked AS timestamptz[]), CAST(:given_back AS text[]))
    ON CONFLICT (invoice_id) DO UPDATE SET asked_at = excluded.asked_at, given_back = excluded.given_back"""
)
_AGAIN = text(
    """UPDATE revenue_invoices r SET asked_at = '-infinity' FROM invoices i
    WHERE i.id = r.invoice_id AND i.stripe_invoice_id = ANY(CAST(:payments AS text[]))"""
)
_SALES_OF = text("SELECT * FROM revenue_sales WHERE split_part(source, ':', 1) = ANY(CAST(:invoices AS text[]))")
_SALES = text("SELECT * FROM revenue_sales WHERE source = ANY(CAST(:sources AS text[]))")
_RUNNING = text("SELECT * FROM revenue_sales WHERE running AND upto < :today ORDER BY upto, source LIMIT :limit")
_UNEARNED = text(
    "SELECT * FROM revenue_sales WHERE currency = :currency AND (running OR rule = 'per_use') ORDER BY source"
)
_UNLOCKS = text(
    f"""SELECT * FROM (
        SELECT u.id, u.customer_id, u.code, u.feature, u.uses_granted, u.paid_minor, u.currency, u.payment_reference,
            (u.granted_at AT TIME ZONE 'UTC')::date AS sold_on, coalesce(c.name, k.name, u.code) AS name,
            'unlock:' || u.id AS source, CASE WHEN u.uses_granted IS NULL THEN '' ELSE concat_ws('/', (
                SELECT concat_ws('/', count(*), count(n.given_back_at)) FROM unlock_use_parts p
                JOIN unlock_uses n ON n.id = p.use_id WHERE p.unlock_id = u.id), g.news) END AS seen
        FROM unlocks u
        LEFT JOIN checkouts c ON u.source = 'checkout:' || c.stripe_session_id
        LEFT JOIN (SELECT p.stripe_payment_intent, {NEWS} AS news FROM ({GIVEN_BACK}) b
            JOIN payments p ON p.id = b.payment_id GROUP BY 1) g ON g.stripe_payment_intent = u.payment_reference
        LEFT JOIN LATERAL (SELECT name FROM catalog_items k WHERE k.kind = 'unlock' AND k.code = u.code
            ORDER BY id DESC LIMIT 1) k ON true
        WHERE u.paid_minor > 0 AND u.currency IS NOT NULL
    ) u WHERE NOT EXISTS (SELECT FROM revenue_sales r WHERE r.source = u.source AND r.seen = u.seen)
    ORDER BY u.id LIMIT :limit"""  # noqa: S608
)
_UNLOCKS_GIVEN_BACK = text(
    f"""SELECT p.stripe_payment_intent, (s.at AT TIME ZONE 'UTC')::date AS day, s.so_far::bigint, p.captured_minor
    FROM ({STEPS.format(only="p.stripe_payment_intent = ANY(CAST(:payments AS text[]))")}) s
    JOIN payments p ON p.id = s.payment_id ORDER BY s.turn"""  # noqa: S608
)
_USES = text(
    """SELECT p.unlock_id, m.day, m.units FROM unlock_use_parts p JOIN unlock_uses u ON u.id = p.use_id
    CROSS JOIN LATERAL (
        SELECT u.used_at AS at, (u.used_at AT TIME ZONE 'UTC')::date AS day, p.units
        UNION ALL
        SELECT u.given_back_at, (u.given_back_at AT TIME ZONE 'UTC')::date, -p.units WHERE u.given_back_at IS NOT NULL
    ) m WHERE p.unlock_id = ANY(CAST(:ids AS bigint[])) ORDER BY p.unlock_id, m.at, u.id"""
)
_COLUMNS = (
    "source", "customer_id", "rule", "item_kind", "code", "name", "feature", "currency", "amount_minor", "sold_on",
    "starts_on", "ends_on", "units", "uses", "prices", "upto", "running", "seen",
)  # fmt: skip
_KEEP = text(
    f"""INSERT INTO revenue_sales ({", ".join(_COLUMNS)})
    SELECT {", ".join(_COLUMNS)} FROM json_populate_recordset(NULL::revenue_sales, CAST(:rows AS json))
    ON CONFLICT (source) DO UPDATE SET {", ".join(f"{one} = excluded.{one}" for one in _COLUMNS[1:])}"""  # noqa: S608
)
_FORGET = text("DELETE FROM revenue_sales WHERE source = ANY(CAST(:sources AS text[]))")


async def look_again(session: AsyncSession, payments: Iterable[str]) -> None:
    """Lots came for these invoices (Stripe's ids): what of them does not sit on credits is worked out anew."""
    await session.execute(_AGAIN, {"payments": texts(sorted(payments))})


async def new_invoices(session: AsyncSession, limit: int) -> tuple[list[PaidInvoice], list[str]]:
    """Paid invoices that are new or were told anew, noted as seen; and the ids of those that were seen before."""
    rows = (await session.execute(_INVOICES, {"limit": limit})).all()
    if not rows:
        return [], []
    named = {line["item_id"] for row in rows for line in row.lines if isinstance(line.get("item_id"), int)}
    items = {
        row.id: (Item(row.kind, row.code, row.name), row.credits)
        for row in await session.execute(_ITEMS, {"ids": integers(sorted(named))})
    }
    seen = {
        "ids": integers(row.id for row in rows),
        "asked": texts(row.asked_at.isoformat() for row in rows),
        "given_back": texts(row.given_back for row in rows),
    }
    await session.execute(_SEEN, seen)
    given_back: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for row in await session.execute(_GIVEN_BACK, {"invoices": integers(row.id for row in rows if row.given_back)}):
        given_back[row.invoice_id].append((row.day, row.so_far))
    invoices = [
        PaidInvoice(
            row.stripe_invoice_id,
            row.customer_id,
            row.currency,
            row.paid_on,
            row.lots_minor,
            lines_of(row.lines, items, frozenset(row.with_windows)),
            row.total_minor,
            tuple(given_back[row.id]),
        )
        for row in rows
    ]
    return invoices, [row.stripe_invoice_id for row in rows if row.seen]


async def changed_unlocks(session: AsyncSession, limit: int) -> list[Sale]:
    """Unlocks that are new, or of which uses were taken or given back, or that were refunded."""
    rows = (await session.execute(_UNLOCKS, {"limit": limit})).all()
    counted = [row for row in rows if row.uses_granted is not None]
    uses: dict[int, list[tuple[date, int]]] = defaultdict(list)
    given_back: dict[str, list[tuple[date, int]]] = defaultdict(list)
    captured: dict[str, int] = {}
    if counted:
        for row in await session.execute(_USES, {"ids": integers(row.id for row in counted)}):
            uses[row.unlock_id].append((row.day, row.units))
        paid_by = texts(row.payment_reference for row in counted if row.payment_reference)
        for row in await session.execute(_UNLOCKS_GIVEN_BACK, {"payments": paid_by}):
            given_back[row.stripe_payment_intent].append((row.day, row.so_far))
            captured[row.stripe_payment_intent] = row.captured_minor
    return [
        Sale(
            source=row.source,
            customer_id=row.customer_id,
            rule="at_sale" if row.uses_granted is None else "per_use",
            item=Item("unlock", row.code, row.name),
            feature=row.feature,
            currency=row.currency,
            amount_minor=row.paid_minor,
            sold_on=row.sold_on,
            units=row.uses_granted or 0,
            uses=tuple(uses[row.id]),
            prices=prices_after(
                row.paid_minor, given_back[row.payment_reference or ""], captured.get(row.payment_reference or "", 0)
            ),
            seen=row.seen,
        )
        for row in rows
    ]


async def of_invoices(session: AsyncSession, invoices: Sequence[str]) -> list[tuple[Sale, date]]:
    """Sales of these invoices as they are in the sums, each with the last day that is."""
    if not invoices:
        return []
    return [_sale(row) for row in await session.execute(_SALES_OF, {"invoices": texts(invoices)})]


async def by_source(session: AsyncSession, sources: Sequence[str]) -> list[tuple[Sale, date]]:
    """The same by source."""
    return [_sale(row) for row in await session.execute(_SALES, {"sources": texts(sources)})]


async def running(session: AsyncSession, today: date, limit: int) -> list[tuple[Sale, date]]:
    """Sales that days have passed for."""
    return [_sale(row) for row in await session.execute(_RUNNING, {"today": today, "limit": limit})]


async def unearned(session: AsyncSession, currency: str) -> list[tuple[Sale, date]]:
    """Sales of which something may still be owed."""
    return [_sale(row) for row in await session.execute(_UNEARNED, {"currency": currency})]


async def keep(session: AsyncSession, sales: Sequence[Sale], upto: date) -> None:
    """Store sales that are in the sums up to a day."""
    if sales:
        rows = json.dumps([_row(sale, upto) for sale in sales], default=str)
        await session.execute(_KEEP, {"rows": rows})


async def forget(session: AsyncSession, sources: Sequence[str]) -> None:
    """Delete sales that are in the sums no more."""
    if sources:
        await session.execute(_FORGET, {"sources": texts(sources)})


def _row(sale: Sale, upto: date) -> dict[str, Any]:
    values = {name: getattr(sale, name) for name in sale.__slots__ if name not in ("item", "uses", "prices")}
    return values | {
        "item_kind": sale.item.kind,
        "code": sale.item.code,
        "name": sale.item.name,
        "uses": [[day.isoformat(), units] for day, units in sale.uses],
        "prices": [[day.isoformat(), price] for day, price in sale.prices],
        "upto": upto,
        "running": sale.runs_after(upto),
    }


def _sale(row: Any) -> tuple[Sale, date]:
    facts = ("source", "customer_id", "rule", "feature", "currency", "amount_minor", "sold_on", "starts_on", "ends_on")
    sale = Sale(
        **{name: getattr(row, name) for name in facts},
        item=Item(row.item_kind, row.code, row.name),
        units=row.units,
        uses=_from_days(row.uses),
        prices=_from_days(row.prices),
        seen=row.seen,
    )
    return sale, row.upto


def _from_days(kept: list[list[Any]]) -> tuple[tuple[date, int], ...]:
    return tuple((date.fromisoformat(day), value) for day, value in kept)
