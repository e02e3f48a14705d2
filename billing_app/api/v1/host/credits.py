"""Credits out and back over HTTP: quote, consume, many at once, give back, grant (rows A4, A6, B3, B6)."""

from typing import Annotated, Literal, Self

from fastapi import APIRouter
from pydantic import Field, model_validator

from billing_app.api.conventions.answers import Said, said
from billing_app.api.conventions.idempotency import MAX_KEY, read_key
from billing_app.api.conventions.route import NEEDS_KEY, AdminRoute, AskRoute, Calling, WorkRoute
from billing_app.api.problems import problem, request_id_of
from billing_app.api.v1.host.credit_shapes import (
    BatchMember,
    BatchShape,
    ConsumedShape,
    GrantedShape,
    QuoteShape,
    ReversedShape,
    TakenShape,
    price_shape,
)
from billing_app.api.v1.host.inputs import Credits, Customer, Note, Priced, Sent, SentMoment, Spend, Text, wish_of
from billing_app.credits import Consumed, Grant, Granted, LotKind, Outcome, Reverse, succeeded
from billing_app.credits.inputs import MAX_ID
from billing_app.entitlements.newcomers import NEWCOMER
from billing_app.errors import DomainError
from billing_app.journal.audit import audit

MAX_BATCH = 500

asks = APIRouter(prefix="/api/v1/credits", tags=["credits"], route_class=AskRoute)
works = APIRouter(prefix="/api/v1/credits", tags=["credits"], route_class=WorkRoute)
admin = APIRouter(prefix="/api/v1/credits", tags=["credits"], route_class=AdminRoute)
ROUTERS = (asks, works, admin)


class Quote(Priced):
    """What is asked for; with a customer, also whether they have it."""

    customer: Customer | None = None


class BatchedSpend(Spend):
    """One consumption of a batch, with its own idempotency key."""

    key: Text = Field(max_length=MAX_KEY, description="As the header Idempotency-Key of a single one.")


class Batch(Sent):
    """Consumptions that go together, each by itself: a refusal of one does not keep the others."""

    consumes: Annotated[list[BatchedSpend], Field(min_length=1, max_length=MAX_BATCH)]


class GiveBack(Sent):
    """An entry to undo, in whole or in part."""

    customer: Customer
    entry: Annotated[int, Field(ge=1, le=MAX_ID)]
    credits: Credits | None = Field(default=None, description="Left out: all that is left of the entry.")
    note: Note | None = None


class GrantSent(Sent):
    """Credits given, promotional: nobody paid for them."""

    customer: Customer
    credits: Credits
    label: Text = "Credits from us"
    kind: Literal["promotion", "gift", "referral"] = "promotion"
    note: Note = Field(description="Why; for the ledger and the audit log.")
    effective_at: SentMoment | None = None
    expires_at: SentMoment | None = None

    @model_validator(mode="after")
    def _times_in_order(self) -> Self:
        if self.effective_at and self.expires_at and self.expires_at <= self.effective_at:
            raise ValueError("`expires_at` must be after `effective_at`")
        return self


@asks.post("/quote", response_model=QuoteShape)
async def quote(sent: Quote, caller: Calling) -> Said:
    """What something costs by the rate card, line by line: the very price that consume and hold take. Takes nothing."""
    price = await caller.spending.price(wish_of(sent))
    credits = price.credits if price else 0
    told = QuoteShape(feature=sent.feature, credits=credits, price=price_shape(price))
    if sent.customer is None:
        return said(told, cost=credits)
    services = caller.services
    customer_id = await services.host_customers.find(sent.customer)
    decision = await services.entitlements.check(
        customer_id or NEWCOMER, sent.feature, sent.units, operation=sent.operation, add_ons=sent.add_ons
    )
    mine = {
        "customer": sent.customer,
        "allowed": decision.allowed,
        "available": decision.available,
        "shortfall": decision.shortfall,
    }
    return said(told.model_copy(update=mine), cost=credits, remaining=decision.available)


