"""Whatever is sent, the API answers below 500: requests made up from its own document, with keys and without."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing_app.accounts.api_keys.form import Scope
from billing_app.api.app import create_app
from billing_app.api.document import operations
from billing_app.db.engine import Database
from tests.host_api.host import Host, a_host

DOCUMENT = create_app().openapi()
# What asks Stripe is fuzzed too: nothing answers at its address here, which has to be a 503 and nothing worse.
OPERATIONS = [
    (method, path, operation)
    for method, path, operation in operations(DOCUMENT)
    if operation.get("security") or operation.get("tags") == ["catalogue"]
]

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["", "\x00", "\ud800", "x" * 400, "ada", "docs_chat", "2026-13-01", "0001-01-01T00:00:00+23:59"]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
NAMES = st.sampled_from(["ada", "docs_chat", "query", "free", "pro", "hold_1_1", "1", "a/b", "month", "period_end"])


def fitting(schema: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Mostly what the schema asks for, now and then something odd."""
    if "$ref" in schema:
        return fitting(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]], depth)
    if "anyOf" in schema or "oneOf" in schema:
        return st.one_of(*(fitting(one, depth) for one in schema.get("anyOf", schema.get("oneOf", ()))))
    if "enum" in schema or "const" in schema:
        return st.one_of(st.sampled_from(schema.get("enum", [schema.get("const")])), ODD)
    match schema.get("type"):
        case "object" if "properties" in schema and depth < 4:
            needed = set(schema.get("required", ()))
            members = {name: fitting(each, depth + 1) for name, each in schema["properties"].items()}
            return st.fixed_dictionaries(
                {name: each for name, each in members.items() if name in needed},
                optional={name: each for name, each in members.items() if name not in needed},
            )
        case "array" if depth < 4:
            return st.lists(fitting(schema.get("items", {}), depth + 1), max_size=3)
        case "integer":
            return st.one_of(st.integers(1, 40), st.integers(-1, 2**53), ODD)
        case "string":
            return st.one_of(NAMES, st.text(max_size=40), ODD)
        case "null":
            return st.none()
        case _:
            return ODD


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, list[tuple[str, str]], bytes | None, dict[str, str]]:
    """Method, path, query, body and headers of a request that the document could be read to allow, or nearly."""
    method, path, operation = draw(st.sampled_from(OPERATIONS))
    query: list[tuple[str, str]] = []
    for parameter in operation.get("parameters", ()):
        value = draw(fitting(parameter["schema"]))
        text = str(value).encode("utf-8", "replace").decode()
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", quote(text, safe="") or "x")
        elif parameter["in"] == "query" and draw(st.booleans()):
            query.append((parameter["name"], text))
    headers = {"Content-Type": "application/json"}
    if draw(st.booleans()):
        headers["Idempotency-Key"] = draw(st.sampled_from(["k1", '"k1"', "k2", '"', "k 3", "\x7f"]))
    body = None
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        sent = draw(st.one_of(fitting(schema), fitting(schema), ODD))
        body = json.dumps(sent).encode("utf-8", "replace")
    return method, path, query, body, headers


@pytest.fixture
async def host(database: Database) -> AsyncIterator[Host]:
    async with a_host(database, "docs_chat") as made:
        for customer in ("ada", "a/b"):
            await made.give(customer, 10_000)
        yield made


@pytest.mark.parametrize("examples", [250, pytest.param(5_000, marks=pytest.mark.deep)])
async def test_nothing_that_is_sent_makes_a_5xx(host: Host, examples: int) -> None:
    loop = asyncio.get_running_loop()
    seen: dict[int, int] = {}
    client = host.client(None)

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(request=requests(), scope=st.sampled_from([*Scope, Scope.SERVER, Scope.SERVER, None]))
    def attack(request: tuple[Any, ...], scope: Scope | None) -> None:
        method, path, query, body, headers = request
        if scope is not None:
            headers = {**headers, "Authorization": f"Bearer {host.keys[scope]}"}
        sending = client.request(
            method, httpx.URL(f"http://billing.example{path}", params=query), content=body, headers=headers
        )
        answer = asyncio.run_coroutine_threadsafe(sending, loop).result(60)
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        if answer.status_code >= 500:
            assert answer.json()["code"] == "unavailable", (method, path, query, body, answer.text)
            assert "Stripe" in answer.text, (method, path, query, body, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"]
        if scope is None and "security" in DOCUMENT["paths"].get(path, {}).get(method.lower(), {}):
            assert answer.status_code == 401

    await asyncio.to_thread(attack)
    await client.aclose()
    assert seen[200] > examples // 50
    assert seen[401] > examples // 50
    assert seen[422] > examples // 50
