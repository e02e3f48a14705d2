"""Every test of the sandbox ends with the SDK judging all that the sandbox answered and told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe

from billing_app.sandbox.config import SandboxConfig
from tests.sandbox.running import Receiver, Sandbox, receiving, running
from tests.sandbox.shapes import findings

QUICK = SandboxConfig(seller="Interview Mate", retry_delays_s=(0.1, 0.2, 0.3), webhook_timeout_s=2)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A running sandbox; what it said is judged when the test ends."""
    with running(tmp_path / "sandbox", QUICK) as served:
        yield served
        judge(served)


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    """The official SDK with the sandbox's key."""
    return sandbox.client(max_network_retries=0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A local webhook endpoint."""
    with receiving() as made:
        yield made


def judge(served: Sandbox) -> None:
    """Fail with everything the SDK would not expect in the answers, and in the objects of all events."""
    client = served.client()
    list(client.v1.events.list({"limit": 100}).auto_paging_iter())
    wrong = {
        f"{call} -> {status}: {finding}" for call, status, answer in served.answers for finding in findings(answer)
    }
    assert not wrong, "\n".join(sorted(wrong)[:40])
