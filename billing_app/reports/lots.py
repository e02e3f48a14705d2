"""What credits are worth: a lot's price sits on its credits, and is earned as they go. Exact, to the minor unit. Pure.

After so many of a lot's credits are gone, floor(paid x gone / granted) is no longer owed; each movement is the step
between two of these. So the steps of a lot add up to what was paid for it, in whatever order and however finely its
credits go, and what is owed for the rest is known from the lot alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from billing_app.credits.kinds import LotKind
from billing_app.reports.movements import Item, Movement, movement_of

CARRIERS = frozenset({LotKind.ROLLOVER, LotKind.REVERSAL})


@dataclass(slots=True)
class Lot:
    """A lot with all that rolled over from it or was given back of it: one price, one sum of credits."""

    item: Item
    kind: str
    currency: str
    paid_minor: int
    granted: int
    gone: int = 0

    def take(self, credits: int) -> int:
        """So many credits go (negative: come back); what of the price that is, in minor units."""
        before = self.paid_minor * self.gone // self.granted
        self.gone += credits
        if not 0 <= self.gone <= self.granted:
            raise ArithmeticError(f"{self.gone} credits of {self.granted} are gone: the ledger does not add up.")
        return self.paid_minor * self.gone // self.granted - before


class Key(NamedTuple):
    """What the sums are by."""

    day: date
    currency: str
    item: Item
    lot_kind: str
    feature: str
    movement: Movement


@dataclass(slots=True)
class Sums:
    """Amounts that are to be added to the sums: by their key, and by customer x day x currency."""

    by_key: dict[Key, list[int]] = field(default_factory=dict)
    by_customer: dict[tuple[int, date, str], list[int]] = field(default_factory=dict)

    def add(self, customer_id: int, key: Key, amount_minor: int, credits: int = 0, events: int = 1) -> None:
        """Add to both."""
        sums = self.by_key.setdefault(key, [0, 0, 0])
        sums[0] += amount_minor
        sums[1] += credits
        sums[2] += events
        own = self.by_customer.setdefault((customer_id, key.day, key.currency), [0, 0, 0, 0, 0])
        match key.movement:
            case Movement.SOLD:
                own[0] += amount_minor
            case Movement.CREDITED:
                own[1] += amount_minor
            case Movement.REFUNDED:
                own[3] += amount_minor
            case _:
                own[2] += amount_minor
                if key.movement is Movement.USED:
                    own[4] += credits


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot of the ledger. `origin`: the lot it carries on, which is another's or a root."""

    id: int
    kind: str
    origin: int | None
    item: Item
    currency: str
    paid_minor: int
    granted: int
    day: date


class Part(NamedTuple):
    """One part of an entry: so many credits out of (negative: back into) a lot."""

    entry_id: int
    day: date
    kind: str
    feature: str
    debt: bool
    note: str
    lot_id: int
    credits: int


class Account:
    """One customer's lots, as far as the sums have come; knows which have changed."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        self.roots: dict[int, int] = {}
        self.lots: dict[int, Lot] = {}
        self.touched: set[int] = set()

    def begin(self, lots: Iterable[NewLot], sums: Sums) -> None:
        """Take in new lots, oldest first: those that stand for themselves are sold."""
        for new in lots:
            if new.origin is not None and new.kind in CARRIERS:
                self.roots[new.id] = self.roots[new.origin]
            else:
                self.roots[new.id] = new.id
                self.lots[new.id] = Lot(new.item, new.kind, new.currency, new.paid_minor, new.granted)
                key = Key(new.day, new.currency, new.item, new.kind, "", Movement.SOLD)
                sums.add(self.customer_id, key, new.paid_minor, new.granted)
            self.touched.add(new.id)

    def move(self, part: Part, sums: Sums) -> int:
        """Take in a part of an entry; what of the price it is, in minor units."""
        root = self.roots[part.lot_id]
        lot = self.lots[root]
        movement = movement_of(part.kind, debt=part.debt, note=part.note)
        amount = lot.take(part.credits)
        feature = part.feature if movement is Movement.USED else ""
        key = Key(part.day, lot.currency, lot.item, lot.kind, feature, movement)
        sums.add(self.customer_id, key, amount, part.credits)
        self.touched.add(root)
        return amount
