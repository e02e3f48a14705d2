"""The 3-D Secure challenge: the bank asks its customer, who passes or fails."""

import re
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import Response

from billing_app.sandbox import checkout
from billing_app.sandbox.cards import AUTHENTICATION_FAILED
from billing_app.sandbox.pages.hosted import success_address
from billing_app.sandbox.pages.rendering import form_of, form_token, notice, refused_form, render, see_other
from billing_app.sandbox.place import place_of
from billing_app.sandbox.store import Record
from billing_app.sandbox.webhooks.fate import Fate
from billing_app.sandbox.work import Work, unit_of_work

_INTENT_ID = re.compile(r"^(pi|seti)_[A-Za-z0-9]{10,100}$")


async def page(request: Request) -> Response:
    """GET and POST /c/authenticate/{payment intent}."""
    intent_id = request.path_params["intent"]
    place = place_of(request)
    kind = "setup_intent" if intent_id.startswith("seti_") else "payment_intent"
    found = place.store.get(kind, intent_id) if _INTENT_ID.match(intent_id) else None
    if found is None:
        return notice("There is no such payment", "The address is incomplete. Nothing was charged.", status=404)
    given = await form_of(request, intent_id) if request.method == "POST" else None
    if request.method == "POST" and given is None:
        return refused_form()
    try:
        with unit_of_work(place.store, place.config, place.base_url(request)) as work:
            intent = work.get(kind, intent_id)
            session = checkout.session_of(work, intent)
            if intent.body["status"] != "requires_action":
                return _nothing_to_do(intent, session)
            if given is None:
                return render(
                    "challenge.html",
                    seller=session.body["branding_settings"]["display_name"] if session else work.config.seller,
                    intent=intent.body,
                    method=work.get("payment_method", intent.body["payment_method"]).body,
                    token=form_token(request, intent_id),
                )
            return _answered(work, intent, session, passed=given.get("action") == "authorise")
    finally:
        place.courier.wake()


def _answered(work: Work, intent: Record, session: Record | None, *, passed: bool) -> Response:
    if session is not None:
        work.fate = Fate(*session.private.get("fate", []))
    # The first invoice of a subscription is paid on its session's page; later ones on their own.
    on_its_page = session is not None and session.body["status"] == "open"
    outcome = checkout.authenticated(work, intent, passed=passed)
    if not on_its_page and (invoice_id := intent.private.get("invoice")):
        return see_other(f"/i/{invoice_id}")
    if session is not None:
        session = work.get("checkout.session", session.id)
        if outcome.kind == "paid":
            return see_other(success_address(session))
        session.private["alert"] = AUTHENTICATION_FAILED.message
        work.save(session)
        return see_other(f"/c/pay/{session.id}")
    return _back_to_api_client(intent)


def _nothing_to_do(intent: Record, session: Record | None) -> Response:
    if session is not None:
        return see_other(f"/c/pay/{session.id}")
    return notice(
        "Nothing to confirm",
        f"This payment's status is {intent.body['status']}.",
        status=200,
    )


def _back_to_api_client(intent: Record) -> Response:
    """To the `return_url` of the payment intent, with what Stripe adds to it."""
    succeeded = intent.body["status"] == "succeeded"
    return_url = intent.private.get("return_url")
    if not return_url:
        text = "It succeeded." if succeeded else "The authentication failed. Nothing was charged."
        return notice("You can close this page", text, status=200)
    parts = urlsplit(return_url)
    added = urlencode(
        {
            intent.type: intent.id,
            f"{intent.type}_client_secret": intent.body["client_secret"],
            "redirect_status": "succeeded" if succeeded else "failed",
        }
    )
    return see_other(urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added)))
