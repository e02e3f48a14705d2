"""The statements that keep the sums of revenue: what is new in the ledger, lots and entries, and adding to the sums."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.credits.kinds import LotKind
from billing_app.db.arrays import integers, texts
from billing_app.entitlements.plan_credits.facts import TIME_CREDITED
from billing_app.reports.lots import Account, Lot, NewLot, Part, Sums
from billing_app.reports.movements import Item

_MARK = "SELECT id FROM revenue_mark WHERE id = 1 FOR UPDATE"
_NEWS = text(
    """SELECT a.customer_id, coalesce(m.entry_id, 0) AS entries, coalesce(m.lot_id, 0) AS lots,
        a.entry_count, a.lot_count
    FROM credit_accounts a LEFT JOIN revenue_accounts m USING (customer_id)
    WHERE a.entry_count > coalesce(m.entry_id, 0) OR a.lot_count > coalesce(m.lot_id, 0)
    ORDER BY a.customer_id LIMIT :limit"""
)
_BEHIND = text(
    """SELECT coalesce(sum(a.entry_count - coalesce(m.entry_id, 0)), 0)::bigint AS entries, k.rolled_at
    FROM revenue_mark k LEFT JOIN credit_accounts a ON true LEFT JOIN revenue_accounts m USING (customer_id)
    GROUP BY k.rolled_at"""
)
_SPANS = (
    "unnest(CAST(:customers AS bigint[]), CAST(:after AS bigint[]), CAST(:upto AS bigint[])) AS s(customer_id, a, b)"
)
# What a lot is an item of: a plan's window and a checkout are written in the transaction that grants.
_NEW_LOTS = text(
    f"""SELECT l.customer_id, l.id, l.kind, l.origin_lot_id, l.paid_minor,
        CASE WHEN l.paid_minor > 0 THEN l.currency ELSE '' END AS currency,
        l.granted, (l.created_at AT TIME ZONE 'UTC')::date AS day, l.payment, coalesce(p.kind, c.kind) AS item_kind,
        coalesce(p.code, c.code) AS code, coalesce(p.name, c.name) AS name
    FROM {_SPANS} JOIN credit_lots l ON l.customer_id = s.customer_id AND l.id > s.a AND l.id <= s.b
    LEFT JOIN plan_windows w ON l.kind = 'plan' AND w.customer_id = l.customer_id AND w.source = l.source
    LEFT JOIN catalog_items p ON p.id = w.item_id
    LEFT JOIN LATERAL (SELECT kind, code, name FROM checkouts o WHERE l.kind = 'purchase'
        AND o.customer_id = l.customer_id AND (o.stripe_session_id = l.source OR o.stripe_payment_intent = l.payment)
        ORDER BY o.id LIMIT 1) c ON true
    ORDER BY l.customer_id, l.id"""  # noqa: S608
)
# A lot that carries on another comes with its own entry; every other part of an entry is an allocation.
_PARTS = text(
    f"""SELECT e.customer_id, e.id, (e.at AT TIME ZONE 'UTC')::date AS day, e.kind, coalesce(e.feature, '') AS feature,
        e.debt_id IS NOT NULL AS debt, CASE WHEN e.note = :credited THEN e.note ELSE '' END AS note, p.lot_id, p.credits
    FROM {_SPANS} JOIN credit_entries e ON e.customer_id = s.customer_id AND e.id > s.a AND e.id <= s.b
    CROSS JOIN LATERAL (
        SELECT a.position, a.lot_id, a.credits FROM credit_allocations a
            WHERE a.customer_id = e.customer_id AND a.entry_id = e.id
        UNION ALL
        SELECT 32767, l.id, -l.granted FROM credit_lots l WHERE e.kind IN ('grant', 'reverse')
            AND l.customer_id = e.customer_id AND l.id = e.lot_id AND l.kind IN ('rollover', 'reversal')
            AND l.origin_lot_id IS NOT NULL
    ) p
    ORDER BY e.customer_id, e.id, p.position"""  # noqa: S608
)
_KNOWN = text(
    """SELECT l.customer_id, l.lot_id, r.lot_id AS root_id, r.item_kind, r.code, r.name, r.lot_kind, r.currency,
        r.paid_minor, r.granted, r.gone
    FROM unnest(CAST(:customers AS bigint[]), CAST(:lots AS bigint[])) AS s(customer_id, lot_id)
    JOIN revenue_lots l USING (customer_id, lot_id)
    JOIN revenue_lots r ON r.customer_id = l.customer_id AND r.lot_id = l.root_lot_id"""
)
_KEEP_LOTS = text(
    """INSERT INTO revenue_lots AS t (customer_id, lot_id, root_lot_id, paid_minor, granted, gone, item_kind, code,
        name, lot_kind, currency)
    SELECT * FROM unnest(CAST(:customers AS bigint[]), CAST(:lots AS bigint[]), CAST(:roots AS bigint[]),
        CAST(:paid AS bigint[]), CAST(:granted AS bigint[]), CAST(:gone AS bigint[]), CAST(:item_kinds AS text[]),
        CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:kinds AS text[]), CAST(:currencies AS text[]))
    ON CONFLICT (customer_id, lot_id) DO UPDATE SET gone = excluded.gone"""
)
_KEEP_ACCOUNTS = text(
    """INSERT INTO revenue_accounts (customer_id, entry_id, lot_id)
    SELECT * FROM unnest(CAST(:customers AS bigint[]), CAST(:entries AS bigint[]), CAST(:lots AS bigint[]))
    ON CONFLICT (customer_id) DO UPDATE SET entry_id = excluded.entry_id, lot_id = excluded.lot_id"""
)
_ADD = text(
    """INSERT INTO revenue_sums AS t (day, currency, item_kind, code, name, lot_kind, feature, movement, amount_minor,
        credits, events)
    SELECT * FROM unnest(CAST(:days AS date[]), CAST(:currencies AS text[]), CAST(:item_kinds AS text[]),
        CAST(:codes AS text[]), CAST(:names AS text[]), CAST(:kinds AS text[]), CAST(:features AS text[]),
        CAST(:movements AS text[]), CAST(:amounts AS bigint[]), CAST(:credits AS bigint[]), CAST(:events AS bigint[]))
    ON CONFLICT (day, currency, item_kind, code, name, lot_kind, feature, movement) DO UPDATE SET
        amount_minor = t.amount_minor + excluded.amount_minor, credits = t.credits + excluded.credits,
        events = t.events + excluded.events"""
)
_COLUMNS = ("sold_minor", "credited_minor", "earned_minor", "released_minor", "credits_used")


def _add_customers(table: str, when: str, value: str) -> Any:
    listed = ", ".join(_COLUMNS)
    summed = ", ".join(f"sum({one})::bigint" for one in _COLUMNS)
    added = ", ".join(f"{one} = t.{one} + excluded.{one}" for one in _COLUMNS)
    return text(
        f"""INSERT INTO {table} AS t (customer_id, {when}, currency, {listed})
        SELECT customer_id, {value}, currency, {summed} FROM unnest(CAST(:customers AS bigint[]),
            CAST(:days AS date[]), CAST(:currencies AS text[]), CAST(:sold AS bigint[]), CAST(:credited AS bigint[]),
            CAST(:earned AS bigint[]), CAST(:released AS bigint[]), CAST(:credits AS bigint[]))
            AS s(customer_id, day, currency, {listed})
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (customer_id, {when}, currency) DO UPDATE SET {added}"""  # noqa: S608
    )


_ADD_CUSTOMERS = [
    _add_customers("revenue_sums_customer", "day", "day"),
    _add_customers("revenue_sums_customer_month", "month", "date_trunc('month', day::timestamp)::date"),
]
_TABLES = (
    "revenue_sums", "revenue_sums_customer", "revenue_sums_customer_month", "revenue_lots", "revenue_accounts",
    "revenue_sales", "revenue_invoices", "revenue_payments", "revenue_payment_sums",
)  # fmt: skip

_GIVEN = {
    LotKind.FREE: "Free plan",
    LotKind.TRIAL: "Free trial",
    LotKind.PROMOTION: "Promotions",
    LotKind.REFERRAL: "Referrals",
    LotKind.GIFT: "Gifts",
    LotKind.ADJUSTMENT: "Adjustments",
}
BY_HAND = Item("plan", "by_hand", "Plans by hand")
OUTSIDE = Item("other", "", "Credits outside the price list")


@dataclass(frozen=True, slots=True)
class News:
    """What is new of one customer: entries after `entries` up to `entry_count`, lots likewise."""

    customer_id: int
    entries: int
    lots: int
    entry_count: int
    lot_count: int


async def lock(session: AsyncSession, *, wait: bool) -> bool:
    """Have the sums to oneself until the transaction ends; False: somebody else has, and `wait` is False."""
    await session.execute(text("SET LOCAL statement_timeout = '15min'"))
    found = await session.execute(text(_MARK if wait else f"{_MARK} SKIP LOCKED"))
    return found.one_or_none() is not None


async def rolled(session: AsyncSession, at: datetime) -> None:
    """Note that the sums are up to date."""
    await session.execute(text("UPDATE revenue_mark SET rolled_at = :at WHERE id = 1"), {"at": at})


async def clear(session: AsyncSession) -> None:
    """Forget all sums."""
    for table in _TABLES:
        await session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names from the list above


async def news(session: AsyncSession, limit: int) -> list[News]:
    """Customers of whose ledger something is not in the sums."""
    return [News(*row) for row in await session.execute(_NEWS, {"limit": limit})]


async def behind(session: AsyncSession) -> tuple[int, datetime | None]:
    """How many entries are not in the sums; when they were brought up to date."""
    row = (await session.execute(_BEHIND)).one()
    return row.entries, row.rolled_at


async def new_lots(
    session: AsyncSession, spans: Sequence[tuple[int, int, int]]
) -> tuple[dict[int, list[NewLot]], set[str]]:
    """Lots of these spans (customer, after, up to) by customer, oldest first; and the payments that made plan lots."""
    found: dict[int, list[NewLot]] = {}
    payments: set[str] = set()
    for row in await session.execute(_NEW_LOTS, _spans(spans)):
        item = Item(row.item_kind, row.code, row.name) if row.item_kind else _item_of(row.kind, row.paid_minor)
        new = NewLot(
            row.id, row.kind, row.origin_lot_id, item, row.currency, row.paid_minor, row.granted, row.day
        )  # fmt: skip
        found.setdefault(row.customer_id, []).append(new)
        if row.kind == LotKind.PLAN and row.payment:
            payments.add(row.payment)
    return found, payments


def _item_of(kind: str, paid_minor: int) -> Item:
    """What a lot is that neither a window of a plan nor a checkout of ours stands for."""
    if paid_minor == 0 and (name := _GIVEN.get(LotKind(kind))):
        return Item("given", kind, name)
    return BY_HAND if kind == LotKind.PLAN and paid_minor == 0 else OUTSIDE


async def parts(session: AsyncSession, spans: Sequence[tuple[int, int, int]]) -> list[tuple[int, Part]]:
    """Parts of the entries of these spans with their customer, in the order in which they were written."""
    rows = await session.execute(_PARTS, {**_spans(spans), "credited": TIME_CREDITED})
    return [
        (row.customer_id, Part(row.id, row.day, row.kind, row.feature, row.debt, row.note, row.lot_id, row.credits))
        for row in rows
    ]


async def known_lots(session: AsyncSession, accounts: Mapping[int, Account], lots: Iterable[tuple[int, int]]) -> None:
    """Fill in what the sums know of these lots (customer, lot), each with its root."""
    pairs = list(lots)
    values = {"customers": integers(one for one, _ in pairs), "lots": integers(lot for _, lot in pairs)}
    for row in await session.execute(_KNOWN, values):
        account = accounts[row.customer_id]
        account.roots[row.lot_id] = account.roots[row.root_id] = row.root_id
        if row.root_id not in account.lots:
            account.lots[row.root_id] = Lot(
                Item(row.item_kind, row.code, row.name),
                row.lot_kind,
                row.currency,
                row.paid_minor,
                row.granted,
                row.gone,
            )


async def keep_lots(session: AsyncSession, accounts: Iterable[Account]) -> None:
    """Store the lots that have changed."""
    rows = [
        (account.customer_id, lot_id, account.roots[lot_id], account.lots.get(lot_id))
        for account in accounts
        for lot_id in sorted(account.touched)
    ]
    if not rows:
        return
    roots = [lot or Lot(Item("", "", ""), "", "", 0, 0) for *_, lot in rows]
    values = {
        "customers": integers(row[0] for row in rows),
        "lots": integers(row[1] for row in rows),
        "roots": integers(row[2] for row in rows),
        "paid": integers(one.paid_minor for one in roots),
        "granted": integers(one.granted for one in roots),
        "gone": integers(one.gone for one in roots),
        "item_kinds": texts(one.item.kind for one in roots),
        "codes": texts(one.item.code for one in roots),
        "names": texts(one.item.name for one in roots),
        "kinds": texts(one.kind for one in roots),
        "currencies": texts(one.currency for one in roots),
    }
    await session.execute(_KEEP_LOTS, values)


async def keep_accounts(session: AsyncSession, done: Sequence[tuple[int, int, int]]) -> None:
    """Store how far each customer's ledger is in the sums: (customer, entry, lot)."""
    customers, entries, lots = (integers(column) for column in zip(*done, strict=True))
    await session.execute(_KEEP_ACCOUNTS, {"customers": customers, "entries": entries, "lots": lots})


