"""The installed SDK as judge of what a Stripe-compatible server answers.

Walks the SDK's resource annotations: a missing required field, an unknown field, a value of the wrong type or an
unknown enumeration value is a finding. Nothing is listed by hand, so an upgrade of the SDK shows what changed.
"""

import ast
import inspect
import re
import sys
import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from stripe._list_object import ListObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import StripeObject, UntypedStripeObject

_DECIMAL = re.compile(r"^-?\d+(\.\d+)?$")
# `ErrorObject` is annotated by hand in the SDK; these members of its JSON are documented, not annotated.
_ERROR_MEMBERS = {"request_log_url"}


def findings(answer: Any) -> list[str]:
    """What the SDK would not expect in an answer of the API: an object, a list, a deleted object, or an error."""
    if isinstance(answer, dict) and set(answer) == {"error"}:
        return list(_error(answer["error"]))
    return list(_resource(answer, "$"))


def _error(error: Any) -> Iterator[str]:
    from stripe._error_object import ErrorObject

    if not isinstance(error.get("message"), str) or not error["message"]:
        yield "$.error.message: missing"
    kinds = ("api_error", "card_error", "idempotency_error", "invalid_request_error")
    if error.get("type") not in kinds:
        yield f"$.error.type: {error.get('type')!r}"
    known = {*_annotations(ErrorObject), *_ERROR_MEMBERS}
    for name, value in error.items():
        if name not in known:
            yield f"$.error.{name}: unknown"
        elif isinstance(value, dict):
            yield from _resource(value, f"$.error.{name}")


def _resource(body: Any, path: str) -> Iterator[str]:
    if not isinstance(body, dict) or body.get("object") not in OBJECT_CLASSES:
        yield f"{path}: no Stripe object: {str(body)[:80]}"
        return
    if body["object"] == "list":
        yield from _list(body, path, None)
        return
    module, name = OBJECT_CLASSES[body["object"]]
    cls = getattr(import_module(module), name)
    path = f"{path}<{body['object']}>"
    if body.get("deleted") is True:
        yield from _fields(body, cls, path, only={"id", "object", "deleted"})
        return
    yield from _fields(body, cls, path)
    if body["object"] == "event":
        yield from _resource(body.get("data", {}).get("object"), f"{path}.data.object")


def _fields(body: dict[str, Any], cls: type, path: str, only: set[str] | None = None) -> Iterator[str]:
    annotations = _annotations(cls)
    for name in body:
        if name not in annotations or (only is not None and name not in only):
            yield f"{path}.{name}: unknown"
    for name, annotation in annotations.items():
        if only is not None and name not in only:
            continue
        optional = type(None) in _alternatives(annotation)
        if name not in body:
            if not optional:
                yield f"{path}.{name}: missing"
            continue
        yield from _value(body[name], annotation, f"{path}.{name}")


def _value(value: Any, annotation: Any, path: str) -> Iterator[str]:
    choices = _alternatives(annotation)
    if Any in choices:
        return
    if value is None:
        if type(None) not in choices:
            yield f"{path}: null where a value is required"
        return
    tries = [list(_one(value, choice, choices, path)) for choice in choices if choice is not type(None)]
    if all(tries):
        yield from min(tries, key=len)


def _one(value: Any, choice: Any, choices: list[Any], path: str) -> Iterator[str]:
    """Findings when the value is taken for one of the alternatives; none when it fits."""
    origin = get_origin(choice)
    literals = any(get_origin(other) is Literal for other in choices)
    if origin is Literal:
        if value not in get_args(choice):
            yield f"{path}: {value!r} is none of {get_args(choice)[:6]}"
    elif choice is str:
        # `Literal[...] | str` is how the SDK writes an open enumeration: ours must be a known value.
        if not isinstance(value, str) or literals:
            yield f"{path}: {value!r} is not the string expected"
    elif choice in (int, float, bool):
        exact = type(value) is choice or (choice is float and type(value) is int)
        if not exact:
            yield f"{path}: {value!r} is not {choice.__name__}"
    elif choice is Decimal:
        if not isinstance(value, str) or not _DECIMAL.match(value):
            yield f"{path}: {value!r} is not a decimal written as a string"
    elif origin in (list, ListObject):
        yield from _items(value, choice, path)
    elif origin in (dict, Mapping, UntypedStripeObject):
        yield from _mapping(value, get_args(choice)[-1], path)
    elif inspect.isclass(choice) and issubclass(choice, StripeObject):
        yield from _object(value, choice, path)
    else:
        yield f"{path}: the checker does not know {choice!r}"


def _items(value: Any, annotation: Any, path: str) -> Iterator[str]:
    inner = get_args(annotation)[0]
    if get_origin(annotation) is ListObject:
        yield from _list(value, path, inner)
    elif not isinstance(value, list):
        yield f"{path}: {value!r} is not a list"
    else:
        for at, item in enumerate(value):
            yield from _value(item, inner, f"{path}[{at}]")


def _list(value: Any, path: str, inner: Any) -> Iterator[str]:
    if not isinstance(value, dict) or value.get("object") != "list":
        yield f"{path}: no list object"
        return
    if set(value) != {"object", "data", "has_more", "url"}:
        yield f"{path}: a list has object, data, has_more, url; not {sorted(value)}"
    for at, item in enumerate(value.get("data", ())):
        where = f"{path}.data[{at}]"
        yield from _resource(item, where) if inner is None else _value(item, inner, where)


def _mapping(value: Any, inner: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is not a group"
        return
    for key, item in value.items():
        yield from _value(item, inner, f"{path}[{key}]")


def _object(value: Any, cls: type, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: {value!r} is no object"
    elif "object" in value and cls.__qualname__.count(".") == 0:
        module, name = OBJECT_CLASSES.get(value["object"], ("", ""))
        if (module, name) != (cls.__module__, cls.__name__):
            yield f"{path}: a {value['object']} where a {cls.__name__} is due"
        else:
            yield from _resource(value, path)
    else:
        yield from _fields(value, cls, path)


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Union:
        return [inner for choice in get_args(annotation) for inner in _alternatives(choice)]
    return [annotation]


@cache
def _annotations(cls: type) -> dict[str, Any]:
    """Resolved field annotations of an SDK class, those of its own module's type-only imports included."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base is object or base in StripeObject.__mro__ or not issubclass(base, StripeObject):
            continue
        names = _Names(base)
        for name, annotation in vars(base).get("__annotations__", {}).items():
            if get_origin(annotation) is ClassVar or name.startswith("_"):
                continue
            resolved = typing._eval_type(  # type: ignore[attr-defined]
                typing.ForwardRef(annotation) if isinstance(annotation, str) else annotation,
                vars(sys.modules[base.__module__]),
                names,
            )
            if resolved is not ClassVar and get_origin(resolved) is not ClassVar:
                found[name] = resolved
    return found


class _Names(dict[str, Any]):
    """Names an annotation may use: the class's own inner classes, then imports the SDK makes for type checkers."""

    def __init__(self, cls: type) -> None:
        super().__init__({name: value for name, value in vars(cls).items() if inspect.isclass(value)})
        self._imports = _type_only_imports(cls.__module__)

    def __missing__(self, name: str) -> Any:
        module, original = self._imports[name]
        return getattr(import_module(module), original)


@cache
def _type_only_imports(module: str) -> dict[str, tuple[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
