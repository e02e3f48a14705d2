"""A customer's plan over HTTP: the plain forms of pages post here, scripts send JSON of the same fields.

Whoever is signed in acts on their own plan: no address and no field names a customer.
"""

from datetime import timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse, RedirectResponse

from billing_app.api.deps import CustomerId, Here, Visitor, customer_of
from billing_app.api.form_route import FormRoute, Sent, read_sent
from billing_app.api.origin import same_origin
from billing_app.api.v1.subscription_json import (
    card_json,
    changed_json,
    ending_json,
    plan_json,
    preview_json,
    upcoming_json,
)
from billing_app.bootstrap import Services
from billing_app.db.rate_limit import Limit, Take
from billing_app.errors import InvalidInput, Unauthenticated
from billing_app.payments.returns import checked
from billing_app.payments.subscribing.limits import CHANGE, PORTAL, PREVIEW, START

LOOK = Limit("plan", burst=240, window=timedelta(minutes=2))
MAX_FIELD = 200
DASHBOARD = "/dashboard"


class SubscriptionRoute(FormRoute):
    """A refused form goes back to the page it is on, which says why."""

    pages: ClassVar[dict[str, str]] = {
        "/api/v1/subscription/checkout": "/pricing",
        "/api/v1/subscription/switch": "/plan/switch",
        "/api/v1/subscription/cancel": "/plan/cancel",
        "/api/v1/subscription/resume": DASHBOARD,
        "/api/v1/subscription/undo": DASHBOARD,
        "/api/v1/subscription/portal": DASHBOARD,
        "/api/v1/subscription/payment-method": DASHBOARD,
    }
    keeps: ClassVar[tuple[str, ...]] = ("plan", "period")


router = APIRouter(prefix="/api/v1/subscription", tags=["subscription"], route_class=SubscriptionRoute)

Body = Annotated[Sent, Depends(read_sent)]


@router.post("/checkout", dependencies=[Depends(same_origin)])
async def start(sent: Body, services: Here, found: Visitor) -> Response:
    """Fields: plan, period (`month` or `year`); return_to (a path of ours). On to Stripe's payment page.

    A form of someone who is not signed in leads to the sign-in, and from there back to the same plan and period (PR7).
    """
    plan, period = _field(sent, "plan"), _field(sent, "period")
    return_to = checked(sent.get("return_to"))
    if found is None and not sent.as_json:
        chosen = urlencode({"period": period, "buy": f"plan-{plan}-{period}"})
        return RedirectResponse(f"/login?{urlencode({'next': f'/pricing?{chosen}'})}", status_code=303)
    if found is None:
        raise Unauthenticated("Sign in first.")
    customer_id = await customer_of(found)
    await services.limiter.take(Take(START, str(customer_id)))
    started = await services.subscriptions.start(
        customer_id,
        plan,
        period,
        return_to=return_to,
        success_to=sent.get("success_url"),
        cancel_to=sent.get("cancel_url"),
        via=sent.get("via"),
    )
    if sent.as_json:
        return JSONResponse({"checkout": started.public_id, "url": started.url, "reused": started.reused})
    return RedirectResponse(started.url, status_code=303)


@router.get("")
async def current(services: Here, customer_id: CustomerId) -> dict[str, Any]:
    """The customer's plan, and how each plan on sale stands to it."""
    await services.limiter.take(Take(LOOK, str(customer_id)))
    card = await services.subscriptions.payment_method(customer_id)
    return plan_json(await services.subscriptions.current(customer_id)) | {
        "payment_method": card_json(card) if card else None
    }


@router.get("/upcoming")
async def upcoming(services: Here, customer_id: CustomerId) -> dict[str, Any]:
    """The next invoice as Stripe would write it now; `upcoming` is null when nothing is to be charged."""
    await services.limiter.take(Take(PREVIEW, str(customer_id)))
    told = await services.subscriptions.upcoming(customer_id)
    return {"upcoming": upcoming_json(told) if told else None}


@router.post("/preview", dependencies=[Depends(same_origin)])
async def preview(sent: Body, services: Here, customer_id: CustomerId) -> dict[str, Any]:
    """Fields: plan, period. What a switch would cost and give; changes nothing. JSON alone: a page shows it itself."""
    plan, period = _field(sent, "plan"), _field(sent, "period")
    await services.limiter.take(Take(PREVIEW, str(customer_id)))
    return preview_json(await services.subscriptions.preview(customer_id, plan, period))


@router.post("/switch", dependencies=[Depends(same_origin)])
async def switch(sent: Body, services: Here, customer_id: CustomerId) -> Response:
    """Fields: token, as the preview gave it. A form goes on to the bank's page where that is needed."""
    token = sent.need("token")
    await _count(services, customer_id)
    changed = await services.subscriptions.switch(customer_id, token)
    if sent.as_json:
        return JSONResponse(changed_json(changed))
    return RedirectResponse(changed.url or f"{DASHBOARD}?plan={changed.state.value}", status_code=303)


@router.post("/undo", dependencies=[Depends(same_origin)])
async def undo(sent: Body, services: Here, customer_id: CustomerId) -> Response:
    """Take a scheduled change back. No fields."""
    await _count(services, customer_id)
    ending = await services.subscriptions.undo_change(customer_id)
    return JSONResponse(ending_json(ending)) if sent.as_json else sent.onward(f"{DASHBOARD}?plan=kept")


@router.post("/cancel", dependencies=[Depends(same_origin)])
async def cancel(sent: Body, services: Here, customer_id: CustomerId) -> Response:
    """Fields: when (`period_end`, the default, or `now`), reason (one of eight, optional), comment (optional)."""
    when = sent.get("when") or "period_end"
    if when not in ("period_end", "now"):
        raise InvalidInput("Say when: period_end or now.", field="when")
    await _count(services, customer_id)
    ending = await services.subscriptions.cancel(
        customer_id, at_once=when == "now", reason=sent.get("reason"), comment=sent.get("comment")
    )
    return JSONResponse(ending_json(ending)) if sent.as_json else sent.onward(f"{DASHBOARD}?plan=cancelled")


@router.post("/resume", dependencies=[Depends(same_origin)])
async def resume(sent: Body, services: Here, customer_id: CustomerId) -> Response:
    """Take a cancellation back. No fields."""
    await _count(services, customer_id)
    ending = await services.subscriptions.resume(customer_id)
    return JSONResponse(ending_json(ending)) if sent.as_json else sent.onward(f"{DASHBOARD}?plan=resumed")


@router.post("/portal", dependencies=[Depends(same_origin)])
async def portal(sent: Body, services: Here, customer_id: CustomerId) -> Response:
    """Fields: return_to (a path of ours or an allowed address). On to Stripe's portal."""
    await services.limiter.take(Take(PORTAL, str(customer_id)))
    return _go(sent, await services.subscriptions.portal(customer_id, sent.get("return_to")))


@router.post("/payment-method", dependencies=[Depends(same_origin)])
async def payment_method(sent: Body, services: Here, customer_id: CustomerId) -> Response:
    """Fields: return_to. On to Stripe's page to change the card."""
    await services.limiter.take(Take(PORTAL, str(customer_id)))
    return _go(sent, await services.subscriptions.update_payment_method_url(customer_id, sent.get("return_to")))


async def _count(services: Services, customer_id: int) -> None:
    await services.limiter.take(Take(CHANGE, str(customer_id)))


def _go(sent: Sent, url: str) -> Response:
    return JSONResponse({"url": url}) if sent.as_json else RedirectResponse(url, status_code=303)


def _field(sent: Sent, name: str) -> str:
    return sent.need(name)[:MAX_FIELD]
