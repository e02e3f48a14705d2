"""Makes typed values out of JSON. Members that a newer server adds are passed over."""

import dataclasses
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def read(kind: type[T], told: Mapping[str, Any]) -> T:
    """A value of `kind` out of a JSON object.

    Raises:
        KeyError: a member is missing that has no default.
    """
    made: dict[str, Any] = {}
    for name, (hint, needed) in _members(kind).items():
        if name in told:
            made[name] = _value(hint, told[name])
        elif needed:
            raise KeyError(name)
    return kind(**made)


def read_tuple(kind: type[T], told: Iterable[Mapping[str, Any]]) -> tuple[T, ...]:
    """The same for a list of them."""
    return tuple(read(kind, one) for one in told)


@cache
def _members(kind: type) -> dict[str, tuple[Any, bool]]:
    hints = typing.get_type_hints(kind)
    return {
        one.name: (
            hints[one.name],
            one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING,
        )
        for one in dataclasses.fields(kind)
    }


def _value(hint: Any, told: Any) -> Any:
    if told is None:
        return None
    if isinstance(hint, types.UnionType):
        hint = next(one for one in typing.get_args(hint) if one is not type(None))
    if hint is datetime:
        return datetime.fromisoformat(told)
    if hint is Decimal:
        return Decimal(told)
    if typing.get_origin(hint) is tuple:
        return tuple(_value(typing.get_args(hint)[0], one) for one in told)
    return read(hint, told) if dataclasses.is_dataclass(hint) and isinstance(hint, type) else told
