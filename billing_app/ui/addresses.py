"""Pages answer at the very address that links and search engines name: `/pricing`, with no redirect to `/pricing/`.

A built page lies in a folder of its own, and a server of files sends whoever asks for a folder on to the same address
with a slash. `curl /pricing` would get nothing, and behind a proxy that ends TLS the way would lead over plain HTTP.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from billing_app.ui.routes import ROUTES

_PAGES = frozenset(route.path for route in ROUTES)


def answering_without_slash(files: ASGIApp) -> ASGIApp:
    """The server of built pages, asked for the folder when somebody asks for the page."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in _PAGES:
            scope = {**scope, "path": f"{scope['path']}/"}
        await files(scope, receive, send)

    return app