async def add(session: AsyncSession, sums: Sums) -> None:
    """Add to all three tables of sums."""
    if not sums.by_key:
        return
    keys = sorted(sums.by_key)
    values: dict[str, Any] = {
        "days": texts(key.day.isoformat() for key in keys),
        "currencies": texts(key.currency for key in keys),
        "item_kinds": texts(key.item.kind for key in keys),
        "codes": texts(key.item.code for key in keys),
        "names": texts(key.item.name for key in keys),
        "kinds": texts(key.lot_kind for key in keys),
        "features": texts(key.feature for key in keys),
        "movements": texts(key.movement for key in keys),
    }
    for position, name in enumerate(("amounts", "credits", "events")):
        values[name] = integers(sums.by_key[key][position] for key in keys)
    await session.execute(_ADD, values)
    owners = sorted(sums.by_customer)
    values = {
        "customers": integers(owner[0] for owner in owners),
        "days": texts(owner[1].isoformat() for owner in owners),
        "currencies": texts(owner[2] for owner in owners),
    }
    for position, name in enumerate(("sold", "credited", "earned", "released", "credits")):
        values[name] = integers(sums.by_customer[owner][position] for owner in owners)
    for statement in _ADD_CUSTOMERS:
        await session.execute(statement, values)


def _spans(spans: Sequence[tuple[int, int, int]]) -> dict[str, str]:
    return {
        "customers": integers(one[0] for one in spans),
        "after": integers(one[1] for one in spans),
        "upto": integers(one[2] for one in spans),
    }
