"""The way back after a purchase (WL7): a path of ours, kept with the checkout, reached by a signed link used once.

The address that goes through Stripe carries no path at all, so nobody can make our success page lead elsewhere.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from billing_app.errors import InvalidInput, NotFound
from billing_app.paths import safe_next

_PURPOSE = b"billing checkout-return v1"


def checked(return_to: str | None) -> str | None:
    """A path to come back to, or None.

    Raises:
        InvalidInput: it is not a path on this site.
    """
    if not return_to:
        return None
    path = safe_next(return_to, "")
    if not path:
        raise InvalidInput(
            'The address to return to must be a path on this site, such as "/dashboard".', field="return_to"
        )
    return path


class ReturnLinks:
    """Signs and reads the links. The checkout they name remembers whether its link was used."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, sha256)

    def link(self, public_id: str) -> str:
        """The path of the link for a checkout."""
        return f"/api/v1/checkout/return?token={public_id}.{self._mac(public_id)}"

    def read(self, token: str) -> str:
        """The checkout a token was signed for.

        Raises:
            NotFound: it was not signed here.
        """
        public_id, _, mac = token.rpartition(".")
        if not public_id or not token.isascii() or not hmac.compare_digest(mac.encode(), self._mac(public_id).encode()):
            raise NotFound("This link is not valid.")
        return public_id

    def _mac(self, public_id: str) -> str:
        return urlsafe_b64encode(hmac.digest(self._key, public_id.encode(), sha256)).rstrip(b"=").decode()
