"""What would change between two catalogues, for people and for programs. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeGuard

from billing_app.catalog.schema import Catalog

_KEYS = {
    "features": ("code",),
    "plans": ("code",),
    "packs": ("code",),
    "unlocks": ("code",),
    "rates": ("code",),
    "add_ons": ("code",),
    "prices": ("period",),
    "costs": ("feature", "name"),
    "payment_fees": ("currency",),
    "faq": ("question",),
}
"""Lists of tables that have a name: compared by it, not by their place."""
_MARKS = {"add": "+", "remove": "-", "change": "~"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` is dotted, with codes for list elements: `packs.popular.price`."""

    action: Literal["add", "remove", "change"]
    path: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        """`~ packs.popular.price: 8.00 USD -> 9.00 USD`."""
        mark = _MARKS[self.action]
        if self.action == "change":
            return f"{mark} {self.path}: {_short(self.before)} -> {_short(self.after)}"
        return f"{mark} {self.path}: {_short(self.after if self.action == 'add' else self.before)}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What applying would do: changes of the catalogue, and what becomes of the items that can be bought.

    Attributes:
        version: the version compared with; 0 when none was applied yet.
        effects: one sentence for each item made, put back on sale or retired.
    """

    version: int
    changes: tuple[Change, ...]
    effects: tuple[str, ...] = field(default=())

    @property
    def exit_code(self) -> Literal[0, 2]:
        """What a command ends with (CL2): 0 nothing would change, 2 something would."""
        return 2 if self.changes else 0

    def lines(self) -> list[str]:
        """For people."""
        if not self.changes:
            return [f"No change: version {self.version} is in place."]
        since = (
            f"Changes to version {self.version}:" if self.version else "No catalogue is applied yet. This would make:"
        )
        return [since, *(f"  {change}" for change in self.changes), *(f"  => {effect}" for effect in self.effects)]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "version": self.version,
            "changes": [
                {"action": change.action, "path": change.path, "before": change.before, "after": change.after}
                for change in self.changes
            ],
            "effects": list(self.effects),
        }


def changes(before: Catalog | None, after: Catalog) -> tuple[Change, ...]:
    """Every difference between two catalogues; empty exactly when they mean the same."""
    old = before.model_dump(mode="json") if before else {}
    new = after.model_dump(mode="json", exclude_defaults=before is None)
    return tuple(_tables("", old, new))


def _compare(path: str, name: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _tables(path, old, new)
    elif name in _KEYS and _are_tables(old) and _are_tables(new):
        yield from _lists(path, _KEYS[name], old, new)
    else:
        yield Change("change", path, old, new)


def _tables(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in [*old, *(key for key in new if key not in old)]:
        inner = f"{path}.{key}" if path else key
        if key not in new:
            yield Change("remove", inner, before=old[key])
        elif key in old:
            yield from _compare(inner, key, old[key], new[key])
        elif key in _KEYS and not path:
            yield from _lists(inner, _KEYS[key], [], new[key])
        else:
            yield Change("add", inner, after=new[key])


def _are_tables(value: Any) -> TypeGuard[list[dict[str, Any]]]:
    """A plan's `features` are only codes, although the catalogue's own `features` are tables."""
    return isinstance(value, list) and all(isinstance(element, dict) for element in value)


def _lists(path: str, keys: tuple[str, ...], old: list[Any], new: list[Any]) -> Iterator[Change]:
    before = {".".join(element[key] for key in keys): element for element in old}
    after = {".".join(element[key] for key in keys): element for element in new}
    for code, element in before.items():
        if code in after:
            yield from _compare(f"{path}.{code}", "", element, after[code])
        else:
            yield Change("remove", f"{path}.{code}", before=element)
    for code, element in after.items():
        if code not in before:
            yield Change("add", f"{path}.{code}", after=element)
    stayed = [code for code in before if code in after]
    order = [code for code in after if code in before]
    if stayed != order:
        yield Change("change", f"{path} (order)", stayed, order)


def _short(value: Any) -> str:
    """A value on one line: tables show what names and prices them, long texts are cut."""
    if isinstance(value, dict):
        shown = [f"{key} {_short(value[key])}" for key in value if key not in ("code", "description") and value[key]]
        return _cut(", ".join(shown))
    if isinstance(value, list):
        return _cut("[" + ", ".join(map(_short, value)) + "]")
    if isinstance(value, str):
        return _cut(f'"{value}"' if " " in value and not value[:1].isdecimal() else value) or '""'
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _cut(text: str, most: int = 140) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
