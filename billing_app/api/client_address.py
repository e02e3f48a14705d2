"""Whose request this is, by address: what the proxies in front of us say, as far as they are trusted."""

import ipaddress

from fastapi import Request

from billing_app.accounts.use_case import Visit
from billing_app.api.deps import Here


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


async def visit(request: Request, services: Here) -> Visit:
    """Where a request comes from, as a dependency."""
    peer = request.client.host if request.client else None
    return Visit(
        ip=client_address(peer, request.headers.getlist("x-forwarded-for"), services.settings.trusted_proxy_hops or 0),
        agent=request.headers.get("user-agent"),
    )
