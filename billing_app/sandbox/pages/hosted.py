"""The hosted checkout page: what is bought, who pays, with which test card, and the webhook's fate."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from billing_app.sandbox import cards, checkout, currencies, tax
from billing_app.sandbox.pages import card_form
from billing_app.sandbox.pages.card_form import Entry
from billing_app.sandbox.pages.rendering import form_of, form_token, notice, refused_form, render, see_other
from billing_app.sandbox.place import place_of
from billing_app.sandbox.resources import checkout_session
from billing_app.sandbox.store import Record
from billing_app.sandbox.webhooks import fate
from billing_app.sandbox.work import Work, unit_of_work

_SESSION_ID = re.compile(r"^cs_test_[A-Za-z0-9]{10,100}$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")
_FIELDS = ("email", "number", "expiry", "cvc", "name", "country", "fate", "delay", "code")


async def page(request: Request) -> Response:
    """GET and POST /c/pay/{session}."""
    session_id = request.path_params["session"]
    place = place_of(request)
    session = place.store.get("checkout.session", session_id) if _SESSION_ID.match(session_id) else None
    if session is None:
        return notice(
            "There is no such checkout",
            "The address is incomplete, or this sandbox has forgotten it. Nothing was charged.",
            status=404,
        )
    given = await form_of(request, session_id) if request.method == "POST" else None
    if request.method == "POST" and given is None:
        return refused_form()
    try:
        with unit_of_work(place.store, place.config, place.base_url(request)) as work:
            session = work.get("checkout.session", session_id)
            if session.body["status"] == "open" and session.body["expires_at"] <= work.now:
                checkout_session.close(work, session)
            if session.body["status"] != "open":
                return _closed(session)
            if given is None:
                return _shown(request, work, session, _fresh(request, session))
            return _submitted(request, work, session, given)
    finally:
        place.courier.wake()


def _fresh(request: Request, session: Record) -> Entry:
    known = session.body["customer_details"] or {}
    entry = Entry(dict.fromkeys(_FIELDS, ""))
    entry.values.update(
        email=known.get("email") or "",
        name=known.get("name") or "",
        country=session.private.get("tax_country") or "",
        fate="now",
        delay=str(fate.DEFAULT_DELAY_S),
    )
    entry.alert = session.private.pop("alert", "")
    return entry


def _submitted(request: Request, work: Work, session: Record, given: dict[str, str]) -> Response:
    entry = card_form.entered(given, _FIELDS)
    fixed = session.body["customer_email"]
    if fixed:
        entry.values["email"] = fixed
    action = given.get("action", "pay")
    if action.startswith("card:"):
        card_form.fill(entry, action.removeprefix("card:"))
        return _shown(request, work, session, entry)
    if action == "code":
        if reason := checkout.enter_code(work, session, entry.values["code"]):
            entry.errors["code"] = reason
        return _shown(request, work, session, entry)
    if not _settle_country(work, session, entry) or action == "country":
        return _shown(request, work, session, entry)
    entered = _read(entry, needs_card=checkout_session.needs_card(session))
    if _asks_country(session) and entry.values["country"] not in tax.COUNTRIES:
        entry.errors["country"] = "Choose your country."
    if entry.errors:
        entry.alert = "Please correct the marked fields. Nothing was charged."
        return _shown(request, work, session, entry, status=422)
    return _pay(request, work, session, entry, entered)


def _pay(request: Request, work: Work, session: Record, entry: Entry, entered: checkout.CardEntered | None) -> Response:
    work.fate = fate.Fate.chosen(entry.values["fate"], entry.values["delay"])
    session.private["fate"] = [work.fate.kind, work.fate.delay_s]
    buyer = checkout.Buyer(entry.values["email"], entry.values["name"], entry.values["country"] or None)
    outcome = checkout.pay(work, session, buyer, entered)
    if outcome.kind == "paid":
        return see_other(success_address(session))
    if outcome.kind == "needs_authentication":
        return see_other(f"/c/authenticate/{checkout.intent_under_way(session)}")
    entry.alert = outcome.decline.message if outcome.decline else cards.GENERIC_DECLINE.message
    return _shown(request, work, session, entry, status=402)


def _settle_country(work: Work, session: Record, entry: Entry) -> bool:
    """Whether the total shown still holds for the country chosen; if not it is worked out anew."""
    if not session.body["automatic_tax"]["enabled"]:
        return True
    country = entry.values["country"] if entry.values["country"] in tax.COUNTRIES else ""
    entry.values["country"] = country
    before = session.body["amount_total"]
    checkout_session.retotal(work, session, country or None)
    work.save(session)
    if country and before != session.body["amount_total"]:
        total = currencies.written(session.body["amount_total"], session.body["currency"])
        entry.note = f"Tax for {tax.COUNTRIES[country]} is included now: the total is {total}."
        return False
    return True


def _read(entry: Entry, *, needs_card: bool) -> checkout.CardEntered | None:
    """The card, if one is due; what is wrong goes to `entry.errors`."""
    values = entry.values
    if not _EMAIL.match(values["email"]):
        entry.errors["email"] = "Your email is incomplete." if values["email"] else "Enter your email."
    return card_form.read(entry) if needs_card else None


def success_address(session: Record) -> str:
    """The session's success address with its id filled in."""
    url: str = session.body["success_url"]
    for mark in ("{CHECKOUT_SESSION_ID}", "%7BCHECKOUT_SESSION_ID%7D"):
        url = url.replace(mark, session.id)
    return url


