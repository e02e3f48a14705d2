"""How many streams or lines one customer may have open at once, in this process: a bound, not an account."""

import contextlib
from collections.abc import Callable, Iterator

from billing_app.errors import DomainError


class AtOnce:
    """Counts by whoever it is; an entry is gone when its last one ends."""

    def __init__(self, most: int, refusal: Callable[[int], DomainError]) -> None:
        """`refusal` makes the error of one too many; it is given `most`."""
        self._most = most
        self._refusal = refusal
        self._open: dict[int, int] = {}

    def begin(self, who: int) -> None:
        """Count one more.

        Raises:
            DomainError: the refusal; nothing was counted.
        """
        if self._open.get(who, 0) >= self._most:
            raise self._refusal(self._most)
        self._open[who] = self._open.get(who, 0) + 1

    def end(self, who: int) -> None:
        """One less."""
        self._open[who] -= 1
        if not self._open[who]:
            del self._open[who]

    @contextlib.contextmanager
    def one(self, who: int) -> Iterator[None]:
        """One, for the time of the block."""
        self.begin(who)
        try:
            yield
        finally:
            self.end(who)
