"""Which lots pay for a consumption, and in what order. Pure: no clock, no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from billing_app.credits.kinds import is_promotional

NEVER = datetime.max.replace(tzinfo=UTC)
"""Where a lot without an end stands in the order: after all that end."""

BurnKey = tuple[int, datetime, bool, datetime, int]


@dataclass(slots=True)
class Lot:
    """Credits from one source. What it is never changes; what is left of it does.

    Attributes:
        granted: at first; the lot never grows.
        remaining: not spent, expired or taken back yet; includes what live holds have set aside.
        expired, revoked, voided: where credits went that were not spent: over time, back by a refund, ended early.
        due_back: of what is held, so much is taken back when holds return it (a refund).
        booked: its grant is an entry; False while the lot is prepared for later.
        frozen_at: since when a dispute keeps it from being spent.
        actor, note: who granted it and why, for the entry that books it.
        renews_at: the end of its window, when the next lot is due. Up to `expires_at`, the renewal gap, it can still
            be spent, unless the next lot is there before. None: nothing follows, it ends at `expires_at`.
        gap_used: what was consumed in the renewal gap: the next lot answers for it.
        rolls: at most so much of what is left goes over into a lot of its own, valid for `rolls_days`, when a next
            lot follows.
        credited: of what is voided, so much was given back in money: an invoice credited its time.
        promised_end: when it would have ended, if it was ended early or lasts longer for what returned to it.
        held: set aside by live holds; not stored, known from the holds.
    """

    id: int
    kind: str
    label: str
    source: str
    payment: str | None
    origin_lot_id: int | None
    granted: int
    remaining: int
    expired: int
    revoked: int
    voided: int
    due_back: int
    priority: int
    paid_minor: int
    currency: str | None
    effective_at: datetime
    expires_at: datetime | None
    debt_limit: int | None
    booked: bool
    frozen_at: datetime | None
    created_at: datetime
    actor: str = "system"
    note: str = ""
    renews_at: datetime | None = None
    gap_used: int = 0
    rolls: int = 0
    rolls_days: int = 0
    credited: int = 0
    promised_end: datetime | None = None
    held: int = 0

    @property
    def free(self) -> int:
        """What is left and not held."""
        return self.remaining - self.held

    @property
    def used(self) -> int:
        """What consumption took, less what was given back."""
        return self.granted - self.remaining - self.expired - self.revoked - self.voided

    @property
    def due_end(self) -> datetime | None:
        """When it ends as was promised: the gap is no part of that."""
        return self.renews_at or self.expires_at

    def end_shown(self, at: datetime) -> datetime | None:
        """When it ends, to be told at a moment: as promised, or in the gap at its end."""
        return self.renews_at if self.renews_at is not None and at < self.renews_at else self.expires_at

    @property
    def lost(self) -> int:
        """What went unused and without money for it: expired, or ended early."""
        return self.expired + self.voided - self.credited

    @property
    def ended_early(self) -> bool:
        """It was ended by hand or by a cancellation, before the end that was promised."""
        return self.promised_end is not None and self.expires_at is not None and self.expires_at <= self.promised_end

    @property
    def promotional(self) -> bool:
        """Given away: it burns before what was paid for."""
        return is_promotional(self.kind, self.paid_minor)

    def ended(self, at: datetime) -> bool:
        """Its time is over. Time stands still for a frozen lot."""
        return self.expires_at is not None and self.expires_at <= at and self.frozen_at is None

    def spendable(self, at: datetime) -> bool:
        """New consumption may take from it."""
        return self.booked and self.frozen_at is None and (self.expires_at is None or self.expires_at > at)

    @property
    def burn_key(self) -> BurnKey:
        """Priority, soonest end, promotional before paid, oldest, id."""
        return (
            self.priority,
            self.renews_at or self.expires_at or NEVER,
            not self.promotional,
            self.effective_at,
            self.id,
        )


def burn_order(lots: Iterable[Lot]) -> list[Lot]:
    """Sort lots in the order customers are shown: what they would lose soonest burns first."""
    return sorted(lots, key=lambda lot: lot.burn_key)


def allocate(lots: Sequence[Lot], credits: int) -> list[tuple[Lot, int]]:
    """Split `credits` over the free credits of lots that are in burn order already.

    Returns:
        (lot, credits) pairs that sum to `credits`, or to all that is free if that is less.
    """
    taken: list[tuple[Lot, int]] = []
    for lot in lots:
        if credits == 0:
            break
        if part := min(credits, lot.remaining - lot.held):
            taken.append((lot, part))
            credits -= part
    return taken


def undo(taken: Sequence[tuple[int, int]], undone: int, credits: int) -> list[tuple[int, int]]:
    """Which lots get credits back, the last allocation first.

    Args:
        taken: (lot id, credits) of the entry, in the order they were taken.
        undone: how many of its credits were given back before.
        credits: how many to give back now; with `undone` at most what was taken.
    """
    returned: list[tuple[int, int]] = []
    for lot_id, part in reversed(taken):
        skipped = min(undone, part)
        undone -= skipped
        if now := min(credits, part - skipped):
            returned.append((lot_id, now))
            credits -= now
    return returned
