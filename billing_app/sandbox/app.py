"""The ASGI application: JSON API, hosted pages, and the two things that happen by themselves."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from billing_app.sandbox import api, checkout, pages
from billing_app.sandbox.config import SandboxConfig
from billing_app.sandbox.errors import ApiError
from billing_app.sandbox.pages.rendering import failed
from billing_app.sandbox.place import Place
from billing_app.sandbox.resources import checkout_session
from billing_app.sandbox.store import Store
from billing_app.sandbox.webhooks.courier import Courier
from billing_app.sandbox.work import unit_of_work

logger = logging.getLogger(__name__)

_SWEEP_S = 1.0
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
        sweeper = asyncio.create_task(_sweep(place), name="sandbox-sweeper")
        try:
            yield
        finally:
            sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sweeper
            await place.courier.stop()
            store.close()

    return Starlette(
        routes=[
            Route("/healthz", _health),
            Route("/favicon.ico", _no_icon),
            *pages.routes(),
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


async def _sweep(place: Place) -> None:
    """Sessions expire when their time is over, seen or not."""
    while True:
        try:
            for session_id in checkout.overdue(place.store, int(time.time())):
                with unit_of_work(place.store, place.config, place.config.base_url or "") as work:
                    work.request_id = None
                    checkout_session.close(work, work.get("checkout.session", session_id))
                place.courier.wake()
        except Exception:
            logger.exception("the sweep for expired sessions stumbled and goes on")
        await asyncio.sleep(_SWEEP_S)
