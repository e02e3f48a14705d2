"""E-mail addresses: one spelling per mailbox, none that passes for another's. Pure.

The part before the @ is ASCII, as nearly every mailbox is. A domain of other letters is kept, compared and shown in its
ASCII form (`xn--...`, RFC 5891): it cannot pass for a look-alike. A label that mixes scripts is refused altogether.
"""

import re
import unicodedata
from dataclasses import dataclass

import idna

from billing_app.accounts.errors import InvalidEmail
from billing_app.accounts.one_line import has_control

ADDRESS_LIMIT = 254
LOCAL_LIMIT = 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_CJK = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "LATIN"})


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """`address` is where mail goes; `normalised` is what makes it unique: no two users share one."""

    address: str
    normalised: str

    @property
    def local(self) -> str:
        """The part before the @, lower case."""
        return self.normalised.rpartition("@")[0]


def parse_email(raw: str) -> EmailAddress:
    """Read an address as a person types it. Compatibility forms (full-width letters) become the plain ones.

    Raises:
        InvalidEmail: not an address mail can be sent to over the Internet, or one made to look like another.
    """
    if len(raw) > 4 * ADDRESS_LIMIT:
        raise InvalidEmail
    text = unicodedata.normalize("NFKC", raw.strip(" "))
    local, at, domain = text.rpartition("@")
    if not at or has_control(text) or len(local) > LOCAL_LIMIT or not _LOCAL.fullmatch(local):
        raise InvalidEmail
    address = f"{local}@{_ascii_domain(domain)}"
    if len(address) > ADDRESS_LIMIT:
        raise InvalidEmail
    return EmailAddress(address, address.casefold())


def _ascii_domain(domain: str) -> str:
    try:
        encoded = idna.encode(domain, uts46=True, std3_rules=True, transitional=False).decode("ascii").lower()
        decoded = idna.decode(encoded, uts46=True, std3_rules=True)
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidEmail from error
    labels = decoded.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or any(_mixes_scripts(label) for label in labels):
        raise InvalidEmail
    return encoded


def _mixes_scripts(label: str) -> bool:
    """Letters of more than one script, except those Japanese, Chinese and Korean write together (UTS 39)."""
    scripts = {unicodedata.name(char, "UNKNOWN").split(" ")[0] for char in label if char.isalpha()}
    return len(scripts) > 1 and not scripts <= _CJK
