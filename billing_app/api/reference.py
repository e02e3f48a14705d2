"""The reference of the API as one page, made from its OpenAPI document. Pure: no script, nothing from elsewhere.

It needs no browser's JavaScript and no network: what was shown by a bundle from a CDN is plain HTML here, to be read,
searched in and printed. `/api/openapi.json` is for tools that send requests.
"""

import base64
import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from billing_app.api.conventions.route import SCHEME

Json = Mapping[str, Any]
TEMPLATES = Path(__file__).with_name("templates")
_DEEPEST = 5
_METHODS = ("get", "post", "put", "patch", "delete")
_DAILY = ("features", "credits", "holds", "streams", "customers", "hand-over", "checkout", "subscription", "payments")
_BOUNDS = {
    "minimum": "\u2265 {}",
    "exclusiveMinimum": "> {}",
    "maximum": "\u2264 {}",
    "exclusiveMaximum": "< {}",
    "maxLength": "{} characters at most",
    "minItems": "{} or more",
    "maxItems": "{} at most",
    "pattern": "matches {}",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a member of an object. `depth`: how far inside it lies."""

    name: str
    kind: str
    required: bool
    about: str
    depth: int = 0
    place: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What may come back: its fields and an example, where the document has them."""

    status: str
    about: str
    fields: tuple[Field, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation, ready to be shown."""

    anchor: str
    method: str
    path: str
    about: str
    by_key: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    request: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The endpoints of one subject."""

    name: str
    anchor: str
    endpoints: tuple[Endpoint, ...]


def groups_of(document: Json) -> tuple[Group, ...]:
    """The endpoints by subject: those that a host's key calls, the daily ones first; then those of our own pages."""
    found: dict[tuple[bool, str], list[Endpoint]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                one = _endpoint(document, method, path, methods[method])
                tag = next(iter(methods[method].get("tags") or ["other"]))
                found.setdefault((not one.by_key, tag), []).append(one)
    ordered = sorted(found.items(), key=lambda each: (each[0][0], _place(each[0][1])))
    return tuple(
        Group(f"{tag.capitalize()}{', for our own pages' if own else ''}", f"of-{_slug(tag)}-{int(own)}", tuple(ones))
        for (own, tag), ones in ordered
    )


def _place(tag: str) -> int:
    return _DAILY.index(tag) if tag in _DAILY else len(_DAILY)


def page(document: Json) -> str:
    """The whole page."""
    about = document["info"].get("description", "")
    return (
        _environment()
        .get_template("reference.html")
        .render(
            title=document["info"]["title"],
            version=document["info"]["version"],
            about=about,
            groups=groups_of(document),
            style=Markup(_style()),  # noqa: S704 - our own file
        )
    )


def policy() -> str:
    """What the page may do: show itself in its own style, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _style() -> str:
    return (TEMPLATES / "reference.css").read_text(encoding="utf-8")


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters["prose"] = prose
    return made


def prose(text: str) -> Markup:
    """Paragraphs, and code between backticks; everything else as it stands."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(_inline(part)) for part in paragraphs)


def _inline(text: str) -> Markup:
    parts = re.split(r"`([^`]*)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _endpoint(document: Json, method: str, path: str, said: Json) -> Endpoint:
    body = said.get("requestBody", {}).get("content", {})
    kind, content = next(iter(body.items()), ("", {}))
    return Endpoint(
        anchor=_slug(f"{method} {path}"),
        method=method.upper(),
        path=path,
        about=said.get("description", ""),
        by_key=any(SCHEME in one for one in said.get("security", ())),
        parameters=tuple(_parameter(document, _resolved(document, one)) for one in said.get("parameters", ())),
        body=tuple(_fields(document, content.get("schema", {}))),
        request=_curl(method, path, said, kind, content.get("example")),
        answers=tuple(_answer(document, status, _resolved(document, one)) for status, one in said["responses"].items()),
    )


def _parameter(document: Json, said: Json) -> Field:
    schema = said.get("schema", {})
    about = said.get("description") or schema.get("description", "")
    return Field(said["name"], _kind(document, schema), bool(said.get("required")), about, place=said["in"])


def _answer(document: Json, status: str, said: Json) -> Answer:
    content: Json = next(iter(said.get("content", {}).values()), {})
    example = content.get("example")
    schema = content.get("schema", {})
    fields = () if schema.get("$ref", "").endswith("/Problem") else tuple(_fields(document, schema))
    return Answer(status, said.get("description", ""), fields, "" if example is None else _written(example))


def _curl(method: str, path: str, said: Json, kind: str, example: Any) -> str:
    """The request as somebody would type it; only for what a key calls."""
    if not any(SCHEME in one for one in said.get("security", ())):
        return ""
    lines = [f"curl {'' if method == 'get' else f'-X {method.upper()} '}https://billing.example.com{path}"]
    lines.append('-H "Authorization: Bearer $BILLING_KEY"')
    if any(one.get("name") == "Idempotency-Key" and one.get("required") for one in said.get("parameters", ())):
        lines.append('-H "Idempotency-Key: your-own-name-1"')
    if example is not None:
        lines += [f'-H "Content-Type: {kind}"', f"-d {shlex.quote(_written(example))}"]
    return " \\\n  ".join(lines)


def _fields(document: Json, schema: Json, depth: int = 0, seen: tuple[str, ...] = ()) -> Iterator[Field]:
    """The members of an object, each followed by its own."""
    name = schema.get("$ref", "")
    if depth > _DEEPEST or (name and name in seen):
        return
    seen = (*seen, name) if name else seen
    found = _resolved(document, schema)
    for part in (*found.get("allOf", ()), *found.get("anyOf", ()), *found.get("oneOf", ())):
        yield from _fields(document, part, depth, seen)
    if found.get("type") == "array" or "items" in found:
        yield from _fields(document, found.get("items", {}), depth, seen)
    required = found.get("required", ())
    for member, said in found.get("properties", {}).items():
        full = _resolved(document, said)
        about = said.get("description") or full.get("description", "")
        yield Field(member, _kind(document, said), member in required, about, depth)
        yield from _fields(document, said, depth + 1, seen)


def _kind(document: Json, schema: Json, depth: int = 0) -> str:
    """What a value looks like, in words."""
    found = _resolved(document, schema)
    if depth > _DEEPEST:
        return "..."
    if "const" in found:
        return json.dumps(found["const"])
    if "enum" in found:
        return " | ".join(json.dumps(one) for one in found["enum"])
    parts = found.get("anyOf") or found.get("oneOf")
    if parts:
        kinds = [_kind(document, one, depth + 1) for one in parts]
        return " | ".join(dict.fromkeys(kinds))
    kind = found.get("type", "any")
    words = " | ".join(kind) if isinstance(kind, list) else kind
    if words == "array":
        words = f"list of {_kind(document, found.get('items', {}), depth + 1)}"
    if "format" in found:
        words = f"{words} ({found['format']})"
    bounds = [text.format(_number(found[name])) for name, text in _BOUNDS.items() if name in found]
    return ", ".join([words, *bounds])


def _number(bound: Any) -> str:
    if isinstance(bound, float) and bound.is_integer():
        bound = int(bound)
    return f"{bound:,}" if isinstance(bound, int) else str(bound)


def _resolved(document: Json, schema: Json) -> Json:
    for _ in range(_DEEPEST):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _written(example: Any) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
