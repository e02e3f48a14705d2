"""Streams and sessions under a key: held while the connection lives, charged at the end, given back on failure."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from simple_websocket import AioClient, ConnectionClosed

from billing_app.api.v1.host import sessions, streams
from tests.host_money.server import HostServer

ADA = "ada"
FREE = 8  # credits of the free plan
BODY = {"customer": ADA, "feature": "my_stream", "credits": 5}


@asynccontextmanager
async def a_stream(server: HostServer, body: dict[str, Any], key: str) -> AsyncIterator[httpx.Response]:
    """A stream that is open for the time of the block."""
    headers = {"Authorization": f"Bearer {server.key}", "Idempotency-Key": key}
    async with (
        httpx.AsyncClient(base_url=server.shop.url, headers=headers, trust_env=False, timeout=20) as client,
        client.stream("POST", "/api/v1/credits/streams", json=body) as answer,
    ):
        yield answer


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """What the stream says."""
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def balance(server: HostServer) -> tuple[int, int]:
    """Available and held."""
    told = await server.ask("GET", f"/customers/{ADA}/balance")
    return told["available"], told["held"]


async def eventually(server: HostServer, wanted: tuple[int, int]) -> None:
    for _ in range(100):
        if await balance(server) == wanted:
            return
        await asyncio.sleep(0.05)
    assert await balance(server) == wanted


@pytest.mark.row("B4")
async def test_a_stream_that_is_captured_is_charged_and_says_so(
    server: HostServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.05)
    seen: list[str] = []
    data: dict[str, Any] = {}
    hold = ""
    async with a_stream(server, BODY, "one") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for name, data in events(answer):
            seen.append(name)
            if name == "held":
                assert await balance(server) == (FREE - 5, 5)
                hold = data["hold"]
            elif name == "alive" and seen.count("alive") == 2:
                headers = {"Authorization": f"Bearer {server.key}", "Idempotency-Key": "capture"}
                async with httpx.AsyncClient(base_url=server.shop.url, headers=headers, trust_env=False) as client:
                    done = await client.post(f"/api/v1/credits/holds/{hold}/capture", json={"credits": 3})
                assert done.status_code == 200, done.text
    assert (seen[0], seen[-1]) == ("held", "ended")
    assert (data["state"], data["charged"], data["available"]) == ("captured", 3, FREE - 3)
    assert await balance(server) == (FREE - 3, 0)


@pytest.mark.row("B4")
async def test_a_stream_that_breaks_gives_everything_back(server: HostServer) -> None:
    async with a_stream(server, BODY, "one") as answer:
        async for _ in events(answer):
            break
    await eventually(server, (FREE, 0))
    async with a_stream(server, BODY, "one") as second:
        assert second.status_code == 409
    async with a_stream(server, BODY | {"credits": FREE + 1}, "two") as dear:
        assert dear.status_code == 402
        assert json.loads(await dear.aread())["shortfall"] == 1


class Session:
    """A host's end of a metered session."""

    def __init__(self, server: HostServer, key: str | None = None) -> None:
        self._url = server.shop.url.replace("http", "ws", 1) + "/api/v1/credits/session"
        self._headers = {"Authorization": f"Bearer {server.key if key is None else key}"}

    async def __aenter__(self) -> "Session":
        self.client: Any = await AioClient.connect(self._url, headers=self._headers)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.client.connected:
            await self.client.close()

    async def say(self, **message: Any) -> dict[str, Any]:
        """Send one message; the answer."""
        await self.client.send(json.dumps(message))
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        heard = await self.client.receive(timeout=10)
        assert heard is not None
        return json.loads(heard)

    async def closed_with(self) -> int:
        """The code that the server closed with."""
        with pytest.raises(ConnectionClosed) as over:
            while True:
                await self.client.receive(timeout=5)
        return over.value.reason


@pytest.mark.row("A10")
async def test_a_session_is_held_metered_and_charged_for_what_was_used(server: HostServer) -> None:
    async with Session(server) as line:
        began = await line.say(type="begin", key="s-1", **BODY)
        assert (began["type"], began["credits"], began["available"]) == ("began", 5, FREE - 5)
        assert await line.say(type="use", credits=2) == {"type": "used", "credits": 2, "left": 3}
        assert await line.say(type="ping") == {"type": "pong"}
        for wrong in ({"type": "use", "credits": "2"}, {"type": "use"}, {"type": "dance"}, {"type": "ping", "x": 1}):
            assert (await line.say(**wrong))["problem"]["status"] == 422
        assert await line.say(type="end") == {"type": "ended", "charged": 2, "available": FREE - 2}
        assert await line.closed_with() == 1000
    assert await balance(server) == (FREE - 2, 0)
    async with Session(server) as line:
        assert (await line.say(type="begin", key="s-1", **BODY))["problem"]["code"] == "begun_before"
        assert await line.closed_with() == 4409


@pytest.mark.row("A10")
async def test_a_line_that_is_lost_is_charged_for_what_was_used_and_for_nothing_else(server: HostServer) -> None:
    async with Session(server) as line:
        await line.say(type="begin", key="s-1", **BODY)
    await eventually(server, (FREE, 0))
    async with Session(server) as line:
        await line.say(type="begin", key="s-2", **BODY)
        await line.say(type="use", credits=2)
        line.client.wsock.transport.abort()
        await eventually(server, (FREE - 2, 0))


@pytest.mark.row("A10")
async def test_short_credits_close_with_4402_and_the_wall(server: HostServer) -> None:
    async with Session(server) as line:
        told = await line.say(type="begin", key="s-1", **BODY | {"credits": FREE + 1})
        assert (told["problem"]["code"], told["problem"]["shortfall"]) == ("insufficient_credits", 1)
        assert told["problem"]["options"]
        assert await line.closed_with() == 4402
    async with Session(server) as line:
        await line.say(type="begin", key="s-2", **BODY)
        await line.say(type="use", credits=4)
        over = await line.say(type="use", credits=2)
        assert over["problem"]["status"] == 402
        assert await line.closed_with() == 4402
    assert await balance(server) == (FREE - 4, 0)


async def test_who_has_no_key_or_says_nothing_is_refused(server: HostServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "FIRST_WORD_S", 0.1)
    async with Session(server, "crd_none") as line:
        assert (await line.hear())["problem"]["code"] == "invalid_api_key"
        assert await line.closed_with() == 4401
    async with Session(server) as line:
        assert (await line.hear())["problem"]["status"] == 422
        assert await line.closed_with() == 4422
