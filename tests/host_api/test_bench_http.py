"""`make bench-http` works: both servers answer, a batch is counted in consumptions, the ledger keeps its identities."""

from pathlib import Path

import pytest

from benchmarks.figures import Target
from benchmarks.http import HttpBench, prepare, serving
from benchmarks.server import prepared


@pytest.mark.deep
async def test_both_sides_are_measured_and_the_audit_finds_no_drift(
    database_url: str, owner_url: str, tmp_path: Path
) -> None:
    server = prepared(database_url, owner_url, tmp_path)
    keys = await prepare(server, 4)
    with serving("ours", server.url) as ours, serving("baseline", server.url) as theirs:
        bench = HttpBench(server, {"ours": ours, "baseline": theirs}, keys, 1, 0.5, 1.0, 300)
        result = await bench.compared("consume", Target(0.7), bench.consume)
        assert min(result.ours.per_s, result.best.per_s) > 0
        batch = await bench.batches()
    assert batch.ours.per_s >= 500
    assert (result.drift, batch.drift) == (0, 0)
