"""From single latencies to the figures that are printed: operations a second, p50, p99, medians over rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one side: operations a second, and latencies in milliseconds."""

    per_s: float
    p50_ms: float
    p99_ms: float
    operations: int


@dataclass(frozen=True, slots=True)
class Timed:
    """One operation: when it ended, on any steady clock in seconds, and how long its caller waited."""

    ended_s: float
    took_s: float


def sample(timed: Sequence[Timed], warm_s: float, measured_s: float) -> Sample:
    """What ended in the measured time, which begins `warm_s` after the first operation began.

    Raises:
        RuntimeError: nothing ended in that time.
    """
    began = min((one.ended_s - one.took_s for one in timed), default=0.0) + warm_s
    took = sorted(one.took_s for one in timed if began <= one.ended_s < began + measured_s)
    if not took:
        raise RuntimeError("No operation ended in the measured time; measure for longer.")
    return Sample(len(took) / measured_s, rank(took, 50) * 1_000, rank(took, 99) * 1_000, len(took))


def rank(ordered: Sequence[float], percent: int) -> float:
    """The nearest-rank percentile of sorted values."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


@dataclass(frozen=True, slots=True)
class Series:
    """The rounds of one side of one case."""

    name: str
    rounds: tuple[Sample, ...]

    @property
    def per_s(self) -> float:
        """The median of operations a second."""
        return median(one.per_s for one in self.rounds)

    @property
    def p50_ms(self) -> float:
        """The median of p50."""
        return median(one.p50_ms for one in self.rounds)

    @property
    def p99_ms(self) -> float:
        """The median of p99."""
        return median(one.p99_ms for one in self.rounds)


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at, as multiples of the best baseline: at least of its rate, at most of its p99."""

    rate: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One case: our rounds, the baselines' rounds, the target, what the audit found.

    `beside` is printed for comparison; no target is measured against it.
    """

    name: str
    ours: Series
    baselines: tuple[Series, ...]
    target: Target
    drift: int | None = None
    beside: tuple[Series, ...] = ()

    @property
    def best(self) -> Series:
        """The baseline with the higher rate."""
        return max(self.baselines, key=lambda one: one.per_s)

    @property
    def rate(self) -> float:
        """Our rate as a multiple of the best baseline's."""
        return self.ours.per_s / self.best.per_s

    @property
    def p99(self) -> float:
        """Our p99 as a multiple of the best baseline's."""
        return self.ours.p99_ms / self.best.p99_ms


def header() -> str:
    """The line above the results."""
    return f"{'case':<34}{'side':<18}{'ops/s min':>11}{'median':>9}{'max':>9}{'p50 ms':>9}{'p99 ms':>9}"


def lines(result: Result) -> list[str]:
    """A case as it is printed: our side, each baseline, the ratios, the verdict on each target."""
    said: list[str] = []
    for number, one in enumerate((result.ours, *result.baselines, *result.beside)):
        rates = [each.per_s for each in one.rounds]
        said.append(
            f"{result.name if not number else '':<34}{one.name:<18}{min(rates):>11,.0f}{one.per_s:>9,.0f}"
            f"{max(rates):>9,.0f}{one.p50_ms:>9.2f}{one.p99_ms:>9.2f}"
        )
    verdicts = [f"{result.rate:.2f} x {result.best.name}{_verdict(result.target.rate, result.rate, at_least=True)}"]
    verdicts.append(f"p99 {result.p99:.2f} x{_verdict(result.target.p99, result.p99, at_least=False)}")
    if result.drift is not None:
        verdicts.append(f"audit: {result.drift} drift")
    said.append(f"{'':<34}{'-> ' + ', '.join(verdicts)}")
    return said


def _verdict(target: float | None, ratio: float, *, at_least: bool) -> str:
    if target is None:
        return ""
    good = ratio >= target if at_least else ratio <= target
    return f" ({'at least' if at_least else 'at most'} {target:g}: {'OK' if good else 'below'})"
