"""Checkout sessions, mode payment (https://docs.stripe.com/api/checkout/sessions)."""

from billing_app.sandbox import currencies
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page, page_of
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields, line_item, session_rules
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_LIFETIME_S = 86_400


def create(work: Work, params: Json) -> Json:
    """POST /v1/checkout/sessions."""
    session_rules.check(work, params)
    items = line_item.new_line_items(work, params.get("line_items", []), params["mode"])
    body = _new_session(work, params, items[0]["currency"])
    record = work.add(body, _private(params, items))
    record.due = body["expires_at"]
    retotal(record, _tax_country(work, params))
    total = body["amount_total"]
    if total:
        currencies.check_charge(total, body["currency"], "line_items")
    else:
        body["payment_status"] = "no_payment_required"
    work.save(record)
    return body


def retrieve(work: Work, params: Json, session: str) -> Json:
    """GET /v1/checkout/sessions/{id}."""
    return work.get("checkout.session", session).body


def update(work: Work, params: Json, session: str) -> Json:
    """POST /v1/checkout/sessions/{id}: metadata."""
    refuse_others(params, {"expand", "metadata"})
    record = work.get("checkout.session", session)
    fields.update(record.body, params, ())
    work.save(record)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/checkout/sessions; filters: created, customer, customer_details[email], payment_intent, status."""
    refuse_others(
        params,
        {
            "created", "customer", "customer_details", "ending_before", "expand", "limit", "payment_intent",
            "starting_after", "status",
        },
    )  # fmt: skip
    where = {name: params[name] for name in ("customer", "payment_intent", "status") if name in params}
    if "customer_details" in params:
        where["customer_details.email"] = params["customer_details"]["email"]
    return page(work, "checkout.session", params, "/v1/checkout/sessions", where)


def line_items(work: Work, params: Json, session: str) -> Json:
    """GET /v1/checkout/sessions/{id}/line_items."""
    record = work.get("checkout.session", session)
    return page_of(record.private["line_items"], params, f"/v1/checkout/sessions/{session}/line_items")


def expire(work: Work, params: Json, session: str) -> Json:
    """POST /v1/checkout/sessions/{id}/expire, while it is open."""
    record = work.get("checkout.session", session)
    if record.body["status"] != "open":
        raise invalid(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status '
            f"of {record.body['status']}."
        )
    close(work, record)
    return record.body


def close(work: Work, record: Record) -> None:
    """Expire an open session; a payment intent it made is cancelled with it."""
    intent_id = record.body["payment_intent"]
    if intent_id is not None:
        intent = work.get("payment_intent", intent_id)
        intent.body.update(status="canceled", canceled_at=work.now, cancellation_reason="expired", next_action=None)
        work.save(intent)
        work.emit("payment_intent.canceled", intent.body)
    record.body.update(status="expired", url=None)
    record.due = None
    work.save(record)
    work.emit("checkout.session.expired", record.body)


def retotal(record: Record, country: str | None) -> None:
    """Set the totals for a customer in `country`; only matters with automatic tax."""
    body, items = record.body, record.private["line_items"]
    automatic = body["automatic_tax"]
    line_item.apply_tax(items, country if automatic["enabled"] else None)
    if automatic["enabled"]:
        automatic["status"] = "complete" if country else "requires_location_inputs"
    record.private["tax_country"] = country
    body["amount_subtotal"] = sum(item["amount_subtotal"] for item in items)
    body["amount_total"] = sum(item["amount_total"] for item in items)
    body["total_details"]["amount_tax"] = sum(item["amount_tax"] for item in items)


def _new_session(work: Work, params: Json, currency: str) -> Json:
    session_id = new_id("checkout.session")
    automatic_tax = params.get("automatic_tax", {}).get("enabled", False)
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": params.get("allow_promotion_codes"),
        "amount_subtotal": 0,
        "amount_total": 0,
        "automatic_tax": {
            "enabled": automatic_tax,
            "liability": {"type": "self"} if automatic_tax else None,
            "provider": "stripe" if automatic_tax else None,
            "status": None,
        },
        "billing_address_collection": params.get("billing_address_collection"),
        "branding_settings": _branding(work, params),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": work.now,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
            **{name: text or None for name, text in params.get("custom_text", {}).items()},
        },
        "customer": params.get("customer"),
        "customer_creation": None if "customer" in params else params.get("customer_creation", "if_required"),
        "customer_details": _known_details(work, params),
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "expires_at": params.get("expires_at", work.now + _LIFETIME_S),
        "invoice": None,
        "invoice_creation": _no_invoice(),
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "mode": params["mode"],
        "origin_context": params.get("origin_context"),
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{work.base_url}/c/pay/{session_id}",
        "wallet_options": None,
    }


def _private(params: Json, items: list[Json]) -> Json:
    return {
        "line_items": items,
        "intent": params.get("payment_intent_data", {}),
        "customer_update": params.get("customer_update", {}),
        "allow_redisplay": params.get("payment_method_data", {}).get("allow_redisplay", "unspecified"),
    }


def _known_details(work: Work, params: Json) -> Json | None:
    if "customer" in params:
        customer = work.get("customer", params["customer"]).body
        return details(customer["email"], customer["name"], customer["address"], customer["tax_exempt"])
    return details(params["customer_email"]) if "customer_email" in params else None


def details(email: str | None, name: str | None = None, address: Json | None = None, exempt: str = "none") -> Json:
    """`customer_details`: who pays, as far as it is known."""
    return {
        "address": address,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": exempt,
        "tax_ids": None,
    }


def _tax_country(work: Work, params: Json) -> str | None:
    if "customer" not in params:
        return None
    address = work.get("customer", params["customer"]).body["address"]
    return address and address["country"]


def _branding(work: Work, params: Json) -> Json:
    return {
        "background_color": "#ffffff",
        "border_style": "rounded",
        "button_color": "#4f46e5",
        "display_name": params.get("branding_settings", {}).get("display_name") or work.config.seller,
        "font_family": "default",
        "icon": None,
        "logo": None,
    }


def _no_invoice() -> Json:
    return {
        "enabled": False,
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": None,
            "metadata": {},
            "rendering_options": None,
        },
    }
