"""Charges and the balance transactions they cause (https://docs.stripe.com/api/charges)."""

from billing_app.sandbox.cards import Decline
from billing_app.sandbox.ids import new_id, random_text
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import fields
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

# https://stripe.com/pricing: 2.9 % + 30 minor units, the standard fee in the United States.
_FEE_PER_MILLE, _FEE_FIXED_MINOR = 29, 30
_SAYS = {"refund": "REFUND", "refund_failure": "REFUND FAILURE", "adjustment": "CHARGEBACK"}
_AVAILABLE_AFTER_S = 2 * 86_400


def new_charge(work: Work, intent: Json, method: Record, decline: Decline | None, *, authenticated: bool) -> Record:
    """Store the charge of one attempt to pay, paid unless declined. Its money is booked by `book`."""
    paid = decline is None
    charge_id = new_id("charge")
    body: Json = {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": dict(method.body["billing_details"]),
        "calculated_statement_descriptor": work.config.seller.upper()[:22],
        "captured": paid,
        "created": work.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None if decline is None else decline.code,
        "failure_message": None if decline is None else decline.message,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": _outcome(decline),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method.id,
        "payment_method_details": _card_details(intent, method, decline, authenticated=authenticated),
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": f"{work.base_url}/receipts/{charge_id}" if paid else None,
        "refunded": False,
        "review": None,
        "shipping": intent["shipping"],
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "succeeded" if paid else "failed",
        "transfer_data": None,
        "transfer_group": None,
    }
    return work.add(body)


def book(work: Work, charge: Record) -> Json:
    """Book a paid charge with its fee: the balance transaction follows the charge, as `automatic_async` does."""
    fee = (charge.body["amount"] * _FEE_PER_MILLE + 500) // 1000 + _FEE_FIXED_MINOR
    transaction = _transaction(
        work, charge.body, charge.id, kind="charge", amount_minor=charge.body["amount"], fee_minor=fee
    )
    charge.body["balance_transaction"] = transaction["id"]
    work.save(charge)
    work.emit("charge.updated", charge.body, {"balance_transaction": None})
    return transaction


def book_refund(work: Work, charge: Json, refund_id: str, amount_minor: int) -> Json:
    """Book a refund; the fee of the charge is not given back (https://docs.stripe.com/refunds)."""
    return _transaction(work, charge, refund_id, kind="refund", amount_minor=-amount_minor, fee_minor=0)


def book_failed_refund(work: Work, charge: Json, refund_id: str, amount_minor: int) -> Json:
    """Take a failed refund back (https://docs.stripe.com/refunds#failed-refunds)."""
    return _transaction(work, charge, refund_id, kind="refund_failure", amount_minor=amount_minor, fee_minor=0)


def book_dispute(work: Work, charge: Json, dispute_id: str, amount_minor: int, fee_minor: int) -> Json:
    """Book what a dispute takes (negative) or gives back, with its fee."""
    return _transaction(work, charge, dispute_id, kind="adjustment", amount_minor=amount_minor, fee_minor=fee_minor)


def _transaction(work: Work, charge: Json, source: str, *, kind: str, amount_minor: int, fee_minor: int) -> Json:
    currency = charge["currency"]
    detail = {
        "amount": fee_minor,
        "application": None,
        "currency": currency,
        "description": "Dispute fee" if kind == "adjustment" else "Stripe processing fees",
        "type": "stripe_fee",
    }
    transaction: Json = {
        "id": new_id("balance_transaction"),
        "object": "balance_transaction",
        "amount": amount_minor,
        "available_on": work.now + _AVAILABLE_AFTER_S,
        "balance_type": "payments",
        "created": work.now,
        "currency": currency,
        "description": charge["description"] if kind == "charge" else f"{_SAYS[kind]} FOR CHARGE {charge['id']}",
        "exchange_rate": None,
        "fee": fee_minor,
        "fee_details": [detail] if fee_minor else [],
        "net": amount_minor - fee_minor,
        "reporting_category": "dispute" if kind == "adjustment" else kind,
        "source": source,
        "status": "pending",
        "type": kind,
    }
    work.add(transaction)
    return transaction


def retrieve(work: Work, params: Json, charge: str) -> Json:
    """GET /v1/charges/{id}."""
    return work.get("charge", charge).body


def update(work: Work, params: Json, charge: str) -> Json:
    """POST /v1/charges/{id}: description, metadata, receipt address."""
    refuse_others(params, {"description", "expand", "metadata", "receipt_email"})
    record = work.get("charge", charge)
    previous = fields.update(record.body, params, ("description", "receipt_email"))
    if previous:
        work.save(record)
        work.emit("charge.updated", record.body, previous)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/charges; filters: customer, payment_intent, created."""
    where = {name: params[name] for name in ("customer", "payment_intent", "transfer_group") if name in params}
    return page(work, "charge", params, "/v1/charges", where)


def retrieve_balance_transaction(work: Work, params: Json, balance_transaction: str) -> Json:
    """GET /v1/balance_transactions/{id}."""
    return work.get("balance_transaction", balance_transaction).body


def balance_transactions(work: Work, params: Json) -> Json:
    """GET /v1/balance_transactions; filters: created, currency, source, type."""
    refuse_others(
        params,
        {"created", "currency", "ending_before", "expand", "limit", "source", "starting_after", "type"},
    )
    where = {name: params[name] for name in ("currency", "source", "type") if name in params}
    return page(work, "balance_transaction", params, "/v1/balance_transactions", where)


def _outcome(decline: Decline | None) -> Json:
    return {
        "advice_code": None if decline is None else "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None if decline is None else "01",
        "network_status": "approved_by_network" if decline is None else "declined_by_network",
        "reason": None if decline is None else (decline.decline_code or decline.code),
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete."
        if decline is None
        else "The bank did not return any further details with this decline.",
        "type": "authorized" if decline is None else "issuer_declined",
    }


def _card_details(intent: Json, method: Record, decline: Decline | None, *, authenticated: bool) -> Json:
    card = method.body["card"]
    authentication = {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "exemption_indicator_applied": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": random_text(32),
        "version": "2.2.0",
    }
    return {
        "card": {
            "amount_authorized": intent["amount"] if decline is None else None,
            "authorization_code": random_text(6).upper() if decline is None else None,
            "brand": card["brand"],
            "checks": dict(card["checks"]),
            "country": card["country"],
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "extended_authorization": {"status": "disabled"},
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "last4": card["last4"],
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card["brand"],
            "network_token": {"used": False},
            "network_transaction_id": random_text(15).upper(),
            "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
            "regulated_status": card["regulated_status"],
            "three_d_secure": authentication if authenticated else None,
            "wallet": None,
        },
        "type": "card",
    }
