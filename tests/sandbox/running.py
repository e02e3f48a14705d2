"""A sandbox on a free port in a thread of this process, and a webhook receiver beside it."""

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import httpx
import stripe
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from billing_app.sandbox.app import create_app
from billing_app.sandbox.config import DEFAULT_API_KEY, SandboxConfig
from billing_app.sandbox.server import free_port, make_server

T = TypeVar("T")
_HOST = "127.0.0.1"


@dataclass
class Sandbox:
    """A running sandbox: its address, and every answer of the API it has given."""

    url: str
    data_dir: Path
    answers: list[tuple[str, int, Any]] = field(default_factory=list)
    _connections: list[stripe.RequestsClient] = field(default_factory=list)

    def client(self, key: str = DEFAULT_API_KEY, **options: Any) -> stripe.StripeClient:
        """The official SDK pointed at it."""
        connections = stripe.RequestsClient()
        self._connections.append(connections)
        return stripe.StripeClient(key, base_addresses={"api": self.url}, http_client=connections, **options)

    def own(self, path: str, body: Any = None) -> Any:
        """A call of the sandbox's own API: GET without a body, POST with one; its JSON."""
        headers = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
        method = "GET" if body is None else "POST"
        answer = httpx.request(method, self.url + path, json=body, headers=headers, trust_env=False, timeout=60)
        return answer.json()

    def under_way(self) -> int:
        """Deliveries that will be tried (again), read where they are kept: waiting tests ask many times a second."""
        with closing(sqlite3.connect(f"file:{self.data_dir / 'sandbox.sqlite3'}?mode=ro", uri=True)) as file:
            return file.execute("SELECT count(*) FROM deliveries WHERE state = 'pending'").fetchone()[0]

    def close(self) -> None:
        """Close the connections of all clients."""
        for connections in self._connections:
            connections.close()


@contextmanager
def running(data_dir: Path, config: SandboxConfig | None = None) -> Iterator[Sandbox]:
    """Serve until the block ends, then shut down cleanly; the data stays."""
    port = free_port(_HOST)
    sandbox = Sandbox(f"http://{_HOST}:{port}", data_dir)
    app = _recorded(create_app(data_dir, config), sandbox.answers)
    started: dict[str, Any] = {}
    ready = threading.Event()

    def serve() -> None:
        async def run() -> None:
            server = make_server(app, _HOST, port)
            started.update(loop=asyncio.get_running_loop(), server=server)
            ready.set()
            await server.serve()

        asyncio.run(run())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(10)
    eventually(lambda: httpx.get(f"{sandbox.url}/healthz", trust_env=False).status_code == 200)
    try:
        yield sandbox
    finally:
        sandbox.close()
        started["loop"].call_soon_threadsafe(started["server"].stop)
        thread.join(10)
        assert not thread.is_alive(), "the sandbox did not shut down within 10 s"


def _recorded(app: ASGIApp, answers: list[tuple[str, int, Any]]) -> ASGIApp:
    """The app, with every JSON answer under /v1 kept for the judge."""

    async def recording(scope: Scope, receive: Receive, send: Send) -> None:
        status, body = 0, b""

        async def keep(message: Message) -> None:
            nonlocal status, body
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")
            await send(message)

        await app(scope, receive, keep if scope["type"] == "http" else send)
        if scope["type"] == "http" and scope["path"].startswith("/v1"):
            with suppress(json.JSONDecodeError):  # an answer broken on purpose
                answers.append((f"{scope['method']} {scope['path']}", status, json.loads(body)))

    return recording


@dataclass
class Receiver:
    """A webhook endpoint: keeps what it gets, answers what it is told to."""

    url: str
    got: list[tuple[bytes, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0

    def types(self) -> list[str]:
        """Types of the events received, in order."""
        return [json.loads(body)["type"] for body, _ in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port; it answers `answers` one by one, then 200."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append((body, self.headers["Stripe-Signature"]))
            time.sleep(receiver.delay_s)
            status = receiver.answers.pop(0) if receiver.answers else 200
            with suppress(OSError):  # the sandbox may have hung up
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"answer of the receiver")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
            """Quiet."""

    server = ThreadingHTTPServer((_HOST, 0), Handler)
    receiver = Receiver(f"http://{_HOST}:{server.server_port}/hooks")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def eventually(holds: Callable[[], T], within_s: float = 10) -> T:
    """The first true answer of `holds`; connection refused counts as not yet."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            if answer := holds():
                return answer
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
