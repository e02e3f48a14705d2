"""How every endpoint and handler is found, called with something that fits, and its answer judged."""

import asyncio
import inspect
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx
import wrapt
from fastapi import FastAPI
from reflex.state import BaseState, State
from reflex_base.event import EventHandler
from starlette.routing import BaseRoute, WebSocketRoute

import billing_app.ui.routes  # noqa: F401 - every page with its State
from billing_app import clock
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError
from tests.security.actors import MARK, URL, Everybody
from tests.security.decisions import ENDPOINTS, HANDLERS, KEYS, Actor

LOOKED_AT_S, AS_LONG_AS_IT_TAKES_S = 0.3, 20
"""What is let in may follow something for minutes, and is not waited for; what is to be refused is."""
_OWN_ANSWERS = {"wrong_credentials", "password_needed", "hand_over_invalid"}
"""401s that are what the endpoint is for, not a refusal to carry it out."""
_CATCH_ALL = "/api/{path:path}"


# Endpoints


def endpoints(app: FastAPI) -> list[str]:
    """Every endpoint, `METHOD /path`; `WS` for a WebSocket."""
    found = {
        f"{method} {route.path}"  # pyright: ignore[reportAttributeAccessIssue]
        for route in _routes(app.routes)
        if getattr(route, "path", _CATCH_ALL) != _CATCH_ALL
        for method in (["WS"] if isinstance(route, WebSocketRoute) else getattr(route, "methods", None) or [])
        if method != "HEAD"
    }
    return sorted(found)


def _routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from _routes(inner.routes)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call."""

    refused: bool
    seen: str
    status: int = 0

    @property
    def shows_the_mark(self) -> bool:
        """Whether something of the customer's is in it."""
        return MARK.lower() in self.seen.lower()


_JSON: dict[str, Any] = {
    "customer": "host-user",
    "credits": 1,
    "feature": "coach_chat",
    "units": 1,
    "note": "for the test",
}
"""For host products: JSON of any kind."""
_FIELDS = {
    "kind": "pack",
    "code": "small",
    "plan": "pro",
    "period": "month",
    "email": "nobody@example.com",
    "password": "seven blue umbrellas",
    "old_password": "not this one",
    "token": "x",
    "question": "Why?",
    "name": "Nobody",
    "message": "Hello",
}
"""For the forms of pages: text alone."""


async def call(people: Everybody, endpoint: str, actor: Actor) -> Answer:
    """Call an endpoint as this actor, with a body that has something of everything."""
    method, path = endpoint.split(" ", 1)
    path = re.sub(r"\{[a-z_]+\}", lambda part: _PATHS.get(part[0], "1"), path)
    headers = people.headers(actor)
    if method == "WS":
        return await _knock(people.app, path, headers)
    transport = httpx.ASGITransport(people.app, raise_app_exceptions=False)
    sent = _JSON if ENDPOINTS[endpoint].who <= KEYS else _FIELDS
    body: dict[str, Any] = {"json": sent} if method in ("POST", "PUT") else {}
    if method == "POST":
        headers["idempotency-key"] = f"{actor.name.lower()}-{abs(hash(endpoint))}"
    async with httpx.AsyncClient(transport=transport, base_url=URL, timeout=10) as client:
        # A task of its own, as each request has: what it notes in its context does not reach the next.
        answer = await asyncio.create_task(client.request(method, path, headers=headers, **body))
    code = _code(answer)
    refused = answer.status_code in (401, 403) and code not in _OWN_ANSWERS
    return Answer(refused, answer.text, answer.status_code)


_PATHS = {"{customer}": "host-user", "{code}": "not-found", "{kind}": "pdf"}


def _code(answer: httpx.Response) -> str:
    if "json" not in answer.headers.get("content-type", ""):
        return ""
    said = answer.json()
    return str(said.get("code", "")) if isinstance(said, dict) else ""


async def _knock(app: FastAPI, path: str, headers: Mapping[str, str]) -> Answer:
    """A WebSocket's handshake; the line is dropped as soon as it is accepted."""
    said: asyncio.Queue[Any] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    heard.put_nowait({"type": "websocket.connect"})
    scope = {
        "type": "websocket",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("203.0.113.7", 1),
        "server": ("billing.example", 80),
        "scheme": "ws",
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "root_path": "",
    }
    line = asyncio.ensure_future(app(scope, heard.get, said.put))
    first = await asyncio.wait_for(said.get(), 10)
    heard.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(line, 10)
    rest = [said.get_nowait() for _ in range(said.qsize())]
    # Some refuse before they accept, with an HTTP status; some after it, with a code that browsers can read.
    status = first.get("status") or next((one["code"] - 4000 for one in rest if one.get("code", 0) > 4000), 101)
    return Answer(status in (401, 403), str([first, *rest]), status)


