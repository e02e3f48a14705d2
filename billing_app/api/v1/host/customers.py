"""The host's customers, by the host's own ids: create or update, summary, entitlements (rows A5, A6)."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from billing_app.accounts.host_customers import UNCHANGED
from billing_app.api.conventions.answers import Said, said
from billing_app.api.conventions.paths import CustomerRef
from billing_app.api.conventions.route import Calling, ReadRoute, WorkRoute
from billing_app.api.v1.host.feature_shapes import (
    CustomerShape,
    EntitlementsShape,
    SummaryShape,
    UsageShape,
    UsagesShape,
    entitlements_shape,
)
from billing_app.api.v1.host.inputs import Sent
from billing_app.entitlements.newcomers import NEWCOMER

reads = APIRouter(prefix="/api/v1/customers/{customer}", tags=["customers"], route_class=ReadRoute)
works = APIRouter(prefix="/api/v1/customers/{customer}", tags=["customers"], route_class=WorkRoute)
ROUTERS = (reads, works)


class CustomerSent(Sent):
    """What to know of a customer. What is left out stays as it is; null takes it away."""

    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    email: Annotated[str, Field(min_length=3, max_length=254, description="Where receipts go.")] | None = None


@works.put("", response_model=CustomerShape)
async def put(customer: CustomerRef, sent: CustomerSent, caller: Calling) -> Said:
    """Create a customer, or change name and e-mail. Doing it again changes nothing.

    Not needed before the first charge: customers are made on first sight, known by no more than their id.
    """
    view, made = await caller.services.host_customers.put(
        customer,
        name=sent.name if "name" in sent.model_fields_set else UNCHANGED,
        email=sent.email if "email" in sent.model_fields_set else UNCHANGED,
        by=caller.holder.actor,
    )
    return said(CustomerShape(customer=customer, name=view.name, email=view.email, created=made))


@reads.get("", response_model=SummaryShape)
async def summary(customer: CustomerRef, caller: Calling) -> Said:
    """The customer, and everything they may do: credits, plan, each feature, unlocks, use counted."""
    services = caller.services
    view = await services.host_customers.look(customer)
    told = entitlements_shape(customer, await services.entitlements.summary(view.id), known=True)
    shape = SummaryShape(**dict(told), name=view.name, email=view.email)
    return said(shape, remaining=told.available)


@reads.get("/entitlements", response_model=EntitlementsShape)
async def entitlements(customer: CustomerRef, caller: Calling) -> Said:
    """Everything a customer may do. Who was never seen is answered as the free plan will have them; never a 404."""
    customer_id = await caller.services.host_customers.find(customer)
    told = await caller.services.entitlements.summary(customer_id or NEWCOMER)
    shape = entitlements_shape(customer, told, known=customer_id is not None)
    return said(shape, remaining=told.available)


@reads.get("/usage", response_model=UsagesShape)
async def usage(customer: CustomerRef, caller: Calling) -> Said:
    """Every counted feature: used, limit, what is left, when it is counted anew (rows C4, D2)."""
    customer_id = await caller.services.host_customers.find(customer)
    found = await caller.services.entitlements.usage(customer_id or NEWCOMER)
    data = [UsageShape.model_validate(one.as_json()) for one in found]
    return said(UsagesShape(customer=customer, data=data))
