"""Invoice items: what waits for the next invoice, prorations above all (https://docs.stripe.com/api/invoiceitems)."""

from billing_app.sandbox import currencies
from billing_app.sandbox.errors import invalid, missing
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, invoice, invoice_line
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

MAX_PENDING = 250
_CREATE = {
    "amount", "currency", "customer", "description", "discountable", "expand", "invoice", "metadata", "period",
    "pricing", "quantity", "subscription",
}  # fmt: skip


def new_invoice_item(
    work: Work,
    customer: str,
    *,
    amount_minor: int,
    currency: str,
    description: str | None,
    period: tuple[int, int],
    price: Json | None = None,
    quantity: int = 1,
    subscription: str | None = None,
    item: str | None = None,
    credited: Json | None = None,
    proration: bool = False,
    discountable: bool = True,
    metadata: Json | None = None,
) -> Record:
    """Store an item that waits for an invoice, and tell so.

    Args:
        item: the subscription's item a proration is about.
        credited: `{"invoice": id, "invoice_line_items": [ids]}` that a credit gives back from.
    """
    body: Json = {
        "id": new_id("invoiceitem"),
        "object": "invoiceitem",
        "amount": amount_minor,
        "currency": currency,
        "customer": customer,
        "date": work.now,
        "description": description,
        "discountable": discountable,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(metadata or {}),
        "net_amount": amount_minor,
        "parent": {
            "subscription_details": {"subscription": subscription, "subscription_item": item},
            "type": "subscription_details",
        }
        if subscription
        else None,
        "period": {"start": period[0], "end": period[1]},
        "pricing": None if price is None else invoice_line.pricing(price),
        "proration": proration,
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "tax_rates": [],
        "test_clock": work.clock,
    }
    if proration:
        body["proration_details"] = {"credited_items": _credited(credited), "discount_amounts": []}
    record = work.add(body, {"credited": credited})
    work.emit("invoiceitem.created", body)
    return record


def pending(work: Work, customer: str, currency: str, subscription: str | None) -> list[Record]:
    """Items that the next invoice takes: those of the subscription, and those of none, oldest first."""
    waiting = work.store.find(
        "invoiceitem", {"customer": customer, "invoice": None, "currency": currency}, ascending=True, limit=MAX_PENDING
    )
    return [record for record in waiting if _subscription(record.body) in (None, subscription)]


def line_of(record: Record) -> Json:
    """The line that an item becomes on its invoice."""
    body = record.body
    owner = _subscription(body)
    item = body["parent"]["subscription_details"]["subscription_item"] if body["parent"] else None
    parent = (
        invoice_line.of_subscription(str(owner), item, invoice_item=record.id, credited=record.private["credited"])
        if item
        else invoice_line.of_invoice_item(record.id, owner)
    )
    line = invoice_line.new_line(
        amount_minor=body["amount"],
        currency=body["currency"],
        description=body["description"] or "Invoice item",
        period=(body["period"]["start"], body["period"]["end"]),
        parent=parent,
        quantity=body["quantity"],
        subscription=owner,
        discountable=body["discountable"],
        metadata=body["metadata"],
    )
    line["pricing"] = body["pricing"]
    return line


def taken(work: Work, records: list[Record], invoice_id: str) -> None:
    """The items are on an invoice now."""
    for record in records:
        record.body["invoice"] = invoice_id
        work.save(record)


def create(work: Work, params: Json) -> Json:
    """POST /v1/invoiceitems: an amount, or a one-time price, for the next or for a given draft invoice."""
    refuse_others(params, _CREATE)
    if "customer" not in params:
        raise missing("customer")
    owner = work.get("customer", params["customer"], param="customer")
    draft = _draft(work, params["invoice"], owner.id) if "invoice" in params else None
    chosen = params.get("pricing", {}).get("price")
    price = work.get("price", chosen, param="pricing[price]").body if chosen else None
    if price is None and "amount" not in params:
        raise missing("amount")
    if price is not None and price["recurring"] is not None:
        raise invalid("Only one-time prices can be invoiced like that.", param="pricing[price]")
    quantity = params.get("quantity", 1)
    amount = params["amount"] if price is None else invoice_line.subtotal(price, quantity)
    if abs(amount) > currencies.MAX_AMOUNT_MINOR or quantity < 0:
        raise invalid("Invalid amount", param="amount", code="amount_too_large")
    currency = price["currency"] if price else currencies.checked(params.get("currency", "usd"))
    if "subscription" in params:
        work.get("subscription", params["subscription"], param="subscription")
    period = params.get("period", {"start": work.now, "end": work.now})
    record = new_invoice_item(
        work,
        owner.id,
        amount_minor=amount,
        currency=currency,
        description=params.get("description"),
        period=(period["start"], period["end"]),
        price=price,
        quantity=quantity,
        subscription=params.get("subscription"),
        discountable=params.get("discountable", amount >= 0),
        metadata=fields.merged_metadata({}, params.get("metadata")),
    )
    if draft is not None:
        taken(work, [record], draft.id)
        invoice.set_lines(work, draft, owner, [*draft.private["lines"], line_of(record)])
        work.save(draft)
    return record.body


def retrieve(work: Work, params: Json, invoiceitem: str) -> Json:
    """GET /v1/invoiceitems/{id}."""
    return work.get("invoiceitem", invoiceitem).body


def update(work: Work, params: Json, invoiceitem: str) -> Json:
    """POST /v1/invoiceitems/{id}, while it waits: amount, description, metadata, discountable."""
    refuse_others(params, {"amount", "description", "discountable", "expand", "metadata"})
    record = work.get("invoiceitem", invoiceitem)
    if record.body["invoice"] is not None:
        raise invalid("This invoice item is on an invoice and cannot be changed.", code="invoice_not_editable")
    if abs(params.get("amount", 0)) > currencies.MAX_AMOUNT_MINOR:
        raise invalid("Invalid amount", param="amount", code="amount_too_large")
    fields.update(record.body, params, ("amount", "description", "discountable"))
    record.body["net_amount"] = record.body["amount"]
    work.save(record)
    return record.body


def delete(work: Work, params: Json, invoiceitem: str) -> Json:
    """DELETE /v1/invoiceitems/{id}, while it waits."""
    record = work.get("invoiceitem", invoiceitem)
    if record.body["invoice"] is not None:
        raise invalid("This invoice item is on an invoice and cannot be deleted.", code="invoice_not_editable")
    work.store.delete(record)
    work.emit("invoiceitem.deleted", record.body)
    return {"id": invoiceitem, "object": "invoiceitem", "deleted": True}


def listing(work: Work, params: Json) -> Json:
    """GET /v1/invoiceitems; filters: created, customer, invoice, pending."""
    where = {name: params[name] for name in ("customer", "invoice") if name in params}
    if params.get("pending"):
        where["invoice"] = None
    return page(work, "invoiceitem", params, "/v1/invoiceitems", where)


def _draft(work: Work, invoice_id: str, customer: str) -> Record:
    found = work.get("invoice", invoice_id, param="invoice")
    if found.body["customer"] != customer:
        raise invalid("The invoice belongs to another customer.", param="invoice")
    if found.body["status"] != "draft":
        raise invalid("The invoice is no longer a draft.", param="invoice", code="invoice_not_editable")
    return found


def _subscription(body: Json) -> str | None:
    return body["parent"]["subscription_details"]["subscription"] if body["parent"] else None


def _credited(credited: Json | None) -> Json | None:
    if credited is None:
        return None
    return {"invoice_line_item_details": credited, "type": "invoice_line_items"}
