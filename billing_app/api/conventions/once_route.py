"""The route of what takes several steps with Stripe: under one `Idempotency-Key` it is done once (HA2)."""

import hashlib
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billing_app.accounts.api_keys.requests_once import Answered
from billing_app.api.conventions.answers import REPLAYED, Said
from billing_app.api.conventions.route import NEEDS_KEY, Answerer, Caller, MoneyRoute
from billing_app.api.conventions.strict_json import parse


class OnceRoute(MoneyRoute):
    """What moves money or a plan: the key is required; a retry is told the first answer, for a day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["openapi_extra"] = {**NEEDS_KEY, **(kwargs.get("openapi_extra") or {})}
        super().__init__(*args, **kwargs)

    async def carry_out(self, request: Request, onward: Answerer) -> Response:
        """The first answer, or the endpoint's, which is kept if it is a success."""
        caller: Caller = request.state.caller
        once, key = caller.services.api_requests, caller.key
        told = await once.begin(key, await _fingerprint(request))
        if told is not None:
            return Said(told.body, told.status, {"Cache-Control": "no-store", REPLAYED: "true"})
        try:
            response = await onward(request)
        except BaseException:
            await once.forget(key)
            raise
        if response.status_code < 300:
            await once.finish(key, Answered(response.status_code, bytes(response.body)))
        else:
            await once.forget(key)
        return response


async def _fingerprint(request: Request) -> bytes:
    """Of the address and the body, however it is written.

    Raises:
        MalformedBody: it is no JSON, or ambiguous.
    """
    raw = await request.body()
    # An endpoint that takes no body has not read one; what was sent all the same is read as strictly.
    body = parse(raw) if raw else None
    said = json.dumps([request.method, request.url.path, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).digest()
