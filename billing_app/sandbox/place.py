"""What a running sandbox consists of, and how a request finds it."""

import re
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from billing_app.sandbox.config import SandboxConfig
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.store import Store
from billing_app.sandbox.webhooks.courier import Courier

_HOST = re.compile(r"^([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?$")


@dataclass(frozen=True)
class Place:
    """Store, settings and courier of one sandbox, made when it starts."""

    store: Store
    config: SandboxConfig
    courier: Courier

    def base_url(self, request: HTTPConnection) -> str:
        """Address of the hosted pages: as configured, else as this request came in.

        Raises:
            ApiError: the request's Host header is no address.
        """
        if self.config.base_url is not None:
            return self.config.base_url.rstrip("/")
        if not _HOST.match(request.headers.get("host", "")):
            raise invalid("The Host header is not an address.")
        address = str(request.base_url).rstrip("/")
        if self.store.text("address") != address:
            self.store.set_text("address", address)
        return address

    def usual_url(self) -> str:
        """Address of the hosted pages for what happens by itself: as configured, else as the last request came in."""
        return (self.config.base_url or self.store.text("address")).rstrip("/")


def place_of(request: HTTPConnection) -> Place:
    """The sandbox that serves this request."""
    return request.app.state.place
