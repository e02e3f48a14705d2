"""`python -m benchmarks.http [--quick]`: consume, check and batches over HTTP beside a baseline; `make bench-http`.

One server process each, 32 connections, the sides in turn on the same PostgreSQL. The callers share the machine with
both servers and the database, which the ratios are fair to and the absolute figures are not.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from benchmarks import baseline
from benchmarks.cases import CREDITS, LOT
from benchmarks.figures import Result, Sample, Series, Target, header, lines
from benchmarks.http_apps import DATABASE, settings
from benchmarks.http_callers import measure
from benchmarks.server import Server, a_server
from billing_app.accounts.api_keys.form import Scope
from billing_app.bootstrap import close, put_together
from billing_app.catalog.loading import read_source
from billing_app.credits.doctor import audit
from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.sandbox.server import free_port

CONNECTIONS, KEYS, BATCH, LOTS = 32, 4, 500, 9
FOR_BATCHES = 5
"""How many times more customers there are for batches, whose lots must last for more consumptions."""
FEATURE = {"feature": "docs_chat", "operation": "query", "add_ons": {"documentation": 1}}  # ten credits
_PEOPLE = """
    INSERT INTO customers (id, external_id, created_at) OVERRIDING SYSTEM VALUE
        SELECT n, 'user_' || n, now() FROM generate_series(%s::bigint, %s::bigint) AS n ON CONFLICT DO NOTHING"""
_SEEN_TODAY = "UPDATE credit_accounts SET grants_due_at = now() + interval '1 day' WHERE customer_id >= %s"
"""Each has been seen today: the free plan's month is asked about once a day and customer, not with each request."""


