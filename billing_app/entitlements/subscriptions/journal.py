"""How a subscription has changed between two looks at it, as steps of its journal. Pure: same looks, same steps.

Looks may be far apart (news gets lost), so several steps may lie between two; the revenue that moves is shared out so
that the steps of a subscription always add up to its MRR now.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from billing_app.entitlements.subscriptions.standing import LIVE, OVER, mrr_minor


@dataclass(frozen=True, slots=True)
class Look:
    """What of a subscription makes steps. Amounts in minor units of its currency."""

    status: str
    item_id: int | None
    period: str | None
    net_minor: int | None
    """What a period brings again and again: after discounts, without tax."""
    period_start: datetime
    started_at: datetime
    trial_start: datetime | None
    trial_end: datetime | None
    ends_at: datetime | None
    canceled_at: datetime | None
    ended_at: datetime | None
    past_due_since: datetime | None
    collection_paused: bool
    next_item_id: int | None
    counts: bool
    """Whether it is the one that counts: ours, and no second one."""
    lapsed_at: datetime | None = None
    """When the grace of one that is past due was over: it gives no access and counts no more."""
    drift: tuple[str, ...] = ()

    @property
    def mrr_minor(self) -> int:
        """Its part of the monthly recurring revenue."""
        if not self.counts or (self.status == "past_due" and self.lapsed_at is not None):
            return 0
        return mrr_minor(self.status, self.period, self.net_minor)

    @property
    def begun(self) -> bool:
        """It has begun, whether or not it is over."""
        return self.status in LIVE or self.status == "canceled"


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the journal. `to_item_id` of `change_scheduled` is the one that is to come."""

    kind: str
    at: datetime
    from_item_id: int | None
    to_item_id: int | None
    mrr_before_minor: int
    mrr_after_minor: int


def steps(before: Look | None, after: Look, now: datetime) -> list[Step]:
    """What happened between two looks, in the order it must have happened. None before: this is the first look.

    A subscription whose first payment is still open, or never came, has no steps: it has not begun.
    """
    if not after.begun:
        return []
    found = _beginning(after) if before is None or not before.begun else _going_on(before, after, now)
    if after.status in OVER and (before is None or before.status not in OVER):
        found.append(("ended", after.ended_at or now))
    return _in_order(_with_money(before if before is not None and before.begun else None, after, found))


def _beginning(after: Look) -> list[tuple[str, datetime]]:
    trial = after.trial_start is not None and after.status == "trialing"
    found = [("trial_started", after.trial_start or after.started_at) if trial else ("started", after.started_at)]
    if after.status == "past_due" and after.past_due_since:
        found.append(("past_due", after.past_due_since))
    if after.ends_at is not None and after.status not in OVER:
        found.append(("cancel_scheduled", after.canceled_at or after.started_at))
    if not after.counts:
        found.append(("superseded", after.started_at))
    if after.drift:
        found.append(("drifted", after.started_at))
    return found


def _going_on(before: Look, after: Look, now: datetime) -> list[tuple[str, datetime]]:
    found: list[tuple[str, datetime]] = []
    moved = after.period_start > before.period_start
    if after.item_id != before.item_id and after.item_id is not None:
        found.append(("switched", after.period_start if moved and before.next_item_id == after.item_id else now))
    elif after.net_minor != before.net_minor:
        found.append(("repriced", after.period_start if moved else now))
    if before.status != after.status:
        found += _by_status(before, after, now)
    elif moved and after.status == "active":
        found.append(("renewed", after.period_start))
    if after.status in OVER:
        return found
    if after.status == "past_due":
        lapsed = before.status == "past_due" and before.lapsed_at is not None
        if after.lapsed_at is not None and not lapsed:
            found.append(("lapsed", after.lapsed_at))
        elif lapsed and after.lapsed_at is None:  # it was paid, and failed again before anybody looked
            found.append(("recovered", now))
    found += _by_wishes(before, after, now)
    if before.counts != after.counts:
        # One that was not ours begins to count when it is handed over.
        found.append(("started" if after.counts else "superseded", now))
    if after.drift != before.drift:
        found.append(("drifted" if after.drift else "drift_cleared", now))
    return found


def _by_status(before: Look, after: Look, now: datetime) -> list[tuple[str, datetime]]:
    found: list[tuple[str, datetime]] = []
    if before.status == "trialing" and after.status in ("active", "past_due", "unpaid"):
        found.append(("activated", min(after.trial_end or now, now)))
    match after.status:
        case "active" if before.status in ("past_due", "unpaid"):
            found.append(("recovered", now))
        case "active" | "past_due" if before.status == "paused":
            found.append(("unpaused", now))
        case "past_due":
            found.append(("past_due", after.past_due_since or now))
        case "unpaid" | "paused":
            found.append((after.status, now))
        case "trialing":
            found.append(("trial_started", now))
        case _:
            pass
    return found


def _by_wishes(before: Look, after: Look, now: datetime) -> list[tuple[str, datetime]]:
    """What was asked for: an ending, a change to come, a pause; and what was taken back."""
    found: list[tuple[str, datetime]] = []
    if after.ends_at is not None and before.ends_at is None:
        found.append(("cancel_scheduled", after.canceled_at or now))
    elif after.ends_at is None and before.ends_at is not None:
        found.append(("resumed", now))
    if after.next_item_id != before.next_item_id:
        if after.next_item_id is not None:
            found.append(("change_scheduled", now))
        elif before.next_item_id != after.item_id:
            found.append(("change_dropped", now))
    if after.collection_paused != before.collection_paused:
        found.append(("paused" if after.collection_paused else "unpaused", now))
    return found


def _with_money(before: Look | None, after: Look, found: list[tuple[str, datetime]]) -> list[Step]:
    """Give each step what it moved: a switch its price, a change of status the rest; the last step closes the sum."""
    running = before.mrr_minor if before else 0
    made: list[Step] = []
    for number, (kind, at) in enumerate(found):
        last = number == len(found) - 1
        now_minor = after.mrr_minor if last else _after(kind, before, after, running)
        from_item = before.item_id if before else None
        to_item = after.next_item_id if kind == "change_scheduled" else after.item_id
        made.append(Step(kind, at, from_item, to_item, running, now_minor))
        running = now_minor
    return made


def _in_order(made: list[Step]) -> list[Step]:
    """What moved revenue did so no later than what came after it: of a change we only know when we heard of it.

    So the revenue of a subscription is never below zero at any moment, whatever was heard late.
    """
    later: datetime | None = None
    for number in range(len(made) - 1, -1, -1):
        step = made[number]
        if step.mrr_before_minor != step.mrr_after_minor:
            at = step.at if later is None else min(step.at, later)
            made[number], later = replace(step, at=at), at
    return made


def _after(kind: str, before: Look | None, after: Look, running: int) -> int:
    if kind in ("switched", "repriced") and before is not None:
        return replace(after, status=before.status, counts=before.counts, lapsed_at=before.lapsed_at).mrr_minor
    if kind == "started":
        return replace(after, status="active").mrr_minor
    if kind == "past_due":
        return replace(after, lapsed_at=None).mrr_minor if after.status not in OVER else running
    if kind in ("activated", "trial_started", "recovered", "lapsed", "unpaid", "paused", "unpaused", "superseded"):
        return after.mrr_minor if after.status not in OVER else running
    return running
