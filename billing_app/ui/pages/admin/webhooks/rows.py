"""What the webhook log shows of events, ready to be drawn. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from billing_app.payments.delivery_log.views import Attempt, Effect, EventDetail, LoggedEvent
from billing_app.payments.inbox import Refusal
from billing_app.ui.format import day, moment, number, signed

STATES: dict[str, tuple[str, str]] = {
    "received": ("queued", "accent"),
    "done": ("processed", "good"),
    "ignored": ("ignored", ""),
    "foreign": ("other version or mode", "warn"),
    "unhandled": ("no rule yet", "warn"),
    "waiting": ("pending parent", "warn"),
    "failed": ("failed, tried again", "bad"),
    "parked": ("given up", "bad"),
}
ONLY: tuple[tuple[str, str], ...] = (
    ("", "All states"),
    ("undone", "Could not be applied"),
    *((state, words.capitalize()) for state, (words, _) in STATES.items()),
)
_CALM = ("done", "ignored")
_BY = {"worker": "by itself", "reconcile": "by the comparison with Stripe", "cli": "on the command line"}
_MAX_BODY = 60_000


@dataclass
class EventRow:
    """A line of the log.

    `heading` is the day where the line is the first of it. `follows`: it came for the same customer in the same minute
    as the line above, as the events of one purchase do. `calm`: its state is an ordinary one; `quiet`: it did nothing.
    """

    id: str
    type: str
    about: str
    customer: str
    customer_href: str
    state: str
    tone: str
    calm: bool
    day: str
    heading: str
    follows: bool
    received: str
    received_whole: str
    attempts: str
    took: str
    says: str
    quiet: bool
    bad: bool


@dataclass
class EntryRow:
    """An entry of the ledger that an event wrote."""

    customer: str
    href: str
    entry: str
    kind: str
    credits: str


@dataclass
class AttemptRow:
    """One attempt to apply an event."""

    at: str
    by: str
    state: str
    tone: str
    took: str
    says: str


@dataclass
class RefusalRow:
    """A delivery whose signature was wrong."""

    number: str
    at: str
    reason: str
    size: str
    headers: str


@dataclass
class FactRow:
    """A name and its value."""

    name: str
    value: str


def event_rows(lines: Iterable[LoggedEvent], now: datetime, above: EventRow | None = None) -> list[EventRow]:
    """Lines of the log, below the line `above` that is shown already."""
    rows: list[EventRow] = []
    for line in lines:
        above = _event_row(line, now, above)
        rows.append(above)
    return rows


def _event_row(line: LoggedEvent, now: datetime, above: EventRow | None) -> EventRow:
    state, tone = STATES[line.state]
    day_of, received = _day(line.received_at, now), f"{line.received_at:%H:%M}"
    customer = f"customer {line.customer_id}" if line.customer_id else ""
    begins = above is None or above.day != day_of
    return EventRow(
        id=line.id,
        type=line.type,
        about=line.object_id or "",
        customer=customer,
        customer_href=f"/admin/customers/{line.customer_id}" if line.customer_id else "",
        state=state,
        tone=tone,
        calm=line.state in _CALM,
        day=day_of,
        heading=day_of if begins else "",
        follows=not begins and above is not None and above.received == received and above.customer == customer != "",
        received=received,
        received_whole=moment(line.received_at),
        attempts=f"{number(line.attempts)} attempts" if line.attempts > 1 else "",
        took=f"{number(line.took_ms)} ms" if line.took_ms is not None else "\N{EN DASH}",
        says=line.error or "; ".join(line.effects) or ("no change" if line.state == "done" else ""),
        quiet=not any(not effect.startswith("told by ") for effect in line.effects),
        bad=line.error is not None,
    )


def _day(at: datetime, now: datetime) -> str:
    return {0: "Today", 1: "Yesterday"}.get((now.date() - at.date()).days, day(at))


def facts_of(event: EventDetail) -> list[FactRow]:
    """What is known of an event beside its effects."""
    delivered = {0: "never: the comparison with Stripe found it", 1: "once"}.get(
        event.deliveries, f"{number(event.deliveries)} times"
    )
    pairs = (
        ("Object", event.object_id or "none"),
        ("Received", moment(event.received_at)),
        ("Made by Stripe", moment(event.created_at)),
        ("Delivered", f"{delivered}, under a valid signature"),
        ("API version", event.api_version or "none"),
        ("Mode", "live" if event.livemode else "test"),
        ("Attempts", number(event.attempts)),
        ("Done", moment(event.done_at) if event.done_at else "not yet"),
        ("Took", f"{number(event.took_ms)} ms" if event.took_ms is not None else "\N{EN DASH}"),
    )
    return [FactRow(name, value) for name, value in pairs]


def entry_row(entry: Effect) -> EntryRow:
    """The line of a ledger entry."""
    return EntryRow(
        customer=f"customer {entry.customer_id}",
        href=f"/admin/customers/{entry.customer_id}",
        entry=f"entry {entry.entry_id}",
        kind=entry.kind,
        credits=signed(entry.credits),
    )


def attempt_row(attempt: Attempt) -> AttemptRow:
    """The line of an attempt."""
    state, tone = STATES[attempt.state]
    by = attempt.by.removeprefix("user:")
    return AttemptRow(
        at=moment(attempt.at),
        by=_BY.get(attempt.by, f"by staff, user {by}"),
        state=state,
        tone=tone,
        took=f"{number(attempt.took_ms)} ms",
        says=attempt.error or "; ".join(attempt.effects) or "no change",
    )


def refusal_row(refusal: Refusal) -> RefusalRow:
    """The line of a refused delivery."""
    return RefusalRow(
        number=f"#{refusal.number}",
        at=moment(refusal.received_at),
        reason=refusal.reason,
        size=f"{number(refusal.body_bytes)} bytes",
        headers="\n".join(f"{name}: {value}" for name, value in refusal.headers.items()),
    )


def body_of(event: EventDetail) -> str:
    """The object in the event's body as readable JSON; says so when it is no longer kept."""
    if not event.payload:
        return "The body is no longer kept: bodies go after 90 days."
    written = json.dumps(event.payload, indent=2, ensure_ascii=False, default=str)
    return written if len(written) <= _MAX_BODY else written[:_MAX_BODY] + "\n\N{HORIZONTAL ELLIPSIS} cut off here"
