"""The control room, first part: the clock, trouble, events with their deliveries and answers, resend, sessions."""

import json

from starlette.requests import Request
from starlette.responses import Response

from billing_app.sandbox import trouble
from billing_app.sandbox.clock import state
from billing_app.sandbox.config import API_VERSION, DEFAULT_API_KEY
from billing_app.sandbox.pages.rendering import form_of, form_token, notice, refused_form, render, see_other
from billing_app.sandbox.place import place_of
from billing_app.sandbox.resources import checkout_session
from billing_app.sandbox.webhooks import outbox
from billing_app.sandbox.webhooks.fate import KINDS
from billing_app.sandbox.work import unit_of_work

_ROWS = 50
TYPES = (
    "customer", "subscription", "invoice", "charge", "refund", "dispute", "payment_intent", "setup_intent",
    "payment_method", "product", "price", "coupon", "promotion_code", "subscription_schedule", "invoiceitem",
    "balance_transaction", "checkout.session", "billing_portal.configuration", "test_helpers.test_clock",
)  # fmt: skip
STEPS = ("day", "week", "month", "year")
TOKEN = "control-room"  # noqa: S105 (the subject of the forms here, no secret)


async def overview(request: Request) -> Response:
    """GET /."""
    place = place_of(request)
    store = place.store
    events = [
        {**event.body, "deliveries": outbox.history(store, event.id)} for event in store.find("event", limit=_ROWS)
    ]
    return render(
        "control.html",
        address=place.base_url(request),
        api_key=place.config.api_key or DEFAULT_API_KEY,
        api_version=API_VERSION,
        events=events,
        endpoints=[r.body for r in store.find("webhook_endpoint", limit=outbox.MAX_ENDPOINTS)],
        sessions=[session.body for session in store.find("checkout.session", limit=_ROWS)],
        types=TYPES,
        clock=state(store),
        rules=trouble.load(store),
        troubled=[r for r in store.find("webhook_endpoint", limit=outbox.MAX_ENDPOINTS) if r.private.get("trouble")],
        answers=trouble.ANSWERS,
        fates=KINDS,
        steps=STEPS,
        token=form_token(request, TOKEN),
    )


async def event_page(request: Request) -> Response:
    """GET /events/{event}: its body, deliveries, attempts and answers."""
    place = place_of(request)
    event = place.store.get("event", request.path_params["event"])
    if event is None:
        return notice("There is no such event", "Only the newest events are kept.", status=404, link=("Back", "/"))
    return render(
        "event.html",
        event=outbox.with_pending(place.store, event.body),
        text=json.dumps(event.body, indent=2, ensure_ascii=False),
        deliveries=outbox.history(place.store, event.id),
        endpoints={r.id: r.body["url"] for r in place.store.find("webhook_endpoint", limit=outbox.MAX_ENDPOINTS)},
        token=form_token(request, TOKEN),
    )


async def resend(request: Request) -> Response:
    """POST /events/{event}/resend."""
    if await form_of(request, TOKEN) is None:
        return refused_form()
    place = place_of(request)
    event = place.store.get("event", request.path_params["event"])
    if event is None:
        return notice("There is no such event", "Only the newest events are kept.", status=404, link=("Back", "/"))
    with place.store.transaction():
        outbox.resend(place.store, event)
    place.courier.wake()
    return see_other(f"/events/{event.id}")


async def expire(request: Request) -> Response:
    """POST /sessions/{session}/expire: as if its time were over."""
    if await form_of(request, TOKEN) is None:
        return refused_form()
    place = place_of(request)
    with unit_of_work(place.store, place.config, place.base_url(request)) as work:
        session = place.store.get("checkout.session", request.path_params["session"])
        if session is not None and session.body["status"] == "open":
            checkout_session.close(work, session)
    place.courier.wake()
    return see_other("/")
