"""A customer's plan under the key: look, preview, switch, cancel, resume, undo (rows B5, B6, D3)."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from billing_app.api.conventions.answers import Said, said
from billing_app.api.conventions.once_route import OnceRoute
from billing_app.api.conventions.paths import CustomerRef
from billing_app.api.conventions.route import Calling, MoneyRoute, ReadRoute
from billing_app.api.v1.host.checkouts import Code
from billing_app.api.v1.host.inputs import Sent
from billing_app.api.v1.host.subscription_shapes import ChangedShape, EndingShape, PreviewShape, SubscriptionShape
from billing_app.api.v1.subscription_json import card_json, changed_json, ending_json, plan_json, preview_json

_PREFIX = "/api/v1/customers/{customer}/subscription"
reads = APIRouter(prefix=_PREFIX, tags=["subscription"], route_class=ReadRoute)
asks = APIRouter(prefix=_PREFIX, tags=["subscription"], route_class=MoneyRoute)
works = APIRouter(prefix=_PREFIX, tags=["subscription"], route_class=OnceRoute)
ROUTERS = (reads, asks, works)


class PreviewSent(Sent):
    """The plan to switch to."""

    plan: Code
    period: Literal["month", "year"]


class SwitchSent(Sent):
    """A previewed switch."""

    token: Annotated[str, Field(min_length=1, max_length=4_000, description="Of the preview; good for a few minutes.")]


class CancelSent(Sent):
    """When, and why."""

    when: Literal["period_end", "now"] = "period_end"
    reason: (
        Literal[
            "too_expensive",
            "missing_features",
            "switched_service",
            "unused",
            "customer_service",
            "too_complex",
            "low_quality",
            "other",
        ]
        | None
    ) = None
    comment: Annotated[str, Field(max_length=500)] | None = None


@reads.get("", response_model=SubscriptionShape)
async def current(customer: CustomerRef, caller: Calling) -> Said:
    """The plan, what comes next, what may be done, and how each plan on sale stands to it. Asks our books alone."""
    services = caller.services
    customer_id = await services.host_customers.need(customer)
    card = await services.subscriptions.payment_method(customer_id)
    told = plan_json(await services.subscriptions.current(customer_id))
    return said(
        SubscriptionShape.model_validate(
            {**told, "customer": customer, "payment_method": card_json(card) if card else None}
        )
    )


@asks.post("/preview", response_model=PreviewShape)
async def preview(customer: CustomerRef, sent: PreviewSent, caller: Calling) -> Said:
    """What a switch would cost and give, as Stripe would bill it this moment. Changes nothing."""
    customer_id = await caller.services.host_customers.need(customer)
    told = await caller.services.subscriptions.preview(customer_id, sent.plan, sent.period)
    return said(PreviewShape.model_validate(preview_json(told)))


@works.post("/switch", response_model=ChangedShape)
async def switch(customer: CustomerRef, sent: SwitchSent, caller: Calling) -> Said:
    """Do what was previewed: an upgrade now, a downgrade at the period's end. The token makes it happen once."""
    customer_id = await caller.services.host_customers.need(customer)
    changed = await caller.services.subscriptions.switch(customer_id, sent.token)
    return said(ChangedShape.model_validate(changed_json(changed)))


@works.post("/cancel", response_model=EndingShape)
async def cancel(customer: CustomerRef, sent: CancelSent, caller: Calling) -> Said:
    """Cancel at the period's end, or now. Doing it again changes nothing."""
    customer_id = await caller.services.host_customers.need(customer)
    ending = await caller.services.subscriptions.cancel(
        customer_id, at_once=sent.when == "now", reason=sent.reason, comment=sent.comment
    )
    return said(EndingShape.model_validate(ending_json(ending)))


@works.post("/resume", response_model=EndingShape)
async def resume(customer: CustomerRef, caller: Calling) -> Said:
    """Take a cancellation at the period's end back. Doing it again changes nothing."""
    customer_id = await caller.services.host_customers.need(customer)
    return said(EndingShape.model_validate(ending_json(await caller.services.subscriptions.resume(customer_id))))


@works.post("/undo", response_model=EndingShape)
async def undo(customer: CustomerRef, caller: Calling) -> Said:
    """Take a scheduled change of plan back. Doing it again changes nothing."""
    customer_id = await caller.services.host_customers.need(customer)
    return said(EndingShape.model_validate(ending_json(await caller.services.subscriptions.undo_change(customer_id))))
