"""Where Stripe delivers. Quick: verify, keep, queue, answer; the worker does the rest."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from billing_app.api.conventions.places import paced
from billing_app.api.conventions.rate_limits import DELIVERIES
from billing_app.api.deps import Here

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])


@router.post("/stripe", dependencies=[Depends(paced(DELIVERIES))])
async def stripe(request: Request, services: Here) -> JSONResponse:
    """Take in one delivery. 200: kept, or known; 400: not signed by Stripe; 503: not now, deliver again."""
    body = await request.body()
    outcome = await services.inbox.receive(body, request.headers.get("stripe-signature"), request.headers)
    return JSONResponse({"received": outcome})
