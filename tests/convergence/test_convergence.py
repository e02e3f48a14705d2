"""However the news of a life comes, shuffled, doubled, thinned, stale: both installations end with the same."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from billing_app.sandbox.config import SandboxConfig
from tests.convergence.listeners import Listener, a_listener
from tests.convergence.lives import Life
from tests.databases import Databases
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox

LIVES = 10
DEEP = 50
"""Batches of ten: five hundred lives."""

pytestmark = [pytest.mark.row("A7"), pytest.mark.row("A11"), pytest.mark.row("D6")]


@dataclass
class World:
    """Two installations on one sandbox."""

    orderly: Listener
    disorderly: Listener
    sandbox: StripeSandbox


@pytest.fixture
def two_databases(_databases: Databases) -> Iterator[tuple[str, str]]:
    taken = [_databases.take(), _databases.take()]
    yield taken[0].replace("postgres:@", "billing_app@", 1), taken[1].replace("postgres:@", "billing_app@", 1)
    for url in taken:
        _databases.give_back(url)


@pytest.fixture
async def world(two_databases: tuple[str, str], tmp_path: Path) -> AsyncIterator[World]:
    first, second = two_databases
    with stripe_sandbox(tmp_path / "sandbox", SandboxConfig(seller="Creator")) as sandbox:
        async with a_listener(first, sandbox, tmp_path) as orderly, a_listener(second, sandbox, tmp_path) as other:
            yield World(orderly, other, sandbox)


@pytest.mark.parametrize("batch", [0, *(pytest.param(batch, marks=pytest.mark.deep) for batch in range(1, DEEP))])
async def test_a_life_heard_in_disorder_ends_as_one_heard_in_order(world: World, batch: int) -> None:
    for seed in range(batch * LIVES, (batch + 1) * LIVES):
        await one_life(world, seed, chapters=5 if batch else 3)


def gone_either_way(lots: list[dict[str, Any]]) -> None:
    """In the renewal gap a refund takes what the renewal would have ended: the one heard of first does (ADR 0017)."""
    for lot in lots:
        if lot["kind"] == "plan" and not lot["remaining"]:
            lot["gone"] = lot.pop("expired") + lot.pop("revoked")


def as_list(told: Any) -> list[Any]:
    """Rows, or one figure as the only row."""
    return told if isinstance(told, list) else [told]  # pyright: ignore[reportUnknownVariableType]


async def one_life(world: World, seed: int, chapters: int) -> None:
    """Live it, and compare; what differs is said with the seed and the story."""
    life = Life(seed, world.orderly, world.disorderly, world.sandbox, chapters)
    try:
        await life.live()
    except BaseException:
        print(f"seed {seed}, {life.manner}: {'; '.join(life.told)}")
        raise
    print(f"seed {seed}, {life.manner}: {'; '.join(life.told)}")
    in_order, in_disorder = (
        await world.orderly.ends_up_with(life.customer),
        await world.disorderly.ends_up_with(life.customer),
    )
    bought = sum(granted for _, _, granted, _ in in_order["granted"])
    worth = max(in_order["worth"], in_disorder["worth"])
    if in_order["lots"] != in_disorder["lots"]:
        print(f"seed {seed}: whether credits of a window that is over expired or were taken back followed the hearing")
        gone_either_way(in_order["lots"])
        gone_either_way(in_disorder["lots"])
    different = {
        name: [pair for pair in zip_longest(as_list(told), as_list(in_disorder[name])) if pair[0] != pair[1]]
        for name, told in in_order.items()
        if told != in_disorder[name]
    }
    assert not different, f"seed {seed}, {life.manner}: {'; '.join(life.told)}: in order, in disorder: {different}"
    assert await world.orderly.drift() == ()
    assert await world.disorderly.drift() == ()
    assert worth + life.spent <= bought, "never more credits than were paid for"
