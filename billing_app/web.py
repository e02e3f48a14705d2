"""The web process: pages, HTTP API and the in-process worker on one port. Serves what was built; builds nothing."""

import os
from typing import Any

from billing_app.logs import configure_logging
from billing_app.settings import get_settings

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


def serve(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then drain for at most 20 s.

    The server process imports no page: its one worker does, so the application is in memory once.
    """
    from granian.constants import Interfaces
    from granian.server import Server

    settings = get_settings()
    configure_logging("web", level=settings.log_level)
    os.environ.update(SERVE_WHAT_IS_BUILT)
    Server(
        target="billing_app.billing_app:app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        workers_kill_timeout=DRAIN_LIMIT_S,
        log_dictconfig=_LOG_TO_ROOT,
    ).serve()
