"""Operations on invoices (https://docs.stripe.com/api/invoices)."""

from billing_app.sandbox import currencies
from billing_app.sandbox.billing import collection
from billing_app.sandbox.errors import ApiError, invalid, missing
from billing_app.sandbox.paging import page, page_of
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import discount, fields, invoice, invoice_item, payment_method
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_CREATE = {
    "auto_advance", "automatic_tax", "collection_method", "currency", "customer", "days_until_due",
    "default_payment_method", "description", "discounts", "due_date", "expand", "footer", "metadata",
    "pending_invoice_items_behavior", "subscription",
}  # fmt: skip
_UPDATE = {"auto_advance", "days_until_due", "default_payment_method", "description", "expand", "footer", "metadata"}


def create(work: Work, params: Json) -> Json:
    """POST /v1/invoices: a draft by hand, empty or with the invoice items that wait."""
    refuse_others(params, _CREATE)
    if "customer" not in params:
        raise missing("customer")
    owner = work.get("customer", params["customer"], param="customer")
    parent = (
        work.get("subscription", params["subscription"], param="subscription") if "subscription" in params else None
    )
    currency = currencies.checked(params.get("currency") or owner.body["currency"] or "usd")
    include = params.get("pending_invoice_items_behavior", "exclude") == "include" or parent is not None
    waiting = invoice_item.pending(work, owner.id, currency, parent.id if parent else None) if include else []
    discount.check(work, params.get("discounts", []), owner.id, 0, currency)
    made = invoice.new_invoice(
        work,
        owner,
        currency=currency,
        lines=[invoice_item.line_of(record) for record in waiting],
        reason="manual",
        subscription=parent,
        discounts=discount.give(work, params.get("discounts", []), owner.id),
        taxing=params.get("automatic_tax", {}).get("enabled", False),
        auto_advance=params.get("auto_advance", False),
        params=params,
    )
    invoice_item.taken(work, waiting, made.id)
    return made.body


def retrieve(work: Work, params: Json, invoice_id: str) -> Json:
    """GET /v1/invoices/{id}."""
    return work.get("invoice", invoice_id).body


def update(work: Work, params: Json, invoice_id: str) -> Json:
    """POST /v1/invoices/{id}; amounts of a finalised invoice never change."""
    refuse_others(params, _UPDATE)
    record = work.get("invoice", invoice_id)
    previous = fields.update(record.body, params, ("auto_advance", "default_payment_method", "description", "footer"))
    if "auto_advance" in previous and record.body["status"] == "draft":
        at = work.now + invoice.DRAFT_S if record.body["auto_advance"] else None
        record.body.update(automatically_finalizes_at=at, next_payment_attempt=at)
    invoice.schedule(record)
    work.save(record)
    if previous:
        work.emit("invoice.updated", record.body, previous)
    return record.body


def delete(work: Work, params: Json, invoice_id: str) -> Json:
    """DELETE /v1/invoices/{id}: a draft made by hand."""
    record = _with_status(work, invoice_id, ("draft",), "delete")
    if record.body["parent"] is not None:
        raise invalid("You can't delete invoices created by subscriptions.", code="invoice_not_editable")
    for item in work.store.find("invoiceitem", {"invoice": record.id}):
        item.body["invoice"] = None
        work.save(item)
    work.store.delete(record)
    work.emit("invoice.deleted", record.body)
    return {"id": invoice_id, "object": "invoice", "deleted": True}


def listing(work: Work, params: Json) -> Json:
    """GET /v1/invoices; filters: collection_method, created, customer, status, subscription."""
    refuse_others(
        params,
        {
            "collection_method", "created", "customer", "ending_before", "expand", "limit", "starting_after", "status",
            "subscription",
        },
    )  # fmt: skip
    where = {name: params[name] for name in ("collection_method", "customer", "status") if name in params}
    if "subscription" in params:
        where["parent.subscription_details.subscription"] = params["subscription"]
    return page(work, "invoice", params, "/v1/invoices", where)


def lines(work: Work, params: Json, invoice_id: str) -> Json:
    """GET /v1/invoices/{id}/lines."""
    record = work.get("invoice", invoice_id)
    return page_of(record.private["lines"], params, f"/v1/invoices/{invoice_id}/lines")


