"""Requests judged by the installed SDK's own parameter types (`stripe.params`, TypedDicts).

Unknown, missing and wrongly typed parameters get Stripe's 400 with `param` and `code`. Upgrading the SDK is
what changes the rules; nothing is listed here by hand.
"""

import re
import types
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, cast, get_args, get_origin, get_type_hints

from stripe import RequestOptions
from typing_extensions import is_typeddict

from billing_app.sandbox.errors import ApiError, invalid, missing
from billing_app.sandbox.form import Form

Json = dict[str, Any]

_INTEGER = re.compile(r"^-?\d{1,18}$")
_DECIMAL = re.compile(r"^-?\d{1,18}(\.\d{1,12})?$")
_METADATA_KEYS, _METADATA_KEY_LENGTH, _METADATA_VALUE_LENGTH = 50, 40, 500


def judge(form: Form, params_type: type) -> Json:
    """The parameters with their types: integers, booleans, lists and nested dictionaries.

    Raises:
        ApiError: 400 with the name of the parameter at fault.
    """
    return _group(form, params_type, "")


@cache
def _fields(params_type: type) -> dict[str, tuple[Any, bool]]:
    """Annotation and whether required, by parameter name; request options of the SDK are no parameters."""
    annotations = {
        name: annotation
        for name, annotation in params_type.__annotations__.items()
        if name not in RequestOptions.__annotations__
    }
    bare = types.new_class("Parameters", (), exec_body=lambda body: body.update(__annotations__=annotations))
    bare.__module__ = params_type.__module__
    hints = get_type_hints(bare, include_extras=True)
    return {
        name: (
            get_args(hint)[0] if get_origin(hint) in (NotRequired, Required) else hint,
            get_origin(hint) is not NotRequired,
        )
        for name, hint in hints.items()
    }


def _group(form: Form, params_type: type, path: str) -> Json:
    fields = _fields(params_type)
    unknown = [_join(path, name) for name in form if name not in fields]
    if unknown:
        names = ", ".join(name[:100] for name in unknown[:10])
        plural = "s" if len(unknown) > 1 else ""
        message = f"Received unknown parameter{plural}: {names}"
        raise invalid(message, param=unknown[0][:100], code="parameter_unknown")
    for name, (_, required) in fields.items():
        if required and name not in form:
            raise missing(_join(path, name))
    judged: Json = {}
    for name, given in form.items():
        judged[name] = _value(given, fields[name][0], _join(path, name))
        if name == "metadata" and isinstance(judged[name], dict):
            _check_metadata(judged[name], _join(path, name))
    return judged


def _value(given: str | Form, annotation: Any, path: str) -> Any:
    choices = _alternatives(annotation)
    literals = [literal for choice in choices if get_origin(choice) is Literal for literal in get_args(choice)]
    if isinstance(given, str):
        return _scalar(given, choices, literals, path)
    for choice in choices:
        if is_typeddict(choice):
            return _group(given, cast(type, choice), path)
        if get_origin(choice) is list:
            return _list(given, get_args(choice)[0], path)
        if get_origin(choice) is dict:
            inner = get_args(choice)[1]
            return {key: "" if v == "" else _value(v, inner, f"{path}[{key}]") for key, v in given.items()}
    if str in choices or literals:
        raise invalid(f"Invalid string: {path} is a group of values.", param=path)
    raise invalid(f"Invalid value for {path}: a group was given where one value is due.", param=path)


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for choice in get_args(annotation) for inner in _alternatives(choice)]
    return [annotation]


def _scalar(given: str, choices: list[Any], literals: list[Any], path: str) -> Any:
    if given in literals:
        return given
    if given == "":
        name = path.rsplit("[", 1)[-1].rstrip("]")
        raise invalid(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a field; "
            f"however '{name}' cannot be unset. You should remove '{path}' from your request or supply a "
            "non-empty value.",
            param=path,
            code="parameter_invalid_empty",
        )
    if str in choices and not any(literals):
        return given
    failure: ApiError | None = None
    for kind, convert in ((bool, _boolean), (int, _integer), (Decimal, _decimal), (float, _decimal)):
        if kind in choices:
            try:
                return convert(given, path)
            except ApiError as error:
                failure = failure or error
    if failure is not None:
        raise failure
    if any(literals):
        allowed = ", ".join(str(literal) for literal in literals[:40] if literal != "")
        raise invalid(f"Invalid {path}: must be one of {allowed}", param=path)
    if any(get_origin(choice) is list for choice in choices):
        raise invalid("Invalid array", param=path)
    raise invalid("Invalid object", param=path)


def _boolean(given: str, path: str) -> bool:
    if given not in ("true", "false"):
        raise invalid(f"Invalid boolean: {given[:100]}", param=path)
    return given == "true"


def _integer(given: str, path: str) -> int:
    if not _INTEGER.match(given):
        raise invalid(f"Invalid integer: {given[:100]}", param=path, code="parameter_invalid_integer")
    return int(given)


def _decimal(given: str, path: str) -> Decimal:
    if not _DECIMAL.match(given):
        raise invalid(f"Invalid decimal: {given[:100]}; must contain at most 12 decimal places.", param=path)
    try:
        return Decimal(given)
    except InvalidOperation as error:  # pragma: no cover - the pattern above admits only numbers
        raise invalid(f"Invalid decimal: {given[:100]}", param=path) from error


def _list(given: Form, inner: Any, path: str) -> list[Any]:
    if not all(key.isdecimal() and len(key) < 6 for key in given):
        raise invalid("Invalid array", param=path)
    return [_value(given[key], inner, f"{path}[{key}]") for key in sorted(given, key=int)]


def _check_metadata(metadata: Json, path: str) -> None:
    if len(metadata) > _METADATA_KEYS:
        raise invalid(f"Metadata can have at most {_METADATA_KEYS} keys.", param=path)
    for key, value in metadata.items():
        if len(key) > _METADATA_KEY_LENGTH:
            raise invalid(f"Metadata keys can have at most {_METADATA_KEY_LENGTH} characters.", param=path)
        if len(value) > _METADATA_VALUE_LENGTH:
            message = f"Metadata values can have up to {_METADATA_VALUE_LENGTH} characters."
            raise invalid(message, param=f"{path}[{key}]")


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def refuse_others(given: Json, known: frozenset[str] | set[str], path: str = "") -> None:
    """Refuse what Stripe would take and this sandbox does not: a parameter is obeyed or refused, never dropped.

    Raises:
        ApiError: names the first such parameter.
    """
    for name in given:
        if name not in known:
            raise ApiError(
                400,
                "invalid_request_error",
                f"This sandbox does not support `{_join(path, name)}` yet; real Stripe does.",
                param=_join(path, name),
            )
