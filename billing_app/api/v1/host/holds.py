"""Credits set aside for work under way: hold, keep alive, take or give back (rows A10, B4)."""

import re
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from billing_app.api.conventions.answers import Said, said
from billing_app.api.conventions.idempotency import KeyHeader, OptionalKeyHeader
from billing_app.api.conventions.route import NEEDS_KEY, Calling, ReadRoute, WorkRoute
from billing_app.api.v1.host.credit_shapes import (
    CapturedShape,
    ExtendedShape,
    HeldShape,
    HoldShape,
    ReleasedShape,
    TakenShape,
    hold_name,
    hold_shape,
    price_shape,
)
from billing_app.api.v1.host.inputs import Credits, Details, Note, Sent, Spend, wish_of
from billing_app.credits import Capture, Extend, Release, UnknownHold
from billing_app.credits.inputs import MAX_CREDITS, MAX_ID
from billing_app.credits.operations import DEFAULT_CAP_S, DEFAULT_TTL_S, MAX_TTL_S

works = APIRouter(prefix="/api/v1/credits/holds", tags=["holds"], route_class=WorkRoute)
reads = APIRouter(prefix="/api/v1/credits/holds", tags=["holds"], route_class=ReadRoute)
ROUTERS = (works, reads)

_NAME = re.compile(r"hold_([1-9][0-9]{0,18})_([1-9][0-9]{0,18})", re.ASCII)
Seconds = Annotated[int, Field(ge=1, le=MAX_TTL_S)]
OnExpiry = Annotated[
    int, Field(ge=0, le=MAX_CREDITS, description="Credits taken when it ends by itself; 0: all are given back.")
]
HoldId = Annotated[str, Path(max_length=60, description="As the hold was named when it was made.")]


class HoldSent(Spend):
    """What to set aside, and for how long."""

    ttl_s: Seconds = Field(default=DEFAULT_TTL_S, description="Ends by itself so long after the last sign of life.")
    cap_s: Seconds = Field(default=DEFAULT_CAP_S, description="And at the latest so long after it was made.")
    on_expiry: OnExpiry = 0


class ExtendSent(Sent):
    """A sign of life."""

    ttl_s: Seconds = DEFAULT_TTL_S
    on_expiry: OnExpiry | None = None


class CaptureSent(Sent):
    """What was delivered."""

    credits: Credits | None = Field(default=None, description="At most what is held; left out: all of it.")
    details: Details = Field(default_factory=dict)


class ReleaseSent(Sent):
    """Nothing was delivered."""

    note: Note | None = None


@works.post("", response_model=HeldShape, openapi_extra=NEEDS_KEY)
async def hold(sent: HoldSent, caller: Calling) -> Said:
    """Set credits aside before work begins, so that two jobs at once never overspend."""
    key = caller.key
    customer_id = await caller.services.host_customers.ensure(sent.customer)
    price, held = await caller.spending.hold(
        customer_id,
        wish_of(sent),
        key=key,
        actor=caller.actor,
        ttl_s=sent.ttl_s,
        cap_s=sent.cap_s,
        on_expiry=sent.on_expiry,
    )
    shape = HeldShape(
        id=hold_name(customer_id, held.hold_id),
        customer=sent.customer,
        feature=sent.feature,
        credits=held.credits,
        available=held.available,
        expires_at=held.expires_at,
        state=held.state.value,
        replayed=held.replayed,
        price=price_shape(price),
    )
    return said(shape, cost=held.credits, remaining=held.available, replayed=held.replayed)


@reads.get("/{hold}", response_model=HoldShape)
async def one(hold: HoldId, caller: Calling) -> Said:
    """A hold, live or ended, as it is now."""
    customer_id, hold_id = _parts(hold)
    return said(hold_shape(await caller.services.credits.hold_state(customer_id, hold_id), customer_id))


@works.post("/{hold}/extend", response_model=ExtendedShape)
async def extend(hold: HoldId, sent: ExtendSent, caller: Calling, key: OptionalKeyHeader) -> Said:
    """Keep a hold alive. Moves no credits, so a key is welcome and not required."""
    customer_id, hold_id = _parts(hold)
    done = await caller.services.credits.extend(
        Extend(
            customer_id=customer_id,
            hold_id=hold_id,
            ttl_s=sent.ttl_s,
            on_expiry=sent.on_expiry,
            key=key,
            actor=caller.actor,
        )
    )
    shape = ExtendedShape(
        id=hold,
        expires_at=done.expires_at,
        at_cap=done.at_cap,
        available=done.available,
        replayed=done.replayed,
    )
    return said(shape, remaining=done.available, replayed=done.replayed)


@works.post("/{hold}/capture", response_model=CapturedShape)
async def capture(hold: HoldId, sent: CaptureSent, caller: Calling, key: KeyHeader) -> Said:
    """Take what a hold set aside, all of it or less; the rest is free again."""
    customer_id, hold_id = _parts(hold)
    done = await caller.services.credits.capture(
        Capture(
            customer_id=customer_id,
            hold_id=hold_id,
            credits=sent.credits or 0,
            details=sent.details or None,
            key=key,
            actor=caller.actor,
        )
    )
    shape = CapturedShape(
        id=hold,
        entry=done.entry_id,
        credits=done.credits,
        released=done.released,
        available=done.available,
        replayed=done.replayed,
        taken=[TakenShape(lot=each.lot_id, credits=each.credits) for each in done.taken],
    )
    return said(shape, cost=done.credits, remaining=done.available, replayed=done.replayed)


@works.post("/{hold}/release", response_model=ReleasedShape)
async def release(hold: HoldId, sent: ReleaseSent, caller: Calling, key: KeyHeader) -> Said:
    """Give back what a hold set aside: nothing was delivered."""
    customer_id, hold_id = _parts(hold)
    done = await caller.services.credits.release(
        Release(customer_id=customer_id, hold_id=hold_id, note=sent.note or "", key=key, actor=caller.actor)
    )
    shape = ReleasedShape(id=hold, released=done.credits, available=done.available, replayed=done.replayed)
    return said(shape, cost=0, remaining=done.available, replayed=done.replayed)


def _parts(name: str) -> tuple[int, int]:
    """Whose hold it is, and its number.

    Raises:
        UnknownHold: no hold is named so.
    """
    found = _NAME.fullmatch(name)
    customer_id, hold_id = (int(found[1]), int(found[2])) if found else (0, 0)
    if not found or max(customer_id, hold_id) > MAX_ID:
        raise UnknownHold("There is no hold of that name.")
    return customer_id, hold_id
