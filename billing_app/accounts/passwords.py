"""Which passwords are taken. Length over tricks, as NIST SP 800-63B advises. Pure."""

import itertools
import unicodedata
from functools import lru_cache
from pathlib import Path

from billing_app.accounts.email_address import EmailAddress
from billing_app.accounts.errors import PasswordIsEmail, PasswordTooCommon, PasswordTooLong, PasswordTooShort

LENGTH_MIN = 10
LENGTH_MAX = 128

COMMON_FILE = Path(__file__).with_name("common_passwords.txt")


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Of the lists of leaked passwords, the most frequent that have ten characters or more."""
    return frozenset(COMMON_FILE.read_text(encoding="utf-8").split())


def normal_password(raw: str) -> str:
    """One form for passwords that keyboards compose differently."""
    return unicodedata.normalize("NFKC", raw)


def check_password(password: str, email: EmailAddress) -> None:
    """Refuse a password, already in normal form, that would be guessed.

    Raises:
        PasswordTooShort, PasswordTooLong: not 10 to 128 characters.
        PasswordTooCommon: on the short list of the most used, or one character or a row of digits throughout.
        PasswordIsEmail: it is the address, or its part before the @.
    """
    if len(password) < LENGTH_MIN:
        raise PasswordTooShort
    if len(password) > LENGTH_MAX:
        raise PasswordTooLong
    folded = password.casefold()
    if folded in (email.normalised, email.local):
        raise PasswordIsEmail
    if folded in common_passwords() or len(set(folded)) <= 2 or _in_a_row(folded):
        raise PasswordTooCommon


def _in_a_row(text: str) -> bool:
    """Each character follows the one before: 23456789012, klmnopqrst."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    wrapped = {step % 10 for step in steps} if text.isdecimal() else set()  # 7890123456
    return steps in ({1}, {-1}) or wrapped in ({1}, {9})
