"""The cost part: page queries on the sums at two sizes, intake beside COPY, the roll-up's share of logging a call."""

import random
import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import psycopg

from benchmarks.reports.processor import Processor
from benchmarks.reports.sales import SalesBench
from benchmarks.server import Server
from billing_app.accounts.customers import ensure_customer
from billing_app.catalog.service import CatalogService
from billing_app.credits.lot_kinds import LotKinds
from billing_app.db.engine import Database
from billing_app.entitlements.subscriptions.plan_codes import PlansInForce
from billing_app.journal.audit import CLI
from billing_app.reports.lot_items import LotItems
from billing_app.usage import CostLog, CostReads, LlmCall, PriceBook, Rollup, Tokens

HERE = Path(__file__).parent
LOADED_AT_ONCE = 500_000
WARM = 6
PLANNED = 20
"""Calls on a connection until its statements are planned anew, after the table has changed."""
LONGEST_MS, MOST_TIMES, MOST_DEARER = 100, 1.5, 1.2
LAST = date(2026, 2, 4)
MONTH, YEAR = date(2026, 1, 6), date(2025, 2, 5)


@dataclass(frozen=True, slots=True)
class Times:
    """The best and the median of some rounds, and the processor's time of both sides for one: ms."""

    best: float
    median: float
    processor: float


