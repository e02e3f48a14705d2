"""The ASGI application: JSON API, hosted pages, and the two things that happen by themselves."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from billing_app.sandbox import api, pages, sandbox_api
from billing_app.sandbox.config import SandboxConfig
from billing_app.sandbox.errors import ApiError
from billing_app.sandbox.pages.rendering import failed
from billing_app.sandbox.place import Place
from billing_app.sandbox.store import Store
from billing_app.sandbox.timekeeper import Timekeeper
from billing_app.sandbox.webhooks.courier import Courier

logger = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"


def create_app(data_dir: Path, config: SandboxConfig | None = None) -> Starlette:
    """A sandbox with its data in `data_dir`. It opens its file, and starts, with the ASGI lifespan.

    One process and one event loop: several workers on one directory are refused at the start.
    """
    settings = config or SandboxConfig()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        store = Store(data_dir)
        place = Place(store, settings, Courier(store, settings))
        app.state.place = place
        place.courier.start()
        timekeeper = app.state.timekeeper = Timekeeper(place)
        timekeeper.start()
        try:
            yield
        finally:
            await timekeeper.stop()
            await place.courier.stop()
            store.close()

    return Starlette(
        routes=[
            Route("/healthz", _health),
            Route("/favicon.ico", _no_icon),
            *pages.routes(),
            *sandbox_api.routes(),
            Mount("/static", StaticFiles(directory=_STATIC), name="static"),
            *api.routes(),
        ],
        exception_handlers={ApiError: failed, Exception: failed},
        lifespan=lifespan,
    )


async def _health(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok\n")


async def _no_icon(request: Request) -> Response:
    """Browsers ask for it; every page names its own."""
    return Response(status_code=204)
