"""Where Stripe delivers. Quick: verify, keep, queue, answer; the worker does the rest."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from billing_app.api.deps import Here

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])


@router.post("/stripe")
async def stripe(request: Request, services: Here) -> JSONResponse:
    """Take in one delivery. 200: kept, or known; 400: not signed by Stripe; 503: not now, deliver again."""
    body = await request.body()
    outcome = await services.inbox.receive(body, request.headers.get("stripe-signature"), request.headers)
    return JSONResponse({"received": outcome})
