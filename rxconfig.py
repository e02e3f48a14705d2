"""How Reflex builds and serves the pages. Everything that differs between installations comes from the settings."""

import os
from typing import Any, cast
from urllib.parse import urlsplit

import reflex as rx
from reflex.utils.exec import is_prod_mode
from reflex_base.plugins.shared_tailwind import TailwindConfig

from billing_app.settings import get_settings
from billing_app.ui.theme import TAILWIND

_BACKEND_PORT = 8000
_Keeper = rx.constants.StateManagerMode


class OneOrigin(rx.plugins.Plugin):
    """Pages talk to the address they came from.

    Reflex writes the port it was built for into the bundle. One build then serves one port only. In production page
    and backend share an origin, so the page can take both host and port from its own address. While developing,
    Vite serves the pages and passes what is the API's on to the backend, so that cookies and paths are the same.
    """

    def pre_compile(self, **context: Any) -> None:
        """Queue the change of the file that differs in this mode."""
        if is_prod_mode():
            context["add_modify_task"]("utils/state.js", _follow_the_page)
        else:
            context["add_modify_task"]("vite.config.js", _pass_on_the_api)


def _follow_the_page(source: str) -> str:
    return _replaced(
        _replaced(
            source,
            "const frontend_hostname = window.location.hostname;\n    endpoint.hostname = frontend_hostname;",
            "endpoint.hostname = window.location.hostname;\n    endpoint.port = window.location.port;",
        ),
        'endpoint.port = ""; // Assume websocket is on https port via load balancer.',
        "// The port is the page's own.",
    )


def _pass_on_the_api(source: str) -> str:
    backend = f"http://localhost:{rx.config.get_config().backend_port or _BACKEND_PORT}"
    proxied = ", ".join(f'"{path}": {{target: "{backend}", ws: true}}' for path in ("/api", "/metrics"))
    return _replaced(
        source, "port: process.env.PORT,\n    hmr:", f"port: process.env.PORT,\n    proxy: {{{proxied}}},\n    hmr:"
    )


def _replaced(source: str, old: str, new: str) -> str:
    if new in source:
        return source
    if source.count(old) != 1:
        raise RuntimeError("Reflex's front-end template has changed: look at OneOrigin in rxconfig.py.")
    return source.replace(old, new)


def _origins(public_url: str) -> list[str]:
    """Who may call the backend from a browser: our own pages, by each name this machine has for itself."""
    url = urlsplit(public_url)
    names = {"localhost", "127.0.0.1"} if url.hostname in {"localhost", "127.0.0.1"} else {url.hostname}
    port = f":{url.port}" if url.port else ""
    return sorted(f"{url.scheme}://{name}{port}" for name in names)


settings = get_settings()
plugins: list[rx.plugins.Plugin] = [
    OneOrigin(),
    rx.plugins.TailwindV4Plugin(cast("TailwindConfig", TAILWIND)),
    rx.plugins.SitemapPlugin(),
]

config = rx.Config(
    app_name="billing_app",
    frontend_port=3000,
    backend_port=_BACKEND_PORT,
    deploy_url=settings.public_url,
    trusted_proxy_hops=settings.trusted_proxy_hops or 0,
    cors_allowed_origins=_origins(settings.public_url),
    # States are views of the database: losing them costs a reload, keeping them on disk would keep people's data.
    # Several processes share them by Redis.
    state_manager_mode=_Keeper.REDIS if os.environ.get("REFLEX_REDIS_URL") else _Keeper.MEMORY,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=plugins,
)
