"""The other side: the same work by pgbench, which comes with PostgreSQL and is written in C."""

import asyncio
import tempfile
from pathlib import Path

from benchmarks.figures import Sample, Timed, sample
from benchmarks.server import Server, pgbench_path

LOCKS = ("row", "advisory")
PROCESSORS = 2

# A customer at random; a key of its own for each request.
_MANY = "\\set customer random({first}, {last})\n\\set request random(1, 9000000000000000000)\n"
# All on one customer until its lots are nearly used up, then all on the next: a sequence counts, nobody is ahead.
_HOT = (
    "\\set request random(1, 9000000000000000000)\n"
    "SELECT bench_consume_{lock}({first} + nextval('bench_turn') / {each}, {credits}, :request::text);\n"
)
_CONSUME = "SELECT bench_consume_{lock}(:customer, {credits}, :request::text);\n"
_HOLD_CAPTURE = (
    "SELECT bench_hold_{lock}(:customer, {credits}, 'h' || :request) AS hold \\gset\n"
    "SELECT bench_capture_{lock}(:customer, :hold, 'c' || :request);\n"
)
_BALANCE = (
    "SELECT coalesce(sum(remaining), 0) FROM credit_lots WHERE customer_id = :customer AND open AND booked "
    "AND frozen_at IS NULL AND (expires_at IS NULL OR expires_at > now());\n"
)


def consume_script(lock: str, first: int, last: int, credits: int) -> str:
    """One consumption from a customer at random."""
    return _MANY.format(first=first, last=last) + _CONSUME.format(lock=lock, credits=credits)


def hot_script(lock: str, first: int, credits: int, each: int) -> str:
    """One consumption from the hot customer. `each`: how many are taken in all before the next one is hot."""
    return _HOT.format(lock=lock, first=first, each=each, credits=credits)


def hold_capture_script(lock: str, first: int, last: int, credits: int) -> str:
    """A hold and its capture, in a transaction each, from a customer at random."""
    return _MANY.format(first=first, last=last) + _HOLD_CAPTURE.format(lock=lock, credits=credits)


def balance_script(first: int, last: int) -> str:
    """The sum that can be spent, of a customer at random."""
    return _MANY.format(first=first, last=last) + _BALANCE


async def pgbench(server: Server, script: str, callers: int, warm_s: float, measured_s: float) -> Sample:
    """Run a script for the warm-up and the measured time, prepared, and read its own log of every transaction.

    Raises:
        RuntimeError: pgbench failed or a transaction did; its words.
    """
    with tempfile.TemporaryDirectory(prefix="pgbench-") as folder:
        path = Path(folder)
        (path / "script.sql").write_text(script)
        # Whole seconds are all it takes; what is beyond the measured time is not counted.
        seconds = int(-(-(warm_s + measured_s) // 1)) + 1
        options = ["-n", "-M", "prepared", "-f", str(path / "script.sql"), "-T", str(seconds)]
        options += ["-c", str(callers), "-j", str(min(callers, PROCESSORS)), "-l", "--log-prefix", str(path / "log")]
        process = await asyncio.create_subprocess_exec(
            str(pgbench_path()),
            *options,
            server.url,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await asyncio.wait_for(process.communicate(), seconds + 60))[0].decode()
        if process.returncode or "aborted" in said:
            raise RuntimeError(f"pgbench failed: {said.strip()}")
        timed = _read(path)
    return sample(timed, warm_s, measured_s)


def _read(folder: Path) -> list[Timed]:
    """The logs of pgbench's threads; a line: client, transaction, latency in us, script, end in s and us."""
    rows = (line.split() for log in folder.glob("log.*") for line in log.read_text().splitlines())
    return [Timed(int(row[4]) + int(row[5]) / 1e6, int(row[2]) / 1e6) for row in rows]
