"""What every endpoint has in common: keys and scopes, limits, strict bodies, customers with odd ids, cursors."""

import base64
import json
from datetime import timedelta

import httpx
import pytest

from billing_app import clock
from billing_app.accounts.api_keys.form import Scope, new_key
from billing_app.api.conventions.rate_limits import MONEY, Rate, TokenBuckets
from billing_app.errors import RateLimited
from tests.host_api.host import URL, Host, problem

CONSUME = "/api/v1/credits/consume"
GOOD = {"customer": "ada", "feature": "own", "credits": 1}


async def test_without_a_working_key_nothing_is_told_and_nothing_done(host: Host) -> None:
    revoked = await host.services.api_keys.create("gone", Scope.SERVER, by=None)
    await host.services.api_keys.revoke(revoked.view.id, by=None)
    good = host.keys[Scope.SERVER]
    for key in (None, "nonsense", good[:-1], good + "x", new_key(Scope.SERVER, live=False), revoked.secret):
        async with host.client(key) as client:
            for answer in (
                await client.post(CONSUME, content=b"not even JSON"),
                await client.get("/api/v1/customers/ada/balance"),
            ):
                problem(answer, 401, "invalid_api_key")
                assert answer.headers["www-authenticate"] == "Bearer"
    live = new_key(Scope.SERVER, live=True)
    async with host.client(live) as client:
        assert "test mode" in problem(await client.get("/api/v1/customers/ada"), 401, "invalid_api_key")["detail"]
    problem(await host.get("/customers/ada"), 404, "unknown_customer")


async def test_a_key_does_what_its_scope_says(host: Host) -> None:
    for scope in (Scope.READ_ONLY, Scope.ADMIN):
        body = problem(await host.ask("POST", "/credits/consume", GOOD, scope=scope), 403, "wrong_scope")
        assert body["required_scope"] == "server"
        assert (
            await host.ask("POST", "/features/check", {"customer": "x", "feature": "docs_chat"}, scope=scope)
        ).json()["allowed"]
    problem(await host.get("/customers/ada"), 404, "unknown_customer")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"customer": "ada", "feature": "own", "credits": NaN}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "credits": -Infinity}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "credits": 9007199254740993}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "credits": 1e400}', "/body/credits"),
        (f'{{"customer": "ada", "feature": "own", "credits": {"9" * 5000}}}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "credits": 1, "credits": 2}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "details": {"a/b": 1, "a/b": 1}, "credits": 1}', "/body/details/a~1b"),
        ('{"customer": "ada", "feature": "own", "credits": "1"}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "credits": 1.0}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "credits": true}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "credits": 0}', "/body/credits"),
        ('{"customer": "ada", "feature": "own", "credit": 1}', "/body/credit"),
        ('{"customer": 7, "feature": "own", "credits": 1}', "/body/customer"),
        ('{"feature": "own", "credits": 1}', "/body/customer"),
        ('{"customer": "a\\u0000b", "feature": "own", "credits": 1}', "/body/customer"),
        ('{"customer": "a\\ud800b", "feature": "own", "credits": 1}', "/body/customer"),
        (json.dumps({**GOOD, "customer": "x" * 300}), "/body/customer"),
        ('{"customer": "ada", "feature": "own", "credits": 1, "\\ud800": 1}', "/body"),
        ("[" * 100_000, "/body"),
        ("[1]", "/body"),
        ("null", "/body"),
        ("", "/body"),
        ("{", "/body"),
        ('{"customer": "ada"', "/body"),
    ],
)
async def test_a_body_that_is_not_as_it_must_be_is_refused_with_a_pointer(host: Host, body: str, pointer: str) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    async with host.client(host.keys[Scope.SERVER], **headers) as client:
        answer = await client.post(CONSUME, content=body)
    assert answer.status_code == 422, answer.text
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointer in pointers, answer.text
    problem(await host.get("/customers/ada"), 404, "unknown_customer")


async def test_other_things_that_are_no_request_of_ours(host: Host) -> None:
    good = json.dumps(GOOD)
    async with host.client(host.keys[Scope.SERVER], **{"Idempotency-Key": "k"}) as client:
        as_text = await client.post(CONSUME, content=good, headers={"Content-Type": "text/plain"})
        problem(as_text, 415, "unsupported_media_type")
        headers = {"Content-Type": "application/json"}
        problem(await client.post(CONSUME, content=b"\xff" + good.encode(), headers=headers), 422, "malformed_body")
        problem(await client.post(CONSUME, content=b" " * 2 * 1024 * 1024, headers=headers), 413, "body_too_large")
        problem(await client.post("/api/v1/credits/nothing", json={}), 404, "not_found")
        problem(await client.delete(CONSUME), 404, "not_found")
        deep = await client.post(CONSUME, content=b'{"a":' * 40 + b"1" + b"}" * 40, headers=headers)
        assert problem(deep, 422, "malformed_body")["errors"][0]["code"] == "too_deep"
    async with host.client(host.keys[Scope.SERVER]) as client:
        problem(await client.post(CONSUME, json=GOOD), 422, "idempotency_key_required")
        for bad in ("", '""', "x" * 201, "a\tb", "\xe9"):
            sent = await client.post(CONSUME, json=GOOD, headers=[(b"Idempotency-Key", bad.encode("latin-1"))])
            problem(sent, 422, "invalid_idempotency_key")
    problem(await host.get("/customers/ada"), 404, "unknown_customer")