def finalize(work: Work, params: Json, invoice_id: str) -> Json:
    """POST /v1/invoices/{id}/finalize; with `auto_advance` it is collected too."""
    record = _with_status(work, invoice_id, ("draft",), "finalize")
    if "auto_advance" in params:
        record.body["auto_advance"] = params["auto_advance"]
    collection.finalize(work, record)
    if record.body["status"] == "open" and record.body["auto_advance"]:
        record.body["next_payment_attempt"] = work.now + invoice.DRAFT_S
        invoice.schedule(record)
        work.save(record)
    return record.body


def pay(work: Work, params: Json, invoice_id: str) -> Json:
    """POST /v1/invoices/{id}/pay; a decline is a 402 and stays on record."""
    refuse_others(params, {"expand", "off_session", "paid_out_of_band", "payment_method"})
    record = work.get("invoice", invoice_id)
    if record.body["status"] == "draft":
        collection.finalize(work, record)
    if record.body["status"] == "paid":
        raise invalid("Invoice is already paid", code="invoice_already_paid")
    if record.body["status"] not in ("open", "uncollectible"):
        raise invalid(
            f"Invoice {invoice_id} is {record.body['status']} and cannot be paid.", code="invoice_not_editable"
        )
    if params.get("paid_out_of_band"):
        collection.mark_paid(work, record, out_of_band=True)
        return record.body
    method = _method(work, record, params["payment_method"]) if "payment_method" in params else None
    method = method or collection.method_for(work, record)
    if method is None:
        raise payment_method.no_default()
    outcome = collection.collect(work, record, method=method, off_session=params.get("off_session", True), retry=False)
    if outcome.kind == "paid":
        return work.get("invoice", invoice_id).body
    intent = collection.intent_of(work, record)
    if outcome.decline is None:
        message = "This invoice's payment requires the customer's authentication; see its hosted_invoice_url."
        code = "invoice_payment_intent_requires_action"
        raise ApiError(402, "card_error", message, code=code, keep_changes=True, payment_intent=intent.body)
    raise payment_method.declined(outcome.decline, keep_changes=True, payment_intent=intent.body)


def void(work: Work, params: Json, invoice_id: str) -> Json:
    """POST /v1/invoices/{id}/void."""
    record = _with_status(work, invoice_id, ("open", "uncollectible"), "void")
    collection.void(work, record)
    return record.body


def mark_uncollectible(work: Work, params: Json, invoice_id: str) -> Json:
    """POST /v1/invoices/{id}/mark_uncollectible."""
    record = _with_status(work, invoice_id, ("open",), "mark as uncollectible")
    collection.mark_uncollectible(work, record)
    return record.body


def send(work: Work, params: Json, invoice_id: str) -> Json:
    """POST /v1/invoices/{id}/send: the e-mail itself is not part of a sandbox, as in Stripe's test mode."""
    record = work.get("invoice", invoice_id)
    if record.body["status"] == "draft":
        collection.finalize(work, record)
    work.emit("invoice.sent", record.body)
    return record.body


def retrieve_payment(work: Work, params: Json, invoice_payment: str) -> Json:
    """GET /v1/invoice_payments/{id}."""
    return work.get("invoice_payment", invoice_payment).body


def payments(work: Work, params: Json) -> Json:
    """GET /v1/invoice_payments; filters: created, invoice, payment, status."""
    where = {name: params[name] for name in ("invoice", "status") if name in params}
    given = params.get("payment", {})
    if "payment_intent" in given:
        where["payment.payment_intent"] = given["payment_intent"]
    elif given:
        raise missing("payment[payment_intent]")
    return page(work, "invoice_payment", params, "/v1/invoice_payments", where)


def _with_status(work: Work, invoice_id: str, statuses: tuple[str, ...], verb: str) -> Record:
    record = work.get("invoice", invoice_id)
    if record.body["status"] not in statuses:
        message = f"You can't {verb} an invoice whose status is {record.body['status']}."
        raise invalid(message, code="invoice_not_editable")
    return record


def _method(work: Work, record: Record, method_id: str) -> Record:
    method = payment_method.resolve(work, method_id, "payment_method")
    if method.body["customer"] not in (None, record.body["customer"]):
        raise invalid("The payment method belongs to another customer.", param="payment_method")
    return method
