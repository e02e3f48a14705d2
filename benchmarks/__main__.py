"""`python -m benchmarks [--quick] [CASE ...]`: measure and print; `make bench` and `make bench QUICK=1`."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from time import monotonic

from benchmarks.cases import Bench, Sizes
from benchmarks.figures import Result, header, lines
from benchmarks.memory import read_by_cursor
from benchmarks.server import a_server
from billing_app.garbage import leave_out_what_stays

FULL = Sizes()
QUICK = Sizes(rounds=1, warm_s=0.4, measured_s=0.6, customers=2_000)
CASES = ("many", "hot", "hold", "balance", "memory")


async def run(bench: Bench, chosen: set[str], entries: int) -> list[Result]:
    """Measure the chosen cases and print each as soon as it is there."""
    sizes = bench.sizes
    work: list[Callable[[], Awaitable[Result]]] = []
    if "many" in chosen:
        work += [lambda callers=callers: bench.consume_many(callers) for callers in sizes.callers]
    if "hot" in chosen:
        work += [lambda callers=callers: bench.consume_hot(callers) for callers in sizes.callers]
    if "hold" in chosen:
        work += [lambda: bench.hold_capture(32)]
    if "balance" in chosen:
        work += [lambda callers=callers: bench.balance(callers) for callers in sizes.balance_callers]
    results: list[Result] = []
    print(header())
    for one in work:
        results.append(await one())
        print(*lines(results[-1]), sep="\n", flush=True)
    if "memory" in chosen:
        print((await read_by_cursor(bench.server, entries, min(entries, 20_000))).line(), flush=True)
    print(f"audit of all cases: {bench.drift} drift")
    return results


def main() -> int:
    """Measure; 1 if the audit found drift. A target that is not met is printed, and is no error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"some of {', '.join(CASES)}; none: all")
    parser.add_argument("--quick", action="store_true", help="under a minute, one round: a look, not a measurement")
    parser.add_argument("--rounds", type=int, help="how often each side works in each case")
    parser.add_argument("--callers", type=int, nargs="+", help="how many wait at a time in the consume cases")
    parser.add_argument("--entries", type=int, help="how many entries the memory case reads")
    told = parser.parse_args()
    if unknown := set(told.cases) - set(CASES):
        parser.error(f"no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    sizes = QUICK if told.quick else FULL
    sizes = Sizes(
        told.rounds or sizes.rounds,
        sizes.warm_s,
        sizes.measured_s,
        sizes.customers,
        tuple(told.callers or sizes.callers),
        sizes.balance_callers,
    )
    logging.getLogger("billing_app.db.embedded").setLevel(logging.ERROR)
    began = monotonic()
    leave_out_what_stays()  # as every process of the product does
    with a_server() as server:
        print(f"{os.cpu_count()} processors; PostgreSQL", *(f"{k} {v}" for k, v in server.settings().items()))
        print(f"{sizes.rounds} rounds of {sizes.measured_s:g} s after warming up, the sides in turn; medians decide.\n")
        bench = Bench(server, sizes)
        asyncio.run(run(bench, set(told.cases or CASES), told.entries or (50_000 if told.quick else 10_000_000)))
    print(f"took {monotonic() - began:.0f} s")
    return 1 if bench.drift else 0


if __name__ == "__main__":
    sys.exit(main())
