"""Where a request comes from, as a dependency."""

from fastapi import Request

from billing_app.accounts.use_case import Visit
from billing_app.api.deps import Here, address_of


async def visit(request: Request, services: Here) -> Visit:
    """Where a request comes from."""
    return Visit(ip=address_of(request, services.settings), agent=request.headers.get("user-agent"))