class CostBench:
    """A server with a log, and what is measured on it."""

    def __init__(self, server: Server, database: Database) -> None:
        self.server = server
        self.database = database
        self.rows = 0
        self._customers: list[int] = []
        self.server.run((HERE / "load.sql").read_text())
        self.log = CostLog(self.database, purchases=LotKinds(), plans=PlansInForce(CatalogService(self.database)))
        self.rollup = Rollup(self.database, LotKinds(), LotItems())
        self.sales = SalesBench(server, database)
        self.reads = CostReads(self.database)

    def fill(self, rows: int) -> float:
        """Make the log that long; seconds it took."""
        began = perf_counter()
        while self.rows < rows:
            more = min(LOADED_AT_ONCE, rows - self.rows)
            self.server.run("SELECT bench_costs(%s, %s)", self.rows + 1, more)
            self.rows += more
        return perf_counter() - began

    async def roll(self) -> tuple[int, float]:
        """Bring the sums up to date: rows, seconds."""
        rows, seconds = await self._roll_new()
        self.server.run("VACUUM (ANALYZE) cost_log, cost_sums, cost_sums_customer, cost_sums_customer_month")
        return rows, seconds

    def questions(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """What the overview and the margin page ask of the sums."""
        reads = self.reads
        month = {"first": MONTH, "last": LAST}
        year = {"first": YEAR, "last": LAST}
        return {
            "costs: 30 days by day": lambda: reads.by("day", **month, currency="USD"),
            "costs: 365 days by day": lambda: reads.by("day", **year, currency="USD"),
            "costs: spread, last month": lambda: reads.spread(
                first=date(2026, 1, 1), last=date(2026, 1, 31), currency="USD"
            ),
            "costs: 365 days by feature, plan": lambda: reads.by("feature", "plan", **year, currency="USD"),
            "costs: 365 days by model": lambda: reads.by("model", **year, currency="USD"),
            "costs: 365 days by purchase": lambda: reads.by("purchase", **year, currency="USD"),
            "costs: dearest customers, 12 months": lambda: reads.customers(
                first=date(2025, 2, 1), last=date(2026, 1, 31), currency="USD", limit=100
            ),
            "costs: spread, 12 months": lambda: reads.spread(
                first=date(2025, 2, 1), last=date(2026, 1, 31), currency="USD"
            ),
            "customer: 365 days by day": lambda: reads.of_customer(7, **year),
            **self.sales.questions(),
        }

    async def ask(self, rounds: int) -> dict[str, Times]:
        """How long each question takes."""
        processor = Processor(self.server)
        return {name: await times_of(once, rounds, processor) for name, once in self.questions().items()}

    async def equal(self) -> bool:
        """Whether the sums come to what a full scan comes to."""
        ((scanned, calls),) = self.server.run(
            "SELECT coalesce(sum(sign * cost), 0), coalesce(sum(sign), 0) FROM cost_log"
        )
        for table in ("cost_sums", "cost_sums_customer", "cost_sums_customer_month"):
            ((summed, counted),) = self.server.run(
                f"SELECT coalesce(sum(cost), 0), coalesce(sum(calls), 0) FROM {table}"
            )
            if (summed, counted) != (scanned, calls):
                return False
        return True

    def sizes(self) -> str:
        """How many rows the questions have before them: what decides their time on a quiet machine."""
        counts = [
            f"{table} {self.server.run(f'SELECT count(*) FROM {table}')[0][0]:,}"
            for table in ("cost_sums", "cost_sums_customer", "cost_sums_customer_month")
        ]
        return f"rows of sums: {', '.join(counts)}"

    async def prepare_calls(self) -> None:
        """Prices and customers, so that calls can be logged by the service."""
        await PriceBook(self.database).seed(actor=CLI)
        async with self.database.transaction() as session:
            for number in range(50):
                await ensure_customer(session, f"bench-{number}")
        self._customers = [row[0] for row in self.server.run("SELECT id FROM customers")]

    def calls(self, count: int, mark: str) -> list[LlmCall]:
        """Calls to be logged."""
        draw = random.Random(mark)  # noqa: S311 - a load, not a secret
        return [
            LlmCall(
                source="host",
                request_id=f"{mark}-{number}-{draw.getrandbits(40):x}",
                customer_id=draw.choice(self._customers),
                plan="pro",
                feature="chat",
                model="gpt-4o",
                tokens=Tokens(draw.randrange(1, 4_000), draw.randrange(1_500)),
                at=datetime(2026, 1, 15, tzinfo=UTC),
            )
            for number in range(count)
        ]

    async def intake(self, rounds: int) -> tuple[float, float]:
        """Rows a second: by the service, 10,000 in a call; and by COPY of the same rows into the same table."""
        ours, theirs = [], []
        for number in range(rounds):
            rows = self.calls(10_000, f"intake{number}")
            began = perf_counter()
            await self.log.log_many(rows)
            ours.append(len(rows) / (perf_counter() - began))
            theirs.append(self._copy(f"copy{number}"))
        return statistics.median(ours), statistics.median(theirs)

    def _copy(self, mark: str) -> float:
        rows = self.calls(10_000, mark)
        columns = (
            "source, request_id, sign, kind, model, customer_id, plan, feature, input, output, price_id, currency, "
            "cost, at, recorded_at, fingerprint"
        )
        at, cost = datetime(2026, 1, 15, tzinfo=UTC), Decimal("0.0075")
        with psycopg.connect(self.server.owner_url) as connection:
            began = perf_counter()
            with connection.cursor().copy(f"COPY cost_log ({columns}) FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(
                        (row.source, row.request_id, 1, "llm", row.model, row.customer_id, "pro", "chat",
                         row.tokens.input, row.tokens.output, 1, "USD", cost, at, at, row.fingerprint())
                    )  # fmt: skip
            connection.commit()
            return len(rows) / (perf_counter() - began)

    async def one_call_ms(self, rounds: int, calls: int) -> tuple[float, float, float]:
        """ms to log one call with the index that the roll-up needs, and without it; and a run's share of one row.

        The median of the calls of all rounds, the sides in turn; the first calls of each, which are planned anew, do
        not count.
        """
        found: dict[bool, list[float]] = {True: [], False: []}
        rolled_s = rolled = 0.0
        for number in range(rounds):
            for with_index in (True, False) if number % 2 else (False, True):
                self._have_index(with_index)
                self.server.run("CHECKPOINT")
                found[with_index] += (await self._log_each(self.calls(calls + PLANNED, f"one{number}{with_index}")))[
                    PLANNED:
                ]
            self._have_index(True)
            rows, seconds = await self._roll_new()
            rolled, rolled_s = rolled + rows, rolled_s + seconds
        return statistics.median(found[True]), statistics.median(found[False]), rolled_s / rolled * 1_000

    def _have_index(self, there: bool) -> None:
        index = "ix_cost_log_written_in"
        self.server.run(
            f"CREATE INDEX IF NOT EXISTS {index} ON cost_log (written_in)" if there else f"DROP INDEX IF EXISTS {index}"
        )

    async def _log_each(self, rows: list[LlmCall]) -> list[float]:
        times = []
        for row in rows:
            began = perf_counter()
            await self.log.log(row)
            times.append((perf_counter() - began) * 1_000)
        return times

    async def _roll_new(self) -> tuple[int, float]:
        began, rows = perf_counter(), 0
        # More than once: transactions elsewhere on the server may hold a run back.
        while (await self.rollup.behind()).rows:
            rows += await self.rollup.roll()
        return rows, perf_counter() - began

    async def until_rolled_s(self) -> float:
        """Seconds from an intake of 10,000 rows until the sums have them, when the run begins at once."""
        rows = self.calls(10_000, "late")
        began = perf_counter()
        await self.log.log_many(rows)
        while (await self.rollup.behind()).rows:
            await self.rollup.roll()
        return perf_counter() - began


async def times_of(once: Callable[[], Awaitable[object]], rounds: int, processor: Processor) -> Times:
    """Some rounds, after those in which statements are planned anew."""
    for _ in range(WARM):
        await once()
    times, before = [], processor.now_ms()
    for _ in range(rounds):
        began = perf_counter()
        await once()
        times.append((perf_counter() - began) * 1_000)
    return Times(min(times), statistics.median(times), (processor.now_ms() - before) / rounds)


def verdict(good: bool) -> str:
    """Beside a target."""
    return "OK" if good else "MISSED"


async def run(server: Server, small: int, large: int, rounds: int, *, calls: int = 200, buyers: int = 5_000) -> None:
    """Measure everything and print it."""
    database = Database(server.url)
    try:
        bench = CostBench(server, database)
        print(await bench.sales.fill(buyers))
        bench.fill(small)
        await bench.roll()
        before = await bench.ask(rounds)
        print(f"{bench.rows:,} rows; sums equal a full scan: {await bench.equal()}")
        print(bench.sizes())
        await bench.prepare_calls()
        with_, without, share = await bench.one_call_ms(rounds, calls)
        times = (with_ + share) / without
        print(
            f"logging one call: {with_:.2f} ms and {share:.3f} ms of a run of the roll-up; without either "
            f"{without:.2f} ms: "
            f"{times:.2f} x {verdict(times <= MOST_DEARER)}"
        )
        took = bench.fill(large)
        rows, seconds = await bench.roll()
        print(
            f"{bench.rows:,} rows (made in {took:.0f} s); {rows:,} rolled in {seconds:.1f} s, "
            f"{rows / seconds:,.0f} a second"
        )
        print(bench.sizes())
        after = await bench.ask(rounds)
        print(f"{'question, best of each size':<38}{f'{small:,}':>11}{f'{large:,}':>14}{'times':>7}{'processor':>19}")
        for name, now in after.items():
            then, times = before[name], now.best / before[name].best  # of the best: what else is done only ever adds
            good = now.median <= LONGEST_MS and times <= MOST_TIMES
            print(
                f"{name:<38}{then.best:>8.1f} ms{now.best:>11.1f} ms{times:>7.2f}"
                f"{then.processor:>8.1f} {now.processor:>7.1f} ms  {verdict(good)}"
            )
        print(f"sums equal a full scan: {await bench.equal()}")
        ours, copied = await bench.intake(rounds)
        print(f"intake of 10,000 rows: {ours:,.0f} rows a second; plain COPY {copied:,.0f}; {ours / copied:.2f} x")
        print(f"from an intake of 10,000 rows until the sums have them: {await bench.until_rolled_s():.2f} s")
        await bench.roll()
        print(f"sums equal a full scan: {await bench.equal()}")
    finally:
        await database.close()
