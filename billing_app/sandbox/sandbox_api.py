"""The sandbox's own API under /sandbox, beside Stripe's: time for all customers, and test hooks.

It takes the same API key as /v1 and speaks JSON. Stripe has nothing like it: test clocks move single customers only.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from billing_app.sandbox import clock, hooks
from billing_app.sandbox.api import check_key
from billing_app.sandbox.errors import ApiError, invalid, missing
from billing_app.sandbox.place import place_of
from billing_app.sandbox.store import Json

_MAX_BODY_BYTES = 65_536
_FURTHEST_S = 10 * 366 * 86_400


def routes() -> list[Route]:
    """Routes of the sandbox's own API."""
    return [
        Route("/sandbox/clock", _answering(_clock)),
        Route("/sandbox/clock/advance", _answering(_advance), methods=["POST"]),
        Route("/sandbox/clock/begin", _answering(_begin), methods=["POST"]),
        Route("/sandbox/trouble", _answering(hooks.show_trouble)),
        Route("/sandbox/trouble/api", _answering(hooks.api_trouble), methods=["POST"]),
        Route("/sandbox/trouble/webhooks", _answering(hooks.webhook_trouble), methods=["POST"]),
        Route("/sandbox/trouble/clear", _answering(hooks.clear_trouble), methods=["POST"]),
        Route("/sandbox/next_payment_fails", _answering(hooks.next_payment_fails), methods=["POST"]),
        Route("/sandbox/disputes", _answering(hooks.open_dispute), methods=["POST"]),
        Route("/sandbox/disputes/{dispute}/decide", _answering(hooks.decide_dispute), methods=["POST"]),
        Route("/sandbox/refunds/{refund}/fail", _answering(hooks.fail_refund), methods=["POST"]),
    ]


def _answering(act: Callable[[Request, Json], Awaitable[Json]]) -> Callable[[Request], Awaitable[JSONResponse]]:
    """An endpoint that checks the key, reads a JSON object and answers with JSON, errors in Stripe's form."""

    async def endpoint(request: Request) -> JSONResponse:
        try:
            check_key(request, place_of(request).config)
            return JSONResponse(await act(request, await body_of(request)))
        except ApiError as error:
            return JSONResponse(error.body(), error.status)

    return endpoint


async def body_of(request: Request) -> Json:
    """The JSON object in the body; an empty body is an empty object.

    Raises:
        ApiError: something else, or too much.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            raise ApiError(413, "invalid_request_error", f"The body is larger than {_MAX_BODY_BYTES} bytes.")
    try:
        given: Any = json.loads(body) if body else {}
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise invalid("The body is not JSON.") from error
    if not isinstance(given, dict):
        raise invalid("The body must be a JSON object.")
    return given


async def _clock(request: Request, given: Json) -> Json:
    """GET /sandbox/clock."""
    return clock.state(place_of(request).store)


async def _begin(request: Request, given: Json) -> Json:
    """POST /sandbox/clock/begin: `at` (Unix time, not ahead), where the clock begins; before there are customers."""
    place = place_of(request)
    at = given.get("at")
    if given.keys() != {"at"} or type(at) is not int or not 0 < at <= clock.now(place.store):
        raise invalid("at is a moment that has been, in Unix seconds.", param="at")
    with place.store.transaction():
        begun = clock.begin_at(place.store, at)
    if not begun:
        raise invalid("The clock begins in the past only before there are customers or payments.", param="at")
    return clock.state(place.store)


async def _advance(request: Request, given: Json) -> Json:
    """POST /sandbox/clock/advance: `to` (Unix time) or `seconds`; with `stop_at_next`, to the next thing that happens.

    Answers when everything until then has happened. `reached` says whether the clock shows what was asked for.
    """
    place = place_of(request)
    now = clock.now(place.store)
    unknown = given.keys() - {"seconds", "stop_at_next", "to"}
    if unknown:
        raise invalid(f"Received unknown parameter: {min(unknown)[:100]}", param=min(unknown)[:100])
    for name in ("seconds", "to"):
        if name in given and (type(given[name]) is not int):
            raise invalid(f"{name} must be a whole number of seconds.", param=name)
    if ("to" in given) == ("seconds" in given):
        raise missing("seconds") if "to" not in given else invalid("Give either to or seconds.", param="to")
    target = given["to"] if "to" in given else now + given["seconds"]
    if not now <= target <= now + _FURTHEST_S:
        raise invalid("The clock goes forward only, by at most ten years at once.", param="to")
    base = place.base_url(request)  # kept for the addresses in what happens now
    assert base
    reached = await request.app.state.timekeeper.advance(target, first_only=given.get("stop_at_next") is True)
    place.courier.wake()
    return {**clock.state(place.store), "reached": reached}
