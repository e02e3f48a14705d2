"""Credits set aside for work under way. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from billing_app.credits.kinds import HoldState


@dataclass(slots=True)
class Hold:
    """A hold and the lots it holds, in burn order of the time it was made.

    Attributes:
        lots: (lot id, credits), fixed when made; the lots keep these credits in `remaining`.
        on_expiry: what is captured if the hold ends by itself.
        captured: what was consumed of it, by `entry_id`.
    """

    id: int
    feature: str
    reference: str | None
    credits: int
    state: str
    created_at: datetime
    expires_at: datetime
    cap_at: datetime
    on_expiry: int
    captured: int
    entry_id: int | None
    ended_at: datetime | None
    price: dict[str, Any] | None
    details: dict[str, Any] | None
    actor: str
    lots: list[tuple[int, int]]

    @property
    def live(self) -> bool:
        """It still sets credits aside, as far as is booked."""
        return self.state == HoldState.LIVE


def extended(hold: Hold, at: datetime, ttl_s: int) -> datetime:
    """When a hold ends after a heartbeat at `at`: never earlier than before, never after its cap."""
    return min(hold.cap_at, max(hold.expires_at, at + timedelta(seconds=ttl_s)))


def captured_parts(hold: Hold, credits: int) -> list[tuple[int, int]]:
    """(lot id, credits) that capturing `credits` of the hold takes: the held lots, in hold order."""
    parts: list[tuple[int, int]] = []
    for lot_id, held in hold.lots:
        if part := min(credits, held):
            parts.append((lot_id, part))
            credits -= part
    return parts
