"""Events and their deliveries as rows: written with the change that caused them, bounded, surviving restarts."""

import json
import time
from dataclasses import dataclass
from typing import Any

from billing_app.sandbox.store import Json, Record, Store
from billing_app.sandbox.webhooks.fate import Fate, plan

MAX_ENDPOINTS = 16
_MAX_ANSWER = 4_000


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    event_id: str
    endpoint_id: str
    attempts: int


def now_ms() -> int:
    """Wall time in milliseconds; deliveries follow the wall, whatever a billing clock says."""
    return time.time_ns() // 1_000_000


def record(store: Store, events: list[Json], fate: Fate, max_events: int) -> None:
    """Store events and plan a delivery to every enabled endpoint that wants them."""
    if not events:
        return
    for event in events:
        store.put(Record("event", event["id"], event["created"], event))
    endpoints = [r for r in store.find("webhook_endpoint", limit=MAX_ENDPOINTS) if r.body["status"] == "enabled"]
    start = now_ms()
    for endpoint in endpoints:
        for planned in plan(len(events), _fate_of(endpoint, fate)):
            event = events[planned.index]
            if wants(endpoint.body, event["type"]):
                _add(store, event, endpoint.id, start + planned.delay_ms, withheld=planned.withheld)
    _trim(store, max_events)


def _fate_of(endpoint: Record, fate: Fate) -> Fate:
    """The trouble set for the endpoint, unless this payment has a fate of its own."""
    trouble = endpoint.private.get("trouble", {})
    if fate.kind != "now" or "fate" not in trouble:
        return fate
    return Fate.chosen(trouble["fate"], trouble.get("delay_s", ""))


def wants(endpoint: Json, event_type: str) -> bool:
    """Whether the endpoint has enabled this type of event."""
    enabled = endpoint["enabled_events"]
    return "*" in enabled or event_type in enabled


def resend(store: Store, event: Record) -> int:
    """Plan another delivery now, to every enabled endpoint, wanted or not; how many."""
    endpoints = [r for r in store.find("webhook_endpoint", limit=MAX_ENDPOINTS) if r.body["status"] == "enabled"]
    for endpoint in endpoints:
        _add(store, event.body, endpoint.id, now_ms(), withheld=False, note="resent by hand")
    return len(endpoints)


def _add(store: Store, event: Json, endpoint_id: str, due_ms: int, *, withheld: bool, note: str = "") -> None:
    store.sql.execute(
        "INSERT INTO deliveries (event_id, event_type, endpoint_id, due_ms, state, note) VALUES (?, ?, ?, ?, ?, ?)",
        (event["id"], event["type"], endpoint_id, due_ms, "withheld" if withheld else "pending", note),
    )


