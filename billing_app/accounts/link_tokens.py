"""Tokens of the links we mail: signed, for one purpose, expiring, and dead once they have been used.

Nothing is stored for them. The signature covers the state that using the link changes (password, confirmation), so a
used link no longer fits. Pure.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from billing_app.accounts.errors import LinkInvalid

SECRET_LENGTH_MIN = 32
LENGTH_MAX = 200
_FORM = re.compile(r"(?P<user_id>[1-9][0-9]{0,17})\.(?P<expires>[0-9]{1,11})\.(?P<browser>[0-9a-f]{0,32})\.[\w-]{43}")


class Purpose(StrEnum):
    """What a link does. A link for one does not work for another."""

    VERIFY = "verify-email"
    RESET = "reset-password"

    @property
    def lifetime(self) -> timedelta:
        """How long the link works."""
        return timedelta(days=3) if self is Purpose.VERIFY else timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class LinkToken:
    """What a token says, before its signature is checked. `browser` is the mark of the browser that asked, or empty."""

    user_id: int
    expires: int
    browser: str
    text: str


class LinkSigner:
    """Makes and checks tokens under keys derived from one secret."""

    def __init__(self, secret: str) -> None:
        if len(secret) < SECRET_LENGTH_MIN:
            raise ValueError(f"SECRET_KEY must have {SECRET_LENGTH_MIN} characters or more: it signs links in mails.")
        self._secret = secret.encode()

    def state(self, *parts: str) -> str:
        """A fingerprint of a user's state. Reveals nothing of the parts, not even to who reads the database."""
        return self._mac("state", "\0".join(parts))[:22]

    def sign(self, purpose: Purpose, user_id: int, state: str, now: datetime, browser: str = "") -> str:
        """A token that works until its purpose's lifetime is over or the user's state is another."""
        expires = int((now + purpose.lifetime).timestamp())
        body = f"{user_id}.{expires}.{browser}"
        return f"{body}.{self._mac(purpose.value, f'{body}|{state}')}"

    def check(self, purpose: Purpose, token: LinkToken, state: str, now: datetime) -> None:
        """Raise `LinkInvalid` unless the token was signed for this purpose and state and is not too old."""
        body = f"{token.user_id}.{token.expires}.{token.browser}"
        signed = f"{body}.{self._mac(purpose.value, f'{body}|{state}')}"
        if not hmac.compare_digest(signed.encode(), token.text.encode()) or now.timestamp() >= token.expires:
            raise LinkInvalid

    def _mac(self, purpose: str, body: str) -> str:
        key = hmac.digest(self._secret, f"billing {purpose} v1".encode(), "sha256")
        return urlsafe_b64encode(hmac.digest(key, body.encode(), "sha256")).rstrip(b"=").decode()


def read_token(text: str) -> LinkToken:
    """Take a token apart, believing nothing yet.

    Raises:
        LinkInvalid: it is not of a token's form.
    """
    form = _FORM.fullmatch(text) if text.isascii() and len(text) <= LENGTH_MAX else None
    if form is None:
        raise LinkInvalid
    return LinkToken(int(form["user_id"]), int(form["expires"]), form["browser"], text)


def browser_mark(nonce: str | None) -> str:
    """What a link carries of the random cookie of the browser that signed up; empty without one."""
    return hashlib.sha256(nonce.encode("utf-8", "replace")).hexdigest()[:32] if nonce else ""
