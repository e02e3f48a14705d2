"""Whose request this is, by address: what the proxies in front of us say, as far as they are trusted. Pure."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from billing_app.errors import Forbidden


class AddressNotAllowed(Forbidden):
    """Staff work from other addresses than this one (`ADMIN_ALLOWED_ADDRESSES`)."""

    code = "address_not_allowed"
    title = "Not from this address"


def client_address(peer: str | None, forwarded_for: list[str], hops: int) -> str | None:
    """The client's address.

    Each proxy appends the address it was called from to X-Forwarded-For, so with N proxies of ours in front the N-th
    entry from the right was written by the outermost of them. All to the left of it anyone may have made up.

    Args:
        peer: who opened the connection to us.
        forwarded_for: the header's values, as they came.
        hops: how many proxies are ours (`TRUSTED_PROXY_HOPS`); with 0 the header is not looked at.
    """
    entries = [entry.strip() for value in forwarded_for for entry in value.split(",")]
    if hops <= 0 or not entries:
        return _address(peer)
    return _address(entries[-min(hops, len(entries))]) or _address(peer)


def check_allowed(address: str | None, networks: Iterable[str]) -> None:
    """Let pass an address of one of these networks; without any network, everybody.

    Raises:
        AddressNotAllowed: it is in none of them, or not known.
    """
    allowed = _networks(tuple(networks))
    if not allowed:
        return
    if address is not None:
        found = ipaddress.ip_address(address)
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        if any((mapped or found) in network for network in allowed):
            return
    raise AddressNotAllowed("Staff of this installation work from certain addresses only, and this is none of them.")


@lru_cache(maxsize=8)
def _networks(written: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(one, strict=False) for one in written)


def _address(text: str | None) -> str | None:
    if not text:
        return None
    bare = text[1 : text.find("]")] if text.startswith("[") else text
    if bare.count(":") == 1:  # an IPv4 address with its port, as some proxies write it
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return None