@pytest.mark.parametrize("customer", ["a/b", "a/b/balance", "ü ñ", "100%", "a%2Fb", "?x=1#y", "a_b", "-", "…", "a+b"])
async def test_a_customer_is_called_whatever_the_host_calls_it(host: Host, customer: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in customer.encode())
    await host.post("/credits/consume", {"customer": customer, "feature": "own", "credits": 3})
    for path in (encoded, encoded.lower()):
        async with host.client(host.keys[Scope.READ_ONLY]) as client:
            answer = await client.get(httpx.URL(f"{URL}/api/v1/customers/{path}/balance"))
        assert (answer.json()["customer"], answer.json()["available"]) == (customer, 97)


@pytest.mark.parametrize("encoded", ["%00", "a%0Ab", "%20", "%C3%28", "x" * 300, "%E2%80%AEabc", "%2E"])
async def test_what_nobody_can_be_called_is_refused(host: Host, encoded: str) -> None:
    async with host.client(host.keys[Scope.SERVER]) as client:
        for answer in (
            await client.get(f"/api/v1/customers/{encoded}/balance"),
            await client.put(f"/api/v1/customers/{encoded}", json={}),
        ):
            body = problem(answer, 422, "invalid_input")
            assert body["errors"][0]["pointer"] == "/path/customer"


async def test_a_list_read_by_cursors_is_whole_however_much_is_added_meanwhile(host: Host) -> None:
    for _ in range(7):
        await host.post("/credits/consume", GOOD)
    seen: list[int] = []
    after: dict[str, str] = {}
    while True:
        page = (await host.get("/customers/ada/ledger", limit=3, kind="consume", **after)).json()
        seen += [entry["id"] for entry in page["data"]]
        await host.post("/credits/consume", GOOD)
        if not page["has_more"]:
            break
        after = {"after": page["next_cursor"]}
    assert page["next_cursor"] is None
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


async def test_a_cursor_is_good_for_its_own_list_and_for_a_day(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    for customer in ("ada", "bob"):
        for _ in range(3):
            await host.post("/credits/consume", {**GOOD, "customer": customer})
    cursor = (await host.get("/customers/ada/ledger", limit=1)).json()["next_cursor"]
    problem(await host.get("/customers/bob/ledger", after=cursor), 422, "invalid_cursor")
    problem(await host.get("/customers/ada/ledger", after=cursor, feature="own"), 422, "invalid_cursor")
    problem(await host.get("/customers/ada/lots", after=cursor), 422, "invalid_cursor")
    made_up = base64.urlsafe_b64encode(b"\0" * 24).decode()
    for bad in ("x", "é", made_up, cursor[:-1]):
        problem(await host.get("/customers/ada/ledger", after=bad), 422, "invalid_cursor")
    tomorrow = clock.wall() + timedelta(hours=25)
    monkeypatch.setattr(clock, "wall", lambda: tomorrow)
    problem(await host.get("/customers/ada/ledger", after=cursor), 422, "cursor_expired")


async def test_unknown_and_impossible_query_values_are_refused(host: Host) -> None:
    await host.post("/credits/consume", GOOD)
    for bad in ({"limit": 0}, {"limit": 201}, {"limit": "x"}, {"before": 3}, {"kind": "nonsense"}, {"day": "soon"}):
        answer = await host.get("/customers/ada/ledger", **bad)
        assert problem(answer, 422, "invalid_input")["errors"][0]["pointer"].startswith("/query/")


def test_a_key_that_asks_too_often_is_told_when_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    buckets, rate = TokenBuckets(), Rate("slow", per_s=2, burst=3)
    for _ in range(3):
        buckets.take(rate, 1)
    with pytest.raises(RateLimited) as refused:
        buckets.take(rate, 1)
    assert (refused.value.extra["retry_after_s"], refused.value.extra["burst"]) == (1, 3)
    buckets.take(rate, 2)
    now[0] += 1
    buckets.take(rate, 1)
    buckets.take(rate, 1)
    with pytest.raises(RateLimited):
        buckets.take(rate, 1)


async def test_over_http_it_is_a_429_with_retry_after(host: Host) -> None:
    buckets = host.app.state.buckets = TokenBuckets()
    holder = await host.services.api_keys.recognise(host.keys[Scope.ADMIN])
    for _ in range(MONEY.burst):
        buckets.take(MONEY, holder.key_id)
    body = {"customer": "ada", "credits": 1, "note": "n"}
    answer = await host.ask("POST", "/credits/grant", body, scope=Scope.ADMIN)
    problem(answer, 429, "rate_limited")
    assert answer.headers["retry-after"] == "1"
