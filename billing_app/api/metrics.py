"""What Prometheus reads: requests by endpoint, and how long the queue is. Each process tells its own requests.

The list, with meanings, is in docs/production.md; a test holds the two together.
"""

import time
from collections.abc import Collection

from fastapi import APIRouter
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from billing_app.api.conventions.route import Calling, ReadRoute
from billing_app.api.middleware import concerns_us
from billing_app.db.queue_state import queue_state

router = APIRouter(tags=["system"], route_class=ReadRoute)

disable_created_metrics()
REQUESTS = Counter("billing_http_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "billing_http_request_seconds",
    "How long an answer took, from the first byte to the last.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
WAITING = Gauge("billing_queue_waiting_jobs", "Jobs that are due and wait for a worker.")
OLDEST = Gauge("billing_queue_oldest_seconds", "How long the oldest of them has waited.")
FAILED = Gauge("billing_queue_failed_jobs", "Jobs given up in the last three days.")


class Measured:
    """Counts and times every request to the API; the innermost of the middlewares, where the route is known."""

    def __init__(self, app: ASGIApp, paths: Collection[str]) -> None:
        """`paths`: those of all routes, so that one reached without FastAPI's routing has its name, too."""
        self._app = app
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not concerns_us(scope):
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 500

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            # Never the address itself: what anybody may write there is no label.
            route = getattr(scope.get("route"), "path", None) or (
                scope["path"] if scope["path"] in self._paths else "unknown"
            )
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            REQUESTS.labels(method, route, str(status)).inc()
            SECONDS.labels(method, route).observe(time.perf_counter() - begun)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@router.get("/api/v1/metrics", response_class=Response)
async def metrics(caller: Calling) -> Response:
    """Prometheus' text format, of the process that answers. Any key, as `authorization` in its `scrape_configs`."""
    state = await queue_state(caller.services.database)
    WAITING.set(state.waiting)
    OLDEST.set(state.oldest_s)
    FAILED.set(state.failed)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