@works.post("/consume", response_model=ConsumedShape, openapi_extra=NEEDS_KEY)
async def consume(sent: Spend, caller: Calling) -> Said:
    """Take credits, by the rate card or as many as you say. A retry with the same key takes them once."""
    key = caller.key
    customer_id = await caller.services.host_customers.ensure(sent.customer)
    paid = await caller.spending.consume(customer_id, wish_of(sent), key=key, actor=caller.actor)
    done = paid.consumed
    if done is None:
        available = (await caller.services.credits.balance(customer_id)).available
        return said(_free(sent, available), cost=0, remaining=available)
    shape = ConsumedShape(
        customer=sent.customer,
        feature=sent.feature,
        entry=done.entry_id,
        credits=done.credits,
        available=done.available,
        replayed=done.replayed,
        price=price_shape(paid.price),
        taken=[TakenShape(lot=one.lot_id, credits=one.credits) for one in done.taken],
    )
    return said(shape, cost=done.credits, remaining=done.available, replayed=done.replayed)


@works.post("/consume/batch", response_model=BatchShape)
async def consume_batch(sent: Batch, caller: Calling) -> Said:
    """Up to 500 consumptions in one request, each with its own key. What is wrong with the body refuses all of it;
    what the ledger refuses is told for that one alone."""
    keys = [read_key(one.key) for one in sent.consumes]
    customers = await caller.services.host_customers.ensure_all(one.customer for one in sent.consumes)
    wishes = [(customers[one.customer], wish_of(one), key) for one, key in zip(sent.consumes, keys, strict=True)]
    outcomes = await caller.spending.consume_all(wishes, actor=caller.actor)
    request_id = request_id_of(caller.request.scope)
    data = [_member(one.key, told, request_id) for one, (_, told) in zip(sent.consumes, outcomes, strict=True)]
    done = sum(one.done for one in data)
    credits = sum(one.credits for one in data)
    return said(BatchShape(done=done, refused=len(data) - done, credits=credits, data=data), cost=credits)


@works.post("/reverse", response_model=ReversedShape, openapi_extra=NEEDS_KEY)
async def reverse(sent: GiveBack, caller: Calling) -> Said:
    """Give consumed credits back, because the work failed: into the lots they came from."""
    key = caller.key
    customer_id = await caller.services.host_customers.need(sent.customer)
    done = await caller.services.credits.reverse(
        Reverse(
            customer_id=customer_id,
            entry_id=sent.entry,
            credits=sent.credits or 0,
            note=sent.note or "",
            key=key,
            actor=caller.actor,
        )
    )
    shape = ReversedShape(
        customer=sent.customer,
        entry=done.entry_id,
        reverses=done.reverses,
        credits=done.credits,
        left=done.left,
        available=done.available,
        replayed=done.replayed,
    )
    return said(shape, remaining=done.available, replayed=done.replayed)


@admin.post("/grant", response_model=GrantedShape, openapi_extra=NEEDS_KEY)
async def grant(sent: GrantSent, caller: Calling) -> Said:
    """Give credits that nobody paid for, with a reason; noted in the audit log. Needs an admin key."""
    key = caller.key
    services = caller.services
    customer_id = await services.host_customers.ensure(sent.customer)
    operation = Grant(
        customer_id=customer_id,
        credits=sent.credits,
        kind=LotKind(sent.kind),
        label=sent.label,
        source=key,
        effective_at=sent.effective_at,
        expires_at=sent.expires_at,
        note=sent.note,
        key=key,
        actor=caller.actor,
    )
    async with services.database.transaction() as session:
        (outcome,) = await services.credits.apply(session, [operation])
        done = succeeded(outcome, Granted)
        if not done.replayed:
            told = {"lot": done.lot_id, "credits": done.credits, "kind": sent.kind}
            actor = caller.holder.actor
            await audit(session, actor, "credits.granted", f"customer:{customer_id}", after=told, reason=sent.note)
    shape = GrantedShape(
        customer=sent.customer,
        lot=done.lot_id,
        entry=done.entry_id,
        credits=done.credits,
        available=done.available,
        replayed=done.replayed,
    )
    return said(shape, remaining=done.available, replayed=done.replayed)


def _free(sent: Spend, available: int) -> ConsumedShape:
    return ConsumedShape(
        customer=sent.customer,
        feature=sent.feature,
        entry=None,
        credits=0,
        available=available,
        replayed=False,
        price=None,
        taken=[],
    )


def _member(key: str, told: Outcome | None, request_id: str | None) -> BatchMember:
    if told is None:
        return BatchMember(key=key, done=True)
    if isinstance(told, DomainError):
        return BatchMember(key=key, done=False, problem=problem(told, request_id))
    assert isinstance(told, Consumed), "a consumption is what was asked for"
    return BatchMember(
        key=key,
        done=True,
        entry=told.entry_id,
        credits=told.credits,
        available=told.available,
        replayed=told.replayed,
    )
