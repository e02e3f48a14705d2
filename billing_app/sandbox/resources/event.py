"""Events: what happened, as it was then (https://docs.stripe.com/api/events)."""

from billing_app.sandbox.errors import invalid
from billing_app.sandbox.paging import page
from billing_app.sandbox.store import Json
from billing_app.sandbox.webhooks import outbox
from billing_app.sandbox.work import Work

_MAX_TYPES = 20


def retrieve(work: Work, params: Json, event: str) -> Json:
    """GET /v1/events/{id}."""
    return outbox.with_pending(work.store, work.get("event", event).body)


def listing(work: Work, params: Json) -> Json:
    """GET /v1/events; filters: created, delivery_success, type (`charge.*` too), types."""
    if "type" in params and "types" in params:
        message = "You may only specify one of these parameters: type, types."
        raise invalid(message, param="types", code="parameters_exclusive")
    if len(params.get("types", ())) > _MAX_TYPES:
        raise invalid(f"At most {_MAX_TYPES} types can be given.", param="types")
    where = {}
    if "types" in params:
        where["type"] = params["types"]
    if "type" in params:
        where["type"] = _matching(work, params["type"])
    if "delivery_success" in params:
        where["id"] = outbox.ids_by_success(work.store, delivered=params["delivery_success"])
    listed = page(work, "event", params, "/v1/events", where)
    listed["data"] = [outbox.with_pending(work.store, event) for event in listed["data"]]
    return listed


def _matching(work: Work, pattern: str) -> list[str]:
    """The types behind `charge.*`, or the one type itself."""
    if not pattern.endswith("*"):
        return [pattern]
    query = "SELECT DISTINCT json_extract(body, '$.type') AS type FROM objects WHERE type = 'event'"
    return [row["type"] for row in work.store.sql.execute(query) if row["type"].startswith(pattern[:-1])]
