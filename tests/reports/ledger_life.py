"""Customers who do anything the ledger allows, at random; and what revenue that is, worked out by other means."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from billing_app.credits import (
    Adjust,
    Capture,
    Consume,
    Consumed,
    Freeze,
    Grant,
    Hold,
    Ledger,
    LotKind,
    Operation,
    Release,
    Retime,
    Reverse,
    Revoke,
    Spent,
    Thaw,
    Void,
)
from billing_app.db.engine import Database
from billing_app.entitlements.plan_credits.facts import TIME_CREDITED

START = datetime(2026, 1, 30, 20, tzinfo=UTC)
GAP = timedelta(days=3)
EARNED = ("used", "expired", "ended", "by_day", "at_sale")


@dataclass
class Life:
    """One customer: packs at odd prices, windows that follow one another and roll over, and everything else."""

    customer_id: int
    chance: random.Random
    now: datetime = START
    number: int = 0
    window: str | None = None
    window_ends: datetime | None = None
    used: list[int] = field(default_factory=list)
    holds: int = 0
    payments: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def grant(self, kind: LotKind, credits: int, paid: int, **facts: Any) -> Grant:
        self.number += 1
        source = f"{kind}-{self.number}"
        self.sources.append(source)
        if paid:
            self.payments.append(f"pay-{source}")
            facts |= {"paid_minor": paid, "currency": self.chance.choice(["USD", "JPY"]), "payment": f"pay-{source}"}
        return Grant(
            customer_id=self.customer_id, credits=credits, kind=kind, label=source, source=source, **facts
        )  # fmt: skip

    def next_window(self) -> Grant:
        """The plan's next lot: it follows the one before, in the gap or out of it, and what is left rolls over."""
        earlier = self.window
        begins = self.window_ends if self.window_ends and self.window_ends > self.now - GAP else self.now
        self.window_ends = begins + timedelta(days=10)
        made = self.grant(
            LotKind.PLAN,
            self.chance.randrange(3, 15),
            self.chance.choice([0, 700, 1001]),
            effective_at=begins,
            renews_at=self.window_ends,
            expires_at=self.window_ends + GAP,
            rolls=self.chance.choice([0, 2, 50]),
            rolls_days=5,
            follows=(earlier,) if earlier else (),
        )
        self.window = made.source
        return made

    def does(self) -> Operation:
        """The next thing that happens to this customer."""
        chance, me = self.chance, self.customer_id
        self.now += timedelta(hours=chance.choice([0, 0, 0, 1, 7, 26, 70]))
        match chance.randrange(16):
            case 0:
                valid = chance.choice([None, 3, 20])
                ends = self.now + timedelta(days=valid) if valid else None
                return self.grant(LotKind.PURCHASE, chance.randrange(1, 20), chance.randrange(1, 999), expires_at=ends)
            case 1 if self.window_ends is None or self.window_ends < self.now + timedelta(days=6):
                return self.next_window()
            case 2:
                return self.grant(LotKind.GIFT, chance.randrange(1, 6), 0, expires_at=self.now + timedelta(days=4))
            case 3:
                later = self.now + timedelta(days=chance.randrange(1, 20))
                return self.grant(LotKind.PLAN, 5, 333, effective_at=later, expires_at=later + timedelta(days=9))
            case 4:
                source = chance.choice(self.sources[-6:]) if self.sources else "none"
                note = chance.choice(["", TIME_CREDITED])
                return Void(customer_id=me, source=source, credits=chance.randrange(0, 4), note=note)
            case 5 if self.used:
                return Reverse(customer_id=me, entry_id=chance.choice(self.used[-9:]), credits=1)
            case 6 if self.holds:
                return Capture(customer_id=me, hold_id=self.holds, credits=1)
            case 7 if self.holds:
                return Release(customer_id=me, hold_id=self.holds)
            case 8:
                return Hold(customer_id=me, feature="voice", credits=2, ttl_s=3_600, on_expiry=chance.randrange(2))
            case 9 if self.payments:
                return Revoke(
                    customer_id=me,
                    payment=chance.choice(self.payments),
                    refunded=chance.randrange(4),
                    captured=3,
                    spent=chance.choice(list(Spent)),
                )
            case 10 if self.payments:
                return chance.choice([Freeze, Thaw])(customer_id=me, payment=chance.choice(self.payments))
            case 11:
                self.number += 1
                by_hand = chance.choice([-2, 3])
                return Adjust(customer_id=me, key=f"k{self.number}", credits=by_hand, label="By hand", note="a test")
            case 12 if self.window:
                ends = self.now + timedelta(days=chance.randrange(3))
                return Retime(customer_id=me, source=self.window, expires_at=ends)
            case _:
                feature = chance.choice(["chat", "voice"])
                return Consume(customer_id=me, feature=feature, credits=chance.randrange(1, 9))

    async def step(self, database: Database, ledger: Ledger) -> None:
        """Do it in a transaction of its own; what the ledger refuses changes nothing."""
        async with database.transaction() as session:
            (outcome,) = await ledger.apply(session, [self.does()], self.now)
        if isinstance(outcome, Consumed):
            self.used.append(outcome.entry_id)
        self.holds = getattr(outcome, "hold_id", None) or self.holds


