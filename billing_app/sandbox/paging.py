"""Lists: newest first, by cursor (https://docs.stripe.com/api/pagination)."""

from typing import Any

from billing_app.sandbox.errors import invalid
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work

_DEFAULT_LIMIT, _MAX_LIMIT = 10, 100


def page(work: Work, object_type: str, params: Json, url: str, where: dict[str, Any] | None = None) -> Json:
    """One page of stored objects as a list object.

    Raises:
        ApiError: limit out of 1..100, both cursors, or a cursor that is no object of this type.
    """
    limit = limit_of(params)
    starting_after, ending_before = _cursors(params)
    created = params.get("created")
    records = work.store.find(
        object_type,
        where,
        created={"gte": created, "lte": created} if isinstance(created, int) else created,
        before=work.get(object_type, starting_after, param="starting_after").seq if starting_after else None,
        after=work.get(object_type, ending_before, param="ending_before").seq if ending_before else None,
        ascending=ending_before is not None,
        limit=limit + 1,
    )
    has_more = len(records) > limit
    bodies = [record.body for record in records[:limit]]
    return listed(bodies[::-1] if ending_before else bodies, url, has_more=has_more)


def page_of(items: list[Json], params: Json, url: str) -> Json:
    """One page of a short list that lives inside an object, such as line items, in its own order."""
    limit = limit_of(params)
    starting_after, ending_before = _cursors(params)
    ids = [item["id"] for item in items]
    for name, cursor in (("starting_after", starting_after), ("ending_before", ending_before)):
        if cursor and cursor not in ids:
            raise invalid(f"No such item: '{cursor[:200]}'", param=name, code="resource_missing")
    if ending_before:
        before = items[: ids.index(ending_before)]
        return listed(before[-limit:], url, has_more=len(before) > limit)
    rest = items[ids.index(starting_after) + 1 :] if starting_after else items
    return listed(rest[:limit], url, has_more=len(rest) > limit)


def listed(data: list[Json], url: str, *, has_more: bool = False) -> Json:
    """Stripe's list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def limit_of(params: Json) -> int:
    """The page size asked for, 10 unless told.

    Raises:
        ApiError: outside 1..100.
    """
    limit = params.get("limit", _DEFAULT_LIMIT)
    if limit < 1:
        message = f"Invalid integer: {limit}. This value must be greater than or equal to 1."
        raise invalid(message, param="limit", code="parameter_invalid_integer")
    if limit > _MAX_LIMIT:
        message = f"Invalid integer: {limit}. This value must be less than or equal to {_MAX_LIMIT}."
        raise invalid(message, param="limit", code="parameter_invalid_integer")
    return limit


def _cursors(params: Json) -> tuple[str | None, str | None]:
    starting_after, ending_before = params.get("starting_after"), params.get("ending_before")
    if starting_after and ending_before:
        message = "You may only specify one of these parameters: ending_before, starting_after."
        raise invalid(message, param="ending_before", code="parameters_exclusive")
    return starting_after, ending_before
