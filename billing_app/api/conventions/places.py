"""Limits for what needs no key: counted by the place a request comes from, in each process by itself."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from billing_app.accounts.use_case import Visit
from billing_app.api.client_address import visit
from billing_app.api.conventions.rate_limits import Rate, TokenBuckets
from billing_app.db.rate_limit import network


def paced(rate: Rate) -> Callable[..., Awaitable[None]]:
    """A dependency that lets each place ask so often.

    Raises (when it is called):
        RateLimited: too often.
    """

    async def count(request: Request, origin: Annotated[Visit, Depends(visit)]) -> None:
        # Apart from the keys' buckets, which must not be pushed out by a crowd of addresses.
        state = request.app.state
        places: TokenBuckets | None = getattr(state, "places", None)
        if places is None:
            places = state.places = TokenBuckets()
        places.take(rate, network(origin.ip))

    return count