def _trim(store: Store, max_events: int) -> None:
    """Forget the oldest events in blocks, so that most writes pay nothing for it."""
    row = store.sql.execute(
        "SELECT seq FROM objects WHERE type = 'event' ORDER BY seq DESC LIMIT 1 OFFSET ?",
        (max_events + max_events // 20,),
    ).fetchone()
    if row is None:
        return
    keep_from = store.sql.execute(
        "SELECT seq FROM objects WHERE type = 'event' ORDER BY seq DESC LIMIT 1 OFFSET ?", (max_events,)
    ).fetchone()["seq"]
    old = "SELECT id FROM objects WHERE type = 'event' AND seq <= ?"
    store.sql.execute(f"DELETE FROM deliveries WHERE event_id IN ({old})", (keep_from,))  # noqa: S608
    store.sql.execute("DELETE FROM objects WHERE type = 'event' AND seq <= ?", (keep_from,))


def endpoints_due(store: Store, at_ms: int) -> list[str]:
    """Endpoints for which something is due."""
    query = "SELECT DISTINCT endpoint_id FROM deliveries WHERE state = 'pending' AND due_ms <= ?"
    return [row["endpoint_id"] for row in store.sql.execute(query, (at_ms,))]


def next_due(store: Store, endpoint_id: str, at_ms: int) -> Delivery | None:
    """The delivery whose turn it is at an endpoint: by time, then in the order they were planned."""
    row = store.sql.execute(
        "SELECT id, event_id, endpoint_id, attempts FROM deliveries"
        " WHERE state = 'pending' AND endpoint_id = ? AND due_ms <= ? ORDER BY due_ms, id LIMIT 1",
        (endpoint_id, at_ms),
    ).fetchone()
    return None if row is None else Delivery(**dict(row))


def next_due_ms(store: Store, after_ms: int) -> int | None:
    """When the next delivery after `after_ms` is due, in wall milliseconds; None when none is planned."""
    query = "SELECT min(due_ms) FROM deliveries WHERE state = 'pending' AND due_ms > ?"
    return store.sql.execute(query, (after_ms,)).fetchone()[0]


def attempted(
    store: Store, delivery: Delivery, *, duration_ms: int, status: int | None, answer: str, retry_ms: int | None
) -> None:
    """Keep what an attempt brought. `retry_ms` is when to try again; None and not 2xx means given up."""
    delivered = status is not None and 200 <= status < 300
    state = "delivered" if delivered else "failed" if retry_ms is None else "pending"
    with store.transaction():
        known = store.sql.execute("SELECT 1 FROM deliveries WHERE id = ?", (delivery.id,)).fetchone()
        if known is None:  # trimmed with its event while it was on its way
            return
        store.sql.execute(
            "INSERT INTO attempts (delivery_id, at, duration_ms, status, answer) VALUES (?, ?, ?, ?, ?)",
            (delivery.id, now_ms(), duration_ms, status, answer[:_MAX_ANSWER]),
        )
        store.sql.execute(
            "UPDATE deliveries SET attempts = attempts + 1, state = ?, due_ms = coalesce(?, due_ms) WHERE id = ?",
            (state, retry_ms, delivery.id),
        )


def abandon(store: Store, endpoint_id: str, why: str) -> None:
    """Give up what waits for an endpoint that is deleted or disabled."""
    store.sql.execute(
        "UPDATE deliveries SET state = 'failed', note = ? WHERE endpoint_id = ? AND state = 'pending'",
        (why, endpoint_id),
    )


def forget(store: Store, delivery: Delivery) -> None:
    """Drop a delivery whose event is no longer kept."""
    store.sql.execute("DELETE FROM deliveries WHERE id = ?", (delivery.id,))


def under_way(store: Store) -> int:
    """Deliveries that will be tried (again)."""
    return store.sql.execute("SELECT count(*) FROM deliveries WHERE state = 'pending'").fetchone()[0]


def pending(store: Store, event_id: str) -> int:
    """How many endpoints have not yet taken the event: `pending_webhooks`."""
    query = "SELECT count(*) FROM deliveries WHERE event_id = ? AND state IN ('pending', 'withheld')"
    return store.sql.execute(query, (event_id,)).fetchone()[0]


def with_pending(store: Store, event: Json) -> Json:
    """The event as the API shows it now."""
    return {**event, "pending_webhooks": pending(store, event["id"])}


def history(store: Store, event_id: str) -> list[dict[str, Any]]:
    """Deliveries of an event with their attempts, oldest first."""
    deliveries = [
        dict(row)
        for row in store.sql.execute("SELECT * FROM deliveries WHERE event_id = ? ORDER BY id LIMIT 100", (event_id,))
    ]
    for delivery in deliveries:
        query = "SELECT * FROM attempts WHERE delivery_id = ? ORDER BY id LIMIT 50"
        delivery["tries"] = [dict(row) for row in store.sql.execute(query, (delivery["id"],))]
    return deliveries


def body_of(event: Json) -> bytes:
    """The bytes that are signed and sent; pretty-printed as Stripe does, so that nobody relies on less."""
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


def ids_by_success(store: Store, *, delivered: bool) -> list[str]:
    """Events that every endpoint took, or that at least one has not (yet) taken; the newest thousand."""
    outcome = "sum(state <> 'delivered') = 0" if delivered else "sum(state <> 'delivered') > 0"
    query = f"SELECT event_id FROM deliveries GROUP BY event_id HAVING {outcome} ORDER BY max(id) DESC LIMIT 1000"  # noqa: S608
    return [row["event_id"] for row in store.sql.execute(query)]
