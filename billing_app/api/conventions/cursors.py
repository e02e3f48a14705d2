"""Cursors: where a list goes on, sealed, so that they can be neither made up nor taken to another list.

A cursor names the last item shown. Lists go from the newest back, so what is added meanwhile shifts nothing.
"""

import base64
import binascii
import hashlib
import hmac
import struct

from billing_app import clock
from billing_app.errors import InvalidInput

VALID_S = 86_400
"""A cursor is for reading on now; after a day the list is begun afresh."""
_FORM = struct.Struct(">QI")
_TAG = 12


class InvalidCursor(InvalidInput):
    """The cursor is none of ours, or of another list or filter."""

    code = "invalid_cursor"
    title = "This cursor does not fit"


class ExpiredCursor(InvalidInput):
    """The cursor is older than a day; begin the list afresh."""

    code = "cursor_expired"
    title = "This cursor has expired"


def made(last: int, of: str, secret: str) -> str:
    """The cursor after item `last`; `of` names the list, its owner and its filter."""
    body = _FORM.pack(last, int(clock.wall().timestamp()))
    return base64.urlsafe_b64encode(body + _tag(body, of, secret)).decode()


def read(cursor: str, of: str, secret: str) -> int:
    """The last item shown.

    Raises:
        InvalidCursor, ExpiredCursor: begin the list afresh.
    """
    try:
        raw = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raw = b""
    body, tag = raw[: _FORM.size], raw[_FORM.size :]
    if len(raw) != _FORM.size + _TAG or not hmac.compare_digest(tag, _tag(body, of, secret)):
        raise InvalidCursor("This cursor is not of this list. Leave `after` out to begin afresh.", errors=_POINTER)
    last, at = _FORM.unpack(body)
    if clock.wall().timestamp() - at > VALID_S:
        raise ExpiredCursor("This cursor is older than a day. Leave `after` out to begin afresh.", errors=_POINTER)
    return last


_POINTER = [{"pointer": "/query/after", "code": "cursor", "message": "Leave it out to begin afresh."}]


def _tag(body: bytes, of: str, secret: str) -> bytes:
    key = hmac.digest(secret.encode(), b"api-cursors", hashlib.sha256)
    return hmac.digest(key, of.encode("utf-8", "replace") + b"\0" + body, hashlib.sha256)[:_TAG]
