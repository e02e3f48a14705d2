"""`python -m benchmarks.reports [--rows N]`: measure and print; `make bench-reports`."""

import argparse
import asyncio
import logging
import os
from time import monotonic

from benchmarks.reports import costs
from benchmarks.server import a_server


def main() -> None:
    """Measure what reports read. A target that is missed is printed, and is no error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__)
    parser.add_argument("--small", type=int, default=100_000, help="cost rows at first (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=10_000_000, help="and then (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="of each question (default: %(default)s)")
    told = parser.parse_args()
    logging.getLogger("billing_app.db.embedded").setLevel(logging.ERROR)
    began = monotonic()
    with a_server() as server:
        print(f"{os.cpu_count()} processors; PostgreSQL", *(f"{k} {v}" for k, v in server.settings().items()))
        asyncio.run(costs.run(server, told.small, told.rows, told.rounds))
    print(f"took {monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
