"""A charged stream over server-sent events: credits are set aside for as long as the connection lives (rows A10, B4).

The host works and answers its own user meanwhile. When it is done it captures the hold, which ends the stream; when
its process dies or gives up, the connection ends and what was held is given back at once, not when a time-out is over.
"""

import asyncio
import contextlib
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from billing_app.api.at_once import AtOnce
from billing_app.api.conventions.answers import rfc3339
from billing_app.api.conventions.route import NEEDS_KEY, Caller, Calling, WorkRoute
from billing_app.api.event_stream import EventStream, Say
from billing_app.api.v1.host.credit_shapes import hold_name
from billing_app.api.v1.host.inputs import Spend, wish_of
from billing_app.credits import Extend, Held, HoldState, HoldView, Release
from billing_app.errors import Conflict, DomainError

router = APIRouter(prefix="/api/v1/credits", tags=["streams"], route_class=WorkRoute)

MAX_EACH = 20
HEARTBEAT_S = 5.0
TTL_S = 30
MOST_S = 3_600


class TooManyStreams(Conflict):
    """More streams open for one customer than anyone can follow."""

    code = "too_many_streams"


class BegunBefore(Conflict):
    """A stream or session of this idempotency key was opened before; its hold says what became of it."""

    code = "begun_before"


_streams = AtOnce(MAX_EACH, lambda most: TooManyStreams(f"{most} streams of this customer are open. End one first."))


class StreamSent(Spend):
    """What is streamed, and how long it may take at most."""

    limit_s: Annotated[int, Field(ge=10, le=MOST_S, description="Ends, and gives back, at the latest then.")] = 600


@router.post("/streams", response_class=EventStream, status_code=200, openapi_extra=NEEDS_KEY)
async def stream(sent: StreamSent, caller: Calling) -> EventStream:
    """Set credits aside while this connection lives.

    Events: `held` first, with the hold's id; `alive` every five seconds; `ended` last, with the state (`captured` with
    what was charged, `released`, `expired`). Capture by POST `/credits/holds/{id}/capture` when you are done. Close the
    connection without that, and everything is given back. A refusal is an ordinary answer: 402 with the wall's body.
    """
    key = caller.key
    customer_id = await caller.services.host_customers.ensure(sent.customer)
    _streams.begin(customer_id)
    try:
        _, held = await caller.spending.hold(
            customer_id, wish_of(sent), key=key, actor=caller.actor, ttl_s=TTL_S, cap_s=sent.limit_s, on_expiry=0
        )
        refuse_second(held)
    except BaseException:
        _streams.end(customer_id)
        raise
    lifeline = _Lifeline(caller, customer_id, held)

    async def afterwards() -> None:
        _streams.end(customer_id)
        await lifeline.let_go()

    return EventStream(lifeline.follow, afterwards)


def refuse_second(held: Held) -> None:
    """One hold lives by one connection: the end of a second one would give back what the first is working on.

    Raises:
        BegunBefore: the key has opened one already.
    """
    if held.replayed:
        raise BegunBefore("This key has opened a stream or session before. Look at its hold, or begin with a new key.")


class _Lifeline:
    """One hold and the connection it lives by."""

    def __init__(self, caller: Caller, customer_id: int, held: Held) -> None:
        self._credits = caller.services.credits
        self._actor = caller.actor
        self._customer_id = customer_id
        self._held = held
        self._settled = False

    async def follow(self, say: Say) -> None:
        """From `held` to `ended`: the hold is extended as long as somebody reads."""
        held = self._held
        told: dict[str, Any] = {"hold": hold_name(self._customer_id, held.hold_id), "credits": held.credits}
        await say("held", {**told, "available": held.available, "expires_at": rfc3339(held.expires_at)})
        while True:
            view = await self._credits.hold_state(self._customer_id, held.hold_id)
            if view.state is not HoldState.LIVE:
                self._settled = True
                await say("ended", {**told, **await self._how(view)})
                return
            await asyncio.sleep(HEARTBEAT_S)
            try:
                extended = await self._credits.extend(
                    Extend(customer_id=self._customer_id, hold_id=held.hold_id, ttl_s=TTL_S, actor=self._actor)
                )
            except DomainError:
                continue  # it has ended meanwhile; the next look says how
            await say("alive", {"expires_at": rfc3339(extended.expires_at), "available": extended.available})

    async def _how(self, view: HoldView) -> dict[str, Any]:
        available = (await self._credits.balance(self._customer_id)).available
        return {"state": view.state.value, "charged": view.captured, "entry": view.entry_id, "available": available}

    async def let_go(self) -> None:
        """The connection is over; what nobody captured is given back."""
        if self._settled:
            return
        with contextlib.suppress(DomainError):  # captured, or over, in the moment the connection closed
            await self._credits.release(
                Release(
                    customer_id=self._customer_id,
                    hold_id=self._held.hold_id,
                    note="The stream's connection ended",
                    actor=self._actor,
                )
            )
