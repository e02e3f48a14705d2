"""How requests to Stripe travel: one pool of connections over httpx, with limits in time and number."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import stripe

from billing_app.db.looking import refuse_if_looking

MAX_CONNECTIONS = 20
_CHANGES_NOTHING = {"/v1/invoices/create_preview"}
"""Sent by POST although it only reads."""
_TIMEOUT = httpx.Timeout(connect=5, read=20, write=10, pool=10)


class Transport(stripe.HTTPClient):
    """The SDK's door to the network. Its own httpx client cannot be given limits, and sends bodies the old way."""

    name = "httpx"

    def __init__(self, base_url: str = "") -> None:
        """`base_url`: a sandbox's, which is reached directly; Stripe itself through the environment's proxy, if any."""
        super().__init__()
        self._http = httpx.AsyncClient(
            timeout=_TIMEOUT,
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS),
            follow_redirects=False,
            trust_env=not base_url,
        )

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send one request; the SDK repeats it where that is safe.

        Raises:
            stripe.APIConnectionError: no answer came; whether the work was done is unknown.
            OnlyLooking: it would change something there, for who may only look.
        """
        if method.lower() != "get" and urlsplit(url).path not in _CHANGES_NOTHING:
            refuse_if_looking()
        try:
            answer = await self._http.request(method, url, headers=headers, content=post_data or None)
        except httpx.HTTPError as error:
            raise stripe.APIConnectionError(f"{type(error).__name__}: {error}", should_retry=True) from error
        return answer.content, answer.status_code, answer.headers

    def sleep_async(self, secs: float) -> Awaitable[None]:
        """The pause between two attempts."""
        return asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Give the connections back."""
        await self._http.aclose()
