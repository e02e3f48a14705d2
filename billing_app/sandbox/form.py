"""Decoding of nested form bodies: `a[b][0][c]=d`, as the SDK sends them."""

import re
from typing import Any
from urllib.parse import parse_qsl

from billing_app.sandbox.errors import invalid

# Values are strings or nested forms.
Form = dict[str, Any]

MAX_FIELDS = 2_000
MAX_DEPTH = 10
_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def decode(encoded: bytes) -> Form:
    """The nested form behind an urlencoded body or query.

    Lists stay dictionaries keyed "0", "1", ...: whether a list was meant, the parameter's type decides.

    Raises:
        ApiError: not UTF-8, not a form, too deep, or too many fields.
    """
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(encoded),
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        message = f"Invalid request: the parameters are not a form of at most {MAX_FIELDS} UTF-8 fields."
        raise invalid(message) from error
    form: Form = {}
    for key, value in pairs:
        _put(form, key, value)
    return form


def _put(form: Form, key: str, value: str) -> None:
    match = _KEY.match(key)
    if match is None:
        raise invalid(f"Invalid parameter name: {key[:100]}", param=key[:100])
    path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    if len(path) > MAX_DEPTH:
        raise invalid(f"Parameter {key[:100]} is nested deeper than {MAX_DEPTH} levels.", param=key[:100])
    here = form
    for step in path[:-1]:
        below = here.setdefault(step or str(len(here)), {})
        if isinstance(below, str):
            raise invalid(f"Parameter {key[:100]} is given both as a value and as a group.", param=key[:100])
        here = below
    last = path[-1] or str(len(here))
    if isinstance(here.get(last), dict):
        raise invalid(f"Parameter {key[:100]} is given both as a value and as a group.", param=key[:100])
    here[last] = value
