"""A process of its own that spends: many tasks at once, on some customers. Prints how many credits it took."""

import asyncio
import sys
from collections import Counter

from billing_app.credits import Capture, Consume, CreditService, Hold
from billing_app.db.engine import Database
from billing_app.errors import InsufficientCredits


async def spend(url: str, customers: int, tasks: int, rounds: int) -> Counter[str]:
    """`tasks` tasks take `rounds` times one credit each, every third by a hold that captures one of two."""
    database = Database(url, pool_size=4)
    credits = CreditService(database)
    counts: Counter[str] = Counter()

    async def one(task: int) -> None:
        customer_id = task % customers + 1
        for number in range(rounds):
            try:
                if (task + number) % 3:
                    await credits.consume(Consume(customer_id=customer_id, feature="chat", credits=1))
                else:
                    held = await credits.hold(Hold(customer_id=customer_id, feature="chat", credits=2))
                    await credits.capture(Capture(customer_id=customer_id, hold_id=held.hold_id, credits=1))
            except InsufficientCredits:
                counts["refused"] += 1
            else:
                counts["taken"] += 1

    await asyncio.gather(*(one(task) for task in range(tasks)))
    await credits.close()
    await database.close()
    return counts


if __name__ == "__main__":
    url, *numbers = sys.argv[1:]
    done = asyncio.run(spend(url, *(int(number) for number in numbers)))
    sys.stdout.write(f"{done['taken']} {done['refused']}\n")
