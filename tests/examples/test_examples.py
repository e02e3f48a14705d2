"""Every example of the documentation, run against the real API over HTTP: what it lets through, charges and shows."""

import asyncio
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.client.served import served
from tests.examples.conftest import FOLDER
from tests.host_api.host import Host

pytestmark = pytest.mark.row("A6")
ADA = {"X-User": "user_4711"}


async def _run(*arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(FOLDER / "script.py"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parents[1])},
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, said.decode()


async def test_the_script_charges_twice_and_then_shows_the_ways_on(host: Host, billing_url: str) -> None:
    code, said = await _run("user_4711")
    assert (code, said.splitlines()[-1]) == (0, "4 credits taken, 4 left.")
    await _run("user_4711")
    code, said = await _run("user_4711")
    assert code == 1
    assert "Small pack: 40 credits" in said
    assert await host.available("user_4711") == 0


@pytest.mark.row("D5")
async def test_the_fastapi_host_gates_streams_and_shows_the_wall(
    host: Host, billing_url: str, example: Callable[[str], ModuleType]
) -> None:
    app: Any = example("fastapi_host").app
    async with served(app, asks="/openapi.json") as url, httpx.AsyncClient(base_url=url, trust_env=False) as browser:
        assert (await browser.post("/cv-review")).status_code == 401
        failed = await browser.post("/cv-review?fails=true", headers=ADA)
        assert failed.status_code == 500, "and it was not counted:"
        assert (await browser.post("/cv-review", headers=ADA)).json()["left"] == 0
        refused = await browser.post("/cv-review", headers=ADA)
        assert refused.status_code == 402
        wall = refused.json()
        assert wall["opens_at"]
        assert wall["options"][0]["name"]

        streamed = await browser.post("/coach", headers=ADA)
        assert streamed.text.startswith("data: Begin\n\n")
        assert streamed.text.endswith("event: done\ndata: 1\n\n")
        assert await host.available("user_4711") == 7
        broken = await browser.post("/coach?breaks=true", headers=ADA)
        assert "event: error" in broken.text
        assert await host.available("user_4711") == 7, "what broke off costs nothing"

        for _ in range(7):
            await browser.post("/coach", headers=ADA)
        empty = await browser.post("/coach", headers=ADA)
        assert empty.status_code == 402, "refused before the stream begins"
        assert empty.json()["link"].startswith("http://billing.example/")


async def test_a_reader_who_goes_away_pays_nothing(
    host: Host, billing_url: str, example: Callable[[str], ModuleType]
) -> None:
    module = example("fastapi_host")
    async with module.AsyncBillingClient(os.environ["BILLING_URL"], os.environ["BILLING_KEY"]) as billing:

        async def stream() -> None:
            async with billing.hold("user_4711", "coach_chat"):
                await asyncio.sleep(30)

        reading = asyncio.create_task(stream())
        for _ in range(200):
            if (await billing.entitlements("user_4711")).held:
                break
            await asyncio.sleep(0.02)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        for _ in range(200):
            if not (await billing.entitlements("user_4711")).held:
                break
            await asyncio.sleep(0.02)
        assert (await billing.balance("user_4711")).available == 8


async def test_the_reflex_host_charges_each_answer_and_shows_the_wall(
    host: Host, billing_url: str, example: Callable[[str], ModuleType]
) -> None:
    module = example("reflex_host")
    rendered = str(module.coach().render())
    assert "Ask, 1 credit" in rendered
    state = module.CoachState()
    handlers = module.CoachState.event_handlers
    await handlers["load"].fn(state)
    assert state.left == 8
    for left in range(7, -1, -1):
        await handlers["ask"].fn(state, {"question": "my last project"})
        assert (state.left, state.stopped) == (left, "")
        assert "my last project" in state.answer
    await handlers["ask"].fn(state, {"question": "one more"})
    assert state.answer == ""
    assert "1 credit" in state.stopped
    assert state.ways[0]["price"].endswith("USD")
    assert await handlers["go"].fn(state, 99) is None
    assert "hand-over" in str(await handlers["go"].fn(state, 0))
    await module.billing().close()
