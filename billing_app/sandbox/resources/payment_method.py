"""Payment methods: test cards only (https://docs.stripe.com/api/payment_methods)."""

import hashlib
from typing import Any

from billing_app.sandbox.cards import BY_NUMBER, BY_TOKEN, REAL_CARD, Card, Decline, passes_luhn
from billing_app.sandbox.errors import ApiError, invalid, missing
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_DISPLAY_BRANDS = {"amex": "american_express"}
_NETWORK_SECRET = "card-fingerprints"  # noqa: S105 (a name, no secret)


def new_payment_method(
    work: Work,
    card: Card,
    *,
    exp_month: int,
    exp_year: int,
    billing: Json | None = None,
    metadata: Json | None = None,
    allow_redisplay: str = "unspecified",
) -> Record:
    """Store a payment method for a test card; its number is kept apart, to know how it behaves."""
    salt = work.store.remembered(_NETWORK_SECRET)
    fingerprint = hashlib.sha256(f"{salt}{card.number}".encode()).hexdigest()[:16]
    billing = billing or {}
    body: Json = {
        "id": new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": allow_redisplay,
        "billing_details": {
            "address": fields.address(billing.get("address") or {}),
            "email": billing.get("email") or None,
            "name": billing.get("name") or None,
            "phone": billing.get("phone") or None,
            "tax_id": None,
        },
        "card": {
            "brand": card.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "display_brand": _DISPLAY_BRANDS.get(card.brand, card.brand),
            "exp_month": exp_month,
            "exp_year": exp_year,
            "fingerprint": fingerprint,
            "funding": "debit" if "pm_card_visa_debit" in card.tokens else "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": work.now,
        "customer": None,
        "livemode": False,
        "metadata": fields.merged_metadata({}, metadata),
        "type": "card",
    }
    return work.add(body, {"number": card.number, "set_up": False, "charges": 0})


def card_of(method: Record) -> Card:
    """The test card behind a payment method."""
    return BY_NUMBER[method.private["number"]]


def resolve(work: Work, payment_method_id: str, param: str | None) -> Record:
    """The payment method of an id; Stripe's test ids such as `pm_card_visa` make a new one."""
    if payment_method_id in BY_TOKEN:
        card = BY_TOKEN[payment_method_id]
        return new_payment_method(work, card, exp_month=12, exp_year=_next_year(work))
    return work.get("payment_method", payment_method_id, param=param)


def create(work: Work, params: Json) -> Json:
    """POST /v1/payment_methods of type card."""
    refuse_others(params, {"allow_redisplay", "billing_details", "card", "expand", "metadata", "type"})
    if params.get("type") != "card":
        raise (
            missing("type")
            if "type" not in params
            else invalid("This sandbox knows payment methods of type card only.", param="type")
        )
    given = params.get("card")
    if given is None:
        raise missing("card")
    card, exp_month, exp_year = _card(work, given)
    return new_payment_method(
        work,
        card,
        exp_month=exp_month,
        exp_year=exp_year,
        billing=params.get("billing_details"),
        metadata=params.get("metadata"),
        allow_redisplay=params.get("allow_redisplay", "unspecified"),
    ).body


def retrieve(work: Work, params: Json, payment_method: str) -> Json:
    """GET /v1/payment_methods/{id}."""
    return resolve(work, payment_method, None).body


def retrieve_of_customer(work: Work, params: Json, customer: str, payment_method: str) -> Json:
    """GET /v1/customers/{customer}/payment_methods/{id}."""
    work.get("customer", customer)
    record = work.get("payment_method", payment_method)
    if record.body["customer"] != customer:
        work.get("payment_method", f"{payment_method} of {customer}")
    return record.body


def update(work: Work, params: Json, payment_method: str) -> Json:
    """POST /v1/payment_methods/{id}: billing details, expiry, metadata."""
    refuse_others(params, {"allow_redisplay", "billing_details", "card", "expand", "metadata"})
    record = work.get("payment_method", payment_method)
    previous = fields.update(record.body, params, ("allow_redisplay",))
    for name, value in params.get("billing_details", {}).items():
        record.body["billing_details"][name] = fields.address(value) if name == "address" else fields.unset(value)
    refuse_others(params.get("card", {}), {"exp_month", "exp_year"}, "card")
    record.body["card"].update(params.get("card", {}))
    work.save(record)
    if record.body["customer"]:
        work.emit("payment_method.updated", record.body, previous)
    return record.body


def attach(work: Work, params: Json, payment_method: str) -> Json:
    """POST /v1/payment_methods/{id}/attach; a card that declines is declined here already."""
    refuse_others(params, {"customer", "expand"})
    if "customer" not in params:
        raise missing("customer")
    customer = work.get("customer", params["customer"], param="customer")
    record = resolve(work, payment_method, None)
    attached_to = record.body["customer"]
    if attached_to is not None and attached_to != customer.id:
        raise invalid(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    card = card_of(record)
    if card.behaviour == "declines" and card.decline is not None:
        raise declined(card.decline)
    if attached_to is None:
        record.body["customer"] = customer.id
        work.save(record)
        work.emit("payment_method.attached", record.body)
    return record.body


def detach(work: Work, params: Json, payment_method: str) -> Json:
    """POST /v1/payment_methods/{id}/detach."""
    record = work.get("payment_method", payment_method)
    customer_id = record.body["customer"]
    if customer_id is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise invalid(message, code="payment_method_unexpected_state")
    record.body["customer"] = None
    work.save(record)
    work.emit("payment_method.detached", record.body, {"customer": customer_id})
    customer = work.get("customer", customer_id)
    settings = customer.body.get("invoice_settings", {})
    if settings.get("default_payment_method") == payment_method:
        settings["default_payment_method"] = None
        work.save(customer)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/payment_methods; filters: customer, type, allow_redisplay."""
    refuse_others(
        params,
        {"allow_redisplay", "customer", "ending_before", "expand", "limit", "starting_after", "type"},
    )
    if "customer" not in params:
        raise missing("customer")
    work.get("customer", params["customer"], param="customer")
    where = {name: params[name] for name in ("allow_redisplay", "customer", "type") if name in params}
    return page(work, "payment_method", params, "/v1/payment_methods", where)


def listing_of_customer(work: Work, params: Json, customer: str) -> Json:
    """GET /v1/customers/{customer}/payment_methods."""
    work.get("customer", customer)
    where = {name: params[name] for name in ("allow_redisplay", "type") if name in params}
    url = f"/v1/customers/{customer}/payment_methods"
    return page(work, "payment_method", params, url, {**where, "customer": customer})


def declined(decline: Decline, *, keep_changes: bool = False, **extra: Any) -> ApiError:
    """402: Stripe's card error."""
    return ApiError(
        402,
        "card_error",
        decline.message,
        code=decline.code,
        keep_changes=keep_changes,
        decline_code=decline.decline_code,
        **extra,
    )


def no_default() -> ApiError:
    """400: there is no payment method to collect with."""
    message = (
        "This customer has no attached payment source or default payment method. Please consider adding a default "
        "payment method. For more information, visit "
        "https://docs.stripe.com/billing/subscriptions/payment-methods-setting#payment-method-priority."
    )
    return invalid(message, code="resource_missing")


def _card(work: Work, given: Json) -> tuple[Card, int, int]:
    refuse_others(given, {"number", "exp_month", "exp_year", "cvc", "token"}, "card")
    if "token" in given:
        card = BY_TOKEN.get(given["token"].replace("tok_", "pm_card_", 1))
        if card is None:
            raise invalid(f"No such token: '{given['token'][:100]}'", param="card[token]", code="resource_missing")
        return card, 12, _next_year(work)
    for name in ("number", "exp_month", "exp_year"):
        if name not in given:
            raise missing(f"card[{name}]")
    number = given["number"].replace(" ", "").replace("-", "")
    if not passes_luhn(number):
        message = "Your card number is incorrect."
        raise ApiError(402, "card_error", message, code="incorrect_number", param="number")
    if number not in BY_NUMBER:
        raise declined(REAL_CARD)
    if not 1 <= given["exp_month"] <= 12:
        message = "Your card's expiration month is invalid."
        raise ApiError(402, "card_error", message, code="invalid_expiry_month", param="exp_month")
    year = given["exp_year"] + (2000 if given["exp_year"] < 100 else 0)
    if not _next_year(work) - 1 <= year <= _next_year(work) + 50:
        message = "Your card's expiration year is invalid."
        raise ApiError(402, "card_error", message, code="invalid_expiry_year", param="exp_year")
    return BY_NUMBER[number], given["exp_month"], year


def _next_year(work: Work) -> int:
    return 1970 + work.now // 31_556_952 + 1
