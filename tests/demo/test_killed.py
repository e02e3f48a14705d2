"""A life whose process is killed in the middle, again and again, ends as one that nobody has disturbed."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest

from billing_app import clock
from billing_app.bootstrap import Services
from billing_app.demo.seeding import Extent, unfinished
from billing_app.self_audit.report import State
from tests.databases import Databases
from tests.demo.test_life import Told, an_installation, in_order, told
from tests.front_door.product import PROJECT, clean_environment
from tests.stripe_sandbox import StripeSandbox, stripe_sandbox

SOME = Extent("some", people=30, days=40, limit_s=3_000)
PATIENCE_S = 600
KILLS = 10


def _seeding(services: Services, log: Path) -> subprocess.Popen[bytes]:
    """`demo seed`, as `make run` begins it."""
    settings = services.settings
    environment = clean_environment(
        DATABASE_URL=settings.database_url,
        STRIPE_API_BASE=settings.stripe_api_base,
        STRIPE_WEBHOOK_SECRET=settings.stripe_webhook_secret.get_secret_value(),
        SECRET_KEY=settings.secret_key.get_secret_value(),
        DATA_DIR=str(settings.data_dir),
    )
    with log.open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "billing_app", "demo", "seed"],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )


async def _days_done(services: Services) -> int | None:
    """How far it has come; None: to the end."""
    life = await unfinished(services)
    return None if life is None else life.days_done


async def _lived(owner_url: str, folder: Path, catalog: str, kills: int) -> tuple[Told, list[int]]:
    """What has happened in the end, and how many days were over whenever the telling was killed."""
    clock.reset()
    url, killed = owner_url.replace("postgres:@", "billing_app@", 1), []
    chance = random.Random(f"killed/{catalog}")
    with stripe_sandbox(folder / "sandbox") as sandbox:
        async with an_installation(url, sandbox, folder, catalog=catalog, past=SOME) as services:
            for _ in range(kills):
                process = _seeding(services, folder / "seed.log")
                before = await _days_done(services)
                while process.poll() is None and await _days_done(services) == before:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
                await asyncio.sleep(chance.uniform(0, 0.8))  # somewhere in the middle of a day
                process.kill()
                process.wait(PATIENCE_S)
                if (days_done := await _days_done(services)) is not None:
                    killed.append(days_done)
            process = _seeding(services, folder / "seed.log")
            assert process.wait(PATIENCE_S) == 0, (folder / "seed.log").read_text()[-2_000:]
            assert await _days_done(services) is None
            await _in_order(services, sandbox)
            return await told(services), killed


async def _in_order(services: Services, sandbox: StripeSandbox) -> None:
    """The books are clean, and the self-audit finds nothing that is wrong."""
    await in_order(services, sandbox)
    audited = await services.self_audit.run("test")
    assert [(one.name, one.figure) for one in audited.checks if one.state is State.BAD] == []


@pytest.mark.deep
@pytest.mark.parametrize("catalog", ["showcase", "interview_mate"])
async def test_a_seed_killed_at_any_moment_ends_as_if_it_had_not_been(
    _databases: Databases,  # noqa: PT019 - two databases in one test
    tmp_path: Path,
    catalog: str,
) -> None:
    ends: list[Told] = []
    for name, kills in (("undisturbed", 0), ("killed", KILLS)):
        (tmp_path / name).mkdir()
        owner_url = _databases.take()
        try:
            happened, killed = await _lived(owner_url, tmp_path / name, catalog, kills)
        finally:
            _databases.give_back(owner_url)
        ends.append(happened)
        assert len(killed) >= kills // 2, "it was killed before its end, most times"
    for about, rows in ends[0].items():
        assert ends[1][about] == rows, about
