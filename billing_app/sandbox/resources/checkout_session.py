"""Checkout sessions, mode payment (https://docs.stripe.com/api/checkout/sessions)."""

from billing_app.sandbox import currencies
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page, page_of
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import discount, fields, line_item, session_rules, setup_intent
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_LIFETIME_S = 86_400
_CREATION = {"payment": "if_required", "setup": None, "subscription": "always"}


def create(work: Work, params: Json) -> Json:
    """POST /v1/checkout/sessions."""
    session_rules.check(work, params)
    mode = params["mode"]
    items = [] if mode == "setup" else line_item.new_line_items(work, params.get("line_items", []), mode)
    currency = items[0]["currency"] if items else params.get("currency")
    body = _new_session(work, params, currency)
    record = work.add(body, _private(params, items))
    record.due = body["expires_at"]
    if mode == "setup":
        _for_setup(work, record, params)
        return body
    if "discounts" in params:
        total = sum(item["amount_subtotal"] for item in items)
        discount.check(work, params["discounts"], params.get("customer"), total, body["currency"])
        give_discounts(work, record, params["discounts"])
    retotal(work, record, _tax_country(work, params))
    total = body["amount_total"]
    if total:
        currencies.check_charge(total, body["currency"], "line_items")
    else:
        body["payment_status"] = "no_payment_required"
    work.save(record)
    return body


def _for_setup(work: Work, record: Record, params: Json) -> None:
    """A session that saves a card: nothing is bought, and its setup intent is there from the start."""
    body = record.body
    body.update(amount_subtotal=None, amount_total=None, payment_status="no_payment_required", total_details=None)
    given = {**params.get("setup_intent_data", {}), "customer": params.get("customer")}
    body["setup_intent"] = setup_intent.new_setup_intent(work, given, {"session": record.id}).id
    work.save(record)


def give_discounts(work: Work, record: Record, given: list[Json]) -> None:
    """Set the coupon or code of a session; what it takes off is worked out by `retotal`."""
    behind = [discount.behind_it(work, one, f"discounts[{at}]") for at, one in enumerate(given)]
    record.private["discounts"] = given
    record.private["coupons"] = [coupon.id for coupon, _ in behind]
    record.body["discounts"] = [
        {"coupon": None if code else coupon.id, "promotion_code": code.id if code else None} for coupon, code in behind
    ]


def trial_of(record: Record, now: int) -> int | None:
    """When the trial of the session's subscription would end if it began now; None without a trial."""
    data = record.private.get("subscription", {})
    days = data.get("trial_period_days")
    return now + days * _LIFETIME_S if days else data.get("trial_end")


def needs_card(record: Record) -> bool:
    """Whether the buyer must give a card."""
    body = record.body
    if body["mode"] == "setup":
        return True
    return body["amount_total"] > 0 or (
        body["mode"] == "subscription" and body["payment_method_collection"] == "always"
    )


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
            "starting_after", "status", "subscription",
        },
    )  # fmt: skip
    where = {name: params[name] for name in ("customer", "payment_intent", "status", "subscription") if name in params}
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
    intent_id = record.body["payment_intent"] or record.private.get("first_payment")
    if intent_id is not None:
        intent = work.get("payment_intent", intent_id)
        intent.body.update(status="canceled", canceled_at=work.now, cancellation_reason="expired", next_action=None)
        work.save(intent)
        work.emit("payment_intent.canceled", intent.body)
    if record.body["mode"] == "setup":
        setup = work.get("setup_intent", record.body["setup_intent"])
        setup.body.update(status="canceled", next_action=None)
        work.save(setup)
        work.emit("setup_intent.canceled", setup.body)
    record.body.update(status="expired", url=None)
    record.due = None
    work.save(record)
    work.emit("checkout.session.expired", record.body)


def retotal(work: Work, record: Record, country: str | None) -> None:
    """Set the totals for a customer in `country`; only matters with automatic tax."""
    body, items = record.body, record.private["line_items"]
    automatic = body["automatic_tax"]
    if trial_of(record, work.now) is not None:
        for item in items:
            if item["price"]["recurring"] is not None:
                item["amount_subtotal"] = 0
    line_item.apply_discounts(items, [work.get("coupon", one) for one in record.private.get("coupons", [])])
    line_item.apply_tax(items, country if automatic["enabled"] else None)
    if automatic["enabled"]:
        automatic["status"] = "complete" if country else "requires_location_inputs"
    record.private["tax_country"] = country
    body["amount_subtotal"] = sum(item["amount_subtotal"] for item in items)
    body["amount_total"] = sum(item["amount_total"] for item in items)
    body["total_details"]["amount_tax"] = sum(item["amount_tax"] for item in items)
    body["total_details"]["amount_discount"] = sum(item["amount_discount"] for item in items)


def _new_session(work: Work, params: Json, currency: str | None) -> Json:
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
        "customer_creation": None
        if "customer" in params
        else params.get("customer_creation", _CREATION[params["mode"]]),
        "customer_details": _known_details(work, params),
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "expires_at": params.get("expires_at", work.now + _LIFETIME_S),
        "invoice": None,
        "invoice_creation": _no_invoice() if params["mode"] == "payment" else None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "mode": params["mode"],
        "origin_context": params.get("origin_context"),
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": params.get(
            "payment_method_collection", "always" if params["mode"] == "subscription" else "if_required"
        ),
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
        "subscription": params.get("subscription_data", {}),
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
