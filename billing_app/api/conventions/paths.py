"""A customer in a path is called by the host's own id, whatever is in it: a slash is sent as `%2F`, and stays one.

Servers hand us the path decoded, where `a%2Fb` and `a/b` are the same. So encoded slashes under `/customers/` are
kept out of the routing, and the id is read from the path as it was sent.
"""

from typing import Annotated
from urllib.parse import unquote_to_bytes

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from billing_app.accounts.customers import check_external_id
from billing_app.errors import InvalidInput

PREFIX = "/api/v1/customers/"
_SEGMENT = PREFIX.count("/")
_STANDS_FOR_SLASH = "_"


class EncodedSlashes:
    """Routes `/customers/a%2Fb/balance` as one customer's balance, not as an address nobody knows."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            raw: bytes = scope.get("raw_path") or b""
            if b"%2f" in raw.lower():
                segments = raw.partition(b"?")[0].split(b"/")
                path = "/".join(
                    unquote_to_bytes(each).decode("utf-8", "replace").replace("/", _STANDS_FOR_SLASH)
                    for each in segments
                )
                scope = {**scope, "path": path}
        await self._app(scope, receive, send)


def customer_in_path(
    request: Request,
    customer: Annotated[
        str,
        Path(
            description="Your own id of the customer: 1 to 200 printable characters, percent-encoded; a slash is %2F.",
            min_length=1,
            max_length=600,
            examples=["user_4711"],
        ),
    ],
) -> str:
    """The host's id of the customer, exactly as it was sent.

    Raises:
        InvalidInput: no customer can be called so.
    """
    raw: bytes = request.scope.get("raw_path") or b""
    segments = raw.partition(b"?")[0].split(b"/")
    try:
        exact = unquote_to_bytes(segments[_SEGMENT]).decode() if len(segments) > _SEGMENT else customer
    except UnicodeDecodeError:
        raise InvalidInput(
            "The customer's id must be percent-encoded UTF-8.",
            errors=[{"pointer": "/path/customer", "code": "invalid_unicode", "message": "Send UTF-8."}],
        ) from None
    return check_external_id(exact, pointer="/path/customer")


CustomerRef = Annotated[str, Depends(customer_in_path)]