@dataclass(slots=True)
class HttpBench:
    """A run: the database, both servers' ports, the keys, and the customers made so far."""

    server: Server
    ports: dict[str, int]
    keys: list[str]
    rounds: int
    warm_s: float
    measured_s: float
    customers: int
    next_customer: int = 1
    drift: int = 0
    _seed: random.Random = field(default_factory=lambda: random.Random(5))  # noqa: S311 - a load, not a secret

    def stock(self, times: int = 1) -> range:
        """New customers with lots to spend."""
        first = self.next_customer
        self.next_customer += self.customers * times
        self.server.run("SELECT bench_stock(%s, %s, %s, %s)", first, self.customers * times, LOTS, LOT)
        self.server.run(_PEOPLE, first, self.next_customer - 1)
        self.server.run(_SEEN_TODAY, first)
        self.server.rest()
        return range(first, self.next_customer)

    async def compared(self, name: str, target: Target, request: Callable[[range, int], bytes]) -> Result:
        """Ours beside the baseline, in turn."""
        rounds: dict[str, list[Sample]] = {"ours": [], "baseline": []}
        for number in range(self.rounds):
            for side in list(rounds)[:: 1 if number % 2 else -1]:
                stock = self.stock()
                make = request if side == "ours" else self._select
                rounds[side].append(await self._measured(side, stock, make))
        await self._audit()
        ours, theirs = (Series(side, tuple(each)) for side, each in rounds.items())
        return Result(name, ours, (theirs,), target, self.drift)

    async def batches(self) -> Result:
        """Batches of 500, counted in consumptions, beside consumptions by pgbench with 32 clients."""
        rounds: dict[str, list[Sample]] = {"ours": [], **{f"{lock} lock": [] for lock in baseline.LOCKS}}
        for _ in range(self.rounds):
            found = await self._measured("ours", self.stock(FOR_BATCHES), self._batch, connections=4)
            per_batch = Sample(found.per_s * BATCH, found.p50_ms, found.p99_ms, found.operations * BATCH)
            rounds["ours"].append(per_batch)
            for lock in baseline.LOCKS:
                stock = self.stock(FOR_BATCHES)
                script = baseline.consume_script(lock, stock[0], stock[-1], CREDITS)
                rounds[f"{lock} lock"].append(
                    await baseline.pgbench(self.server, script, CONNECTIONS, self.warm_s, self.measured_s)
                )
        await self._audit()
        ours, *theirs = (Series(side, tuple(each)) for side, each in rounds.items())
        return Result(f"batch of {BATCH}, consumptions", ours, tuple(theirs), Target(1.5), self.drift)

    def consume(self, customers: range, number: int) -> bytes:
        """A consumption of ten credits by the rate card, from a customer at random."""
        return self._post("credits/consume", {"customer": self._one(customers), **FEATURE}, number)

    def check(self, customers: range, number: int) -> bytes:
        """Whether a customer at random may do the same."""
        return self._post("features/check", {"customer": self._one(customers), **FEATURE}, number)

    def _batch(self, customers: range, number: int) -> bytes:
        consumes = [
            {"key": str(self._seed.getrandbits(62)), "customer": self._one(customers), **FEATURE} for _ in range(BATCH)
        ]
        return self._post("credits/consume/batch", {"consumes": consumes}, number)

    def _select(self, customers: range, number: int) -> bytes:
        return f"GET /balance/{self._seed.choice(customers)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

    def _post(self, path: str, body: object, number: int) -> bytes:
        content = json.dumps(body).encode()
        head = (
            f"POST /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.keys[number % KEYS]}\r\n"
            f"Idempotency-Key: {self._seed.getrandbits(62)}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    def _one(self, customers: range) -> str:
        return f"user_{self._seed.choice(customers)}"

    async def _measured(
        self, side: str, stock: range, make: Callable[[range, int], bytes], connections: int = CONNECTIONS
    ) -> Sample:
        def request(number: int) -> bytes:
            return make(stock, number)

        return await measure(self.ports[side], request, connections, self.warm_s, self.measured_s)

    async def _audit(self) -> None:
        database = Database(self.server.url)
        async with database.transaction() as session:
            found = await audit(session, range(1, self.next_customer))
        await database.close()
        self.drift = sum(one.count for one in found.findings)


@contextmanager
def serving(app: str, url: str) -> Iterator[int]:
    """A server process of granian's; its port."""
    port = free_port("127.0.0.1")
    options = ["--interface", "asgi", "--workers", "1", "--factory", "--no-ws", "--log-level", "error"]
    command = [sys.executable, "-m", "granian", *options, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own words
        [*command, f"benchmarks.http_apps:{app}"],
        env={**os.environ, DATABASE: url},
        cwd=Path(__file__).parent.parent,
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    import socket

    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("The server did not start; its words are above.")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        sleep(0.1)
    raise RuntimeError("The server did not answer within 30 s.")


async def prepare(server: Server, keys: int) -> list[str]:
    """The catalogue, and a few keys: one alone has its limit of requests."""
    services = put_together(settings(server.url), Database(server.url, follows_clock=True))
    try:
        await services.catalog.apply(read_source("docs_chat"), by=CLI)
        made = [await services.api_keys.create(f"caller {number}", Scope.SERVER, by=None) for number in range(keys)]
    finally:
        await close(services)
    return [each.secret for each in made]


async def run(bench: HttpBench) -> list[Result]:
    """Measure each case and print it as soon as it is there."""
    results: list[Result] = []
    print(header())
    for work in (
        lambda: bench.compared(f"consume, {CONNECTIONS} connections", Target(0.7), bench.consume),
        lambda: bench.compared(f"check, {CONNECTIONS} connections", Target(0.7), bench.check),
        bench.batches,
    ):
        results.append(await work())
        print(*lines(results[-1]), sep="\n", flush=True)
    return results


def main() -> int:
    """Measure; 1 if the audit found drift. A target that is not met is printed, and is no error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: a look, not a measurement")
    parser.add_argument("--rounds", type=int, help="how often each side works in each case")
    told = parser.parse_args()
    rounds, warm_s, measured_s = (1, 3.0, 2.0) if told.quick else (5, 4.0, 4.0)
    logging.getLogger("billing_app.db.embedded").setLevel(logging.ERROR)
    began = monotonic()
    with a_server() as server:
        print(f"{os.cpu_count()} processors; PostgreSQL", *(f"{k} {v}" for k, v in server.settings().items()))
        keys = asyncio.run(prepare(server, KEYS))
        with serving("ours", server.url) as ours, serving("baseline", server.url) as theirs:
            bench = HttpBench(
                server, {"ours": ours, "baseline": theirs}, keys, told.rounds or rounds, warm_s, measured_s, 2_000
            )
            asyncio.run(run(bench))
    print(f"took {monotonic() - began:.0f} s")
    return 1 if bench.drift else 0


if __name__ == "__main__":
    sys.exit(main())
