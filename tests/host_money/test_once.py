"""What takes several steps with Stripe is done once under one Idempotency-Key; its retry is told the same."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.host_money.server import HostServer

PACK = {"customer": "ada", "kind": "pack", "code": "small"}


async def post(server: HostServer, body: dict[str, Any], key: str | None, path: str = "/checkout-sessions") -> Any:
    headers = {"Authorization": f"Bearer {server.key}"} | ({"Idempotency-Key": key} if key is not None else {})
    async with httpx.AsyncClient(base_url=server.shop.url, headers=headers, trust_env=False, timeout=20) as client:
        return await client.post(f"/api/v1{path}", json=body)


async def test_a_retry_is_told_the_first_answer(server: HostServer) -> None:
    first = await post(server, PACK, "buy-1")
    again = await post(server, dict(reversed(PACK.items())), '"buy-1"')
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    # A request of its own is answered with the same open page, and says that it is.
    assert (await post(server, PACK, "buy-2")).json() == {**first.json(), "reused": True}


async def test_a_key_is_for_one_request(server: HostServer) -> None:
    assert (await post(server, PACK, "buy-1")).status_code == 201
    for other in (await post(server, {**PACK, "customer": "eve"}, "buy-1"),
                  await post(server, {}, "buy-1", "/customers/ada/subscription/cancel")):  # fmt: skip
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


async def test_without_a_key_nothing_is_begun(server: HostServer) -> None:
    answer = await post(server, PACK, None)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_required")
    assert await _kept(server) == []


async def test_a_refusal_binds_nothing(server: HostServer) -> None:
    assert (await post(server, {**PACK, "code": "none"}, "buy-1")).status_code == 404
    assert (await post(server, PACK, "buy-1")).status_code == 201


async def test_the_same_request_beside_itself_is_done_once(server: HostServer) -> None:
    answers = await asyncio.gather(*(post(server, PACK, "buy-1") for _ in range(6)))
    said = [(one.status_code, one.json().get("code")) for one in answers]
    assert (201, None) in said
    assert set(said) <= {(201, None), (409, "request_under_way")}
    assert len({one.json()["id"] for one in answers if one.status_code == 201}) == 1


@pytest.mark.parametrize(("age", "status"), [("1 minute", 409), ("3 minutes", 201)])
async def test_what_a_process_took_up_and_died_over_is_taken_up_again(
    server: HostServer, age: str, status: int
) -> None:
    assert (await post(server, PACK, "buy-1")).status_code == 201
    died = "UPDATE api_requests SET done_at = NULL, status = NULL, body = NULL, begun_at = begun_at - interval '{}'"
    async with server.shop.services.database.transaction() as session:
        await session.execute(text(died.format(age)))
    answer = await post(server, PACK, "buy-1")
    assert answer.status_code == status, answer.text
    if status == 409:
        assert answer.json()["retry_after_s"] == 2


async def test_answers_are_kept_for_a_day(server: HostServer) -> None:
    assert (await post(server, PACK, "buy-1")).status_code == 201
    async with server.shop.services.database.transaction() as session:
        await session.execute(text("UPDATE api_requests SET begun_at = begun_at - interval '25 hours'"))
    assert (await post(server, {**PACK, "customer": "eve"}, "buy-1")).status_code == 201
    assert await _kept(server) == ["api:buy-1"]


async def _kept(server: HostServer) -> list[str]:
    async with server.shop.services.database.transaction() as session:
        return list((await session.scalars(text("SELECT key FROM api_requests ORDER BY key"))).all())
