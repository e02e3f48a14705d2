"""Buying over HTTP: the plain forms of pages post here and are sent on to Stripe; the success page watches here."""

from datetime import timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from billing_app.api.deps import CustomerId, Here, Visitor, customer_of
from billing_app.api.form_route import FormRoute, Sent, read_sent
from billing_app.api.origin import same_origin
from billing_app.db.rate_limit import Limit, Take
from billing_app.errors import NotFound, Unauthenticated
from billing_app.payments.returns import checked

START = Limit("checkout", burst=20, window=timedelta(minutes=10))
WATCH = Limit("checkout-state", burst=240, window=timedelta(minutes=2))
MAX_FIELD = 200


class CheckoutRoute(FormRoute):
    """A refused form goes back to the pricing page, which says why."""

    pages: ClassVar[dict[str, str]] = {"/api/v1/checkout": "/pricing"}


router = APIRouter(prefix="/api/v1/checkout", tags=["checkout"], route_class=CheckoutRoute)

Body = Annotated[Sent, Depends(read_sent)]


@router.post("", dependencies=[Depends(same_origin)])
async def start(sent: Body, services: Here, found: Visitor) -> Response:
    """Fields: kind (`pack` or `unlock`), code; return_to (a path of ours), via (`wall`). On to Stripe's payment page.

    A form of someone who is not signed in leads to the sign-in, and from there back to the same choice.
    """
    kind, code = sent.need("kind")[:MAX_FIELD], sent.need("code")[:MAX_FIELD]
    return_to = checked(sent.get("return_to"))
    if found is None and not sent.as_json:
        query = urlencode({"next": return_to or f"/pricing?{urlencode({'buy': f'{kind}-{code}'})}"})
        return RedirectResponse(f"/login?{query}", status_code=303)
    if found is None:
        raise Unauthenticated("Sign in first.")
    customer_id = await customer_of(found)
    await services.limiter.take(Take(START, str(customer_id)))
    started = await services.checkout.start(customer_id, kind, code, return_to=return_to, via=sent.get("via"))
    if sent.as_json:
        return JSONResponse({"checkout": started.public_id, "url": started.url, "reused": started.reused})
    return RedirectResponse(started.url, status_code=303)


@router.get("/sessions/{session_id}")
async def session_state(session_id: str, services: Here, customer_id: CustomerId) -> dict[str, Any]:
    """How far a payment has come, by our own ledger. Somebody else's session is not found."""
    await services.limiter.take(Take(WATCH, str(customer_id)))
    return (await services.checkout.state(customer_id, session_id)).as_json()


@router.get("/return")
async def go_back(
    request: Request, services: Here, found: Visitor, token: Annotated[str, Query(max_length=300)]
) -> Response:
    """Back to where the customer came from, once; a link that is used or not theirs leads to the dashboard."""
    path = "/dashboard"
    if found is None or found.customer_id is None:
        return RedirectResponse("/login?next=/dashboard", status_code=303)
    try:
        path = await services.checkout.go_back(found.customer_id, token)
    except NotFound:
        return RedirectResponse(path, status_code=303)
    return RedirectResponse(path, status_code=303)
