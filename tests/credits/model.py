"""The ledger once more, as naive as possible: what the engine is compared with. No database, no batches, no speed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

ROLLED = timedelta(days=7)
"""How long what rolled over can be used, in these tests."""


class Refused(Exception):
    """The model does not do it either."""


@dataclass
class ModelLot:
    id: int
    granted: int
    left: int
    priority: int
    promotional: bool
    effective: datetime
    ends: datetime | None
    begun: bool = False
    plan: bool = False
    renews: datetime | None = None
    gap_used: int = 0
    rolls: int = 0
    rolled: bool = False

    def order(self) -> tuple[object, ...]:
        far = datetime.max.replace(tzinfo=self.effective.tzinfo)
        return (self.priority, self.renews or self.ends or far, 0 if self.promotional else 1, self.effective, self.id)


@dataclass
class ModelHold:
    id: int
    parts: list[tuple[int, int]]
    ends: datetime
    cap: datetime
    on_expiry: int
    made: datetime
    state: str = "live"
    entry: int | None = None

    @property
    def credits(self) -> int:
        return sum(part for _, part in self.parts)


@dataclass
class ModelEntry:
    kind: str
    amount: int
    after: int
    at: datetime
    taken: list[tuple[int, int]] = field(default_factory=list)
    reversed: int = 0


class Model:
    """One customer."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.lots: dict[int, ModelLot] = {}
        self.holds: dict[int, ModelHold] = {}
        self.entries: list[ModelEntry] = []

    # What there is

    def held(self, lot: ModelLot) -> int:
        live = [hold for hold in self.holds.values() if hold.state == "live"]
        return sum(part for hold in live for lot_id, part in hold.parts if lot_id == lot.id)

    def free(self, lot: ModelLot) -> int:
        return lot.left - self.held(lot)

    def burning(self) -> list[ModelLot]:
        usable = [lot for lot in self.lots.values() if lot.begun and (lot.ends is None or lot.ends > self.now)]
        return sorted(usable, key=ModelLot.order)

    @property
    def available(self) -> int:
        return sum(self.free(lot) for lot in self.burning())

    # Time

    def advance(self, to: datetime) -> None:
        moments = {lot.effective for lot in self.lots.values()} | {lot.ends for lot in self.lots.values() if lot.ends}
        moments |= {hold.ends for hold in self.holds.values()}
        for moment in sorted(moment for moment in moments if self.now < moment <= to):
            self.now = moment
            for hold in sorted(self.holds.values(), key=lambda one: one.id):
                if hold.state == "live" and hold.ends <= moment:
                    self._end(hold)
                    self._expire(before=moment)
            self._tidy()
        self.now = max(self.now, to)

    def _end(self, hold: ModelHold) -> None:
        if hold.on_expiry:
            self._capture(hold, hold.on_expiry)
        else:
            hold.state = "expired"

    def _expire(self, before: datetime | None = None) -> None:
        ended = [lot for lot in self.lots.values() if lot.begun and lot.ends and lot.ends <= self.now]
        for lot in sorted(ended, key=lambda one: (one.ends, one.id)):
            if self.free(lot) and (before is None or (lot.ends is not None and lot.ends < before)):
                left = self.free(lot)
                self._write("expire", [(lot, left)])
                self._roll(lot, min(left, lot.rolls))

    def _roll(self, lot: ModelLot, credits: int) -> None:
        """What is left when a next window follows goes over for a week, once."""
        if credits and lot.ends == self.now and self._next(lot) and not lot.rolled:
            lot.rolled = True
            new = ModelLot(
                len(self.lots) + 1, credits, credits, lot.priority, False, self.now, self.now + ROLLED, begun=True
            )
            self.lots[new.id] = new
            self._write("grant", [], granted=credits)

    def _next(self, lot: ModelLot) -> ModelLot | None:
        for one in self.lots.values():
            if one.plan and one is not lot and one.effective == (lot.renews or lot.ends) and (one.begun or one.left):
                return one
        return None

    def _carry(self, lot: ModelLot, new: ModelLot) -> None:
        credits = min(lot.gap_used, self.free(new))
        if credits:
            lot.gap_used -= credits
            self._write("carry", [(lot, -credits), (new, credits)])

    def _burn(self, taken: list[tuple[ModelLot, int]], since: datetime) -> None:
        for lot, part in taken:
            if lot.renews and lot.renews <= since:
                lot.gap_used += part
                over = lot.ends is not None and lot.ends <= self.now
                following = self._next(lot)
                if over and following:
                    self._carry(lot, following)

    def _tidy(self) -> None:
        """What is over goes, what begins comes: in this order at any one moment."""
        self._expire()
        for lot in sorted(self.lots.values(), key=lambda one: (one.effective, one.id)):
            if not lot.begun and lot.left and lot.effective <= self.now:
                lot.begun = True
                self._write("grant", [], granted=lot.left)
                self._expire()

    def _write(self, kind: str, taken: list[tuple[ModelLot, int]], granted: int = 0) -> int:
        for lot, part in taken:
            lot.left -= part
        amount = granted - sum(part for lot, part in taken if lot.begun)
        self.entries.append(ModelEntry(kind, amount, self.available, self.now, [(lot.id, part) for lot, part in taken]))
        return len(self.entries)

    # Operations

    def grant(self, credits: int, priority: int, promotional: bool, effective: datetime, ends: datetime | None) -> int:
        lot = ModelLot(len(self.lots) + 1, credits, credits, priority, promotional, effective, ends)
        self.lots[lot.id] = lot
        self._tidy()
        return lot.id

    def _pick(self, credits: int) -> list[tuple[ModelLot, int]]:
        if self.available < credits:
            raise Refused("insufficient_credits")
        picked: list[tuple[ModelLot, int]] = []
        for lot in self.burning():
            part = min(credits, self.free(lot))
            if part:
                picked.append((lot, part))
                credits -= part
        return picked

    def window(
        self, credits: int, effective: datetime, renews: datetime, gap: timedelta, rolls: int, before: int | None
    ) -> int:
        """A plan's window after another."""
        lot = ModelLot(len(self.lots) + 1, credits, credits, 50, False, effective, renews + gap)
        lot.plan, lot.renews, lot.rolls = True, renews, rolls
        self.lots[lot.id] = lot
        self._tidy()
        if before is not None:
            old = self.lots[before]
            self._carry(old, lot)
            if old.renews and old.ends and old.ends > self.now:
                old.ends = max(old.renews, self.now)
            self._tidy()
        return lot.id

    def retime(self, lot_id: int, ends: datetime, renews: datetime | None) -> None:
        lot = self.lots[lot_id]
        if lot.ends is not None and lot.ends <= self.now:
            return
        lot.ends, lot.renews = max(ends, self.now if lot.begun else lot.effective), renews
        self._tidy()

    def take(self, kind: str, credits: int) -> int:
        picked = self._pick(credits)
        entry = self._write(kind, picked)
        if kind == "consume":
            self._burn(picked, self.now)
        return entry

    def hold(self, credits: int, ttl_s: int, cap_s: int, on_expiry: int) -> int:
        parts = [(lot.id, part) for lot, part in self._pick(credits)]
        cap = self.now + timedelta(seconds=cap_s)
        ends = min(cap, self.now + timedelta(seconds=ttl_s))
        hold = ModelHold(len(self.holds) + 1, parts, ends, cap, on_expiry, self.now)
        self.holds[hold.id] = hold
        return hold.id

    def extend(self, hold_id: int, ttl_s: int) -> datetime:
        hold = self.holds[hold_id]
        if hold.state != "live":
            raise Refused("hold_ended")
        hold.ends = min(hold.cap, max(hold.ends, self.now + timedelta(seconds=ttl_s)))
        return hold.ends

    def capture(self, hold_id: int, credits: int) -> int:
        hold = self.holds[hold_id]
        if hold.state == "captured" and hold.entry and -self.entries[hold.entry - 1].amount == credits:
            return hold.entry
        if hold.state != "live":
            raise Refused("hold_ended")
        if credits > hold.credits:
            raise Refused("held_too_little")
        entry = self._capture(hold, credits)
        self._tidy()
        return entry

    def _capture(self, hold: ModelHold, credits: int) -> int:
        taken: list[tuple[ModelLot, int]] = []
        for lot_id, part in hold.parts:
            now = min(part, credits)
            credits -= now
            if now:
                taken.append((self.lots[lot_id], now))
        hold.state = "captured"
        hold.entry = self._write("consume", taken)
        self._burn(taken, hold.made)
        return hold.entry

    def release(self, hold_id: int) -> None:
        hold = self.holds[hold_id]
        if hold.state in ("released", "expired"):
            return
        if hold.state != "live":
            raise Refused("hold_ended")
        hold.state = "released"
        self._tidy()

    def reverse(self, entry_id: int, credits: int, valid: timedelta) -> None:
        entry = self.entries[entry_id - 1]
        left = -entry.amount - entry.reversed
        if not left or credits > left:
            raise Refused("nothing_to_reverse")
        # Credit by credit: the last one taken comes back first.
        one_by_one = [lot_id for lot_id, part in entry.taken for _ in range(part)]
        kept = one_by_one[: len(one_by_one) - entry.reversed]
        back = list(reversed(kept[len(kept) - credits :]))
        entry.reversed += credits
        parts: dict[int, int] = {}
        for lot_id in back:
            parts[lot_id] = parts.get(lot_id, 0) + 1
        over = {lot_id for lot_id in parts if (ends := self.lots[lot_id].ends) is not None and ends <= self.now}
        living = [(self.lots[lot_id], -part) for lot_id, part in parts.items() if lot_id not in over]
        for lot, part in living:
            if lot.renews and lot.renews <= entry.at:
                lot.gap_used -= min(lot.gap_used, -part)
        if living:
            self._write("reverse", living)
        for lot_id, part in parts.items():
            if lot_id in over:
                old = self.lots[lot_id]
                new = ModelLot(len(self.lots) + 1, part, part, old.priority, False, self.now, self.now + valid, True)
                self.lots[new.id] = new
                self._write("reverse", [], granted=part)

    def void(self, lot_id: int, credits: int) -> None:
        lot = self.lots[lot_id]
        taken = min(credits, self.free(lot)) if credits else self.free(lot)
        over = lot.ends is not None and lot.ends <= self.now
        if not credits and lot.begun and not over:
            lot.ends = self.now
            if lot.renews and lot.renews > self.now:
                lot.renews = None
        if taken:
            self._write("void", [(lot, taken)])
