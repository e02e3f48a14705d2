"""Test hooks of the sandbox's own API: trouble on purpose, the next payment fails, disputes, failing refunds."""

from dataclasses import asdict

from starlette.requests import Request

from billing_app.sandbox import trouble
from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.place import Place, place_of
from billing_app.sandbox.resources import dispute, refund
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.webhooks import outbox
from billing_app.sandbox.work import Work, unit_of_work

MAX_FAILURES = 100


async def show_trouble(request: Request, given: Json) -> Json:
    """GET /sandbox/trouble: what is set to go wrong."""
    place = place_of(request)
    return {
        "api": [asdict(rule) for rule in trouble.load(place.store)],
        "webhooks": {one.id: one.private["trouble"] for one in _endpoints(place) if one.private.get("trouble")},
    }


async def api_trouble(request: Request, given: Json) -> Json:
    """POST /sandbox/trouble/api: `answer` 429, 500, timeout or drop; `path`, `method`, `after_work`, `times`."""
    store = place_of(request).store
    with store.transaction():
        return asdict(trouble.add_rule(store, given))


async def webhook_trouble(request: Request, given: Json) -> Json:
    """POST /sandbox/trouble/webhooks: `endpoint` (id, or all), `fate`, `delay_s`, `api_version`, `wrong_secret`."""
    place = place_of(request)
    wanted = given.pop("endpoint", "*")
    endpoints = [one for one in _endpoints(place) if wanted in ("*", one.id)]
    if not endpoints:
        raise invalid(f"No such webhook endpoint: {str(wanted)[:100]}", param="endpoint", code="resource_missing")
    with place.store.transaction():
        return trouble.set_webhooks(place.store, endpoints, given)


async def clear_trouble(request: Request, given: Json) -> Json:
    """POST /sandbox/trouble/clear: everything goes well again."""
    place = place_of(request)
    with place.store.transaction():
        trouble.clear(place.store, _endpoints(place))
    return await show_trouble(request, given)


async def next_payment_fails(request: Request, given: Json) -> Json:
    """POST /sandbox/next_payment_fails: `customer`, and for how many payments (`times`)."""
    place = place_of(request)
    with unit_of_work(place.store, place.config, place.base_url(request)) as work:
        fail_next(work, _text(given, "customer"), given.get("times", 1))
        return {"customer": given["customer"], "times": given.get("times", 1)}


async def open_dispute(request: Request, given: Json) -> Json:
    """POST /sandbox/disputes: `charge`, and `reason`, `amount`, `inquiry`."""
    place = place_of(request)
    amount, reason = given.get("amount"), given.get("reason", "fraudulent")
    if amount is not None and type(amount) is not int:
        raise invalid("amount must be a whole number of minor units.", param="amount")
    try:
        with unit_of_work(place.store, place.config, place.base_url(request)) as work:
            paid = work.get("charge", _text(given, "charge"), param="charge")
            inquiry = given.get("inquiry") is True
            return dispute.open_dispute(work, paid, reason=str(reason), inquiry=inquiry, amount_minor=amount).body
    finally:
        place.courier.wake()


async def decide_dispute(request: Request, given: Json) -> Json:
    """POST /sandbox/disputes/{dispute}/decide: `outcome` won or lost."""
    place = place_of(request)
    if given.get("outcome") not in ("won", "lost"):
        raise invalid("outcome must be won or lost.", param="outcome")
    try:
        with unit_of_work(place.store, place.config, place.base_url(request)) as work:
            record = work.get("dispute", request.path_params["dispute"])
            dispute.decide(work, record, won=given["outcome"] == "won")
            return record.body
    finally:
        place.courier.wake()


async def fail_refund(request: Request, given: Json) -> Json:
    """POST /sandbox/refunds/{refund}/fail: the bank sends it back."""
    place = place_of(request)
    try:
        with unit_of_work(place.store, place.config, place.base_url(request)) as work:
            record = work.get("refund", request.path_params["refund"])
            if record.body["status"] not in ("pending", "succeeded"):
                raise invalid(f"A refund that is {record.body['status']} cannot fail.")
            refund.fail(work, record)
            return record.body
    finally:
        place.courier.wake()


def fail_next(work: Work, customer: str, times: object = 1) -> None:
    """Let the next payments of a customer be declined, whatever the card.

    Raises:
        ApiError: no such customer, or a number out of range.
    """
    if type(times) is not int or not 0 <= times <= MAX_FAILURES:
        raise invalid(f"times must be a whole number between 0 and {MAX_FAILURES}.", param="times")
    owner = work.get("customer", customer, param="customer")
    owner.private["next_payment_fails"] = times
    work.save(owner)


def _endpoints(place: Place) -> list[Record]:
    return place.store.find("webhook_endpoint", limit=outbox.MAX_ENDPOINTS)


def _text(given: Json, name: str) -> str:
    if not isinstance(given.get(name), str):
        raise missing(name)
    return given[name]
