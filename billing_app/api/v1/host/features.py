"""May this customer use this now? Asked for one or a page of them, asked and taken at once (rows C4, D2)."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import Field, model_validator

from billing_app.api.conventions.answers import Said, said, said_json
from billing_app.api.conventions.idempotency import read_key
from billing_app.api.conventions.route import NEEDS_KEY, AskRoute, Calling, WorkRoute
from billing_app.api.v1.host.feature_shapes import DecisionShape, DecisionsShape, GivenBackShape, UseShape
from billing_app.api.v1.host.inputs import Customer, FeatureCode, Priced, Sent, Text
from billing_app.entitlements.newcomers import NEWCOMER
from billing_app.entitlements.requests import Asked

MAX_CHECKS = 100

asks = APIRouter(prefix="/api/v1/features", tags=["features"], route_class=AskRoute)
works = APIRouter(prefix="/api/v1/features", tags=["features"], route_class=WorkRoute)
ROUTERS = (asks, works)


class Check(Priced):
    """One question."""

    customer: Customer


class Checks(Sent):
    """All questions of a page."""

    customer: Customer
    features: Annotated[list[Priced], Field(min_length=1, max_length=MAX_CHECKS)]


class UseSent(Priced):
    """A use to ask for and take at once."""

    customer: Customer
    reference: Text | None = Field(
        default=None, description="The business fact, such as a session's id: charged once, whatever the keys."
    )


class GiveBackSent(Sent):
    """A use whose work failed, by the key it was taken with."""

    customer: Customer
    feature: FeatureCode
    key: Text = Field(max_length=200, description="The Idempotency-Key of the use.")

    @model_validator(mode="after")
    def _a_key(self) -> Self:
        if not self.key.isascii() or not self.key.isprintable():
            raise ValueError("the key has printable ASCII characters")
        return self


@asks.post("/check", response_model=DecisionShape)
async def check(sent: Check, caller: Calling) -> Said:
    """Whether the customer may use a feature now, and if not, what would open it. Takes nothing, makes nobody.

    Who was never seen is answered as the free plan will have them; never a 404.
    """
    customer_id = await caller.services.host_customers.find(sent.customer)
    asked = Asked(sent.feature, sent.units, sent.operation, sent.add_ons)
    decision = await caller.spending.check(customer_id or NEWCOMER, asked)
    return said_json(decision.as_json(), cost=decision.required, remaining=decision.available)


@asks.post("/check/batch", response_model=DecisionsShape)
async def check_many(sent: Checks, caller: Calling) -> Said:
    """Up to 100 questions about one customer: all locks of a page in one call."""
    customer_id = await caller.services.host_customers.find(sent.customer)
    asked = [Asked(one.feature, one.units, one.operation, one.add_ons) for one in sent.features]
    told = await caller.services.entitlements.check_all(customer_id or NEWCOMER, asked)
    return said_json({"data": [each.as_json() for each in told]})


@works.post("/use", response_model=UseShape, openapi_extra=NEEDS_KEY)
async def use(sent: UseSent, caller: Calling) -> Said:
    """Ask and take at once, whatever the feature is paid by: credits, an unlock, or the plan's allowance."""
    key = caller.key
    customer_id = await caller.services.host_customers.ensure(sent.customer)
    done = await caller.services.entitlements.use(
        customer_id,
        sent.feature,
        units=sent.units,
        key=key,
        reference=sent.reference,
        operation=sent.operation,
        add_ons=sent.add_ons,
        actor=caller.actor,
    )
    shape = UseShape(
        customer=sent.customer,
        feature=done.feature,
        units=done.units,
        basis=done.basis.value,
        charged=done.charged,
        available=done.available,
        remaining=done.remaining,
        over=done.over,
        repeated=done.repeated,
        entry=done.entry_id,
    )
    return said(shape, cost=done.charged, remaining=done.available, replayed=done.repeated)


@works.post("/give-back", response_model=GivenBackShape)
async def give_back(sent: GiveBackSent, caller: Calling) -> Said:
    """Undo a use of an allowance or an unlock whose work failed. Credits are given back by credits/reverse."""
    customer_id = await caller.services.host_customers.need(sent.customer)
    done = await caller.services.entitlements.give_back(customer_id, sent.feature, read_key(sent.key))
    return said(GivenBackShape(given_back=done))
