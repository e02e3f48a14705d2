"""Errors over HTTP: one form for all of them, `application/problem+json` (RFC 9457), with a stable `code`."""

import logging
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from billing_app.errors import DomainError, InvalidInput, RateLimited, Unavailable

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 20
_RETRY_AFTER_S = 5
_WORDS = {
    404: ("not_found", "Not found", "There is nothing at this address."),
    405: ("method_not_allowed", "Method not allowed", "This address does not take that method."),
}

logger = logging.getLogger(__name__)


def problem_type(code: str) -> str:
    """The address that says what a code means."""
    return f"/api/problems/{code.replace('_', '-')}"


def problem(error: DomainError, request_id: str | None, *, status: int | None = None) -> dict[str, Any]:
    """The whole problem document of an error; `status` where the transport needs another one."""
    body = {"type": problem_type(error.code), **error.problem(), "request_id": request_id}
    if status is not None:
        body["status"] = status
    return body


def request_id_of(scope: Any) -> str | None:
    """The id this request goes by in logs and answers."""
    return scope.get("state", {}).get("request_id")


def answer(error: DomainError, request_id: str | None) -> JSONResponse:
    """The error as an HTTP answer."""
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, RateLimited):
        headers["Retry-After"] = str(error.extra["retry_after_s"])
    elif isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.extra.get("retry_after_s", _RETRY_AFTER_S))
    for name, member in (("Credits-Cost", "required"), ("Credits-Remaining", "available")):
        if error.extra.get(member) is not None:
            headers[name] = str(error.extra[member])
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem(error, request_id), error.status, headers, MEDIA_TYPE)


def invalid(error: RequestValidationError) -> InvalidInput:
    """What FastAPI or pydantic found wrong with a request, as an error of ours."""
    return InvalidInput("The request is not as it must be; `errors` says where.", errors=_errors(error.errors()))


def unexpected(request_id: str | None) -> JSONResponse:
    """What is said of an error nobody foresaw: nothing about it; the log has it under the request's id."""
    body = {
        "type": problem_type("internal_error"),
        "title": "Something went wrong on our side",
        "status": 500,
        "detail": "Nothing you did is at fault. Try again; if it stays, tell us the request id.",
        "code": "internal_error",
        "request_id": request_id,
    }
    return JSONResponse(body, 500, {"Cache-Control": "no-store"}, MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Answer every error of this app in the one form."""

    @app.exception_handler(DomainError)
    async def _domain(request: Request, error: DomainError) -> JSONResponse:
        return answer(error, request_id_of(request.scope))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return answer(invalid(error), request_id_of(request.scope))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code, title, detail = _WORDS.get(error.status_code, ("bad_request", "The request cannot be carried out", ""))
        body = {
            "type": problem_type(code),
            "title": title,
            "status": error.status_code,
            "detail": detail or str(error.detail),
            "code": code,
            "request_id": request_id_of(request.scope),
        }
        return JSONResponse(body, error.status_code, dict(error.headers or {}), MEDIA_TYPE)


def _errors(found: Iterable[Any]) -> list[dict[str, str]]:
    """Where and what, without echoing what was sent."""
    return [
        {
            "pointer": "/" + "/".join(_step(str(step)) for step in error["loc"]),
            "code": str(error["type"]),
            "message": str(error["msg"]),
        }
        for error in list(found)[:MAX_ERRORS]
    ]


def _step(name: str) -> str:
    """A step of a JSON pointer (RFC 6901), short, and valid Unicode whatever was sent."""
    return name[:80].encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")
