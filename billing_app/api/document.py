"""The OpenAPI 3.1 document: keys, headers, and an example of every answer, refusals too, beside what FastAPI knows.

The examples of `v1/*/examples*.json` were answered by the product itself; a test holds them against their schemas.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.api_keys.service import UnknownKey, WrongScope
from billing_app.accounts.host_customers import UnknownCustomer
from billing_app.api.conventions.rate_limits import RATES, Rate
from billing_app.api.conventions.route import NEEDS_KEY, SCHEME, UnsupportedMediaType
from billing_app.api.middleware import BodyTooLarge
from billing_app.api.problems import MEDIA_TYPE, problem
from billing_app.api.v1.admin.gate import SESSION
from billing_app.credits import QueueFull
from billing_app.errors import DomainError, InvalidInput, RateLimited

Json = dict[str, Any]
EXAMPLES = Path(__file__).parent / "v1"
_EXAMPLE_ID = "req_3q27wEx0r1Yt9aZk"
_METHODS = ("get", "put", "post", "patch", "delete")
_ABOUT = """\
Credits, quotas and payments behind your product: one key, five calls, one link.

Send `Authorization: Bearer crd_...` from your server, never from a browser. Every POST that moves credits or money
takes an `Idempotency-Key`. Errors are `application/problem+json` with a stable `code`. Money is integers in minor units
with a currency, credits are integers, times are RFC 3339 in UTC.
"""
_PROBLEM: Json = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. Kinds of problems have further members of their own.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "The address that says what the code means."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people: what is wrong, and what to do."},
        "code": {"type": "string", "description": "Stable; what a program looks at."},
        "request_id": {"type": ["string", "null"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def describe(app: FastAPI) -> None:
    """Have the app serve this document. Made once, when first asked for."""

    def document() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Every endpoint: method, path, what the document says of it."""
    for path, found in document["paths"].items():
        for method, operation in found.items():
            if method in _METHODS:
                yield method.upper(), path, operation


@cache
def examples() -> dict[str, Json]:
    """By endpoint: `request`, and an answer by its status. From every file `examples*.json` beside the endpoints."""
    files = sorted(EXAMPLES.glob("*/examples*.json"))
    return {name: told for file in files for name, told in json.loads(file.read_text()).items()}


def _document(app: FastAPI) -> Json:
    document = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    components["schemas"].pop("HTTPValidationError", None)
    components["schemas"].pop("ValidationError", None)
    components["securitySchemes"] = {
        SCHEME: {"type": "http", "scheme": "bearer", "description": "An API key: `crd_test_sk_...`, `crd_live_sk_...`"},
        SESSION: {"type": "apiKey", "in": "cookie", "name": "session", "description": "Staff who are signed in here."},
    }
    for method, path, operation in operations(document):
        answers = operation["responses"]
        if "422" in answers:
            answers["422"] = _refusal(_INVALID)
        known = examples().get(f"{method} {path}", {})
        if "x-scope" in operation:
            _describe_keyed(path, operation)
        if "request" in known:
            operation["requestBody"]["content"]["application/json"]["example"] = known["request"]
        for status, example in known.items():
            if status in ("200", "201"):
                (content,) = answers[status]["content"].values()
                content["example"] = example
            elif status != "request":
                answers[status] = _told(example)
    return document


def _describe_keyed(path: str, operation: Json) -> None:
    """What every endpoint behind a key may answer, and its headers."""
    answers, scope = operation["responses"], operation["x-scope"]
    answers["401"] = _refusal(
        UnknownKey("This API key is unknown, or was revoked. Make a new one on the page of keys.")
    )
    if scope != Scope.READ_ONLY:
        wrong = WrongScope(f"This needs a key of scope {scope}; this one is read_only.", required_scope=scope)
        answers["403"] = _refusal(wrong)
    if "{customer}" in path and operation["responses"].get("404") is None:
        answers["404"] = _refusal(
            UnknownCustomer("There is no customer of this id yet. PUT /api/v1/customers/{id} makes one.")
        )
    if "requestBody" in operation:
        answers["413"] = _refusal(BodyTooLarge("Send at most 1,048,576 bytes."))
        answers["415"] = _refusal(UnsupportedMediaType("Send the body as JSON, with Content-Type: application/json."))
    answers.setdefault("422", _refusal(_INVALID))
    answers["429"] = _refusal(_too_often(operation["x-rate"]))
    answers["503"] = _refusal(
        QueueFull("The ledger is busy; nothing was taken. Try again in a second.", retry_after_s=1)
    )
    if operation.pop(next(iter(NEEDS_KEY)), False):
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": "Your own name for this request; the same one in a retry.",
            }
        )
    for status in ("200", "201"):
        if status in answers:
            answers[status]["headers"] = {
                name: {"schema": {"type": kind}, "description": meaning} for name, kind, meaning in _HEADERS
            }
    rate = _rate(operation.pop("x-rate"))
    operation["description"] = (
        f"{operation.get('description', '')}\n\nKey: `{operation.pop('x-scope')}`. "
        f"At most {rate.per_s:,} a second, {rate.burst:,} at once."
    ).strip()


_HEADERS = (
    ("X-Request-ID", "string", "This request in our logs."),
    ("Credits-Cost", "integer", "What it took or would take, where credits are concerned."),
    ("Credits-Remaining", "integer", "Credits available after it, where credits are concerned."),
    ("Idempotent-Replayed", "string", "`true`: it was done before under this key, and nothing was done now."),
)
_INVALID = InvalidInput(
    "The request is not as it must be; `errors` says where.",
    errors=[{"pointer": "/body/units", "code": "greater_than_equal", "message": "Input should be at least 1"}],
)


def _rate(name: str) -> Rate:
    return next(one for one in RATES if one.name == name)


def _too_often(name: str) -> RateLimited:
    found = _rate(name)
    return RateLimited(
        f"This key asks too often: {found.per_s:,} a second and {found.burst:,} at once are let through. "
        "Try again in 1 second.",
        retry_after_s=1,
        limit=found.name,
        per_s=found.per_s,
        burst=found.burst,
    )


def _refusal(error: DomainError) -> Json:
    answer = _told(problem(error, _EXAMPLE_ID))
    if isinstance(error, RateLimited):
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
    return answer


def _told(example: Json) -> Json:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": example.get("title", ""), "content": {MEDIA_TYPE: content}}
