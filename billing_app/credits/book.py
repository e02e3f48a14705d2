"""A customer's account in memory, locked: its open lots, live holds and debts, and what is about to be written.

The rules change it by `post` and by the few verbs below; the store then writes `changes` in a handful of statements.
The same book, loaded without a lock and never written, is what balances are read from. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from billing_app.credits.claims import Claim, Debt
from billing_app.credits.holds import Hold
from billing_app.credits.kinds import EntryKind
from billing_app.credits.lots import Lot, burn_order

RETURN_DAYS = 7


@dataclass(slots=True)
class Entry:
    """One line of the ledger; `id` counts the customer's entries without a gap."""

    id: int
    kind: str
    amount: int
    balance_after: int
    at: datetime
    feature: str | None = None
    reference: str | None = None
    lot_id: int | None = None
    hold_id: int | None = None
    debt_id: int | None = None
    reverses: int | None = None
    price: dict[str, Any] | None = None
    details: dict[str, Any] | None = None
    actor: str = "system"
    note: str = ""


@dataclass(slots=True)
class Allocation:
    """So many credits of an entry out of (negative: back into) a lot. `prepared`: the lot was not booked yet."""

    entry_id: int
    position: int
    lot_id: int
    credits: int
    prepared: bool = False


@dataclass(slots=True)
class Consumption:
    """A consumption the rules may look back on: what a reference was charged, what can be reversed."""

    entry_id: int
    credits: int
    balance_after: int
    at: datetime
    feature: str | None
    reference: str | None
    hold_id: int | None
    reversed: int
    taken: list[tuple[int, int]]


@dataclass(slots=True)
class Bound:
    """What a key was used for: the operation's fingerprint, and what it made, from which the answer is told again."""

    fingerprint: bytes
    operation: str
    subject: int
    answer: dict[str, Any] | None = None


@dataclass(slots=True)
class Changes:
    """What the rules did to one account, in order."""

    entries: list[Entry] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    new_lots: dict[int, Lot] = field(default_factory=dict)
    lots: dict[int, Lot] = field(default_factory=dict)
    new_holds: dict[int, Hold] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    new_debts: dict[int, Debt] = field(default_factory=dict)
    debts: dict[int, Debt] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    keys: dict[str, Bound] = field(default_factory=dict)
    account: bool = False


