"""Does reading stay flat? The process's memory while the activity is read by its cursor, page by page."""

from dataclasses import dataclass

import psutil

from benchmarks.server import Server
from billing_app.credits import CreditService
from billing_app.db.engine import Database

CUSTOMER = 4_000_000_000
LOTS_EACH = 1


@dataclass(frozen=True, slots=True)
class Memory:
    """How many entries were read, out of a table of how many, and the memory in bytes: at first, at most, at last."""

    entries: int
    stored: int
    first: int
    most: int
    last: int

    def line(self) -> str:
        """As it is printed."""
        mega = 1 << 20
        return (
            f"memory: {self.entries:,} entries read by every_entry (one customer's {self.stored:,}, over and over): "
            f"{self.first / mega:.1f} MiB after the first tenth, at most {self.most / mega:.1f}, "
            f"{self.last / mega:.1f} at the end ({(self.last - self.first) / mega:+.1f})"
        )


async def read_by_cursor(server: Server, entries: int, stored: int) -> Memory:
    """Read at least `entries` entries by the cursor, from a customer who has `stored`."""
    server.run("SELECT bench_stock(%s, 1, %s, 1)", CUSTOMER, stored)
    # Nothing is left of the lots, as of a customer who has used them: reading a page loads what is open.
    server.run("UPDATE credit_lots SET remaining = 0, open = false WHERE customer_id = %s", CUSTOMER)
    server.rest()
    database = Database(server.url)
    service = CreditService(database)
    process = psutil.Process()
    read, first, most = 0, 0, 0
    while read < entries:
        async for _ in service.every_entry(CUSTOMER):
            read += 1
            if read % 10_000 == 0:
                now = process.memory_info().rss
                most = max(most, now)
                if not first and read * 10 >= entries:
                    first = now
    await service.close()
    await database.close()
    last = process.memory_info().rss
    return Memory(read, stored, first or last, max(most, last), last)
