"""Processor time of this process and of the server: what a question costs, whatever else the machine has to do."""

import time
from pathlib import Path

from benchmarks.server import Server


class Processor:
    """Counts it since a moment; on systems without `/proc` only that of this process."""

    def __init__(self, server: Server) -> None:
        ((folder,),) = server.run("SHOW data_directory")
        self._postmaster = (Path(folder) / "postmaster.pid").read_text().split()[0]

    def now_ms(self) -> float:
        """Milliseconds so far."""
        return time.process_time() * 1_000 + sum(_ms_of(one) for one in self._backends())

    def _backends(self) -> list[Path]:
        children = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children")
        return [Path("/proc") / child for child in children.read_text().split()] if children.exists() else []


def _ms_of(process: Path) -> float:
    try:
        return int((process / "schedstat").read_text().split()[0]) / 1e6
    except OSError:  # it has ended
        return 0.0
