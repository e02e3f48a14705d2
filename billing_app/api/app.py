"""The HTTP API as one application: mounted beside the pages, or served alone (`billing_app.api.app:create_app`)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from billing_app.api import auth, csp_reports, hand_over, looks, metrics, reference, webhooks
from billing_app.api.conventions.paths import EncodedSlashes
from billing_app.api.conventions.route import ShortWays
from billing_app.api.document import describe
from billing_app.api.middleware import BodyLimit, NoSurprises, RequestIds
from billing_app.api.problems import add_handlers
from billing_app.api.v1 import (
    admin,
    chat,
    checkout,
    enquiries,
    exports,
    host,
    invoices,
    library,
    own_data,
    playground,
    subscription,
    support_exports,
    system,
)
from billing_app.bootstrap import Services, build, close
from billing_app.db.patience import when_ready
from billing_app.garbage import leave_out_what_stays
from billing_app.settings import get_settings

VERSION = "1"
DOCS = "/api/docs"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_app(services: Services | None = None) -> FastAPI:
    """The application.

    Args:
        services: those to work with. Without them it makes its own when it starts, unless it is mounted in something
            that does (Reflex runs no lifespan of what it mounts: see `serve_with`).
    """
    app = FastAPI(
        title="Billing API",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_own_services if services is None else None,
    )
    app.state.services = services
    for module in (
        auth,
        csp_reports,
        webhooks,
        chat,
        checkout,
        enquiries,
        exports,
        hand_over,
        invoices,
        library,
        looks,
        metrics,
        own_data,
        playground,
        subscription,
        support_exports,
        system,
    ):
        app.include_router(module.router)
    for router in (*host.ROUTERS, *admin.ROUTERS):
        app.include_router(router)
    app.add_route(DOCS, _reference, include_in_schema=False)
    app.add_api_route("/api/{path:path}", _nothing_here, methods=_METHODS, include_in_schema=False)
    add_handlers(app)
    describe(app)
    # The last one added is the first to see a request.
    app.add_middleware(ShortWays, routers=host.ROUTERS)
    app.add_middleware(metrics.Measured, paths=host.paths())
    app.add_middleware(EncodedSlashes)
    app.add_middleware(NoSurprises)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestIds)
    return app


def serve_with(app: FastAPI, services: Services | None) -> None:
    """Give an application its services once they are made, or take them away when they end."""
    app.state.services = services


@asynccontextmanager
async def _own_services(app: FastAPI) -> AsyncIterator[None]:
    services = await when_ready(lambda: build(get_settings()))
    leave_out_what_stays()
    serve_with(app, services)
    try:
        yield
    finally:
        serve_with(app, None)
        await close(services)


async def _reference(request: Request) -> Response:
    """The document for people, made once."""
    state = request.app.state
    if getattr(state, "reference", None) is None:
        state.reference = await asyncio.to_thread(lambda: (reference.page(request.app.openapi()), reference.policy()))
    shown, policy = state.reference
    return HTMLResponse(shown, headers={"Content-Security-Policy": policy})


async def _nothing_here(path: str) -> None:
    """Unknown addresses under /api answer JSON, not a page."""
    raise HTTPException(404)
