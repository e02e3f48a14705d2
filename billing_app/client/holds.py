"""A hold in hand: captured by what was delivered, given back when the block is left by an error or without capture.

Once a capture was tried, nothing is released: whether it was done may be unknown, and what was delivered is owed. The
hold then ends by its own time limit.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from billing_app.client import calls
from billing_app.client.errors import BillingError
from billing_app.client.results import Captured, Extended, Held

if TYPE_CHECKING:
    from billing_app.client.asynchronous import AsyncBillingClient
    from billing_app.client.synchronous import BillingClient

logger = logging.getLogger(__name__)
_OF_HOLDS = ("ttl_s", "cap_s", "on_expiry")


class _InHand:
    """What both kinds know of a hold."""

    def __init__(self, held: Held, wish: Mapping[str, Any], key: str) -> None:
        self.held = held
        self._wish = {name: value for name, value in wish.items() if name not in _OF_HOLDS}
        self._key = key
        self._ended = False

    @property
    def id(self) -> str:
        """The API's name of it; empty when it was let through."""
        return self.held.id

    @property
    def credits(self) -> int:
        """Credits set aside."""
        return self.held.credits

    @property
    def expires_at(self) -> datetime | None:
        """When it ends by itself, as of when it was made."""
        return self.held.expires_at

    @property
    def let_through(self) -> bool:
        """Billing could not be reached: nothing is set aside, and what is captured is sent later."""
        return not self.held.id

    def _capture(self, credits: int | None, details: Mapping[str, Any] | None) -> calls.Call[Captured]:
        self._ended = True
        feature = self.held.feature
        if self.let_through:
            wish = {"credits": credits, "reference": self._wish.get("reference")} if credits else self._wish
            wish = {**wish, "details": details} if details else wish
            later: calls.Call[Any] = calls.consume(self.held.customer, feature, wish, self._key)
        else:
            later = calls.capture(self.id, credits, details, f"{self._key}-c")
        took = self.credits if credits is None else credits
        return calls.Call(
            later.method,
            later.path,
            later.read,
            later.body,
            key=later.key,
            feature=feature,
            instead=lambda: Captured(self.id, took, 0, let_through=True),
            later=later,
        )


class Hold(_InHand):
    """Use it in a `with` block."""

    def __init__(self, client: "BillingClient", held: Held, wish: Mapping[str, Any], key: str) -> None:
        super().__init__(held, wish, key)
        self._client = client

    def capture(self, credits: int | None = None, *, details: Mapping[str, Any] | None = None) -> Captured:
        """Take what was delivered, at most what is held; None takes all. The rest is free again."""
        call = self._capture(credits, details)
        return self._client._record(call) if self.let_through else self._client._send(call)

    def extend(self, ttl_s: int | None = None, *, on_expiry: int | None = None) -> Extended | None:
        """The heartbeat of work that takes long; None: it was let through, so there is nothing to extend."""
        return None if self.let_through else self._client._send(calls.extend(self.id, ttl_s, on_expiry))

    def release(self) -> None:
        """Give everything back. If billing cannot be reached, the hold ends by its own time limit."""
        self._ended = True
        if not self.let_through:
            try:
                self._client._send(calls.release(self.id, f"{self._key}-r"))
            except BillingError as error:
                logger.warning("hold %s could not be released and ends by itself: %s", self.id, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if not self._ended:
            self.release()


class AsyncHold(_InHand):
    """Use it in an `async with` block."""

    def __init__(self, client: "AsyncBillingClient", held: Held, wish: Mapping[str, Any], key: str) -> None:
        super().__init__(held, wish, key)
        self._client = client
        self._releasing: asyncio.Task[None] | None = None

    async def capture(self, credits: int | None = None, *, details: Mapping[str, Any] | None = None) -> Captured:
        """Take what was delivered, at most what is held; None takes all. The rest is free again."""
        call = self._capture(credits, details)
        return self._client._record(call) if self.let_through else await self._client._send(call)

    async def extend(self, ttl_s: int | None = None, *, on_expiry: int | None = None) -> Extended | None:
        """The heartbeat of work that takes long; None: it was let through, so there is nothing to extend."""
        return None if self.let_through else await self._client._send(calls.extend(self.id, ttl_s, on_expiry))

    async def release(self) -> None:
        """Give everything back. If billing cannot be reached, the hold ends by its own time limit."""
        self._ended = True
        if not self.let_through:
            try:
                await self._client._send(calls.release(self.id, f"{self._key}-r"))
            except BillingError as error:
                logger.warning("hold %s could not be released and ends by itself: %s", self.id, error)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._ended:
            return
        # A stream whose reader went away is cancelled; what was held is given back all the same.
        self._releasing = asyncio.create_task(self.release())
        await asyncio.shield(self._releasing)


class AsyncHolding:
    """A hold that is about to be made: `async with client.hold(...) as hold`, or `hold = await client.hold(...)`."""

    def __init__(self, client: "AsyncBillingClient", call: calls.Call[Held], wish: Mapping[str, Any]) -> None:
        self._client = client
        self._call = call
        self._wish = wish
        self._hold: AsyncHold | None = None

    async def _make(self) -> AsyncHold:
        assert self._call.key is not None
        self._hold = AsyncHold(self._client, await self._client._send(self._call), self._wish, self._call.key)
        return self._hold

    def __await__(self) -> Any:
        return self._make().__await__()

    async def __aenter__(self) -> AsyncHold:
        return await self._make()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._hold is not None, "the block was entered"
        await self._hold.__aexit__(kind, error, trace)
