"""Customers (https://docs.stripe.com/api/customers)."""

from typing import Any

from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id, random_text
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, payment_method, subscription
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_PLAIN = (
    "business_name", "description", "email", "individual_name", "name", "phone", "preferred_locales", "tax_exempt",
)  # fmt: skip
_COMPOSITE = {"address", "expand", "invoice_settings", "metadata", "shipping"}
_CREATE = {*_PLAIN, *_COMPOSITE, "payment_method", "test_clock"}
_MAX_EMAIL = 512


def new_customer(work: Work, params: Json) -> Json:
    """A customer object with what it was given."""
    body: Json = {
        "id": new_id("customer"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": work.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": random_text(8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": work.clock,
    }
    _apply(body, params)
    return body


def create(work: Work, params: Json) -> Json:
    """POST /v1/customers; `payment_method` is attached and becomes no default by itself."""
    refuse_others(params, _CREATE)
    if "test_clock" in params:
        found = work.get("test_helpers.test_clock", params["test_clock"], param="test_clock")
        work.clock, work.now = found.id, found.body["frozen_time"]
    record = work.add(new_customer(work, params))
    work.emit("customer.created", record.body)
    if "payment_method" in params:
        payment_method.attach(work, {"customer": record.id}, params["payment_method"])
    if (default := params.get("invoice_settings", {}).get("default_payment_method")) is not None:
        set_default_payment_method(work, record, default)
    return record.body


def retrieve(work: Work, params: Json, customer: str) -> Json:
    """GET /v1/customers/{id}; a deleted one answers with its id and `deleted`."""
    return work.get("customer", customer).body


def update(work: Work, params: Json, customer: str) -> Json:
    """POST /v1/customers/{id}."""
    refuse_others(params, {*_PLAIN, *_COMPOSITE})
    record = living(work, customer)
    previous = _apply(record.body, params)
    work.save(record)
    if (default := params.get("invoice_settings", {}).get("default_payment_method")) is not None:
        before = dict(record.body["invoice_settings"])
        set_default_payment_method(work, record, default)
        if before != record.body["invoice_settings"]:
            previous["invoice_settings"] = before
    if previous:
        work.emit("customer.updated", record.body, previous)
    return record.body


def delete(work: Work, params: Json, customer: str) -> Json:
    """DELETE /v1/customers/{id}: the id stays and answers `deleted`; payment methods are detached."""
    record = living(work, customer)
    for found in work.store.find("subscription", {"customer": customer}):
        if found.body["status"] not in subscription.ENDED:
            subscription.end(work, found)
    for method in work.store.find("payment_method", {"customer": customer}):
        payment_method.detach(work, {}, method.id)
    work.emit("customer.deleted", record.body)
    record.body = {"id": customer, "object": "customer", "deleted": True}
    work.save(record)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/customers; filters: email, created."""
    refuse_others(params, {"created", "email", "ending_before", "expand", "limit", "starting_after", "test_clock"})
    where: dict[str, Any] = {"deleted": None}
    if "email" in params:
        where["email"] = params["email"]
    if "test_clock" in params:
        where["test_clock"] = params["test_clock"]
    return page(work, "customer", params, "/v1/customers", where)


def living(work: Work, customer: str) -> Record:
    """The customer, not deleted."""
    record = work.get("customer", customer)
    if record.body.get("deleted"):
        raise invalid(f"No such customer: '{customer}'", param="id", code="resource_missing")
    return record


def set_default_payment_method(work: Work, record: Record, payment_method_id: str) -> None:
    """Make an attached payment method the default for invoices; an empty id unsets it."""
    if payment_method_id:
        method = work.get("payment_method", payment_method_id, param="invoice_settings[default_payment_method]")
        if method.body["customer"] != record.id:
            raise invalid(
                f"The customer does not have a payment method with the ID {payment_method_id}. "
                "The payment method must be attached to the customer.",
                param="invoice_settings[default_payment_method]",
                code="resource_missing",
            )
    record.body["invoice_settings"]["default_payment_method"] = payment_method_id or None
    work.save(record)


def _apply(body: Json, params: Json) -> Json:
    email = params.get("email", "")
    if email and ("@" not in email or len(email) > _MAX_EMAIL or any(c.isspace() for c in email)):
        raise invalid(f"Invalid email address: {email[:200]}", param="email", code="email_invalid")
    previous = fields.update(body, params, _PLAIN)
    body["tax_exempt"] = body["tax_exempt"] or "none"
    if "address" in params:
        previous["address"], body["address"] = body["address"], fields.address(params["address"])
    if "shipping" in params:
        previous["shipping"] = body["shipping"]
        body["shipping"] = _shipping(params["shipping"])
    refuse_others(params.get("invoice_settings", {}), {"default_payment_method", "footer"}, "invoice_settings")
    if "footer" in params.get("invoice_settings", {}):
        body["invoice_settings"]["footer"] = params["invoice_settings"]["footer"]
    return previous


def _shipping(given: Json | str) -> Json | None:
    if not isinstance(given, dict):
        return None
    return {"address": fields.address(given["address"]), "name": given["name"], "phone": given.get("phone")}
