"""What holds for every request under /api: an id, a limit on bodies, safe headers, no error that tells too much."""

import logging
import re
import secrets

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from billing_app.api.problems import answer, unexpected
from billing_app.api.security_headers import API_POLICY, EVERYWHERE, HSTS
from billing_app.errors import DomainError

PREFIX = "/api"
MAX_BODY_BYTES = 1_048_576
LARGER = {"/api/v1/usage/batch": 16 * MAX_BODY_BYTES}
"""Addresses that take more: 10,000 rows in one call."""
_REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_HEADERS = {**EVERYWHERE, "Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": API_POLICY}
_SAFE = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
_SAFE_BY_HTTPS = [*_SAFE, (HSTS[0].lower().encode(), HSTS[1].encode())]

logger = logging.getLogger(__name__)


class BodyTooLarge(DomainError):
    """More than the API takes in one request."""

    status = 413
    code = "body_too_large"
    title = "Too large"


def concerns_us(scope: Scope) -> bool:
    """Whether this is a request to the API: pages and Reflex's own addresses pass untouched."""
    return scope["type"] in ("http", "websocket") and (
        scope["path"] == PREFIX or scope["path"].startswith(PREFIX + "/")
    )


def _by_https(scope: Scope) -> bool:
    """Whether people reach us by HTTPS: as the settings say, since a proxy speaks plain HTTP to us."""
    services = getattr(getattr(scope.get("app"), "state", None), "services", None)
    return services is not None and services.settings.secure_cookies


class RequestIds:
    """Gives each request an id, or takes over the one its sender chose, and says it in the answer (HA10)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not concerns_us(scope):
            await self._app(scope, receive, send)
            return
        sent = dict(scope["headers"]).get(b"x-request-id", b"")
        request_id = sent.decode() if _REQUEST_ID.fullmatch(sent) else f"req_{secrets.token_urlsafe(12)}"
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                theirs = message["headers"]
                known = {name for name, _ in theirs}
                ours = [one for one in (_SAFE_BY_HTTPS if _by_https(scope) else _SAFE) if one[0] not in known]
                message["headers"] = [*theirs, (b"x-request-id", request_id.encode()), *ours]
            await send(message)

        with bound_contextvars(request_id=request_id):
            await self._app(scope, receive, send_with_headers)


class BodyLimit:
    """Refuses bodies over 1 MiB (costs: 16) with 413, by their announced length or, where none is, as they come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not concerns_us(scope):
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        most = LARGER.get(scope["path"], MAX_BODY_BYTES)
        if not announced.isdigit() or int(announced) > most:
            await _too_large(scope, most)(scope, receive, send)
            return
        taken, started = 0, False

        async def receive_counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise _TooMuch
            return message

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive_counted, send_noted)
        except _TooMuch:
            if started:
                raise
            await _too_large(scope, most)(scope, receive, send)


def _too_large(scope: Scope, most: int) -> Response:
    return answer(BodyTooLarge(f"Send at most {most:,} bytes."), scope["state"]["request_id"])


class _TooMuch(Exception):
    """The body went on beyond the limit."""


class NoSurprises:
    """Answers what nobody foresaw with a plain 500; the log has the rest under the request's id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not concerns_us(scope):
            await self._app(scope, receive, send)
            return
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except _TooMuch:
            raise
        except Exception:
            request_id = scope["state"]["request_id"]
            logger.exception("request %s: %s %s failed", request_id, scope["method"], scope["path"])
            if started:
                raise
            await unexpected(request_id)(scope, receive, send)
