"""The route every endpoint for host products is: key, scope, rate, strict body, and only then the endpoint.

In that order, so that who has no key learns nothing and costs nothing. An endpoint that takes only a body (`sent`)
and its caller (`caller`) is called without FastAPI's solving of dependencies: consume and check are such.
"""

import inspect
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope

from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.api_keys.service import KeyHolder, UnknownKey
from billing_app.accounts.client_address import check_allowed
from billing_app.api import problems
from billing_app.api.conventions.idempotency import read_key
from billing_app.api.conventions.rate_limits import MONEY, READ, WORK, Rate, TokenBuckets
from billing_app.api.conventions.strict_json import parse
from billing_app.api.deps import address_of, services_of
from billing_app.bootstrap import Services
from billing_app.entitlements.direct import DirectSpending
from billing_app.errors import DomainError

Answerer = Callable[[Request], Coroutine[Any, Any, Response]]
SCHEME = "apiKey"
NEEDS_KEY = {"x-idempotency-key": True}
"""Marks an endpoint that reads `caller.key`, for the document: it shows the header."""
_BODIES = frozenset({"POST", "PUT", "PATCH"})


class UnsupportedMediaType(DomainError):
    """The body is not announced as JSON."""

    status = 415
    code = "unsupported_media_type"
    title = "Send JSON"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and with what they may work."""

    services: Services
    holder: KeyHolder
    request: Request

    @property
    def actor(self) -> str:
        """As the ledger notes it: `api_key:3`."""
        return f"api_key:{self.holder.key_id}"

    @property
    def spending(self) -> DirectSpending:
        """The door for credits that are spent directly."""
        return DirectSpending(self.services.catalog, self.services.entitlements)

    @property
    def key(self) -> str:
        """The request's Idempotency-Key; required.

        Raises:
            KeyRequired, KeyMalformed: it is missing, or none.
        """
        return read_key(self.request.headers.get("idempotency-key"))


async def calling(request: Request) -> Caller:
    """The caller, as a dependency of endpoints that have path or query parameters."""
    return request.state.caller


Calling = Annotated[Caller, Depends(calling)]


class HostRoute(APIRoute):
    """A route behind a key."""

    scope: ClassVar[Scope] = Scope.READ_ONLY
    rate: ClassVar[Rate] = READ

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        marks = {"security": [{SCHEME: []}], "x-scope": self.scope.value, "x-rate": self.rate.name}
        kwargs["openapi_extra"] = {**marks, **(kwargs.get("openapi_extra") or {})}
        super().__init__(*args, **kwargs)

    def get_route_handler(self) -> Answerer:
        """Key, scope, rate and body, then the endpoint."""
        direct = _direct(self.endpoint)
        onward = direct or super().get_route_handler()
        takes_body = self.body_field is not None or direct is not None

        async def handle(request: Request) -> Response:
            services = await services_of(request)
            holder = await holder_of(request, services)
            if holder.scope is Scope.ADMIN:
                settings = services.settings
                check_allowed(address_of(request, settings), settings.admin_allowed_addresses)
            holder.require(self.scope)
            buckets_of(request).take(self.rate, holder.key_id)
            request.state.caller = Caller(services, holder, request)
            if takes_body and request.method in _BODIES:
                await _read_body(request)
            return await self.carry_out(request, onward)

        return handle

    async def carry_out(self, request: Request, onward: Answerer) -> Response:
        """The endpoint; what stands between it and who may call."""
        return await onward(request)


class ShortWays:
    """Takes what is asked most straight to its endpoint: finding the way among all routes costs more than the work.

    Goes round FastAPI's routing and nothing else: key, scope, rate and strict body are the route's own.
    """

    def __init__(self, app: ASGIApp, routers: Sequence[APIRouter]) -> None:
        self._app = app
        self._ways = {
            (method, route.path): route.get_route_handler()
            for router in routers
            for route in router.routes
            if isinstance(route, HostRoute) and _direct(route.endpoint) is not None
            for method in route.methods or ()
        }

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        way = self._ways.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if way is None:
            await self._app(scope, receive, send)
            return
        try:
            response = await way(Request(scope, receive, send))
        except DomainError as error:
            response = problems.answer(error, problems.request_id_of(scope))
        except RequestValidationError as error:
            response = problems.answer(problems.invalid(error), problems.request_id_of(scope))
        await response(scope, receive, send)


class ReadRoute(HostRoute):
    """Lists and figures: any key."""


class AskRoute(HostRoute):
    """Questions of running work that change nothing: any key, and often."""

    rate = WORK


class WorkRoute(HostRoute):
    """What moves credits or counts use: a server key, and often."""

    scope = Scope.SERVER
    rate = WORK


class MoneyRoute(HostRoute):
    """What moves money, by way of Stripe: a server key, and seldom."""

    scope = Scope.SERVER
    rate = MONEY


class AdminRoute(HostRoute):
    """What only administrators' own programs do: an admin key."""

    scope = Scope.ADMIN
    rate = MONEY


async def holder_of(request: Request, services: Services) -> KeyHolder:
    """Who speaks, by `Authorization: Bearer crd_...`. In the query or the body a key would end up in logs."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise UnknownKey("Send your API key: `Authorization: Bearer crd_...`.")
    return await services.api_keys.recognise(key.strip())


def buckets_of(request: Request) -> TokenBuckets:
    state = request.app.state
    buckets: TokenBuckets | None = getattr(state, "buckets", None)
    if buckets is None:
        buckets = state.buckets = TokenBuckets()
    return buckets


async def _read_body(request: Request) -> None:
    """Read the body strictly; whoever asks the request for its JSON is given this."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType("Send the body as JSON, with Content-Type: application/json.")
    request._json = parse(await request.body())  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue] - where Starlette keeps it


def _direct(endpoint: Callable[..., Any]) -> Answerer | None:
    """A short way to an endpoint that takes no more than a body and its caller."""
    parameters = inspect.signature(endpoint, eval_str=True).parameters
    if list(parameters) != ["sent", "caller"]:
        return None
    body: TypeAdapter[Any] = TypeAdapter(parameters["sent"].annotation)

    async def answer(request: Request) -> Response:
        try:
            sent = body.validate_python(await request.json())
        except ValidationError as wrong:
            found = [{**error, "loc": ("body", *error["loc"])} for error in wrong.errors(include_url=False)]
            raise RequestValidationError(found) from None
        return await endpoint(sent=sent, caller=request.state.caller)

    return answer


__all__ = [
    "AdminRoute",
    "AskRoute",
    "Caller",
    "Calling",
    "HostRoute",
    "MoneyRoute",
    "ReadRoute",
    "ShortWays",
    "WorkRoute",
]
