"""The route of every staff endpoint: address, key or sign-in, role, rate, and only then the endpoint.

Staff ask with the cookie of their pages, programs with a key of scope admin. Nothing here changes anything.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.client_address import check_allowed
from billing_app.accounts.roles import Principal
from billing_app.api.conventions.rate_limits import READ
from billing_app.api.conventions.route import SCHEME, buckets_of, holder_of
from billing_app.api.deps import address_of, anywhere, services_of, staff, visitor
from billing_app.bootstrap import Services
from billing_app.errors import Unauthenticated
from billing_app.reports import may_read
from billing_app.reports.reader import Reader

SESSION = "staffSession"


@dataclass(frozen=True, slots=True)
class Staff:
    """Who asks, and with what they are answered."""

    services: Services
    by: Reader


class StaffRoute(APIRoute):
    """A route for staff: a role of viewer or above, or a key of scope admin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        marks = {
            "security": [{SCHEME: []}, {SESSION: []}],
            "x-scope": Scope.ADMIN.value,
            "x-rate": READ.name,
        }
        kwargs["openapi_extra"] = {**marks, **(kwargs.get("openapi_extra") or {})}
        super().__init__(*args, **kwargs)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Address, key or sign-in, role and rate, then the endpoint."""
        onward = super().get_route_handler()

        async def handle(request: Request) -> Response:
            services = await services_of(request)
            check_allowed(address_of(request, services.settings), services.settings.admin_allowed_addresses)
            by = await _reader(request, services)
            may_read(by)
            buckets_of(request).take(READ, -by.user_id if isinstance(by, Principal) else by.key_id)
            request.state.staff = Staff(services, by)
            return await onward(request)

        return handle


async def _staff(request: Request) -> Staff:
    return request.state.staff


Asking = Annotated[Staff, Depends(_staff)]
"""Who asks, as a dependency of staff endpoints."""


async def _reader(request: Request, services: Services) -> Any:
    if "authorization" in request.headers:
        return await holder_of(request, services)
    found = await visitor(request, services, await anywhere(request, services))
    if found is None:
        raise Unauthenticated("Sign in as staff, or send an API key of scope admin: `Authorization: Bearer crd_...`.")
    return await staff(request, services, found)
