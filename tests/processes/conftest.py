"""The whole app on a real database, as the tests of the host's API have it; and a sandbox for whole processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host_api.conftest import catalog, host
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox

__all__ = ["catalog", "host"]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[StripeSandbox]:
    with stripe_sandbox(tmp_path / "sandbox") as running:
        yield running
