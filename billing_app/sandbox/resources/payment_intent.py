"""Payment intents (https://docs.stripe.com/api/payment_intents): cards, captured automatically."""

from typing import Any

from billing_app.sandbox import booking, currencies, payments
from billing_app.sandbox.billing import collection
from billing_app.sandbox.errors import ApiError, invalid, missing
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, payment_method
from billing_app.sandbox.resources.payment_intent_object import new_payment_intent
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_PLAIN = ("description", "receipt_email", "setup_future_usage", "statement_descriptor", "statement_descriptor_suffix")
_CREATE = {
    *_PLAIN, "amount", "automatic_payment_methods", "capture_method", "confirm", "confirmation_method", "currency",
    "customer", "error_on_requires_action", "expand", "metadata", "off_session", "payment_method", "return_url",
    "use_stripe_sdk",
}  # fmt: skip
_CONFIRM = {
    "error_on_requires_action", "expand", "off_session", "payment_method", "receipt_email", "return_url",
    "setup_future_usage", "use_stripe_sdk",
}  # fmt: skip
_CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(work: Work, params: Json) -> Json:
    """POST /v1/payment_intents; with `confirm` it is tried at once."""
    refuse_others(params, _CREATE)
    _only_automatic_capture(params)
    currency = currencies.checked(params["currency"])
    currencies.check_charge(params["amount"], currency)
    automatic = params.get("automatic_payment_methods", {"enabled": True})
    given = {
        **params,
        "currency": currency,
        "automatic_payment_methods": {"allow_redirects": "always", **automatic} if automatic["enabled"] else None,
    }
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
    if "payment_method" in params:
        given["payment_method"] = _method(work, params["payment_method"], params.get("customer")).id
    if params.get("off_session") and not params.get("confirm"):
        raise invalid("You can only set off_session when confirm is true.", param="off_session")
    record = new_payment_intent(work, given, {"return_url": params.get("return_url")})
    if params.get("confirm"):
        if "payment_method" not in params:
            raise missing("payment_method")
        _confirm(work, record, params)
    return record.body


def confirm(work: Work, params: Json, payment_intent: str) -> Json:
    """POST /v1/payment_intents/{id}/confirm; a decline is a 402 and stays on record."""
    refuse_others(params, _CONFIRM)
    record = work.get("payment_intent", payment_intent)
    status = record.body["status"]
    if status not in _CONFIRMABLE:
        raise _unexpected_state(record, f"You cannot confirm this PaymentIntent because it has a status of {status}.")
    fields.update(record.body, params, ("receipt_email", "setup_future_usage"))
    if "payment_method" in params:
        method = _method(work, params["payment_method"], record.body["customer"])
        record.body["payment_method"] = method.id
    if record.body["payment_method"] is None:
        raise _unexpected_state(
            record,
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken.",
        )
    if "return_url" in params:
        record.private["return_url"] = params["return_url"]
    _confirm(work, record, params)
    return record.body


def retrieve(work: Work, params: Json, payment_intent: str) -> Json:
    """GET /v1/payment_intents/{id}."""
    refuse_others(params, {"client_secret", "expand"})
    return work.get("payment_intent", payment_intent).body


def update(work: Work, params: Json, payment_intent: str) -> Json:
    """POST /v1/payment_intents/{id}, while it can still be paid."""
    refuse_others(params, {*_PLAIN, "amount", "customer", "expand", "metadata", "payment_method"})
    record = work.get("payment_intent", payment_intent)
    if record.body["status"] not in _CONFIRMABLE and params.keys() - {"description", "expand", "metadata"}:
        message = f"This PaymentIntent's status is {record.body['status']}; it can no longer be changed like that."
        raise _unexpected_state(record, message)
    if "amount" in params:
        currencies.check_charge(params["amount"], record.body["currency"])
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
    if "payment_method" in params:
        customer = params.get("customer", record.body["customer"])
        params["payment_method"] = _method(work, params["payment_method"], customer).id
        record.body["status"] = "requires_confirmation"
    fields.update(record.body, params, (*_PLAIN, "amount", "customer", "payment_method"))
    work.save(record)
    return record.body


def cancel(work: Work, params: Json, payment_intent: str) -> Json:
    """POST /v1/payment_intents/{id}/cancel."""
    record = work.get("payment_intent", payment_intent)
    status = record.body["status"]
    if status not in _CONFIRMABLE:
        raise _unexpected_state(record, f"You cannot cancel this PaymentIntent because it has a status of {status}.")
    record.body.update(
        status="canceled",
        canceled_at=work.now,
        cancellation_reason=params.get("cancellation_reason"),
        next_action=None,
    )
    work.save(record)
    work.emit("payment_intent.canceled", record.body)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/payment_intents; filters: customer, created."""
    refuse_others(params, {"created", "customer", "ending_before", "expand", "limit", "starting_after"})
    where = {"customer": params["customer"]} if "customer" in params else {}
    return page(work, "payment_intent", params, "/v1/payment_intents", where)


def _confirm(work: Work, record: Record, params: Json) -> None:
    method = work.get("payment_method", record.body["payment_method"], param="payment_method")
    off_session = bool(params.get("off_session"))
    outcome = payments.attempt(work, record, method, off_session=off_session)
    if outcome.kind == "needs_authentication" and params.get("error_on_requires_action"):
        payments.fail_authentication(work, record)
        raise payment_method.declined(payments.AUTHENTICATION_REQUIRED, keep_changes=True, payment_intent=record.body)
    if outcome.kind == "declined" and outcome.decline is not None:
        raise payment_method.declined(
            outcome.decline,
            keep_changes=True,
            charge=outcome.charge_id,
            payment_intent=record.body,
            payment_method=method.body,
        )
    if outcome.kind == "paid":
        collection.settled(work, record)
        booking.book(work, outcome.charge_id)


def _method(work: Work, payment_method_id: str, customer: Any) -> Record:
    record = payment_method.resolve(work, payment_method_id, "payment_method")
    owner = record.body["customer"]
    if owner is not None and owner != customer:
        raise invalid(
            "The customer does not have a payment method with the ID "
            f"{record.id}. The payment method must be attached to the customer.",
            param="payment_method",
            code="resource_missing" if customer else "payment_method_unexpected_state",
        )
    return record


def _only_automatic_capture(params: Json) -> None:
    if params.get("capture_method") == "manual":
        refuse_others({"capture_method=manual": True}, set())


def _unexpected_state(record: Record, message: str) -> ApiError:
    return ApiError(
        400,
        "invalid_request_error",
        message,
        code="payment_intent_unexpected_state",
        payment_intent=record.body,
    )
