"""The Reflex example as a reader runs it: built, served, and used in a browser, with its billing on another server."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Route, async_playwright, expect

from billing_app.supervisor.frontend import build_environment
from scripts.browser import executable
from tests.examples.conftest import FOLDER
from tests.front_door.product import clean_environment, free_port
from tests.host_api.host import Host

PROJECT = FOLDER.parents[1]
START_LIMIT_S = 240
_CONFIG = """
import reflex as rx

config = rx.Config(app_name="coach", telemetry_enabled=False, show_built_with_reflex=False)
"""


@asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[str]:
    (folder / "coach").mkdir()
    (folder / "coach" / "__init__.py").touch()
    (folder / "coach" / "coach.py").write_text((FOLDER / "reflex_host.py").read_text())
    (folder / "rxconfig.py").write_text(_CONFIG)
    port = free_port()
    environment = clean_environment(
        PYTHONPATH=str(PROJECT), REFLEX_DIR=str(folder / ".reflex"), REFLEX_CHECK_LATEST_VERSION="false"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "reflex", "run", "--env", "prod", "--single-port", "--backend-host", "127.0.0.1"),
        *("--frontend-port", str(port), "--backend-port", str(port)),
        cwd=folder,
        env=build_environment(environment, folder / ".web"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(START_LIMIT_S), httpx.AsyncClient(trust_env=False) as http:
            while True:
                assert process.returncode is None, "it ended"
                with contextlib.suppress(httpx.TransportError):
                    if (await http.get(url)).status_code == 200:
                        break
                await asyncio.sleep(0.2)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)


@pytest.mark.deep
@pytest.mark.browser
@pytest.mark.row("A6")
async def test_a_reader_asks_until_the_wall_and_goes_on_to_the_billing_pages(
    host: Host, billing_url: str, tmp_path: Path
) -> None:
    browser_path = executable()
    assert browser_path, "There is no browser here: 'make browser' finds or installs one."
    async with _running(tmp_path) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = await browser.new_page()
        gone_to: list[str] = []

        async def billing_pages(route: Route) -> None:
            gone_to.append(route.request.url)
            await route.fulfill(body="the billing pages")

        await page.route("http://billing.example/**", billing_pages)
        await page.goto(url)
        await expect(page.get_by_text("8 credits left")).to_be_visible(timeout=20_000)
        for left in range(7, -1, -1):
            await page.get_by_label("Question").fill(f"project {left}")
            await page.get_by_role("button", name="Ask").click()
            await expect(page.get_by_text(f"What did project {left} change")).to_be_visible(timeout=10_000)
            await expect(page.get_by_text(f"{left} credits left")).to_be_visible()
        await page.get_by_label("Question").fill("one more")
        await page.get_by_role("button", name="Ask").click()
        await expect(page.get_by_role("status").filter(has_text="credit")).to_be_visible(timeout=10_000)
        await page.get_by_role("region", name="Ways on").get_by_role("button").first.click()
        await expect(page.get_by_text("the billing pages")).to_be_visible(timeout=10_000)
        assert "/hand-over?token=" in gone_to[0]
        await browser.close()
    assert await host.available("user_4711") == 0
