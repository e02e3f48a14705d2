"""How built pages are served: at their own address, without a redirect, cached as long as they hold, and with the
headers by which a browser refuses what they never do.

Reflex's static files answer `/pricing` with a redirect to `/pricing/`, whose address names the scheme the server saw,
which behind a proxy is the wrong one.
"""

import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from billing_app.api.security_headers import EVERYWHERE, HSTS, page_policy, pays_at, script_hashes
from billing_app.settings import Settings

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"
_ANY_PAGE = "__spa-fallback.html"
_OTHERS = ("404.html", _ANY_PAGE)
# The one address with a number in it: no page was built for each, the browser puts it together.
_ONE_CUSTOMER = re.compile(r"/admin/customers/[0-9]{1,18}")


class Site:
    """Wraps the application. Everything that is no built page passes as it is."""

    def __init__(self, app: ASGIApp, folder: Path, settings: Settings) -> None:
        """`folder`: the built pages, `build/client` of a site."""
        self._app = app
        self._https = settings.secure_cookies
        files = {page.relative_to(folder).as_posix(): page for page in folder.rglob("*.html")}
        pages = (name.removesuffix(".html") for name in files)
        self._pages = frozenset(f"/{page}" for page in pages if not page.endswith("index"))
        paying = pays_at(settings.stripe_api_base, settings.stripe_page_hosts)

        def policy(*pages: Path) -> str:
            hashes = sorted({one for page in pages for one in script_hashes(page.read_text(encoding="utf-8"))})
            return page_policy(hashes, public_url=settings.public_url, pays_at=paying)

        self._policies = {f"/{name}": policy(page) for name, page in files.items()}
        # What has no page of its own is answered with one of these.
        self._policy_elsewhere = policy(*(page for name, page in files.items() if "/" not in name and name in _OTHERS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if _ONE_CUSTOMER.fullmatch(path):
            scope = {**scope, "path": f"/{_ANY_PAGE}", "raw_path": f"/{_ANY_PAGE}".encode()}
        elif path in self._pages:
            scope = {**scope, "path": f"{path}.html", "raw_path": f"{path}.html".encode()}
        await self._app(scope, receive, self._with_headers(path, send))

    def _with_headers(self, path: str, send: Send) -> Send:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] in (200, 304):
                    # Vite names what lies in assets/ after its content.
                    for_ever = path.startswith("/assets/")
                    headers.setdefault("Cache-Control", _FOR_EVER if for_ever else _ASK_EACH_TIME)
                if "content-security-policy" not in headers:
                    headers["Content-Security-Policy"] = self._policy(path)
                for name, value in EVERYWHERE.items():
                    headers.setdefault(name, value)
                if self._https:
                    headers.setdefault(*HSTS)
            await send(message)

        return tell

    def _policy(self, path: str) -> str:
        for file in (path, f"{path}.html", f"{path.rstrip('/')}/index.html"):
            if file in self._policies:
                return self._policies[file]
        return self._policy_elsewhere
