"""How often a key may ask: a token bucket for each key and kind of request, counted in each process by itself.

Counted in memory, because a row written for each consumption would cost more than the consumption. Two processes
therefore let a key ask twice as often, at most; the published numbers are what one process lets through.
"""

import math
import time
from collections import OrderedDict
from dataclasses import dataclass

from billing_app.errors import RateLimited

MAX_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` requests at once, and `per_s` a second in the long run."""

    name: str
    per_s: int
    burst: int


WORK = Rate("work", per_s=1_000, burst=2_000)
"""Questions and charges of running work: check, quote, consume, hold, capture, use."""
READ = Rate("read", per_s=100, burst=300)
"""Lists and figures: ledger, lots, statistics, summaries."""
MONEY = Rate("money", per_s=10, burst=60)
"""What asks Stripe: checkout, portal, changes of a subscription; and grants by hand."""
RATES = (WORK, READ, MONEY)
PUBLIC = Rate("public", per_s=50, burst=1_000)
"""What anyone reads without a key: the catalogue. Counted by place: an IPv4 address, or the /64 of an IPv6 one."""
DELIVERIES = Rate("deliveries", per_s=500, burst=5_000)
"""Webhooks of one place: far above what Stripe sends, which delivers again what is refused."""


class TokenBuckets:
    """Counts requests by key and rate. One per application; forgets whoever has not asked for the longest time."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[str, int | str], tuple[float, float]] = OrderedDict()

    def take(self, rate: Rate, key_id: int | str) -> None:
        """Count one request of a key, or of a place.

        Raises:
            RateLimited: the key has used up what it may ask; says when to come back.
        """
        name, now = (rate.name, key_id), time.monotonic()
        left, at = self._buckets.get(name, (float(rate.burst), now))
        left = min(rate.burst, left + (now - at) * rate.per_s)
        if left < 1:
            self._buckets[name] = (left, now)
            seconds = max(1, math.ceil((1 - left) / rate.per_s))
            raise RateLimited(
                f"{'This key asks' if isinstance(key_id, int) else 'You ask'} too often: {rate.per_s:,} a second and "
                f"{rate.burst:,} at once are let through. Try again in {seconds} second{'s' if seconds != 1 else ''}.",
                retry_after_s=seconds,
                limit=rate.name,
                per_s=rate.per_s,
                burst=rate.burst,
            )
        self._buckets[name] = (left - 1, now)
        self._buckets.move_to_end(name)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
