"""docs/catalogue.md explains every field there is, and its example is a catalogue."""

import re
from typing import Any

import pytest
from pydantic import BaseModel

from billing_app.catalog.loading import Source, load
from billing_app.catalog.schema import Catalog
from billing_app.db.migrate import ROOT

DOCS = (ROOT / "docs/catalogue.md").read_text(encoding="utf-8")


def _fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    seen.add(model)
    found = set(model.model_fields)
    for field in model.model_fields.values():
        for part in _parts(field.annotation):
            if part not in seen:
                found |= _fields(part, seen)
    return found


def _parts(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for argument in getattr(annotation, "__args__", ()) for part in _parts(argument)]


@pytest.mark.parametrize("field", sorted(_fields(Catalog, set())))
def test_every_field_is_explained(field: str) -> None:
    assert re.search(rf"[`\[ {{]{field}[`\] =]", DOCS), f"docs/catalogue.md does not mention {field}"


def test_the_example_is_a_catalogue() -> None:
    example = DOCS.split("```toml\n")[1].split("```")[0]
    catalog = load(Source("example.toml", example))
    assert catalog.packs[0].credits == 10
