"""The control room, second part: all objects, the clock, failures to come, refunds, disputes, trouble."""

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from billing_app.sandbox import clock, hooks, trouble
from billing_app.sandbox.billing.periods import plus
from billing_app.sandbox.errors import ApiError
from billing_app.sandbox.pages.control import STEPS, TOKEN, TYPES
from billing_app.sandbox.pages.rendering import form_of, form_token, notice, refused_form, render, see_other
from billing_app.sandbox.place import place_of
from billing_app.sandbox.resources import dispute, refund, test_clock
from billing_app.sandbox.store import Record
from billing_app.sandbox.webhooks import outbox
from billing_app.sandbox.work import Work, unit_of_work

_ROWS = 100


async def objects(request: Request) -> Response:
    """GET /objects/{type}: the newest objects of a type."""
    kind = request.path_params["type"]
    if kind not in TYPES:
        return _nothing()
    place = place_of(request)
    found = place.store.find(kind, limit=_ROWS)
    return render("objects.html", kind=kind, types=TYPES, objects=[_row(record) for record in found])


async def one_object(request: Request) -> Response:
    """GET /objects/{type}/{id}: its JSON, and what can be done to it here."""
    kind = request.path_params["type"]
    record = place_of(request).store.get(kind, request.path_params["id"]) if kind in TYPES else None
    if record is None:
        return _nothing()
    return render(
        "object.html",
        kind=kind,
        record=record,
        text=json.dumps(record.body, indent=2, ensure_ascii=False),
        actions=_actions(record),
        token=form_token(request, TOKEN),
    )


async def act(request: Request) -> Response:
    """POST /objects/{type}/{id}/{action}."""
    given = await form_of(request, TOKEN)
    if given is None:
        return refused_form()
    kind, object_id, action = (request.path_params[name] for name in ("type", "id", "action"))
    place = place_of(request)
    try:
        with unit_of_work(place.store, place.config, place.base_url(request)) as work:
            record = work.get(kind, object_id)
            if action not in _actions(record):
                return notice("This is not possible", "Not for this object, or not any more.", status=409)
            _ACTS[action](work, record)
    except ApiError as error:
        return notice("This is not possible", error.message, status=error.status)
    finally:
        place.courier.wake()
    if action == "advance-month":
        request.app.state.timekeeper.wake()
    return see_other(f"/objects/{kind}/{object_id}")


async def advance(request: Request) -> Response:
    """POST /clock: forward by a day, a week, a month or a year, for all customers without a test clock."""
    given = await form_of(request, TOKEN)
    if given is None:
        return refused_form()
    step = given.get("step", "")
    if step in STEPS:
        now = clock.now(place_of(request).store)
        await request.app.state.timekeeper.advance(plus(now, step, 1))
        place_of(request).courier.wake()
    return see_other("/")


async def set_trouble(request: Request) -> Response:
    """POST /trouble: how webhooks go wrong, how the API answers next; or clear everything."""
    given = await form_of(request, TOKEN)
    if given is None:
        return refused_form()
    store = place_of(request).store
    endpoints = store.find("webhook_endpoint", limit=outbox.MAX_ENDPOINTS)
    with store.transaction():
        if given.get("action") == "clear":
            trouble.clear(store, endpoints)
        elif given.get("action") == "webhooks":
            trouble.set_webhooks(store, endpoints, {"fate": given.get("fate", "now")})
        else:
            after = given.get("after_work") == "yes"
            trouble.add_rule(store, {"answer": given.get("answer", ""), "after_work": after})
    return see_other("/")


def _actions(record: Record) -> dict[str, str]:
    """What can be done to an object here: name and label."""
    body = record.body
    if record.type == "customer" and not body.get("deleted"):
        return {"fail-next": "Let the next payment fail"}
    if record.type == "charge" and body["paid"]:
        refundable = {} if body["refunded"] else {"refund": "Refund what is left"}
        disputable = {} if body["disputed"] else {"dispute": "Dispute", "inquire": "Inquire"}
        return refundable | disputable
    if record.type == "dispute":
        inquiry = {"lose": "Close the inquiry"}
        decision = {"win": "Decide: won", "lose": "Decide: lost"}
        return {
            "needs_response": decision, "under_review": decision,
            "warning_needs_response": inquiry, "warning_under_review": inquiry,
        }.get(body["status"], {})  # fmt: skip
    if record.type == "refund" and body["status"] in ("pending", "succeeded"):
        return {"fail": "Let it fail"}
    if record.type == "test_helpers.test_clock" and body["status"] == "ready":
        return {"advance-month": "Advance a month"}
    return {}


def _advance_month(work: Work, record: Record) -> None:
    test_clock.advance(work, {"frozen_time": plus(record.body["frozen_time"], "month", 1)}, record.id)


_ACTS: dict[str, Callable[[Work, Record], object]] = {
    "fail-next": lambda work, record: hooks.fail_next(work, record.id),
    "refund": lambda work, record: refund.create(work, {"charge": record.id}),
    "dispute": dispute.open_dispute,
    "inquire": lambda work, record: dispute.open_dispute(work, record, inquiry=True),
    "win": lambda work, record: dispute.decide(work, record, won=True),
    "lose": lambda work, record: dispute.decide(work, record, won=False),
    "fail": refund.fail,
    "advance-month": _advance_month,
}


def _row(record: Record) -> dict[str, str | int]:
    body = record.body
    told = next((str(body[name]) for name in ("name", "email", "description", "code", "number") if body.get(name)), "")
    return {"id": record.id, "created": record.created, "status": str(body.get("status") or ""), "told": told}


def _nothing() -> Response:
    return notice("There is no such object", "Perhaps another data directory had it.", status=404, link=("Back", "/"))
