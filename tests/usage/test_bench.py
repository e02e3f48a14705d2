"""`make bench-reports` works: its scripts run at tiny sizes and the sums come out right. No speed is asserted."""

from pathlib import Path

import pytest

from benchmarks.reports.costs import run
from benchmarks.server import Server


async def test_the_cost_part_measures_and_its_sums_equal_a_full_scan(
    database_url: str, owner_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await run(Server(database_url, owner_url, tmp_path), small=200, large=1_000, rounds=1, calls=5, buyers=30)
    said = capsys.readouterr().out
    assert said.count("sums equal a full scan: True") == 3
    assert "costs: 365 days by model" in said
    assert "margin page: 12 months by customer" in said
    assert "they tie to the ledger: True" in said
    assert "plain COPY" in said
