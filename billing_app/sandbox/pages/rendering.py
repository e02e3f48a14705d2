"""Templates, headers and the protection of forms, for every page."""

import hashlib
import hmac
import logging
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from billing_app.sandbox import currencies
from billing_app.sandbox.errors import ApiError
from billing_app.sandbox.form import decode
from billing_app.sandbox.place import place_of

logger = logging.getLogger(__name__)

_MAX_FORM_BYTES = 16_384
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["money"] = currencies.written
_templates.filters["day"] = lambda at: datetime.fromtimestamp(at, UTC).strftime("%d %b %Y").lstrip("0")
_templates.filters["moment"] = lambda at: datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def render(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from a template; everything in it is escaped."""
    return HTMLResponse(_templates.get_template(template).render(values), status, _HEADERS)


def notice(title: str, text: str, *, status: int, link: tuple[str, str] | None = None) -> HTMLResponse:
    """A page that says one thing, with at most one way to go on (label, address)."""
    return render("notice.html", status, title=title, text=text, link=link)


def see_other(url: str) -> RedirectResponse:
    """Go on with GET."""
    return RedirectResponse(url, 303, {"Cache-Control": "no-store"})


def form_token(request: Request, subject: str) -> str:
    """A token that only a page of this sandbox about this subject can carry."""
    secret = place_of(request).store.remembered("form-tokens")
    return hmac.new(secret.encode(), subject.encode(), hashlib.sha256).hexdigest()


async def form_of(request: Request, subject: str) -> dict[str, str] | None:
    """The posted fields, or None when the form did not come from our own page about `subject`."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            return None
    origin = request.headers.get("origin")
    if origin not in (None, "null", f"{request.url.scheme}://{request.url.netloc}"):
        return None
    try:
        fields = {name: value for name, value in decode(body).items() if isinstance(value, str)}
    except ApiError:
        return None
    given = fields.get("token", "")
    return fields if secrets.compare_digest(given.encode(), form_token(request, subject).encode()) else None


async def failed(request: Request, error: Exception) -> HTMLResponse:
    """What a page says when it could not be made; nothing was changed."""
    if isinstance(error, ApiError):
        return notice("This is not possible", error.message, status=error.status)
    logger.error("the page %s failed in the sandbox", request.url.path, exc_info=error)
    return notice("The sandbox stumbled", "Nothing was changed. Its log has the details.", status=500)


def refused_form() -> HTMLResponse:
    """Answer to a form that is not from our own page."""
    return notice(
        "This form was not accepted",
        "It did not come from the page itself, or the page is too old. Nothing was changed. Open the page again.",
        status=403,
    )
