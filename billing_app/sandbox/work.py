"""One unit of work: what an API call or a click on a page reads, changes and tells the world."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from billing_app.sandbox import clock
from billing_app.sandbox.config import API_VERSION, SandboxConfig
from billing_app.sandbox.errors import ApiError, no_such
from billing_app.sandbox.ids import new_id, random_text
from billing_app.sandbox.store import Json, Record, Store
from billing_app.sandbox.webhooks import outbox
from billing_app.sandbox.webhooks.fate import Fate

# What belongs to one customer lives by that customer's clock; the catalogue and the rest of the account do not.
_CLOCKED = frozenset(
    {
        "charge", "checkout.session", "customer", "discount", "dispute", "invoice", "invoice_payment", "invoiceitem",
        "payment_intent", "refund", "setup_intent", "subscription", "subscription_schedule",
    }
)  # fmt: skip


@dataclass
class Work:
    """The objects in reach of one request, and the events it causes.

    A request that touches an object of a test clock happens at that clock's time, and so does all it makes.

    Attributes:
        now: Unix time at which it happens: of the sandbox, or of the test clock.
        clock: id of that test clock; None for the clock of the whole sandbox.
        base_url: address of the hosted pages, without a slash at the end.
        request_id: id told in `Request-Id` and in the events; None for what happens by itself.
    """

    store: Store
    config: SandboxConfig
    base_url: str
    request_id: str | None = None
    idempotency_key: str | None = None
    fate: Fate = field(default_factory=Fate)
    now: int = 0
    clock: str | None = None
    events: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = self.now or clock.now(self.store)

    def get(self, object_type: str, object_id: str, *, param: str | None = None) -> Record:
        """The object.

        Args:
            param: name of the parameter the id came in; None when it came in the path.

        Raises:
            ApiError: `resource_missing`, status 404 for a path and 400 for a parameter.
        """
        record = self.store.get(object_type, object_id)
        if record is None or (param is not None and record.body.get("deleted")):
            raise no_such(object_type, object_id, param=param or "id", status=400 if param else 404)
        self.follow(record)
        return record

    def follow(self, record: Record) -> None:
        """Go on at the time of the test clock the object lives by, if it has one."""
        if record.clock is not None and record.clock != self.clock:
            found = self.store.get("test_helpers.test_clock", record.clock)
            if found is not None:
                self.clock, self.now = record.clock, found.body["frozen_time"]

    def add(self, body: Json, private: Json | None = None) -> Record:
        """Store a new object under its own `object` and `id`."""
        record = Record(body["object"], body["id"], body.get("created", self.now), body, private or {})
        record.clock = self.clock if record.type in _CLOCKED else None
        self.store.put(record)
        return record

    def save(self, record: Record) -> None:
        """Store the object as it is now."""
        self.store.put(record)

    def emit(self, event_type: str, body: Json, previous: Mapping[str, Any] | None = None) -> None:
        """Tell that something happened; the object is copied as it is at this moment."""
        data: Json = {"object": copy.deepcopy(body)}
        if previous is not None:
            data["previous_attributes"] = copy.deepcopy(dict(previous))
        self.events.append(
            {
                "id": new_id("event"),
                "object": "event",
                "api_version": API_VERSION,
                "created": self.now,
                "data": data,
                "livemode": False,
                "pending_webhooks": 0,
                "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
                "type": event_type,
            }
        )

    def publish(self) -> None:
        """Record the events and plan their deliveries; called once, inside the transaction."""
        outbox.record(self.store, self.events, self.fate, self.config.max_events)
        self.events.clear()


@contextmanager
def unit_of_work(
    store: Store, config: SandboxConfig, base_url: str, *, idempotency_key: str | None = None
) -> Iterator[Work]:
    """A transaction with its events. An `ApiError` with `keep_changes` commits before it goes on its way."""
    with _transaction(Work(store, config, base_url, f"req_{random_text(14)}", idempotency_key)) as work:
        yield work


@contextmanager
def happening(store: Store, config: SandboxConfig, base_url: str, at: int, clock_id: str | None) -> Iterator[Work]:
    """A transaction for what happens by itself at Unix time `at` of a clock: no request is behind its events."""
    with _transaction(Work(store, config, base_url, now=at, clock=clock_id)) as work:
        yield work


@contextmanager
def _transaction(work: Work) -> Iterator[Work]:
    kept: ApiError | None = None
    with work.store.transaction():
        try:
            yield work
        except ApiError as error:
            if not error.keep_changes:
                raise
            kept = error
        work.publish()
    if kept is not None:
        raise kept
