"""What a person sees while things start: one plain line per step, and a block of addresses at the end."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TextIO

_HEARTBEAT_S = 15
_NAME_WIDTH = 18
_DETAIL_WIDTH = 52


class Step:
    """One line on its way. Set `detail` to what the finished line shall say."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.detail = ""


class Screen:
    """Writes progress to a terminal or a file alike: whole lines, no cursor tricks."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    def say(self, text: str = "") -> None:
        """One line."""
        self._out.write(text + "\n")
        self._out.flush()

    @contextlib.contextmanager
    def step(self, name: str, doing: str = "") -> Iterator[Step]:
        """Time a step and print its line when it is done; long ones say every 15 s that they are still at it."""
        step, began, done = Step(name), time.monotonic(), threading.Event()

        def beat() -> None:
            while not done.wait(_HEARTBEAT_S):
                self.say(f"  ... {name:<{_NAME_WIDTH}} {doing or 'still working'} ({time.monotonic() - began:.0f} s)")

        heart = threading.Thread(target=beat, daemon=True)
        heart.start()
        try:
            yield step
        finally:
            done.set()
            heart.join()
        self.say(f"  ok  {name:<{_NAME_WIDTH}} {step.detail:<{_DETAIL_WIDTH}} {time.monotonic() - began:5.1f} s")

    def block(self, rows: Sequence[tuple[str, str]]) -> None:
        """Names and values, aligned, between empty lines."""
        width = max(len(name) for name, _ in rows)
        self.say()
        for name, value in rows:
            self.say(f"  {name:<{width}}  {value}".rstrip())
        self.say()