def _closed(session: Record) -> Response:
    seller_link = session.body["cancel_url"]
    if session.body["status"] == "complete":
        return notice(
            "You have paid",
            "This checkout is complete and cannot be paid again.",
            status=200,
            link=("Continue", success_address(session)),
        )
    return notice(
        "This checkout has expired",
        "Nothing was charged. Go back to the seller to start again.",
        status=410,
        link=("Go back", seller_link) if seller_link else None,
    )


def _shown(request: Request, work: Work, session: Record, entry: Entry, status: int = 200) -> Response:
    if request.method == "GET":
        work.save(session)
    body = session.body
    values: dict[str, Any] = {
        "session": body,
        "seller": body["branding_settings"]["display_name"],
        "items": session.private["line_items"],
        "products": {
            item["price"]["product"]: work.get("product", item["price"]["product"]).body
            for item in session.private["line_items"]
        },
        "token": form_token(request, session.id),
        "entry": entry,
        **card_form.shown(),
        "countries": sorted(tax.COUNTRIES.items(), key=lambda country: country[1]),
        "asks_country": _asks_country(session),
        "fates": _FATES,
        "needs_card": checkout_session.needs_card(session),
        "trial_end": checkout_session.trial_of(session, work.now),
        "afterwards": _afterwards(session),
        "verb": _VERBS.get(body["mode"]) or _pay_label(body["submit_type"]),
        "pay_label": _button(session, work.now),
    }
    return render("checkout.html", status, **values)


_FATES = (
    ("now", "On time"),
    ("late", "Late"),
    ("twice", "Twice"),
    ("reversed", "Out of order"),
    ("stale", "First one stale"),
    ("never", "Never"),
)


def _asks_country(session: Record) -> bool:
    """Tax depends on it, or the seller wants an address: the country is as much of it as the sandbox takes."""
    body = session.body
    return body["automatic_tax"]["enabled"] or body["billing_address_collection"] == "required"


_VERBS = {"subscription": "Subscribe to", "setup": "Save a card with"}


def _button(session: Record, now: int) -> str:
    """What the button says, without the amount."""
    body = session.body
    if body["mode"] == "setup":
        return "Save card"
    if body["mode"] == "subscription":
        return "Start trial" if checkout_session.trial_of(session, now) is not None else "Subscribe and pay"
    return _pay_label(body["submit_type"]) if body["amount_total"] else "Complete order"


def _afterwards(session: Record) -> str:
    """What a subscription costs after today: `$29.00 per month`; empty for other modes."""
    recurring = [item for item in session.private["line_items"] if item["price"]["recurring"]]
    if not recurring:
        return ""
    terms = recurring[0]["price"]["recurring"]
    amount = sum((item["price"]["unit_amount"] or 0) * item["quantity"] for item in recurring)
    every = terms["interval"] if terms["interval_count"] == 1 else f"{terms['interval_count']} {terms['interval']}s"
    return f"{currencies.written(amount, session.body['currency'])} per {every}"


def _pay_label(submit_type: str | None) -> str:
    return {"book": "Book", "donate": "Donate"}.get(submit_type or "", "Pay")
