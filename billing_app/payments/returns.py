"""The way back after a purchase (WL7): a path of ours, kept with the checkout, reached by a signed link used once.

The address that goes through Stripe carries no path at all, so nobody can make our success page lead elsewhere.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from billing_app.errors import InvalidInput, NotFound
from billing_app.paths import safe_next

_PURPOSE = b"billing checkout-return v1"
_PLAIN = re.compile(r"[!-\[\]-~]+")  # printable ASCII, but for the backslash, which browsers read as a slash
_LENGTH_MAX = 1_000
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


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


class AllowedAddresses:
    """Full addresses of a host product's own pages: only of the hosts the operator has named (row D3)."""

    def __init__(self, public_url: str, hosts: Sequence[str]) -> None:
        """`hosts`: names, with a port where it is not the usual one. Our own address is always allowed."""
        self.public_url = public_url.rstrip("/")
        self._hosts = frozenset(host.strip().lower() for host in hosts if host.strip())

    def checked(self, address: str | None, field: str) -> str | None:
        """The address, if a browser may be sent there; None for none.

        Raises:
            InvalidInput: it is no plain https address, or of another host.
        """
        if not address:
            return None
        if not self._allows(address):
            raise InvalidInput(
                "This address is not allowed: it must be an https address of this site or of a host that "
                "ALLOWED_RETURN_HOSTS names.",
                field=field,
            )
        return address

    def resolved(self, target: str | None, field: str, default: str) -> str:
        """A full address from a path of ours or an allowed address.

        Raises:
            InvalidInput: it is neither.
        """
        if not target:
            return self.public_url + default
        if target.startswith("/"):
            path = checked(target)
            assert path is not None, "it is not empty"
            return self.public_url + path
        allowed = self.checked(target, field)
        assert allowed is not None, "it is not empty"
        return allowed

    def _allows(self, address: str) -> bool:
        if len(address) > _LENGTH_MAX or not _PLAIN.fullmatch(address):
            return False
        try:
            parts, own = urlsplit(address), urlsplit(self.public_url)
            port, own_port = parts.port, own.port
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None or not parts.hostname:
            return False
        if (parts.scheme, parts.hostname, port) == (own.scheme, own.hostname, own_port):
            return True
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
            return False
        named = parts.hostname if port is None else f"{parts.hostname}:{port}"
        return named in self._hosts


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