async def rows(database: Database, query: str, **values: Any) -> list[dict[str, Any]]:
    async with database.transaction() as session:
        return [dict(row) for row in (await session.execute(text(query), values)).mappings()]


def _word(entry: dict[str, Any]) -> str:
    kind = entry["kind"]
    if kind == "restore":
        return "used" if entry["debt_id"] is not None else "refunded"
    if kind == "void":
        return "refunded" if entry["note"] == TIME_CREDITED else "ended"
    return {
        "expire": "expired", "grant": "expired", "adjust": "ended", "revoke": "refunded",
    }.get(kind, "used")  # fmt: skip


async def replayed(database: Database) -> dict[tuple[date, str, str, str, str], list[int]]:
    """Every movement worked out from the raw rows, entry by entry: what is owed before it less what is owed after.

    By (day, currency, kind of lot, feature, movement): minor units and credits.
    """
    found: dict[tuple[date, str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    lots = {(one["customer_id"], one["id"]): one for one in await rows(database, "SELECT * FROM credit_lots")}
    allocations = defaultdict(list)
    for one in await rows(database, "SELECT * FROM credit_allocations ORDER BY customer_id, entry_id, position"):
        allocations[one["customer_id"], one["entry_id"]].append((one["lot_id"], one["credits"]))

    def root(lot: dict[str, Any]) -> dict[str, Any]:
        while lot["kind"] in ("rollover", "reversal"):
            lot = lots[lot["customer_id"], lot["origin_lot_id"]]
        return lot

    def owed(lot: dict[str, Any]) -> int:
        return -(-lot["paid_minor"] * lot["left"] // lot["granted"])

    def move(lot: dict[str, Any], credits: int, entry: dict[str, Any]) -> None:
        before, word = owed(lot), _word(entry)
        lot["left"] -= credits
        feature = (entry["feature"] or "") if word == "used" else ""
        sums = found[entry["at"].date(), lot["currency"] or "", lot["kind"], feature, word]
        sums[0] += before - owed(lot)
        sums[1] += credits

    for lot in lots.values():
        if root(lot) is lot:
            lot["left"] = lot["granted"]
            sums = found[lot["created_at"].date(), lot["currency"] or "", lot["kind"], "", "sold"]
            sums[0] += lot["paid_minor"]
            sums[1] += lot["granted"]
    for entry in await rows(database, "SELECT * FROM credit_entries ORDER BY customer_id, id"):
        for lot_id, credits in allocations[entry["customer_id"], entry["id"]]:
            move(root(lots[entry["customer_id"], lot_id]), credits, entry)
        brought = lots.get((entry["customer_id"], entry["lot_id"])) if entry["kind"] in ("grant", "reverse") else None
        if brought is not None and root(brought) is not brought:
            move(root(brought), -brought["granted"], entry)
    return {key: sums for key, sums in found.items() if any(sums)}


async def kept(database: Database) -> dict[tuple[date, str, str, str, str], list[int]]:
    """What the sums say, in the same shape."""
    found: dict[tuple[date, str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in await rows(database, "SELECT * FROM revenue_sums WHERE lot_kind <> ''"):
        sums = found[one["day"], one["currency"], one["lot_kind"], one["feature"], one["movement"]]
        sums[0] += one["amount_minor"]
        sums[1] += one["credits"]
    return {key: sums for key, sums in found.items() if any(sums)}


async def all_sums(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every table of sums, without rows in which nothing is left."""
    tables = {
        "revenue_sums": "day, currency, item_kind, code, name, lot_kind, feature, movement",
        "revenue_sums_customer": "customer_id, day, currency",
        "revenue_sums_customer_month": "customer_id, month, currency",
    }
    return {
        table: [
            row
            for row in await rows(database, f"SELECT * FROM {table} ORDER BY {keys}")
            if any(value for name, value in row.items() if name not in keys.split(", "))
        ]
        for table, keys in tables.items()
    }


async def left_by_the_ledger(database: Database) -> dict[str, tuple[int, int]]:
    """What the lots themselves say is owed, by currency: (minor units, credits of lots that were paid for)."""
    lots = {(one["customer_id"], one["id"]): one for one in await rows(database, "SELECT * FROM credit_lots")}
    left: dict[tuple[int, int], int] = defaultdict(int)
    for (customer_id, _), lot in lots.items():
        root = lot
        while root["kind"] in ("rollover", "reversal"):
            root = lots[customer_id, root["origin_lot_id"]]
        left[customer_id, root["id"]] += lot["remaining"]
    owed: dict[str, tuple[int, int]] = {}
    for key, credits in left.items():
        lot = lots[key]
        if lot["paid_minor"]:
            before = owed.get(lot["currency"], (0, 0))
            amount = -(-lot["paid_minor"] * credits // lot["granted"])
            owed[lot["currency"]] = (before[0] + amount, before[1] + credits)
    return owed


async def live(database: Database, lives: Iterable[Life], steps: int) -> None:
    ledger = Ledger()
    for life in lives:
        for _ in range(steps):
            await life.step(database, ledger)
