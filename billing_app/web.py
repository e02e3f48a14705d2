"""The web process: pages, HTTP API and the in-process worker on one port. Serves what was built; builds nothing."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billing_app.errors import Unavailable
from billing_app.logs import configure_logging
from billing_app.settings import get_settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp

DRAIN_LIMIT_S = 20
# How Reflex is told to serve a finished build; the leading underscores are its mark of variables for its processes.
SERVE_WHAT_IS_BUILT = {
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_SKIP_COMPILE": "True",
    "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "True",
}
_LOG_TO_ROOT: dict[str, Any] = {
    "handlers": {},
    "loggers": {
        "_granian": {"handlers": [], "propagate": True},
        "granian.access": {"handlers": [], "propagate": True},
    },
}


def built_pages() -> Path:
    """Where the pages to serve lie."""
    return Path(os.environ.get("REFLEX_WEB_WORKDIR", ".web")).resolve() / "build" / "client"


def application() -> "ASGIApp":
    """In the worker: the whole product as one ASGI application."""
    from billing_app.billing_app import app
    from billing_app.site import Site

    return Site(app(), built_pages(), get_settings())


def serve(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then drain for at most 20 s.

    The server process imports no page: its one worker does, so the application is in memory once.
    """
    settings = get_settings()
    if not (built_pages() / "index.html").exists():
        raise Unavailable(
            f"No built pages in {built_pages()}. 'python -m billing_app run' builds them; without it, set "
            "REFLEX_WEB_WORKDIR and run 'python -m billing_app build' first."
        )
    configure_logging("web", level=settings.log_level)
    os.environ.update(SERVE_WHAT_IS_BUILT)
    _serve("billing_app.web:application", host, port)


def serve_api(host: str, port: int) -> None:
    """Serve the HTTP API alone until SIGINT or SIGTERM, then drain for at most 20 s. Runs no jobs: that is `worker`.

    Raises:
        Unavailable: `DATABASE_URL` is not set; an embedded PostgreSQL belongs to `run` alone.
    """
    settings = get_settings()
    if not settings.database_url:
        raise Unavailable("Set DATABASE_URL: 'api' serves on a database that is there; 'run' brings its own.")
    configure_logging("api", level=settings.log_level)
    _serve("billing_app.api.app:create_app", host, port)


def _serve(target: str, host: str, port: int) -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    Server(
        target=target,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        workers_kill_timeout=DRAIN_LIMIT_S,
        log_dictconfig=_LOG_TO_ROOT,
    ).serve()
