"""What is measured: each case prepares its customers, lets both sides work in turn, and has the ledger audited."""

import asyncio
import itertools
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import psycopg

from benchmarks import baseline
from benchmarks.callers import measure
from benchmarks.figures import Result, Sample, Series, Target
from benchmarks.server import Server
from billing_app.credits import Capture, Consume, CreditService, Hold
from billing_app.credits.doctor import audit
from billing_app.db.engine import Database

OURS = "service"
LOT, CREDITS = 91, 10  # no common factor: one consumption in ten needs two lots
HOT_OPERATIONS = 1_024  # taken from one hot customer before the next one is hot, so that its lots stay few
TARGETS_MANY = {1: Target(0.5), 8: Target(), 32: Target(1.2, 1), 256: Target(2)}
TARGETS_HOT = {1: Target(0.5), 8: Target(), 32: Target(5, 1), 256: Target(12)}
MOST_HOT_PER_S = 40_000
MOST_PER_S = 30_000  # what the faster side may reach over many customers, whose lots must not run out meanwhile

_BARE_BALANCE = (
    "SELECT coalesce(sum(remaining), 0) FROM credit_lots WHERE customer_id = %s AND open AND booked "
    "AND frozen_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    rounds: int = 5
    warm_s: float = 1.0
    measured_s: float = 2.0
    customers: int = 5_000
    callers: tuple[int, ...] = (1, 8, 32, 256)
    balance_callers: tuple[int, ...] = (1, 32)

    def warm(self, callers: int) -> float:
        """A connection each has to plan its statements once: the more there are, the longer it takes."""
        return self.warm_s * (2 if callers > 100 else 1)


@dataclass(slots=True)
class Bench:
    """A run: its server, and the customers made so far."""

    server: Server
    sizes: Sizes
    next_customer: int = 1
    drift: int = 0
    _seed: random.Random = field(default_factory=lambda: random.Random(3))  # noqa: S311 - a load, not a secret

    def stock(self, customers: int, lots: int) -> range:
        """New customers with lots to spend."""
        first = self.next_customer
        self.next_customer += customers
        self.server.run("SELECT bench_stock(%s, %s, %s, %s)", first, customers, lots, LOT)
        self.server.rest()
        return range(first, first + customers)

    async def consume_many(self, callers: int) -> Result:
        """Consumption from a customer at random."""

        async def ours(service: CreditService, customers: range, each: Sides) -> Sample:
            async def once() -> None:
                customer_id = self._seed.choice(customers)
                key = str(self._seed.getrandbits(62))
                await service.consume(Consume(customer_id=customer_id, credits=CREDITS, feature="chat", key=key))

            return await each.measure(once)

        def script(lock: str, customers: range) -> str:
            return baseline.consume_script(lock, customers[0], customers[-1], CREDITS)

        # Each side takes about ten times from each customer of its own.
        return await self._compare(
            f"consume, many customers, {callers} callers", callers, TARGETS_MANY.get(callers, Target()), ours, script
        )

    async def consume_hot(self, callers: int) -> Result:
        """Consumption from one customer, until its lots are nearly used up; then from the next."""

        async def ours(service: CreditService, customers: range, each: Sides) -> Sample:
            numbers = itertools.count()

            async def once() -> None:
                customer_id = customers[next(numbers) // HOT_OPERATIONS]
                key = str(self._seed.getrandbits(62))
                await service.consume(Consume(customer_id=customer_id, credits=CREDITS, feature="chat", key=key))

            return await each.measure(once)

        def script(lock: str, customers: range) -> str:
            self.server.run("ALTER SEQUENCE bench_turn RESTART")
            return baseline.hot_script(lock, customers[0], CREDITS, HOT_OPERATIONS)

        seconds = self.sizes.warm(callers) + self.sizes.measured_s + 2
        hot = int(seconds * min(MOST_HOT_PER_S, 6_000 + 1_000 * callers) / HOT_OPERATIONS) + 2
        lots = HOT_OPERATIONS * CREDITS // LOT + 3
        return await self._compare(
            f"consume, one hot customer, {callers} callers",
            callers,
            TARGETS_HOT.get(callers, Target()),
            ours,
            script,
            customers=hot,
            lots=lots,
        )

    async def hold_capture(self, callers: int) -> Result:
        """A hold and its capture, each committed before the next, from a customer at random."""

        async def ours(service: CreditService, customers: range, each: Sides) -> Sample:
            async def once() -> None:
                customer_id = self._seed.choice(customers)
                key = str(self._seed.getrandbits(62))
                held = await service.hold(Hold(customer_id=customer_id, credits=CREDITS, feature="chat", key=f"h{key}"))
                await service.capture(Capture(customer_id=customer_id, hold_id=held.hold_id, key=f"c{key}"))

            return await each.measure(once)

        def script(lock: str, customers: range) -> str:
            return baseline.hold_capture_script(lock, customers[0], customers[-1], CREDITS)

        return await self._compare(f"hold + capture, {callers} callers", callers, Target(), ours, script)

    async def balance(self, callers: int) -> Result:
        """The whole balance by the service, beside the sum alone by a bare psycopg select in the same process."""
        customers = self.stock(self.sizes.customers, 4)
        sides = Sides(callers, 0.3, self.sizes.measured_s)
        database = Database(self.server.url)
        service = CreditService(database)
        bare = [
            await psycopg.AsyncConnection.connect(self.server.url, autocommit=True, prepare_threshold=0)
            for _ in range(min(callers, 8))
        ]
        free: asyncio.Queue[psycopg.AsyncConnection] = asyncio.Queue()
        for one in bare:
            free.put_nowait(one)

        async def ours() -> None:
            await service.balance(self._seed.choice(customers))

        async def theirs() -> None:
            connection = await free.get()
            try:
                cursor = await connection.execute(_BARE_BALANCE, [self._seed.choice(customers)])
                await cursor.fetchone()
            finally:
                free.put_nowait(connection)

        script = baseline.balance_script(customers[0], customers[-1])
        rounds: dict[str, list[Sample]] = {OURS: [], "psycopg select": [], "pgbench select": []}
        for _ in range(self.sizes.rounds):
            rounds[OURS].append(await sides.measure(ours))
            rounds["psycopg select"].append(await sides.measure(theirs))
            rounds["pgbench select"].append(
                await baseline.pgbench(self.server, script, callers, sides.warm_s, sides.measured_s)
            )
        for one in bare:
            await one.close()
        await service.close()
        await database.close()
        series = {name: Series(name, tuple(each)) for name, each in rounds.items()}
        return Result(
            f"balance, {callers} callers",
            series[OURS],
            (series["psycopg select"],),
            Target(0.5),
            beside=(series["pgbench select"],),
        )

    async def _compare(
        self,
        name: str,
        callers: int,
        target: Target,
        ours: "Ours",
        script: Callable[[str, range], str],
        *,
        customers: int | None = None,
        lots: int | None = None,
    ) -> Result:
        """Rounds in which each side works once, beginning with another side each time, on customers of its own."""
        sides = Sides(callers, self.sizes.warm(callers), self.sizes.measured_s)
        rounds: dict[str, list[Sample]] = {one: [] for one in (OURS, *baseline.LOCKS)}
        drift = 0
        enough = lots or lots_that_last(sides.warm_s + sides.measured_s + 1, self.sizes.customers)
        for number in range(self.sizes.rounds):
            turn = list(rounds)
            for side in turn[number % 3 :] + turn[: number % 3]:
                stock = self.stock(customers or self.sizes.customers, enough)
                if side == OURS:
                    rounds[side].append(await self._our_round(ours, stock, sides))
                else:
                    rounds[side].append(
                        await baseline.pgbench(
                            self.server, script(side, stock), callers, sides.warm_s, sides.measured_s
                        )
                    )
                drift += await self._audit(stock)
        self.drift += drift
        series = [Series(f"{side} lock" if side != OURS else side, tuple(each)) for side, each in rounds.items()]
        return Result(name, series[0], tuple(series[1:]), target, drift)

    async def _our_round(self, ours: "Ours", customers: range, sides: "Sides") -> Sample:
        database = Database(self.server.url)
        service = CreditService(database)
        try:
            return await ours(service, customers, sides)
        finally:
            await service.close()
            await database.close()

    async def _audit(self, customers: range) -> int:
        database = Database(self.server.url)
        async with database.transaction() as session:
            found = await audit(session, customers)
        await database.close()
        return sum(one.count for one in found.findings)


@dataclass(frozen=True, slots=True)
class Sides:
    """What both sides have in common: how many callers, for how long."""

    callers: int
    warm_s: float
    measured_s: float

    async def measure(self, once: Callable[[], Awaitable[None]]) -> Sample:
        """Our side of it."""
        return await measure(once, self.callers, self.warm_s, self.measured_s)


def lots_that_last(seconds: float, customers: int) -> int:
    """How many lots a customer needs, when customers come at random: the one who comes most often, too."""
    often = seconds * MOST_PER_S / customers
    return max(9, math.ceil((often + 6 * math.sqrt(often)) * CREDITS / LOT) + 1)


Ours = Callable[[CreditService, range, Sides], Awaitable[Sample]]
