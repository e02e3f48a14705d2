"""`make bench` works: its scripts run at tiny sizes, both sides keep the ledger's identities. No speed is asserted."""

from pathlib import Path

import pytest

from benchmarks.cases import Bench, Sizes
from benchmarks.figures import Result, Sample, Series, Target, Timed, header, lines, sample
from benchmarks.memory import read_by_cursor
from benchmarks.server import Server, prepared

TINY = Sizes(rounds=1, warm_s=0.1, measured_s=0.9, customers=600, callers=(4,))


@pytest.fixture
def server(database_url: str, owner_url: str, tmp_path: Path) -> Server:
    return prepared(database_url, owner_url, tmp_path)


@pytest.mark.parametrize("case", ["consume_many", "consume_hot", "hold_capture", "balance"])
async def test_a_case_measures_both_sides_and_the_audit_finds_no_drift(server: Server, case: str) -> None:
    result = await getattr(Bench(server, TINY), case)(4)
    assert result.ours.per_s > 0
    assert result.best.per_s > 0
    assert not result.drift
    assert result.name in lines(result)[0]


async def test_two_lots_pay_for_one_consumption_in_ten(server: Server) -> None:
    await Bench(server, TINY).consume_many(4)
    counts = "SELECT (SELECT count(*) FROM credit_allocations), count(*) FROM credit_entries WHERE kind = 'consume'"
    ((allocations, entries),) = server.run(counts)
    assert 1 <= allocations / entries < 1.3


async def test_reading_by_cursor_is_measured(server: Server) -> None:
    memory = await read_by_cursor(server, entries=1_000, stored=600)
    assert memory.entries == 1_200
    assert 0 < memory.last <= memory.most
    assert "1,200 entries" in memory.line()


def test_what_ends_in_the_warm_up_or_after_the_measured_time_does_not_count() -> None:
    timed = [Timed(ended_s=10 + number / 10, took_s=0.1) for number in range(31)]
    measured = sample(timed, warm_s=1, measured_s=1)
    assert (measured.operations, measured.per_s) == (10, 10)
    assert measured.p99_ms == pytest.approx(100)
    with pytest.raises(RuntimeError, match="longer"):
        sample(timed, warm_s=60, measured_s=1)


def test_a_verdict_is_against_the_better_baseline_by_medians() -> None:
    def rounds(name: str, *rates: float) -> Series:
        return Series(name, tuple(Sample(rate, 1, 2, 10) for rate in rates))

    slow, fast = rounds("row lock", 90, 100, 400), rounds("advisory lock", 110, 200, 210)
    said = lines(Result("consume", rounds("service", 230, 240, 250), (slow, fast), Target(1.2, 1), 0))
    assert len(said) == 4
    assert "1.20 x advisory lock (at least 1.2: OK), p99 1.00 x (at most 1: OK), audit: 0 drift" in said[3]
    assert "(at least 2: below)" in lines(Result("c", slow, (fast,), Target(2), 0))[2]
    assert "p99 ms" in header()
