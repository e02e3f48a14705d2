"""Read a catalogue file. A bad one is refused with file, line and reason for everything that is wrong with it."""

import json
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Any

import tomlkit
from pydantic import ValidationError

from billing_app.catalog.positions import lines_of
from billing_app.catalog.refusals import CatalogRefused, Refusal, from_rule, from_schema, not_toml
from billing_app.catalog.rules import findings
from billing_app.catalog.schema import Catalog

MAX_SOURCE_BYTES = 1_048_576
PRESETS = FilePath(__file__).parent / "presets"


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a catalogue and what to call it: `showcase.toml`."""

    name: str
    text: str


def preset_names() -> list[str]:
    """The catalogues that come with the product."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def read_source(name: str) -> Source:
    """The text of a preset (`showcase`) or of a file (`shop/prices.toml`).

    Raises:
        CatalogRefused: there is no such preset or file, or it is not text of a reasonable size.
    """
    path = PRESETS / f"{name}.toml" if name in preset_names() else FilePath(name)
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_SOURCE_BYTES else None
    except OSError as wrong:
        presets = ", ".join(preset_names())
        reason = f"no such file or preset ({wrong.strerror or wrong}). The presets are: {presets}"
        raise CatalogRefused([Refusal(name, None, "", reason)]) from None
    if raw is None:
        raise CatalogRefused([Refusal(path.name, None, "", "a catalogue has at most 1 MiB")])
    try:
        return Source(path.name, raw.decode("utf-8"))
    except UnicodeDecodeError as wrong:
        line = raw.count(b"\n", 0, wrong.start) + 1
        raise CatalogRefused([Refusal(path.name, line, "", "the file is not UTF-8 text")]) from None


def load(source: Source) -> Catalog:
    """The catalogue a text describes.

    Raises:
        CatalogRefused: with every reason, each with its line.
    """
    if len(source.text) > MAX_SOURCE_BYTES:
        raise CatalogRefused([Refusal(source.name, None, "", "a catalogue has at most 1 MiB")])
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as wrong:
        raise CatalogRefused([not_toml(source.name, source.text, str(wrong))]) from None
    except RecursionError:
        raise CatalogRefused([Refusal(source.name, None, "", "brackets are nested too deeply")]) from None
    lines = lines_of(source.text)
    try:
        catalog = Catalog.model_validate(data)
    except ValidationError as wrong:
        raise CatalogRefused(list(from_schema(source.name, data, lines, wrong))) from None
    refused = [from_rule(source.name, lines, finding) for finding in findings(catalog)]
    if refused:
        raise CatalogRefused(sorted(refused, key=lambda refusal: refusal.line or 0))
    return catalog


def to_toml(catalog: Catalog) -> str:
    """A catalogue as a file in a fixed order, without comments and defaults. `load` reads it back as the same."""
    return tomlkit.dumps(catalog.model_dump(mode="json", exclude_defaults=True))


def content_hash(catalog: Catalog) -> str:
    """The same for files that mean the same, whatever their comments and order of keys."""
    canonical = json.dumps(catalog.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """The file format as JSON Schema, for completion in editors."""
    schema = Catalog.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Catalogue"}
