"""Test clocks: customers with a time of their own (https://docs.stripe.com/api/test_clocks)."""

from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import subscription
from billing_app.sandbox.store import Json, Record, Store
from billing_app.sandbox.work import Work

_LIFETIME_S = 30 * 86_400
_DAY_S = 86_400
_TYPE = "test_helpers.test_clock"


def create(work: Work, params: Json) -> Json:
    """POST /v1/test_helpers/test_clocks."""
    refuse_others(params, {"expand", "frozen_time", "name"})
    if not 0 < params["frozen_time"] < 2**33:
        raise invalid("Invalid timestamp", param="frozen_time", code="parameter_invalid_integer")
    body: Json = {
        "id": new_id(_TYPE),
        "object": _TYPE,
        "created": work.now,
        "deletes_after": work.now + _LIFETIME_S,
        "frozen_time": params["frozen_time"],
        "livemode": False,
        "name": params.get("name"),
        "status": "ready",
        "status_details": {},
    }
    work.add(body)
    work.emit("test_helpers.test_clock.created", body)
    return body


def retrieve(work: Work, params: Json, test_clock: str) -> Json:
    """GET /v1/test_helpers/test_clocks/{id}."""
    return work.get(_TYPE, test_clock).body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/test_helpers/test_clocks."""
    return page(work, _TYPE, params, "/v1/test_helpers/test_clocks")


def advance(work: Work, params: Json, test_clock: str) -> Json:
    """POST /v1/test_helpers/test_clocks/{id}/advance: begins now; `ready` when everything has happened."""
    record = work.get(_TYPE, test_clock)
    body, target = record.body, params["frozen_time"]
    if body["status"] == "advancing":
        message = "The test clock is still advancing; wait until its status is ready."
        raise invalid(message, code="test_clock_not_ready")
    if target <= body["frozen_time"]:
        raise invalid("frozen_time must be later than the clock's current time.", param="frozen_time")
    if target > body["frozen_time"] + _furthest(work, record):
        message = (
            "A test clock can be advanced by at most two intervals of its shortest subscription, or two years when "
            "there is none."
        )
        raise invalid(message, param="frozen_time")
    body.update(status="advancing", status_details={"advancing": {"target_frozen_time": target}})
    work.save(record)
    work.emit("test_helpers.test_clock.advancing", body)
    return body


def delete(work: Work, params: Json, test_clock: str) -> Json:
    """DELETE /v1/test_helpers/test_clocks/{id}: everything that lived by it is gone."""
    record = work.get(_TYPE, test_clock)
    work.store.sql.execute("DELETE FROM objects WHERE clock = ?", (test_clock,))
    work.store.delete(record)
    work.emit("test_helpers.test_clock.deleted", record.body)
    return {"id": test_clock, "object": _TYPE, "deleted": True}


def advancing(store: Store) -> list[Record]:
    """Clocks that are on their way."""
    return store.find(_TYPE, {"status": "advancing"})


def reach(work: Work, test_clock: str, moment: int) -> None:
    """The clock shows the moment at which something happens."""
    record = work.store.get(_TYPE, test_clock)
    if record is not None and record.body["frozen_time"] < moment:
        record.body["frozen_time"] = moment
        work.save(record)


def arrive(work: Work, record: Record, target: int) -> None:
    """The clock has reached what it was advanced to."""
    record.body.update(frozen_time=target, status="ready", status_details={})
    work.save(record)
    work.emit("test_helpers.test_clock.ready", record.body)


def _furthest(work: Work, record: Record) -> int:
    """Seconds a clock can go at once (https://docs.stripe.com/billing/testing/test-clocks/api-advanced-usage)."""
    lengths = {"day": _DAY_S, "week": 7 * _DAY_S, "month": 31 * _DAY_S, "year": 366 * _DAY_S}
    shortest = 366 * _DAY_S
    for found in work.store.find("subscription", {"test_clock": record.id}):
        if found.body["status"] not in subscription.ENDED:
            interval, count = subscription.interval_of(found.body)
            shortest = min(shortest, lengths[interval] * count)
    return 2 * shortest
