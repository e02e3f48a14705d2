"""What a key looks like: `crd_test_sk_` and 38 letters and digits, the last six of which are a checksum. Pure.

The prefix tells people, secret scanners and us what it is and whether money is behind it (HA5). A double click selects
all of it. The checksum tells a mistyped key from a wrong one without asking the database.
"""

import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_RANDOM, _CHECK = 32, 6  # 62 ** 32 is 190 bits; a CRC-32 fits into six
_FORM = re.compile(rf"crd_(test|live)_(sk|rk|ak)_([0-9A-Za-z]{{{_RANDOM}}})([0-9A-Za-z]{{{_CHECK}}})")
LENGTH = len("crd_test_sk_") + _RANDOM + _CHECK


class Scope(StrEnum):
    """What a key may do."""

    SERVER = "server"
    READ_ONLY = "read_only"
    ADMIN = "admin"

    @property
    def mark(self) -> str:
        """As it stands in the key."""
        return _MARKS[self]

    def includes(self, other: "Scope") -> bool:
        """Whether it may do what the other may: reading is part of both others, which do not include each other."""
        return other is self or other is Scope.READ_ONLY


_MARKS = {Scope.SERVER: "sk", Scope.READ_ONLY: "rk", Scope.ADMIN: "ak"}
_SCOPES = {mark: scope for scope, mark in _MARKS.items()}


@dataclass(frozen=True, slots=True)
class KeyForm:
    """What a well-formed key says of itself."""

    live: bool
    scope: Scope


def new_key(scope: Scope, *, live: bool) -> str:
    """A key of 190 random bits."""
    body = f"crd_{'live' if live else 'test'}_{scope.mark}_" + "".join(
        secrets.choice(_ALPHABET) for _ in range(_RANDOM)
    )
    return body + _checksum(body)


def read_key(text: str) -> KeyForm | None:
    """What this key says of itself; None if it is no key, or was mistyped."""
    found = _FORM.fullmatch(text) if len(text) == LENGTH else None
    if found is None or _checksum(text[:-_CHECK]) != found[4]:
        return None
    return KeyForm(found[1] == "live", _SCOPES[found[2]])


def shown(key: str) -> str:
    """As lists show it: enough to tell keys apart, nothing to use: `crd_test_sk_…8f2K`."""
    return f"{key[: -(_RANDOM + _CHECK)]}…{key[-4:]}"


def _checksum(body: str) -> str:
    number, digits = crc32(body.encode()), ""
    for _ in range(_CHECK):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
