"""`Idempotency-Key`: the name a host gives to a request that moves credits or money, so that a retry does it once.

Bare (`abc-1`) or quoted (`"abc-1"`): the two are the same key. Keys bind on success, for ever, and belong to their
customer; what is sent here never meets the keys that the product makes itself.
"""

from typing import Annotated

from fastapi import Depends, Header

from billing_app.errors import InvalidInput

MAX_KEY = 200
_OURS = "api:"


class KeyRequired(InvalidInput):
    """A POST that moves credits or money came without `Idempotency-Key`: a retry of it could not be told apart."""

    code = "idempotency_key_required"
    title = "Send an Idempotency-Key"


class KeyMalformed(InvalidInput):
    """The `Idempotency-Key` is empty, longer than 200 characters, or not printable ASCII."""

    code = "invalid_idempotency_key"
    title = "This is no Idempotency-Key"


def read_key(sent: str | None) -> str:
    """The key as the ledger is given it.

    Raises:
        KeyRequired: none was sent. KeyMalformed: it is none.
    """
    if sent is None:
        raise KeyRequired(
            "Send the header Idempotency-Key with a value of your own for this request, and the same one in a retry.",
            errors=[{"pointer": "/header/idempotency-key", "code": "missing", "message": "Send this header."}],
        )
    key = sent[1:-1] if len(sent) > 1 and sent[0] == sent[-1] == '"' else sent
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        message = f"1 to {MAX_KEY} printable ASCII characters."
        raise KeyMalformed(
            f"An Idempotency-Key has {message}",
            errors=[{"pointer": "/header/idempotency-key", "code": "malformed", "message": message}],
        )
    return _OURS + key


_Sent = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="Your own name for this request; the same one in a retry."),
]


async def _needed(sent: _Sent = None) -> str:
    return read_key(sent)


async def _welcome(sent: _Sent = None) -> str | None:
    return None if sent is None else read_key(sent)


KeyHeader = Annotated[str, Depends(_needed)]
"""The request's key, required."""
OptionalKeyHeader = Annotated[str | None, Depends(_welcome)]
"""The request's key, if one was sent."""
