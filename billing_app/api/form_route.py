"""Routes that take both a plain HTML form and JSON of the same few text fields.

A form is answered with a redirect: onward, or back to its page with `?error=code`. JSON is answered with JSON, errors
with a problem document. So the forms work without a line of JavaScript.
"""

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute

from billing_app.api.middleware import BodyTooLarge
from billing_app.errors import DomainError, InvalidInput, RateLimited
from billing_app.paths import safe_next

BODY_LIMIT_BYTES = 16_384
FIELDS_MAX = 20
KEPT_MAX = 60
FORM = "application/x-www-form-urlencoded"


class UnsupportedBody(DomainError):
    """Neither a form nor JSON."""

    status = 415
    code = "unsupported_media_type"
    title = "Unsupported content type"


@dataclass(frozen=True, slots=True)
class Sent:
    """The text fields of a request's body."""

    fields: dict[str, str]
    as_json: bool

    def need(self, name: str) -> str:
        """A field that must be there.

        Raises:
            InvalidInput: it is missing.
        """
        if name not in self.fields:
            raise InvalidInput(f"The field '{name}' is missing.", field=name)
        return self.fields[name]

    def get(self, name: str) -> str | None:
        """A field that may be missing or empty."""
        return self.fields.get(name) or None

    @property
    def next(self) -> str | None:
        """Where to go on, if that is a path of ours."""
        wanted = self.get("next")
        return safe_next(wanted, "") or None if wanted else None

    def onward(self, path: str) -> Response:
        """Send the browser on, or tell the script where that would be."""
        return JSONResponse({"next": path}) if self.as_json else RedirectResponse(path, status_code=303)


async def read_sent(request: Request) -> Sent:
    """Read the body, as a dependency; 16 KiB and 20 fields at most, each once, all text.

    Raises:
        BodyTooLarge, UnsupportedBody, InvalidInput: it is not of that kind.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (FORM, "application/json"):
        raise UnsupportedBody(f"Send {FORM} or application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise BodyTooLarge(f"Send {BODY_LIMIT_BYTES} bytes at most.")
    as_json = media_type != FORM
    fields = _json_fields(bytes(body)) if as_json else _form_fields(bytes(body))
    if not as_json and not fields.get("next"):
        fields |= _next_of_page(request.headers.get("referer", ""))
    sent = Sent(fields, as_json)
    request.state.sent = sent
    return sent


def _next_of_page(address: str) -> dict[str, str]:
    """Where the form's own page was told to lead: a form sent before the page was live cannot say so itself."""
    try:
        query = dict(parse_qsl(urlsplit(address).query, max_num_fields=FIELDS_MAX))
    except ValueError:
        return {}
    return {"next": query["next"]} if "next" in query else {}


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is not JSON.") from error
    if (
        not isinstance(document, dict)
        or len(document) > FIELDS_MAX
        or not all(isinstance(value, str) for value in document.values())
    ):
        raise InvalidInput("The body must be a JSON object of text fields.")
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidInput("The body holds half of a surrogate pair, which is no character.") from error
    return document


def _form_fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError as error:
        raise InvalidInput("The body is not a form's.") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidInput("A field was sent twice.")
    return fields


class FormRoute(APIRoute):
    """Turns a domain error of a form into a redirect back to its page, and keeps all answers out of caches."""

    pages: ClassVar[dict[str, str]] = {}
    keeps: ClassVar[tuple[str, ...]] = ()
    """Fields that its page needs again and that may stand in an address, such as `plan`."""
    place: ClassVar[str] = ""
    """The element of the page that says it, shown (`:target`) even to those whose browser runs no script."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler with that around it."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                response = await handle(request)
            except DomainError as error:
                sent: Sent | None = getattr(request.state, "sent", None)
                page = self.pages.get(self.path)
                if sent is None or sent.as_json or page is None:
                    raise
                response = RedirectResponse(
                    f"{page}?{_back(error, sent, self.keeps)}{'#' + self.place if self.place else ''}", status_code=303
                )
            response.headers["Cache-Control"] = "no-store"
            return response

        return answer


def _back(error: DomainError, sent: Sent, keeps: tuple[str, ...]) -> str:
    """What the form's page is told: the error's code, and what of the form is needed again and may stand in a URL."""
    query = {"error": error.code}
    if isinstance(error, RateLimited):
        query["retry_after_s"] = str(error.extra["retry_after_s"])
    if sent.next:
        query["next"] = sent.next
    if token := sent.get("token"):
        query["token"] = token[:200]
    query |= {name: kept[:KEPT_MAX] for name in keeps if (kept := sent.get(name))}
    return urlencode(query)
