"""The customer portal: one page with the subscription, cards, details and invoices, and a page for each step."""

import re
import time
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billing_app.sandbox import portal, setups
from billing_app.sandbox.pages import card_form
from billing_app.sandbox.pages.card_form import Entry
from billing_app.sandbox.pages.rendering import form_of, form_token, notice, refused_form, render, see_other
from billing_app.sandbox.place import place_of
from billing_app.sandbox.resources import customer, setup_intent, subscription
from billing_app.sandbox.resources.payment_method import new_payment_method
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work, unit_of_work

_TOKEN = re.compile(r"^test_[A-Za-z0-9]{10,100}$")
_CARD = ("number", "expiry", "cvc", "name")
_FLOW_VIEWS = {
    "payment_method_update": "card", "subscription_cancel": "cancel", "subscription_update": "plan",
    "subscription_update_confirm": "plan", "customer_update": "details",
}  # fmt: skip
_FEATURE_OF = {
    "card": "payment_method_update", "cancel": "subscription_cancel", "plan": "subscription_update",
    "details": "customer_update", "go-on": "subscription_cancel", "undo": "subscription_update",
    "default": "payment_method_update", "remove": "payment_method_update",
}  # fmt: skip


@dataclass
class Visit:
    """One visit of the portal: who, by which rules, and the subscription it is about."""

    session: Record
    owner: Record
    configuration: Json
    subscription: Record | None
    address: str


async def page(request: Request) -> Response:
    """GET and POST /p/session/{token}, and /p/session/{token}/{view} for each step."""
    token = request.path_params["token"]
    place = place_of(request)
    session_id = f"bps_{token.removeprefix('test_')}"
    found = place.store.get("billing_portal.session", session_id) if _TOKEN.match(token) else None
    if found is None:
        return notice("There is no such portal", "The address is incomplete.", status=404)
    if found.private["expires_at"] <= time.time():
        back = found.body["return_url"]
        text = "Portal addresses are good for an hour. Go back to the seller for a new one."
        return notice("This address has expired", text, status=410, link=("Go back", back) if back else None)
    given = await form_of(request, token) if request.method == "POST" else None
    if request.method == "POST" and given is None:
        return refused_form()
    try:
        with unit_of_work(place.store, place.config, place.base_url(request)) as work:
            visit = _visit(work, found, token, request)
            _finish_card(work, visit)
            view = request.path_params.get("view", "home")
            if given is None:
                if (
                    view == "home"
                    and (flow := visit.session.body["flow"])
                    and not visit.session.private.get("flow_done")
                ):
                    return see_other(f"{visit.address}/{_FLOW_VIEWS[flow['type']]}")
                return _shown(request, work, visit, view, _fresh(visit))
            return _act(request, work, visit, view, given)
    finally:
        place.courier.wake()


def _visit(work: Work, session: Record, token: str, request: Request) -> Visit:
    owner = work.get("customer", session.body["customer"])
    configuration = work.get("billing_portal.configuration", session.body["configuration"]).body
    live = portal.live_subscriptions(work, owner.id)
    flow = session.body["flow"] or {}
    wanted = (flow.get(flow.get("type", "")) or {}).get("subscription") or request.query_params.get("subscription")
    chosen = next((one for one in live if one.id == wanted), live[0] if live else None)
    return Visit(session, owner, configuration, chosen, f"/p/session/{token}")


def _act(request: Request, work: Work, visit: Visit, view: str, given: dict[str, str]) -> Response:
    feature = _FEATURE_OF.get(view)
    if feature is None or not visit.configuration["features"][feature]["enabled"]:
        return notice("This is not possible here", "The seller has not enabled it.", status=403)
    entry = _fresh(visit)
    problem: str | None = None
    match view:
        case "card":
            return _add_card(request, work, visit, given)
        case "details":
            problem = _details(work, visit, given)
        case "default" | "remove":
            problem = _card_action(work, visit, view, given.get("method", ""))
        case _ if visit.subscription is None:
            problem = "You have no subscription."
        case "plan":
            problem = portal.switch(work, visit.configuration, visit.subscription, given.get("price", ""))
        case "cancel":
            feedback, comment = given.get("feedback", ""), given.get("comment", "")
            portal.cancel(work, visit.configuration, visit.subscription, feedback=feedback, comment=comment)
        case "go-on":
            portal.go_on(work, visit.subscription)
        case "undo":
            portal.undo_scheduled(work, visit.subscription)
    if problem is not None:
        entry.alert = problem
        return _shown(request, work, visit, view if view in ("plan", "details") else "home", entry, status=422)
    return _done(work, visit)


def _done(work: Work, visit: Visit) -> Response:
    """After a flow, where it says; else home."""
    flow = visit.session.body["flow"]
    if flow is None or visit.session.private.get("flow_done"):
        return see_other(visit.address)
    visit.session.private["flow_done"] = True
    work.save(visit.session)
    after = flow["after_completion"]
    if after["type"] == "redirect":
        return see_other(after["redirect"]["return_url"])
    if after["type"] == "hosted_confirmation":
        text = after["hosted_confirmation"]["custom_message"] or "Your change has been made."
        back = visit.session.body["return_url"]
        return notice("Done", text, status=200, link=("Go back", back) if back else None)
    return see_other(visit.address)


