"""Text from outside, made safe to store, to show on one line and to put into a mail. Pure."""

import re
import unicodedata

from billing_app.accounts.errors import InvalidName

NAME_LIMIT = 100
_WEB_ADDRESS = re.compile(r"://|www\.", re.IGNORECASE)


def has_control(text: str) -> bool:
    """Control, format (such as the marks that turn text around), surrogate, private or unassigned characters."""
    if text.isascii() and text.isprintable():  # nearly all there is, at once
        return False
    return any(unicodedata.category(char)[0] == "C" or unicodedata.category(char) in ("Zl", "Zp") for char in text)


def person_name(raw: str) -> str:
    """A person's or company's name, as typed, in Unicode's composed form.

    Web addresses are refused: sign-up forms are abused to mail advertisements to strangers as a "name".

    Raises:
        InvalidName: empty, over 100 characters, control characters or line breaks, or a web address.
    """
    name = " ".join(unicodedata.normalize("NFC", raw).split(" ")).strip()
    if not 1 <= len(name) <= NAME_LIMIT or has_control(name) or _WEB_ADDRESS.search(name):
        raise InvalidName
    return name


def clipped(raw: str | None, limit: int) -> str | None:
    """What a browser says of itself: control characters replaced, cut to `limit` characters; None if empty."""
    if raw is None:
        return None
    cleaned = "".join("?" if has_control(char) else char for char in raw[:limit]).strip()
    return cleaned or None
