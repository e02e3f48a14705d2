"""Features that go on while billing cannot be reached: what was let through is kept, within bounds, and sent later."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from billing_app.client.calls import Call

logger = logging.getLogger(__name__)
REST_S = 5.0
"""After an attempt without answer, so long is let through at once, so that an outage does not slow every request."""


@dataclass(frozen=True)
class LetThrough:
    """Something that was used and not charged yet.

    `refused` is set when billing, reached again, will not charge it: the customer lacks the credits, say.
    """

    call: Call[Any]
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    refused: Exception | None = None

    @property
    def body(self) -> dict[str, Any]:
        """What is to be charged: customer, feature, units."""
        return dict(self.call.body or {})

    @property
    def key(self) -> str | None:
        """The key it happens once under."""
        return self.call.key


Told = Callable[[LetThrough], None]


class Waiting:
    """What waits to be sent. In memory: have `told` write it down if a crash must not lose it. Safe among threads."""

    def __init__(self, features: Iterable[str], *, most: int, told: Told | None) -> None:
        self.features = frozenset(features)
        self._most = most
        self._told = told
        self._queue: deque[LetThrough] = deque()
        self._lock = threading.Lock()
        self._sending = False
        self._rests_until = 0.0

    def __len__(self) -> int:
        return len(self._queue)

    def open(self, features: Iterable[str]) -> frozenset[str]:
        """Let these go on too; all that do."""
        self.features |= frozenset(features)
        return self.features

    def listed(self) -> tuple[LetThrough, ...]:
        """What waits, the oldest first."""
        with self._lock:
            return tuple(self._queue)

    def opens(self, call: Call[Any]) -> bool:
        """Whether a call's feature goes on without billing, and there is room to remember it."""
        if call.feature not in self.features or call.instead is None:
            return False
        if call.later is not None and len(self._queue) >= self._most:
            logger.error("%d uses wait for billing: %s is refused until some are sent", self._most, call.feature)
            return False
        return True

    def rest(self) -> None:
        """Nobody answered: for a moment, features that go on anyway do not wait for it again."""
        self._rests_until = time.monotonic() + REST_S

    def resting(self, call: Call[Any]) -> bool:
        """Whether a call is let through without asking, because nobody answered a moment ago."""
        return time.monotonic() < self._rests_until and self.opens(call)

    def keep(self, call: Call[Any]) -> bool:
        """Remember what is to be sent; False: there is no room."""
        one = LetThrough(call)
        with self._lock:
            if len(self._queue) >= self._most:
                return False
            self._queue.append(one)
        logger.warning("billing cannot be reached: let through %s (key %s)", one.body.get("feature"), one.key)
        if self._told is not None:
            self._told(one)
        return True

    def begin(self) -> bool:
        """Take the right to send: one at a time, so that the order stays. False: nothing to do, or somebody has it."""
        with self._lock:
            if self._sending or not self._queue:
                return False
            self._sending = True
            return True

    def end(self) -> None:
        """Give that right back."""
        with self._lock:
            self._sending = False

    def next(self) -> LetThrough | None:
        """The oldest; it waits until it is `settled`."""
        with self._lock:
            return self._queue[0] if self._queue else None

    def settled(self, one: LetThrough, refused: Exception | None = None) -> None:
        """Billing has answered: charged, or refused, which is told and never silent."""
        with self._lock:
            self._rests_until = 0.0
            if self._queue and self._queue[0] is one:
                self._queue.popleft()
        if refused is not None:
            logger.error("billing refuses what was let through (key %s): %s", one.key, refused)
            if self._told is not None:
                self._told(LetThrough(one.call, one.at, refused))

    def left_behind(self) -> None:
        """Say what is lost with this client."""
        for one in self.listed():
            logger.error("not sent before the client was closed: %s under key %s", one.body, one.key)
