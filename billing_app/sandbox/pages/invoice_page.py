"""The hosted invoice: what is due, paying it with a test card, and its PDF."""

import re

from starlette.requests import Request
from starlette.responses import Response

from billing_app.sandbox import cards, checkout, currencies, pdf
from billing_app.sandbox.billing import collection
from billing_app.sandbox.pages import card_form
from billing_app.sandbox.pages.card_form import Entry
from billing_app.sandbox.pages.rendering import form_of, form_token, notice, refused_form, render, see_other
from billing_app.sandbox.place import place_of
from billing_app.sandbox.resources.payment_method import new_payment_method
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work, unit_of_work

_ID = re.compile(r"^in_[A-Za-z0-9]{10,100}$")
_FIELDS = ("number", "expiry", "cvc", "name")
_NEW_CARD = ("requires_payment_method", "requires_confirmation")


async def page(request: Request) -> Response:
    """GET and POST /i/{invoice}."""
    invoice_id = request.path_params["invoice"]
    place = place_of(request)
    if _found(request) is None:
        return _unknown()
    given = await form_of(request, invoice_id) if request.method == "POST" else None
    if request.method == "POST" and given is None:
        return refused_form()
    try:
        with unit_of_work(place.store, place.config, place.base_url(request)) as work:
            invoice = work.get("invoice", invoice_id)
            if given is None or invoice.body["status"] not in ("open", "uncollectible"):
                return _shown(request, work, invoice, Entry(dict.fromkeys(_FIELDS, "")))
            return _submitted(request, work, invoice, given)
    finally:
        place.courier.wake()


async def download(request: Request) -> Response:
    """GET /i/{invoice}/pdf."""
    found = _found(request)
    if found is None or found.body["number"] is None:
        return _unknown()
    body = found.body
    title = f"Invoice {body['number']}"
    headers = {"Content-Disposition": f'inline; filename="Invoice-{body["number"]}.pdf"'}
    return Response(pdf.document(title, _lines(body, found.private["lines"])), 200, headers, "application/pdf")


def _submitted(request: Request, work: Work, invoice: Record, given: dict[str, str]) -> Response:
    entry = card_form.entered(given, _FIELDS)
    action = given.get("action", "pay")
    if action.startswith("card:"):
        card_form.fill(entry, action.removeprefix("card:"))
        return _shown(request, work, invoice, entry)
    intent = collection.intent_of(work, invoice)
    if action == "authenticate" and intent.body["status"] == "requires_action":
        return see_other(f"/c/authenticate/{intent.id}")
    read = card_form.read(entry)
    if read is None:
        entry.alert = "Please correct the marked fields. Nothing was charged."
        return _shown(request, work, invoice, entry, status=422)
    outcome = collection.collect(work, invoice, method=_method(work, invoice, read), off_session=False, retry=False)
    if outcome.kind == "needs_authentication":
        return see_other(f"/c/authenticate/{intent.id}")
    if outcome.kind == "paid":
        return see_other(f"/i/{invoice.id}")
    entry.alert = outcome.decline.message if outcome.decline else cards.GENERIC_DECLINE.message
    return _shown(request, work, invoice, entry, status=402)


def _method(work: Work, invoice: Record, read: checkout.CardEntered) -> Record:
    billing = {"email": invoice.body["customer_email"], "name": invoice.body["customer_name"]}
    return new_payment_method(work, read.card, exp_month=read.exp_month, exp_year=read.exp_year, billing=billing)


def _shown(request: Request, work: Work, invoice: Record, entry: Entry, status: int = 200) -> Response:
    body = invoice.body
    payable = body["status"] in ("open", "uncollectible") and body["amount_remaining"] > 0
    intent = work.get("payment_intent", invoice.private["intent"]).body if payable else None
    return render(
        "invoice.html",
        status,
        invoice=body,
        lines=invoice.private["lines"],
        tax=sum(one["amount"] for one in body["total_taxes"]),
        discount=sum(one["amount"] for one in body["total_discount_amounts"]),
        payable=payable,
        authenticate=intent is not None and intent["status"] == "requires_action",
        entry=entry,
        token=form_token(request, invoice.id),
        **card_form.shown(),
    )


def _lines(body: Json, lines: list[Json]) -> list[str]:
    """The text of the PDF."""
    money = currencies.written
    currency = body["currency"]
    shown = [f"{line['description']}   {money(line['amount'], currency)}" for line in lines]
    tax = sum(one["amount"] for one in body["total_taxes"])
    discount = sum(one["amount"] for one in body["total_discount_amounts"])
    return [
        f"From: {body['account_name']}",
        f"To: {body['customer_name'] or ''} {body['customer_email'] or ''}".strip(),
        f"Status: {body['status']}",
        "",
        *shown,
        "",
        f"Subtotal   {money(body['subtotal'], currency)}",
        *([f"Discount   {money(-discount, currency)}"] if discount else []),
        *([f"Tax   {money(tax, currency)}"] if tax else []),
        f"Total   {money(body['total'], currency)}",
        f"Amount paid   {money(body['amount_paid'], currency)}",
        f"Amount due   {money(body['amount_remaining'], currency)}",
        "",
        "Sandbox: no money moved.",
    ]


def _found(request: Request) -> Record | None:
    invoice_id = request.path_params["invoice"]
    return place_of(request).store.get("invoice", invoice_id) if _ID.match(invoice_id) else None


def _unknown() -> Response:
    return notice("There is no such invoice", "The address is incomplete, or it is still a draft.", status=404)