def _details(work: Work, visit: Visit, given: dict[str, str]) -> str | None:
    allowed = visit.configuration["features"]["customer_update"]["allowed_updates"]
    changes: Json = {
        name: given[name].strip()[:200] for name in ("name", "email") if name in allowed and given.get(name)
    }
    if "email" in changes and "@" not in changes["email"]:
        return "Your email is incomplete."
    if changes:
        customer.update(work, changes, visit.owner.id)
    return None


def _card_action(work: Work, visit: Visit, view: str, method_id: str) -> str | None:
    if view == "remove":
        return portal.remove_card(work, visit.owner.id, method_id)
    found = work.store.get("payment_method", method_id)
    if found is None or found.body["customer"] != visit.owner.id:
        return "There is no such card."
    portal.use_card(work, visit.owner.id, method_id)
    return None


def _add_card(request: Request, work: Work, visit: Visit, given: dict[str, str]) -> Response:
    entry = card_form.entered(given, _CARD)
    action = given.get("action", "save")
    if action.startswith("card:"):
        card_form.fill(entry, action.removeprefix("card:"))
        return _shown(request, work, visit, "card", entry)
    read = card_form.read(entry)
    if read is None:
        entry.alert = "Please correct the marked fields."
        return _shown(request, work, visit, "card", entry, status=422)
    billing = {"email": visit.owner.body["email"], "name": entry.values["name"]}
    method = new_payment_method(work, read.card, exp_month=read.exp_month, exp_year=read.exp_year, billing=billing)
    back = work.base_url + visit.address
    intent = setup_intent.new_setup_intent(work, {"customer": visit.owner.id}, {"return_url": back})
    outcome = setups.attempt(work, intent, method)
    visit.session.private["card"] = intent.id
    work.save(visit.session)
    if outcome.kind == "needs_authentication":
        return see_other(f"/c/authenticate/{intent.id}")
    if outcome.decline is not None:
        entry.alert = outcome.decline.message
        return _shown(request, work, visit, "card", entry, status=402)
    _finish_card(work, visit)
    return _done(work, visit)


def _finish_card(work: Work, visit: Visit) -> None:
    """A card whose setup has succeeded, perhaps after 3-D Secure, becomes the default."""
    setup_id = visit.session.private.get("card")
    setup = work.get("setup_intent", setup_id) if setup_id else None
    if setup is not None and setup.body["status"] == "succeeded":
        del visit.session.private["card"]
        work.save(visit.session)
        portal.use_card(work, visit.owner.id, setup.body["payment_method"])


def _fresh(visit: Visit) -> Entry:
    return Entry(dict.fromkeys(_CARD, ""))


def _shown(request: Request, work: Work, visit: Visit, view: str, entry: Entry, *, status: int = 200) -> Response:
    record = visit.subscription
    known = {"home", "card", "plan", "cancel", "details"}
    if view not in known or (view in ("plan", "cancel") and record is None):
        return see_other(visit.address)
    owner = work.get("customer", visit.owner.id)
    values: dict[str, Any] = {
        "view": view,
        "address": visit.address,
        "entry": entry,
        "seller": work.config.seller,
        "headline": visit.configuration["business_profile"]["headline"],
        "features": visit.configuration["features"],
        "return_url": visit.session.body["return_url"],
        "customer": owner.body,
        "subscription": None if record is None else _summary(work, record),
        "offers": [] if record is None else portal.offers(work, visit.configuration, record),
        "cards_saved": [one.body for one in work.store.find("payment_method", {"customer": owner.id}, limit=20)],
        "default_card": owner.body["invoice_settings"]["default_payment_method"],
        "invoices": [
            one.body for one in work.store.find("invoice", {"customer": owner.id}, limit=24) if one.body["number"]
        ],
        "token": form_token(request, request.path_params["token"]),
        **card_form.shown(),
    }
    return render("portal.html", status, **values)


def _summary(work: Work, record: Record) -> Json:
    """What the page says about a subscription."""
    body = record.body
    first = subscription.items_of(body)[0]
    terms = first["price"]["recurring"]
    planned = None
    if body["schedule"]:
        plan = work.get("subscription_schedule", body["schedule"]).body
        running = plan["current_phase"] or {}
        planned = next((one for one in plan["phases"] if one["start_date"] == running.get("end_date")), None)
    return {
        **body,
        "name": work.get("product", first["price"]["product"]).body["name"],
        "amount": sum((one["price"]["unit_amount"] or 0) * one["quantity"] for one in subscription.items_of(body)),
        "every": terms["interval"]
        if terms["interval_count"] == 1
        else f"{terms['interval_count']} {terms['interval']}s",
        "period_end": subscription.period_of(body)[1],
        "planned": None
        if planned is None
        else work.get("product", work.get("price", planned["items"][0]["price"]).body["product"]).body["name"],
    }
