"""JSON read without goodwill: what two parsers could read differently is refused, with a pointer to it. Pure.

Refused are NaN and Infinity, numbers beyond 2^53 (a JavaScript client would round them), a name twice in one object,
invalid Unicode, and nesting deeper than anyone needs.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from billing_app.errors import InvalidInput

MAX_NUMBER = 2**53
MAX_DEPTH = 32
_MAX_DIGITS = 17


class MalformedBody(InvalidInput):
    """The body is no JSON, or JSON that two programs may read differently; `errors` says where."""

    code = "malformed_body"
    title = "The body cannot be read"


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Stands in the parsed document where something is not allowed."""

    code: str
    message: str


_NOT_FINITE = _Wrong("not_finite", "NaN and Infinity are no JSON numbers.")
_TOO_LARGE = _Wrong("number_too_large", "Numbers may be at most 2^53.")
_TWICE = _Wrong("duplicate_name", "This name stands twice in its object.")
_TOO_DEEP = _Wrong("too_deep", f"At most {MAX_DEPTH} levels of nesting.")


def parse(body: bytes) -> Any:
    """The document.

    Raises:
        MalformedBody: it is none, or has something in it that is not allowed.
    """
    reader = _Reader()
    try:
        document = reader.decoder.decode(body.decode())
    except UnicodeDecodeError:
        raise _refused("", _Wrong("invalid_unicode", "Send UTF-8.")) from None
    except RecursionError:
        raise _refused("", _TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise _refused("", _Wrong("no_json", f"{error.msg}, at character {error.pos}.")) from None
    if reader.found_wrong or _too_deep(document):
        for pointer, wrong in _wrongs(document, "", 0):
            raise _refused(pointer, wrong)
    return document


class _Reader:
    """One reading: notes whether anything wrong was met, so that a good document is not walked a second time."""

    def __init__(self) -> None:
        self.found_wrong = False
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_constant=lambda _: self._wrong(_NOT_FINITE),
            parse_int=self._integer,
            parse_float=self._number,
        )

    def _wrong(self, wrong: _Wrong) -> _Wrong:
        self.found_wrong = True
        return wrong

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            seen: set[str] = set()
            for name, _ in pairs:
                if name in seen:
                    members[name] = self._wrong(_TWICE)
                seen.add(name)
        return members

    def _integer(self, text: str) -> Any:
        if len(text) > _MAX_DIGITS or abs(int(text)) > MAX_NUMBER:
            return self._wrong(_TOO_LARGE)
        return int(text)

    def _number(self, text: str) -> Any:
        number = float(text)
        return number if math.isfinite(number) and abs(number) <= MAX_NUMBER else self._wrong(_TOO_LARGE)


def _too_deep(document: Any) -> bool:
    """Whether it has more levels than are allowed: level by level, so that a long list costs little."""
    level = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _wrongs(value: Any, pointer: str, depth: int) -> Iterator[tuple[str, _Wrong]]:
    if isinstance(value, _Wrong):
        yield pointer, value
    elif depth > MAX_DEPTH:
        yield pointer, _TOO_DEEP
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _wrongs(member, f"{pointer}/{step(str(name))}", depth + 1)
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from _wrongs(member, f"{pointer}/{place}", depth + 1)


def step(name: str) -> str:
    """A member's name as a step of a JSON pointer (RFC 6901), safe to send whatever was sent to us."""
    return name[:80].encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")


def _refused(pointer: str, wrong: _Wrong) -> MalformedBody:
    where = f"/body{pointer}"
    return MalformedBody(
        f"{wrong.message} ({where})", errors=[{"pointer": where, "code": wrong.code, "message": wrong.message}]
    )
