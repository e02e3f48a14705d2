"""The line of every value in a TOML text, found in all the ways TOML has to write one."""

import tomllib
from typing import Any

import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_app.catalog.positions import Path, lines_of, nearest_line

AWKWARD = '''\
top = 1 # = [
"quoted key" = "a \\" ] # not a comment"
dotted.inner = 'literal \\'
[table] # [nope]
text = """
first
]] \\""" still"""
quotes = """ends with quotes"""""
after = 2
list = [ # comment ]
  1,

  { a = 1, b = "x" }, [ 2,
  3 ],
]
date = 2026-01-01T00:00:00Z
[[tables]]
name = "first"
[tables.inner]
deep = true
[[tables.rows]]
r = 1
[[tables.rows]]
r = 2
[[tables]]
name = "second"
[[tables.rows]]
r = 3
'''


def test_every_way_to_write_a_value_is_found() -> None:
    tomllib.loads(AWKWARD)
    lines = lines_of(AWKWARD)
    expected: dict[Path, int] = {
        ("top",): 1,
        ("quoted key",): 2,
        ("dotted", "inner"): 3,
        ("table",): 4,
        ("table", "text"): 5,
        ("table", "quotes"): 8,
        ("table", "after"): 9,
        ("table", "list"): 10,
        ("table", "list", 0): 11,
        ("table", "list", 1): 13,
        ("table", "list", 1, "b"): 13,
        ("table", "list", 2, 1): 14,
        ("table", "date"): 16,
        ("tables", 0): 17,
        ("tables", 0, "name"): 18,
        ("tables", 0, "inner", "deep"): 20,
        ("tables", 0, "rows", 1, "r"): 24,
        ("tables", 1): 25,
        ("tables", 1, "rows", 0, "r"): 28,
    }
    assert {path: lines.get(path) for path in expected} == expected


def test_what_is_not_in_the_text_has_the_line_of_what_is_around_it() -> None:
    lines = lines_of(AWKWARD)
    assert nearest_line(lines, ("tables", 0, "inner", "missing")) == 19
    assert nearest_line(lines, ("nowhere",)) is None


keys = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=12)
values = st.recursive(
    st.integers(-(10**6), 10**6) | st.booleans() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=4))
@settings(max_examples=150, deadline=None)
def test_each_key_of_any_document_stands_on_the_line_it_is_said_to_stand_on(data: dict[str, Any]) -> None:
    text = tomlkit.dumps(data)
    read = tomllib.loads(text)
    lines = lines_of(text)
    rows = text.split("\n")
    for path in _paths(read, ()):
        assert path in lines, (path, text)
        if isinstance(path[-1], str):
            assert path[-1] in rows[lines[path] - 1], (path, text)


def _paths(value: Any, path: Path) -> list[Path]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return ([path] if path else []) + [found for key, below in inner for found in _paths(below, (*path, key))]
