"""Two API processes and a worker on one PostgreSQL: charged once, sold once, and each sees what the other did."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.processes.installation import Installation, installed
from tests.stripe_sandbox import StripeSandbox

FREE = 8


@pytest.fixture
async def installation(database_url: str, sandbox: StripeSandbox, tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(database_url, sandbox, tmp_path, ["api", "api", "worker"]) as running:
        yield running


@pytest.mark.row("A4")
async def test_money_is_counted_once_across_processes(installation: Installation, sandbox: StripeSandbox) -> None:
    one, two = installation.clients

    # A pack, opened at one process, paid; its webhook reaches the other, and the worker grants it.
    body = {"customer": "ada", "kind": "pack", "code": "small"}
    opened = (await one.post("/api/v1/checkout-sessions", json=body, headers={"Idempotency-Key": "here"})).json()
    again = await two.post("/api/v1/checkout-sessions", json=body, headers={"Idempotency-Key": "there"})
    assert again.json()["id"] == opened["id"]
    await sandbox.pay(opened["url"])
    told = {}
    for _ in range(300):
        told = (await two.get(f"/api/v1/checkout-sessions/{opened['id']}")).json()
        if told["state"] == "granted":
            break
        await asyncio.sleep(0.1)
    assert told["state"] == "granted"
    assert told["available"] == FREE + 40

    # Sixty jobs, each reported to both processes at once under one key; credits for 48 of them.
    async def charge(client: httpx.AsyncClient, number: int) -> httpx.Response:
        return await client.post(
            "/api/v1/credits/consume",
            json={"customer": "ada", "feature": "job", "credits": 1, "reference": f"job-{number}"},
            headers={"Idempotency-Key": f"job-{number}"},
        )

    answers = await asyncio.gather(*(charge(client, number) for number in range(60) for client in (one, two)))
    assert {answer.status_code for answer in answers} == {200, 402}
    by_job = [(answers[2 * number], answers[2 * number + 1]) for number in range(60)]
    charged = [pair for pair in by_job if any(answer.status_code == 200 for answer in pair)]
    assert len(charged) == FREE + 40
    for pair in charged:
        entries = {answer.json()["entry"] for answer in pair if answer.status_code == 200}
        assert len(entries) == 1
    for client in (one, two):
        balance = (await client.get("/api/v1/customers/ada/balance")).json()
        assert (balance["available"], balance["held"]) == (0, 0)

    health = (await one.get("/api/v1/health")).json()
    assert (health["mode"], health["database"], health["late"]) == ("sandbox", "ok", False)
    metrics = (await two.get("/api/v1/metrics")).text
    assert 'billing_http_requests_total{method="POST",route="/api/v1/credits/consume",status="200"}' in metrics
