"""Parts start in any order and wait for one another with clear words; asked to end, they finish what they began."""

import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from billing_app.bootstrap import build, close
from billing_app.db.embedded import EmbeddedServer
from billing_app.db.patience import when_ready
from billing_app.errors import InvalidInput, Unavailable
from billing_app.jobs import queue_with_tasks
from billing_app.sandbox.config import SandboxConfig
from billing_app.sandbox.server import free_port
from billing_app.settings import Settings
from tests.credits.lossy_proxy import LossyProxy
from tests.front_door.product import PROJECT, clean_environment
from tests.payments.test_stripe_down import a_wire
from tests.sandbox.running import running
from tests.shop import HOST, SECRET, Shop
from tests.stripe_sandbox import StripeSandbox


def settings_for(database_url: str, api_base: str, **changes: object) -> Settings:
    values: dict[str, object] = {
        "database_url": database_url,
        "stripe_api_base": api_base,
        "secret_key": SecretStr(SECRET),
        **changes,
    }
    return Settings(_env_file=None, **values)  # pyright: ignore[reportArgumentType, reportCallIssue]


async def test_who_starts_first_waits_for_the_database_and_then_for_stripe(
    database_url: str, sandbox: StripeSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    parts = urlsplit(database_url)
    there = LossyProxy(f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432")
    port, stripe_port = free_port(HOST), free_port(HOST)
    settings = settings_for(
        f"postgresql://billing_app@{HOST}:{port}{parts.path}?sslmode=disable", f"http://{HOST}:{stripe_port}"
    )
    with caplog.at_level(logging.WARNING, "billing_app.db.patience"):
        starting = asyncio.create_task(when_ready(lambda: build(settings), patience_s=30))
        await asyncio.sleep(0.8)
        async with await asyncio.start_server(there.serve, HOST, port):
            for _ in range(200):
                if "this database is new" in caplog.text or starting.done():
                    break
                await asyncio.sleep(0.05)
            async with a_wire(sandbox, stripe_port):
                services = await asyncio.wait_for(starting, 30)
                await close(services)
    said = [record.getMessage() for record in caplog.records]
    assert "No PostgreSQL answers at DATABASE_URL" in said[0]
    assert len(said) <= 6, "said once for each reason, not at every look"


async def test_waiting_ends_with_what_was_missing(caplog: pytest.LogCaptureFixture) -> None:
    nowhere = settings_for(f"postgresql://billing_app@{HOST}:9/none", f"http://{HOST}:9")
    with pytest.raises(Unavailable, match=r"No PostgreSQL answers .* Waited 0 s for it"):
        await when_ready(lambda: build(nowhere), patience_s=0.3)


async def test_a_database_without_a_schema_is_waited_for(owner_url: str, sandbox: StripeSandbox) -> None:
    empty = owner_url.replace(urlsplit(owner_url).path, "/postgres", 1)
    with pytest.raises(Unavailable, match="no schema yet"):
        await when_ready(lambda: build(settings_for(empty, sandbox.url)), patience_s=0.3)


async def test_what_waiting_does_not_mend_is_said_at_once(database_url: str, tmp_path: Path) -> None:
    with running(tmp_path, SandboxConfig(api_key="sk_test_the_only_one")) as closed:
        wrong = settings_for(database_url, closed.url, stripe_secret_key=SecretStr("sk_test_another"))
        began = time.monotonic()
        with pytest.raises(InvalidInput, match="Stripe refuses"):
            await when_ready(lambda: build(wrong), patience_s=60)
        assert time.monotonic() - began < 30


async def test_asked_to_end_during_a_checkout_and_a_webhook_the_api_finishes_both(shop: Shop, tmp_path: Path) -> None:
    """SIGTERM arrives while Stripe is being asked: the customer is answered, and nothing is half done."""
    customer = await shop.a_person()
    port = free_port(HOST)
    settings = shop.services.settings
    environment = clean_environment(
        DATABASE_URL=settings.database_url,
        STRIPE_API_BASE=settings.stripe_api_base,
        STRIPE_WEBHOOK_SECRET=shop.webhook_secret,
        SECRET_KEY=SECRET,
        PUBLIC_URL=f"http://{HOST}:{port}",
        DATA_DIR=str(tmp_path),
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "billing_app", "api", "--host", HOST, "--port", str(port)),
        cwd=PROJECT,
        env={**os.environ, **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        headers = {"Origin": f"http://{HOST}:{port}", "Cookie": shop.cookies[customer]}
        async with httpx.AsyncClient(
            base_url=f"http://{HOST}:{port}", headers=headers, trust_env=False, timeout=30
        ) as browser:
            for _ in range(1_200):
                try:
                    if (await browser.get("/api/v1/health")).status_code == 200:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
            await asyncio.to_thread(
                shop.sandbox.served.own, "/sandbox/trouble/api", {"answer": "timeout", "wait_s": 1, "times": 1}
            )
            buying = asyncio.create_task(browser.post("/api/v1/checkout", data={"kind": "pack", "code": "popular"}))
            for _ in range(500):
                if await shop.rows("SELECT id FROM checkouts"):
                    break
                await asyncio.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            answer = await buying
        assert answer.status_code in (303, 503), answer.text
        _, said = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0, said.decode()[-2_000:]
    finally:
        if process.returncode is None:
            process.kill()
    (state,) = await shop.rows("SELECT state FROM checkouts")
    assert state["state"] == ("open" if answer.status_code == 303 else "opening")
    bought = await shop.start(customer)
    sessions = await asyncio.to_thread(shop.sandbox.client().v1.checkout.sessions.list)
    assert [one.id for one in sessions.data] == [bought.session_id], "one page, whoever opened it"


async def test_finished_jobs_go_after_three_days(shop: Shop) -> None:
    await shop.buy(await shop.a_customer())
    assert len(await shop.rows("SELECT id FROM procrastinate_jobs")) > 1
    await shop.rows("UPDATE procrastinate_events SET at = at - interval '4 days' RETURNING id")
    queue = queue_with_tasks(shop.services)
    async with queue.open_async():
        await queue.configure_task("tidy").defer_async(timestamp=0)
    await shop.work()
    assert [row["task_name"] for row in await shop.rows("SELECT task_name FROM procrastinate_jobs")] == ["tidy"]


def test_marks_of_a_postmaster_that_died_unburied_are_cleared_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    """Where nobody buries dead processes, PostgreSQL takes one for running, by either of its marks."""
    marks = [tmp_path / "postmaster.pid", tmp_path / ".s.PGSQL.5432.lock"]
    dead = os.fork()
    if not dead:
        os._exit(0)
    try:
        os.waitid(os.P_PID, dead, os.WEXITED | os.WNOWAIT)
        for pid, left in ((os.getpid(), marks), (dead, [])):
            for mark in marks:
                mark.write_text(f"{pid}\n{tmp_path}\n")
            EmbeddedServer(tmp_path)._forget_dead_postmaster()  # pyright: ignore[reportPrivateUsage]
            assert [mark for mark in marks if mark.exists()] == left
    finally:
        os.waitpid(dead, 0)
