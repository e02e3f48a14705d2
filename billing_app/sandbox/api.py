"""The JSON API under /v1: key, version, form, parameters, idempotency; then the operation; then Stripe's answer."""

import asyncio
import base64
import binascii
import json
import logging
import re
import secrets
import time
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from billing_app.sandbox import idempotency, trouble
from billing_app.sandbox.config import API_VERSION, SandboxConfig
from billing_app.sandbox.errors import ApiError, invalid
from billing_app.sandbox.expand import expand
from billing_app.sandbox.form import decode
from billing_app.sandbox.ids import random_text
from billing_app.sandbox.operations import OPERATIONS, Operation
from billing_app.sandbox.parameters import judge
from billing_app.sandbox.place import Place, place_of
from billing_app.sandbox.store import Json
from billing_app.sandbox.work import unit_of_work

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1_048_576
_TEST_KEY = re.compile(r"^(sk|rk)_test_[A-Za-z0-9_]{8,240}$")


def routes() -> list[Route]:
    """One route per path of the API, and one that answers 404 as Stripe does for every other."""
    paths: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = operation
    known = [
        Route(path, partial(_endpoint, by_method), methods=["GET", "POST", "DELETE", "PUT", "PATCH"])
        for path, by_method in paths.items()
    ]
    anything = Route(
        "/{version:path}",
        _unknown,
        methods=["GET", "POST", "DELETE", "PUT", "PATCH"],
        include_in_schema=False,
    )
    return [*known, anything]


async def _endpoint(by_method: dict[str, Operation], request: Request) -> Response:
    operation = by_method.get(request.method)
    return await _unknown(request) if operation is None else await _answered(request, operation)


async def _unknown(request: Request) -> Response:
    message = (
        f"Unrecognized request URL ({request.method}: {request.url.path[:200]}). Please see "
        "https://docs.stripe.com or this sandbox's own list of calls: it may not do this one yet."
    )
    return _respond(404, invalid(message).body(), f"req_{random_text(14)}")


async def _answered(request: Request, operation: Operation) -> Response:
    """Whatever happens, the answer is Stripe's kind of answer."""
    request_id = f"req_{random_text(14)}"
    hit = trouble.strike(place_of(request).store, request.method, request.url.path)
    try:
        body = await _body(request)
        if hit is None:
            return _run(request, operation, body, request_id)
        if hit.after_work:
            _run(request, operation, body, request_id)
        return await _failing(request, hit, request_id)
    except ApiError as error:
        return _respond(error.status, error.body(), request_id)
    except Exception:
        logger.exception("%s %s failed in the sandbox", request.method, request.url.path)
        message = "Sorry, there was an error in the sandbox. Its log has the details."
        return _respond(500, {"error": {"message": message, "type": "api_error"}}, request_id)


async def _failing(request: Request, rule: trouble.Rule, request_id: str) -> Response:
    """The answer of an API in trouble: an error, silence, or a connection that breaks."""
    if rule.answer == "429":
        message = "Request rate limit exceeded. (Trouble on purpose in the sandbox.)"
        return _respond(429, invalid(message, code="rate_limit").body(), request_id)
    if rule.answer == "500":
        error = {"message": "An unknown error occurred. (Trouble on purpose in the sandbox.)", "type": "api_error"}
        return _respond(500, {"error": error}, request_id)
    if rule.answer == "timeout":
        until = time.monotonic() + rule.wait_s
        while time.monotonic() < until and not await request.is_disconnected():  # noqa: ASYNC110 (no event tells it)
            await asyncio.sleep(0.05)
    return _BrokenAnswer()


class _BrokenAnswer(Response):
    """Promises more than it sends: the client sees a connection that breaks in the middle of the answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000000"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise ApiError(413, "invalid_request_error", f"The body is larger than {MAX_BODY_BYTES} bytes.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind not in ("", "application/x-www-form-urlencoded"):
        raise invalid(f"Invalid content type {kind[:100]}: this API takes application/x-www-form-urlencoded.")
    return body


def _run(request: Request, operation: Operation, body: bytes, request_id: str) -> Response:
    place = place_of(request)
    check_key(request, place.config)
    _check_version(request)
    path, query = request.url.path, request.scope["query_string"]
    form = {**decode(query), **(decode(body) if operation.method == "POST" else {})}
    key = request.headers.get("idempotency-key") if operation.method == "POST" else None
    print_ = idempotency.fingerprint(operation.method, path, body, query)
    if key is not None:
        idempotency.check_key(key)
        earlier = idempotency.earlier(place.store, key, print_, path, int(time.time()))
        if earlier is not None:
            headers = {"Idempotent-Replayed": "true", "Original-Request": earlier.request_id}
            return _respond(earlier.status, earlier.body, request_id, key, headers)
    params = judge(form, operation.params)
    paths = params.get("expand", [])
    try:
        with unit_of_work(place.store, place.config, place.base_url(request), idempotency_key=key) as work:
            work.request_id = request_id
            answer = operation.run(work, params, **request.path_params)
            answer = expand(work, answer, paths) if paths else answer
            _remember(place, key, print_, path, idempotency.Answered(200, answer, request_id))
    except ApiError as error:
        if error.keep_changes:
            _remember(place, key, print_, path, idempotency.Answered(error.status, error.body(), request_id))
        raise
    finally:
        place.courier.wake()
    if operation.path.endswith("/advance"):
        request.app.state.timekeeper.wake()
    return _respond(200, answer, request_id, key)


def _remember(place: Place, key: str | None, print_: str, path: str, answered: idempotency.Answered) -> None:
    if key is not None:
        most = place.config.max_idempotency_keys
        idempotency.remember(place.store, key, print_, path, answered, now=int(time.time()), max_keys=most)


def check_key(request: Request, config: SandboxConfig) -> None:
    """Only test keys: the configured one, or any well-formed one when none is configured.

    Raises:
        ApiError: 401; the key is never repeated in the answer.
    """
    key = _given_key(request.headers.get("authorization", ""))
    if not key:
        message = (
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
        raise ApiError(401, "invalid_request_error", message)
    if key.startswith(("sk_live", "rk_live", "pk_live")):
        message = "This is a sandbox: live keys are refused. Use a test key, and keep the live one to yourself."
        raise ApiError(401, "invalid_request_error", message)
    known = (
        _TEST_KEY.match(key) is not None
        if config.api_key is None
        else secrets.compare_digest(key.encode(), config.api_key.encode())
    )
    if not known:
        raise ApiError(401, "invalid_request_error", "Invalid API Key provided.")


def _given_key(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, ValueError):
            return ""
    return ""


def _check_version(request: Request) -> None:
    version = request.headers.get("stripe-version", API_VERSION)
    if version != API_VERSION:
        raise invalid(
            f"Invalid Stripe API version: {version[:40]}. This sandbox speaks {API_VERSION} only, the version of the "
            "SDK it is installed with."
        )


def _respond(
    status: int, body: Json, request_id: str, key: str | None = None, extra: dict[str, str] | None = None
) -> Response:
    headers: dict[str, Any] = {
        "Request-Id": request_id,
        "Stripe-Version": API_VERSION,
        "Cache-Control": "no-cache, no-store",
        **({"Idempotency-Key": key} if key is not None else {}),
        **(extra or {}),
    }
    content = json.dumps(body, indent=2, ensure_ascii=False).encode()
    return Response(content, status, headers, media_type="application/json")
