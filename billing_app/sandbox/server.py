"""Serving the app with granian inside a running event loop: one process, as SQLite and the courier want it."""

import socket

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.types import ASGIApp


def make_server(app: ASGIApp, host: str, port: int) -> Server:
    """A server for `await server.serve()`; `server.stop()` from the same loop ends it cleanly."""
    return Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_level=LogLevels.error,
    )


def why_not_free(host: str, port: int) -> str | None:
    """Why a port cannot be listened on, in the system's words; None when it can."""
    try:
        with _socket(host) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.strerror or str(error)
    return None


def free_port(host: str) -> int:
    """A port nobody listens on at this moment."""
    with _socket(host) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def _socket(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
