"""Refunds of card charges: whole, partial, several (https://docs.stripe.com/api/refunds)."""

from billing_app.sandbox import currencies
from billing_app.sandbox.errors import ApiError, invalid, missing
from billing_app.sandbox.ids import new_id, random_text
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import charge, fields
from billing_app.sandbox.resources.payment_method import card_of
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

# "Some time later" in https://docs.stripe.com/testing#refunds: an hour of the clock here.
LATER_S = 3600


def create(work: Work, params: Json) -> Json:
    """POST /v1/refunds of a charge or of a payment intent's charge; without amount, of all that is left."""
    refuse_others(params, {"amount", "charge", "expand", "metadata", "payment_intent", "reason"})
    paid = _charge(work, params)
    amount = _amount(params, paid.body)
    refund_id = new_id("refund")
    behaviour = card_of(work.get("payment_method", paid.body["payment_method"])).behaviour
    body: Json = {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": paid.id,
        "created": work.now,
        "currency": paid.body["currency"],
        "destination_details": {
            "card": {
                "reference": random_text(16).upper(),
                "reference_status": "available",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": fields.merged_metadata({}, params.get("metadata")),
        "payment_intent": paid.body["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if behaviour == "refund_pending" else "succeeded",
        "transfer_reversal": None,
    }
    body["balance_transaction"] = charge.book_refund(work, paid.body, refund_id, amount)["id"]
    made = work.add(body)
    if behaviour in ("refund_fails", "refund_pending"):
        made.due = work.now + LATER_S
        work.save(made)
    before = {"amount_refunded": paid.body["amount_refunded"], "refunded": paid.body["refunded"]}
    paid.body["amount_refunded"] += amount
    paid.body["refunded"] = paid.body["amount_refunded"] == paid.body["amount_captured"]
    work.save(paid)
    work.emit("refund.created", body)
    work.emit("charge.refunded", paid.body, before)
    return body


def fail(work: Work, record: Record) -> None:
    """The bank sends a refund back: the money returns to the balance, and the charge counts it no more."""
    body = record.body
    paid = work.get("charge", body["charge"])
    back = charge.book_failed_refund(work, paid.body, record.id, body["amount"])
    body.update(
        status="failed", failure_reason="lost_or_stolen_card", failure_balance_transaction=back["id"],
    )  # fmt: skip
    record.due = None
    work.save(record)
    before = {"amount_refunded": paid.body["amount_refunded"], "refunded": paid.body["refunded"]}
    paid.body["amount_refunded"] -= body["amount"]
    paid.body["refunded"] = False
    work.save(paid)
    previous = {"status": "succeeded"}
    work.emit("refund.updated", body, previous)
    work.emit("charge.refund.updated", body, previous)
    work.emit("refund.failed", body)
    work.emit("charge.updated", paid.body, before)


def due(work: Work, record: Record) -> None:
    """What the card of the charge does to its refunds some time later."""
    if record.body["status"] == "pending":
        record.body["status"] = "succeeded"
        record.due = None
        work.save(record)
        for name in ("refund.updated", "charge.refund.updated"):
            work.emit(name, record.body, {"status": "pending"})
    else:
        fail(work, record)


def retrieve(work: Work, params: Json, refund: str) -> Json:
    """GET /v1/refunds/{id}."""
    return work.get("refund", refund).body


def update(work: Work, params: Json, refund: str) -> Json:
    """POST /v1/refunds/{id}: metadata."""
    record = work.get("refund", refund)
    previous = fields.update(record.body, params, ())
    if previous:
        work.save(record)
        work.emit("refund.updated", record.body, previous)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/refunds; filters: charge, payment_intent, created."""
    where = {name: params[name] for name in ("charge", "payment_intent") if name in params}
    return page(work, "refund", params, "/v1/refunds", where)


def _charge(work: Work, params: Json) -> Record:
    if ("charge" in params) == ("payment_intent" in params):
        raise (
            missing("charge")
            if "charge" not in params
            else invalid(
                "You may only specify one of these parameters: charge, payment_intent.",
                param="payment_intent",
                code="parameters_exclusive",
            )
        )
    if "charge" in params:
        paid = work.get("charge", params["charge"], param="charge")
    else:
        intent = work.get("payment_intent", params["payment_intent"], param="payment_intent")
        if intent.body["status"] != "succeeded":
            raise invalid(
                f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        paid = work.get("charge", intent.body["latest_charge"])
    if not paid.body["paid"]:
        raise invalid(f"Charge {paid.id} has failed and cannot be refunded.", param="charge")
    return paid


def _amount(params: Json, paid: Json) -> int:
    left = paid["amount_captured"] - paid["amount_refunded"]
    if left == 0:
        message = f"Charge {paid['id']} has already been refunded."
        raise ApiError(400, "invalid_request_error", message, code="charge_already_refunded")
    amount = params.get("amount", left)
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        given, most = (currencies.written(value, paid["currency"]) for value in (amount, left))
        raise invalid(f"Refund amount ({given}) is greater than unrefunded amount on charge ({most})", param="amount")
    return amount
