"""`python -m benchmarks.load [--minutes 5]`: 200 customers x 2 consumptions a second, purchases, open dashboards.

One web process with its worker, one PostgreSQL with fsync on, one sandbox; the load shares the machine with them. Exit
code 1 if anything failed, a credit is missing or doubled, or the memory grew by more than a fifth after the warm-up.
"""

import argparse
import asyncio
import logging
import os
import sys
from array import array
from time import monotonic

from sqlalchemy import text

from benchmarks.load.people import Load
from benchmarks.load.product import Product, a_product
from benchmarks.server import Server, a_server
from billing_app.credits.doctor import audit

EVERY_S = 0.5
BUYS_EVERY_S = 2.0
GROWTH_LIMIT = 0.2
_MEGA = 1 << 20
_ENTRIES = text("SELECT customer_id, count(*) FROM credit_entries WHERE kind = 'consume' GROUP BY 1")
_LOTS = text("SELECT count(*) FROM credit_lots WHERE kind = 'purchase'")
_LEFT = text("SELECT count(*) FROM webhook_events WHERE state IN ('failed', 'waiting', 'parked')")


async def run(server: Server, customers: int, dashboards: int, minutes: float) -> bool:
    """One run; whether everything held."""
    async with a_product(server, customers) as product:
        load = Load(product)
        names = list(product.customers)
        began = monotonic()
        tasks = [
            asyncio.create_task(load.use(name, EVERY_S, EVERY_S * number / customers))
            for number, name in enumerate(names)
        ]
        tasks += [asyncio.create_task(load.look_on(name)) for name in names[:dashboards]]
        tasks.append(asyncio.create_task(load.buy(BUYS_EVERY_S)))
        memory: list[int] = []
        while monotonic() - began < minutes * 60:
            await asyncio.sleep(min(5.0, minutes * 6))
            memory.append(product.memory())
        load.over.set()
        await asyncio.wait(tasks, timeout=60)
        seconds = monotonic() - began
        right = await _books_are_right(product, load)
    flat = _told(load, memory, seconds, dashboards)
    return right and flat and not load.errors


async def _books_are_right(product: Product, load: Load) -> bool:
    async with product.services() as services, services.database.transaction() as session:
        drift = await audit(session)
        entries = {row[0]: row[1] for row in await session.execute(_ENTRIES)}
        lots = (await session.execute(_LOTS)).scalar_one()
        left = (await session.execute(_LEFT)).scalar_one()
    asked = {product.customers[name]: number for name, number in load.consumed.items()}
    right = drift.clean and entries == asked and lots == len(load.bought) and not left
    print(
        f"books: {sum(entries.values()):,} entries for {sum(asked.values()):,} consumptions, {lots} lots for "
        f"{len(load.bought)} purchases, {left} events left, drift {sum(one.count for one in drift.findings)}"
    )
    return right


def _told(load: Load, memory: list[int], seconds: float, dashboards: int) -> bool:
    warm = memory[len(memory) // 4 :]
    growth = (warm[-1] - warm[0]) / warm[0]
    print(
        f"load: {len(load.took) / seconds:,.0f} consumptions a second for {seconds:.0f} s; "
        f"{_spread(load.took)}; {load.late:,} began late"
    )
    print(f"purchases: {len(load.bought)}, from the click to the credits {_spread(load.bought)}")
    print(f"dashboards: {dashboards} open, {load.updates:,} updates")
    print(
        f"memory of the web process: {memory[0] / _MEGA:.0f} MiB at first, {warm[0] / _MEGA:.0f} warm, "
        f"{warm[-1] / _MEGA:.0f} at the end ({growth:+.1%}), at most {max(memory) / _MEGA:.0f}"
    )
    print(f"errors: {len(load.errors)}", *sorted(set(load.errors))[:10], sep="\n  ")
    return growth < GROWTH_LIMIT


def _spread(times: "array[float]") -> str:
    if not times:
        return "none"
    ordered = sorted(times)
    shown = ((50, "p50"), (95, "p95"), (99, "p99"))
    return ", ".join(f"{name} {ordered[len(ordered) * at // 100] * 1000:,.0f} ms" for at, name in shown)


def main() -> int:
    """Run it; 1 if anything did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--dashboards", type=int, default=10)
    asked = parser.parse_args()
    logging.getLogger("billing_app.db.embedded").setLevel(logging.ERROR)
    with a_server() as server:
        print(f"{os.cpu_count()} processors; PostgreSQL", *(f"{k} {v}" for k, v in server.settings().items()))
        held = asyncio.run(run(server, asked.customers, asked.dashboards, asked.minutes))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
