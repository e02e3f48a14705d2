"""How built pages are served: a page at its own address, without a redirect, and files cached as long as they hold.

Reflex's static files answer `/pricing` with a redirect to `/pricing/`, whose address names the scheme the server saw,
which behind a proxy is the wrong one.
"""

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"


class Site:
    """Wraps the application. Everything that is no built page passes as it is."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        """`folder`: the built pages, `build/client` of a site."""
        self._app = app
        pages = (page.relative_to(folder).with_suffix("").as_posix() for page in folder.rglob("*.html"))
        self._pages = frozenset(f"/{page}" for page in pages if not page.endswith("index"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if path in self._pages:
            scope = {**scope, "path": f"{path}.html", "raw_path": f"{path}.html".encode()}
        await self._app(scope, receive, _cached(path, send))


def _cached(path: str, send: Send) -> Send:
    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 304):
            headers = MutableHeaders(scope=message)
            if "cache-control" not in headers:
                # Vite names what lies in assets/ after its content.
                headers["Cache-Control"] = _FOR_EVER if path.startswith("/assets/") else _ASK_EACH_TIME
        await send(message)

    return tell