# Handlers

_PAGES = {"billing_app.ui.pages.practice": "/playground/practice"}
"""Where the tab is, for handlers that look."""


def handlers() -> dict[str, tuple[type[BaseState], EventHandler]]:
    """Every event handler of our pages, `State.handler`. Reflex's own are those of its base classes."""
    found: dict[str, tuple[type[BaseState], EventHandler]] = {}
    for state in _states(State):
        for name, handler in state.event_handlers.items():
            if name != "setvar":
                key = f"{state.__name__}.{name}"
                assert key not in found, f"two States are called {state.__name__}"
                found[key] = (state, handler)
    return found


def _states(state: type[BaseState]) -> Iterator[type[BaseState]]:
    for inner in sorted(state.get_substates(), key=lambda one: one.__name__):
        if inner.__module__.startswith("billing_app."):
            yield inner
        yield from _states(inner)


class _InTheBackground(wrapt.ObjectProxy):
    """What a background handler is given: a State that is entered before it is changed."""

    async def __aenter__(self) -> "State":
        return self.__wrapped__

    async def __aexit__(self, *_: object) -> None:
        return None


_refusals: ContextVar[list[str] | None] = ContextVar("refusals", default=None)


@contextmanager
def refusals() -> Iterator[list[str]]:
    """Codes of every 401 and 403 that is raised in the block, also where a page catches it and shows its sentence."""
    noted: list[str] = []
    token = _refusals.set(noted)
    born = DomainError.__init__

    def note(self: DomainError, *args: Any, **extra: Any) -> None:
        born(self, *args, **extra)
        noting = _refusals.get()
        if noting is not None and self.status in (401, 403) and self.code not in _OWN_ANSWERS:
            noting.append(self.code)

    DomainError.__init__ = note
    try:
        yield noted
    finally:
        DomainError.__init__ = born
        _refusals.reset(token)


async def fire(
    people: Everybody,
    handler: str,
    actor: Actor,
    *,
    to_the_end: bool = False,
    arguments: Mapping[str, Any] | None = None,
) -> Answer:
    """Fire an event as this actor's browser would, with the customer's ids wherever an id is asked for.

    `arguments`: instead of those that fit by their kind.
    """
    state, found = handlers()[handler]
    root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue] - as Reflex itself makes one
    path = _PAGES.get(state.__module__.rpartition(".")[0], "/")
    root._update_router_vars({"headers": people.headers(actor), "token": "tab", "pathname": path, "asPath": path}, {})
    tab = await root.get_state(state)
    given = _InTheBackground(tab) if found.is_background else tab
    quick = (HANDLERS[handler].waits or HANDLERS[handler].lets(actor)) and not to_the_end
    longest = LOOKED_AT_S if quick else AS_LONG_AS_IT_TAKES_S
    with refusals() as noted:
        answer: Any = None
        try:
            answer = await asyncio.wait_for(
                _run(found.fn(given, **(_arguments(people, found) if arguments is None else arguments))), longest
            )
        except TimeoutError:
            pass
        except (DomainError, *TROUBLE) as error:
            answer = error
    return Answer(bool(noted), str(root.get_delta()) + str(answer))


async def _run(made: Any) -> Any:
    if inspect.isasyncgen(made):
        return [event async for event in made]
    if inspect.isgenerator(made):
        return list(made)
    return await made if inspect.isawaitable(made) else made


_BY_TYPE: dict[Any, Any] = {int: 1, str: "x", bool: True, "int": 1, "str": "x", "bool": True}


def parameters(handler: EventHandler) -> list[inspect.Parameter]:
    """What an event of a page may bring along."""
    return list(inspect.signature(handler.fn).parameters.values())[1:]


def _arguments(people: Everybody, handler: EventHandler) -> dict[str, Any]:
    given: dict[str, Any] = {
        "session_id": people.session_id,
        "day": clock.now().date().isoformat(),
        "days": 30,
        "form": {**_FIELDS, "scope": "server", "overlap": "0"},
    }
    wanted = parameters(handler)
    return {one.name: given.get(one.name, _BY_TYPE.get(one.annotation, [])) for one in wanted}
