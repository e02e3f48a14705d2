"""Refuses requests that another site makes a browser send with our cookie (cross-site request forgery)."""

from urllib.parse import urlsplit

from fastapi import Request

from billing_app.api.deps import Here
from billing_app.errors import Forbidden

_DEFAULT_PORTS = {"http": 80, "https": 443}


class ForeignOrigin(Forbidden):
    """The request comes from a page of another origin, or from no page at all."""

    code = "foreign_origin"
    title = "Sent from another site"


def origin_of(url: str) -> str | None:
    """`scheme://host:port` of an address, in one spelling; None if it has no host."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname and port else None


async def same_origin(request: Request, services: Here) -> None:
    """A dependency for every route that changes something on the strength of a cookie.

    Browsers write `Origin` and `Sec-Fetch-Site` themselves, no page can. `Origin` must be that of `PUBLIC_URL`. Where
    it is missing or hidden (a page with a no-referrer policy), `Sec-Fetch-Site: same-origin` must vouch for it.

    Raises:
        ForeignOrigin: neither holds.
    """
    public_url = services.settings.public_url
    sent = request.headers.get("origin", "null")
    if sent == "null":
        if request.headers.get("sec-fetch-site") == "same-origin":
            return
    elif origin_of(sent) is not None and origin_of(sent) == origin_of(public_url):
        return
    raise ForeignOrigin(f"This was sent from another address. Open {public_url} and try again there.")
