"""What a running sandbox consists of, and how a request finds it."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from billing_app.sandbox.config import SandboxConfig
from billing_app.sandbox.store import Store
from billing_app.sandbox.webhooks.courier import Courier


@dataclass(frozen=True)
class Place:
    """Store, settings and courier of one sandbox, made when it starts."""

    store: Store
    config: SandboxConfig
    courier: Courier

    def base_url(self, request: HTTPConnection) -> str:
        """Address of the hosted pages: as configured, else as this request came in."""
        return (self.config.base_url or str(request.base_url)).rstrip("/")


def place_of(request: HTTPConnection) -> Place:
    """The sandbox that serves this request."""
    return request.app.state.place