class Book:
    """One customer's account. `at` is its time: it never runs backwards, even if two servers' clocks differ."""

    __slots__ = (
        "_queue",
        "at",
        "changes",
        "claims",
        "collecting_later",
        "consumptions",
        "customer_id",
        "debt_count",
        "debts",
        "encumbered",
        "entry_count",
        "grants_due_at",
        "hold_count",
        "holds",
        "keys",
        "lot_count",
        "lots",
        "payments_of_debts",
        "references",
        "return_days",
    )

    def __init__(
        self,
        customer_id: int,
        at: datetime,
        *,
        entry_count: int = 0,
        lot_count: int = 0,
        hold_count: int = 0,
        debt_count: int = 0,
        encumbered: bool = False,
        grants_due_at: datetime | None = None,
    ) -> None:
        self.customer_id = customer_id
        self.at = at
        self.entry_count = entry_count
        self.lot_count = lot_count
        self.hold_count = hold_count
        self.debt_count = debt_count
        self.encumbered = encumbered
        self.grants_due_at = grants_due_at
        self.lots: dict[int, Lot] = {}
        self.holds: dict[int, Hold] = {}
        self.debts: dict[int, Debt] = {}
        self.claims: dict[str, Claim] = {}
        self.consumptions: dict[int, Consumption] = {}
        self.references: dict[tuple[str, str], int] = {}
        self.payments_of_debts: dict[int, dict[int, int]] = {}
        self.keys: dict[str, Bound] = {}
        self.changes = Changes()
        # How long what returns to an ended lot can be used (catalogue policy).
        self.return_days = RETURN_DAYS
        # Set while an operation is half done: claims and debts are looked at when it is whole.
        self.collecting_later = False
        self._queue: list[Lot] | None = None

    # What there is

    def add_lot(self, lot: Lot) -> None:
        """Take in a lot that is stored."""
        self.lots[lot.id] = lot

    def add_hold(self, hold: Hold) -> None:
        """Take in a hold that is stored; if live, its lots know what it holds."""
        if hold.id in self.holds:
            return
        self.holds[hold.id] = hold
        if hold.live:
            for lot_id, credits in hold.lots:
                self.lots[lot_id].held += credits

    @property
    def queue(self) -> list[Lot]:
        """The lots that can be spent at the book's time, in burn order."""
        if self._queue is None:
            at = self.at
            self._queue = burn_order([lot for lot in self.lots.values() if lot.spendable(at) and lot.remaining])
        return self._queue

    def reorder(self) -> None:
        """Forget the burn order: a lot came, went, froze, or time has passed."""
        self._queue = None

    def move_to(self, at: datetime) -> None:
        """Let time pass, which decides what can be spent."""
        if at > self.at:
            self.at = at
            self._queue = None

    @property
    def available(self) -> int:
        """sum(remaining - held by live holds) over lots that are effective, unexpired and not frozen."""
        available = 0
        for lot in self.queue:
            available += lot.remaining - lot.held
        return available

    @property
    def held(self) -> int:
        """Set aside by live holds."""
        return sum(hold.credits for hold in self.holds.values() if hold.live)

    def live_holds(self) -> list[Hold]:
        """Live holds, oldest first."""
        return [hold for hold in self.holds.values() if hold.live]

    def lots_of_payment(self, payment: str) -> list[Lot]:
        """The lots a payment made."""
        return [lot for lot in self.lots.values() if lot.payment == payment]

    # What is written

    def post(self, kind: EntryKind, taken: Sequence[tuple[Lot, int]] = (), *, granted: int = 0, **facts: Any) -> Entry:
        """Write an entry at the book's time, moving credits out of lots (negative: back in) as `taken` says.

        `granted` is what a lot brings as it becomes effective; `facts` are further members of the entry.
        """
        changes = self.changes
        self.entry_count = entry_id = self.entry_count + 1
        amount = granted
        for position, (lot, credits) in enumerate(taken):
            lot.remaining -= credits
            if lot.booked:
                amount -= credits
            changes.allocations.append(Allocation(entry_id, position, lot.id, credits, not lot.booked))
            changes.lots[lot.id] = lot
            if credits < 0:
                self._queue = None
        entry = Entry(entry_id, kind, amount, self.available, self.at, **facts)
        changes.entries.append(entry)
        changes.account = True
        return entry

    def touch(self, lot: Lot) -> None:
        """The lot has changed and must be stored."""
        self.changes.lots[lot.id] = lot
        self.changes.account = True
        self._queue = None

    def open_lot(self, **facts: Any) -> Lot:
        """A new lot, not booked yet: `due.settle` books it as soon as it is effective."""
        self.lot_count += 1
        granted = facts["granted"]
        lot = Lot(
            id=self.lot_count,
            remaining=granted,
            expired=0,
            revoked=0,
            voided=0,
            due_back=0,
            booked=False,
            frozen_at=None,
            created_at=self.at,
            **facts,
        )
        self.lots[lot.id] = lot
        self.changes.new_lots[lot.id] = lot
        self.changes.account = True
        return lot

    def open_hold(self, parts: Iterable[tuple[Lot, int]], **facts: Any) -> Hold:
        """A new hold over these lots."""
        self.hold_count += 1
        held: list[tuple[int, int]] = []
        for lot, credits in parts:
            lot.held += credits
            held.append((lot.id, credits))
        hold = Hold(id=self.hold_count, created_at=self.at, lots=held, **facts)
        self.holds[hold.id] = hold
        self.changes.new_holds[hold.id] = hold
        self.changes.account = True
        return hold

    def end_hold(self, hold: Hold, state: str) -> None:
        """What it held is free again (or about to be consumed, by the caller)."""
        for lot_id, credits in hold.lots:
            self.lots[lot_id].held -= credits
        hold.state = state
        hold.ended_at = self.at
        self.changes.holds[hold.id] = hold
        self.changes.account = True

    def open_debt(self, **facts: Any) -> Debt:
        """A new debt, to be collected from lots that become effective later."""
        self.debt_count += 1
        debt = Debt(id=self.debt_count, collected=0, cancelled=0, created_at=self.at, **facts)
        self.debts[debt.id] = debt
        self.changes.new_debts[debt.id] = debt
        self.changes.account = True
        return debt
