"""Where a request comes from, as routes are told."""

from fastapi import Request
from starlette.requests import HTTPConnection

from billing_app.accounts.client_address import client_address
from billing_app.accounts.use_case import Visit
from billing_app.api.deps import Here
from billing_app.settings import Settings


def address_of(connection: HTTPConnection, settings: Settings) -> str | None:
    """The client's address, as far as our proxies vouch for it."""
    peer = connection.client.host if connection.client else None
    return client_address(peer, connection.headers.getlist("x-forwarded-for"), settings.trusted_proxy_hops or 0)


async def visit(request: Request, services: Here) -> Visit:
    """Where a request comes from, as a dependency."""
    return Visit(ip=address_of(request, services.settings), agent=request.headers.get("user-agent"))
