"""Our side: so many callers in one process, each of them waiting for its answer before it asks again."""

import asyncio
from array import array
from collections.abc import Awaitable, Callable
from time import perf_counter

from benchmarks.figures import Sample, Timed, sample


async def measure(once: Callable[[], Awaitable[object]], callers: int, warm_s: float, measured_s: float) -> Sample:
    """Have `callers` tasks do `once` over and over for the warm-up and the measured time."""
    # Plain numbers: as many objects would be work for the collector, and so be measured as well.
    ends, took = array("d"), array("d")
    began = perf_counter()
    end = began + warm_s + measured_s

    async def caller() -> None:
        ended = perf_counter()
        while ended < end:
            start = ended
            await once()
            ended = perf_counter()
            ends.append(ended)
            took.append(ended - start)

    await asyncio.gather(*(caller() for _ in range(callers)))
    return sample([Timed(*one) for one in zip(ends, took, strict=True)], warm_s, measured_s)
