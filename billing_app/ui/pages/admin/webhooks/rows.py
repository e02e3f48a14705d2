"""What the webhook log shows of events, ready to be drawn. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime

from billing_app.payments.delivery_log.views import Attempt, Effect, EventDetail, LoggedEvent
from billing_app.payments.inbox import Refusal
from billing_app.ui.format import moment, number, signed, when

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
_BY = {"worker": "by itself", "reconcile": "by the comparison with Stripe", "cli": "on the command line"}
_MAX_BODY = 60_000


@dataclass
class EventRow:
    """A line of the log."""

    id: str
    type: str
    about: str
    customer: str
    customer_href: str
    state: str
    tone: str
    received: str
    received_whole: str
    attempts: str
    took: str
    says: str
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


def event_row(line: LoggedEvent, now: datetime) -> EventRow:
    """The line of an event."""
    state, tone = STATES[line.state]
    return EventRow(
        id=line.id,
        type=line.type,
        about=line.object_id or "",
        customer=f"customer {line.customer_id}" if line.customer_id else "",
        customer_href=f"/admin/customers/{line.customer_id}" if line.customer_id else "",
        state=state,
        tone=tone,
        received=when(line.received_at, now),
        received_whole=moment(line.received_at),
        attempts=number(line.attempts),
        took=f"{number(line.took_ms)} ms" if line.took_ms is not None else "\N{EN DASH}",
        says=line.error or "; ".join(line.effects) or ("no change" if line.state == "done" else ""),
        bad=line.error is not None,
    )


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
