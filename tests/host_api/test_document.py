"""The OpenAPI document is whole: every endpoint and every code is in the docs, every answer has a true example."""

import re
from pathlib import Path
from typing import Any

import pytest

from billing_app.api.app import create_app
from billing_app.api.conventions.rate_limits import RATES
from billing_app.api.document import examples, operations
from billing_app.errors import DomainError

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = create_app().openapi()
OPERATIONS = {f"{method} {path}": operation for method, path, operation in operations(DOCUMENT)}
KEYED = {name: operation for name, operation in OPERATIONS.items() if operation.get("security")}


def codes(kind: type[DomainError] = DomainError) -> set[str]:
    """Every code that an answer may carry."""
    return {kind.code}.union(*(codes(each) for each in kind.__subclasses__() if each.__module__.startswith("billing_")))


@pytest.mark.row("A6")
@pytest.mark.row("B6")
@pytest.mark.row("C7")
def test_every_endpoint_is_in_the_map() -> None:
    text = (DOCS / "api-map.md").read_text()
    missing = [name for name in OPERATIONS if f"`{name}`" not in text]
    assert not missing, f"docs/api-map.md does not say what these are for: {missing}"
    gone = [name for name in re.findall(r"`((?:GET|PUT|POST|DELETE) /api/[^`]+)`", text) if name not in OPERATIONS]
    assert not gone, f"docs/api-map.md names endpoints that do not exist: {gone}"


def test_every_code_is_in_the_docs() -> None:
    text = (DOCS / "api.md").read_text()
    also = {"internal_error", "method_not_allowed"}
    missing = sorted(code for code in codes() | also if f"`{code}`" not in text)
    assert not missing, f"docs/api.md does not say what these mean: {missing}"


def test_the_published_rates_are_those_in_force() -> None:
    text = (DOCS / "api.md").read_text()
    for rate in RATES:
        assert re.search(rf"\| {rate.name} \|.*\| {rate.per_s:,} \| {rate.burst:,} \|", text), rate


@pytest.mark.parametrize("name", list(KEYED))
def test_every_answer_behind_a_key_has_an_example(name: str) -> None:
    operation = KEYED[name]
    assert operation["summary"]
    assert {"401", "422", "429", "503"} <= operation["responses"].keys()
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values():
            assert "example" in content or "examples" in _resolved(content["schema"]), (
                f"{name} {status}: record one in v1/host/examples*.json"
            )
    body = operation.get("requestBody")
    if body is not None:
        content = body["content"]["application/json"]
        assert "example" in content or "examples" in _resolved(content["schema"]), f"{name} request"


@pytest.mark.parametrize("name", list(examples()))
def test_every_example_fits_its_schema(name: str) -> None:
    operation, known = OPERATIONS[name], examples()[name]
    for status, example in known.items():
        if status == "request":
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
        else:
            (content,) = operation["responses"][status]["content"].values()
            schema = content["schema"]
        assert not list(misfits(example, schema)), f"{name} {status}"


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
    "null": type(None),
}


def misfits(value: Any, schema: dict[str, Any], where: str = "") -> Any:
    """Where a value is not as its schema says: types, members, enums; no member that the schema does not know."""
    schema = _resolved(schema)
    if "anyOf" in schema:
        if all(any(True for _ in misfits(value, one, where)) for one in schema["anyOf"]):
            yield f"{where}: fits none"
        return
    wanted = schema.get("type")
    kinds = wanted if isinstance(wanted, list) else [wanted] if wanted else []
    if kinds and not any(
        isinstance(value, _TYPES[kind]) and (kind == "boolean" or type(value) is not bool) for kind in kinds
    ):
        yield f"{where}: {value!r} is no {wanted}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r}"
    if isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        yield from (f"{where}/{name}: missing" for name in schema.get("required", ()) if name not in value)
        if schema.get("title") != "Problem":
            yield from (f"{where}/{name}: unknown" for name in value if name not in known)
        for name, member in value.items():
            if name in known:
                yield from misfits(member, known[name], f"{where}/{name}")
    if isinstance(value, list) and "items" in schema:
        for place, member in enumerate(value):
            yield from misfits(member, schema["items"], f"{where}/{place}")
