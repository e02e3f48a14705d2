"""Disputes: the bank takes the money back until it is decided (https://docs.stripe.com/disputes).

An inquiry (`warning_*`) asks only and moves no money. Evidence decides as in Stripe's test mode
(https://docs.stripe.com/testing#disputes): `winning_evidence`, `losing_evidence`.
"""

from typing import Literal, get_args

from stripe import Dispute as SdkDispute

from billing_app.sandbox.errors import ApiError, invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.paging import page
from billing_app.sandbox.parameters import refuse_others
from billing_app.sandbox.resources import charge, fields
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

Reason = Literal[
    "credit_not_processed", "duplicate", "fraudulent", "general", "product_not_received", "product_unacceptable",
    "subscription_canceled", "unrecognized",
]  # fmt: skip
REASONS: tuple[str, ...] = get_args(Reason)
# https://stripe.com/pricing: 15.00 USD for a dispute received, in the United States; kept when it is won.
FEE_MINOR = 1500
_DAY_S = 86_400
_EVIDENCE = tuple(name for name in SdkDispute.Evidence.__annotations__ if name not in ("appeal", "enhanced_evidence"))
_OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")


def open_dispute(
    work: Work, paid: Record, *, reason: str = "fraudulent", inquiry: bool = False, amount_minor: int | None = None
) -> Record:
    """The holder of the card disputes a charge: the amount and a fee leave the balance, unless it is an inquiry.

    Raises:
        ApiError: the charge is not paid, or disputed already, or the amount is more than it.
    """
    amount = paid.body["amount_captured"] if amount_minor is None else amount_minor
    if not paid.body["paid"] or paid.body["disputed"]:
        raise invalid("Only a paid charge that is not disputed yet can be disputed.", param="charge")
    if not 1 <= amount <= paid.body["amount_captured"]:
        raise invalid("The amount must be between 1 and that of the charge.", param="amount")
    if reason not in REASONS:
        raise invalid(f"reason must be one of {', '.join(REASONS)}.", param="reason")
    body = _new(work, paid, amount, reason, inquiry=inquiry)
    if not inquiry:
        taken = charge.book_dispute(work, paid.body, body["id"], -amount, FEE_MINOR)
        body["balance_transactions"] = [taken]
    record = work.add(body)
    paid.body["disputed"] = True
    work.save(paid)
    work.emit("charge.dispute.created", body)
    if not inquiry:
        work.emit("charge.dispute.funds_withdrawn", body)
    work.emit("charge.updated", paid.body, {"disputed": False})
    return record


def decide(work: Work, record: Record, *, won: bool) -> None:
    """The bank decides; what was taken comes back when it is won. An inquiry ends as closed.

    Raises:
        ApiError: it is decided already.
    """
    body = record.body
    if body["status"] not in _OPEN:
        raise invalid(f"This dispute is already {body['status']}.", code="dispute_closed")
    before = body["status"]
    if before.startswith("warning_"):
        body["status"] = "warning_closed"
        paid = work.get("charge", body["charge"])
        paid.body["disputed"] = False
        work.save(paid)
    else:
        body["status"] = "won" if won else "lost"
        body["is_charge_refundable"] = False
    if body["status"] == "won":
        paid = work.get("charge", body["charge"])
        back = charge.book_dispute(work, paid.body, record.id, body["amount"], 0)
        body["balance_transactions"] = [*body["balance_transactions"], back]
    work.save(record)
    work.emit("charge.dispute.closed", body, {"status": before})
    if body["status"] == "won":
        work.emit("charge.dispute.funds_reinstated", body)


def retrieve(work: Work, params: Json, dispute: str) -> Json:
    """GET /v1/disputes/{id}."""
    return work.get("dispute", dispute).body


def update(work: Work, params: Json, dispute: str) -> Json:
    """POST /v1/disputes/{id}: evidence, sent to the bank unless `submit` is false."""
    refuse_others(params, {"evidence", "expand", "metadata", "submit"})
    record = work.get("dispute", dispute)
    body = record.body
    if body["status"] not in _OPEN:
        raise invalid(f"This dispute is {body['status']} and takes no evidence any more.", code="dispute_closed")
    given = params.get("evidence", {})
    refuse_others(given, frozenset(_EVIDENCE), "evidence")
    previous = fields.update(body, params, ())
    if given:
        body["evidence"] = {**body["evidence"], **{name: fields.unset(value) for name, value in given.items()}}
        body["evidence_details"]["has_evidence"] = True
    submits = bool(given) and params.get("submit", True)
    if submits:
        previous["status"] = body["status"]
        inquiry = body["status"].startswith("warning_")
        body["status"] = "warning_under_review" if inquiry else "under_review"
        body["evidence_details"].update(submission_count=1, submission_method="manual")
    work.save(record)
    work.emit("charge.dispute.updated", body, previous)
    verdict = {"winning_evidence": True, "losing_evidence": False}.get(given.get("uncategorized_text", ""))
    if submits and verdict is not None:
        decide(work, record, won=verdict)
    return body


def close(work: Work, params: Json, dispute: str) -> Json:
    """POST /v1/disputes/{id}/close: the seller gives in, which loses it."""
    record = work.get("dispute", dispute)
    if record.body["status"] not in ("needs_response", "warning_needs_response"):
        message = f"A dispute that is {record.body['status']} cannot be closed."
        raise ApiError(400, "invalid_request_error", message, code="dispute_closed")
    decide(work, record, won=False)
    return record.body


def listing(work: Work, params: Json) -> Json:
    """GET /v1/disputes; filters: charge, created, payment_intent."""
    where = {name: params[name] for name in ("charge", "payment_intent") if name in params}
    return page(work, "dispute", params, "/v1/disputes", where)


def _new(work: Work, paid: Record, amount: int, reason: str, *, inquiry: bool) -> Json:
    card = paid.body["payment_method_details"]["card"]
    owner = work.store.get("customer", paid.body["customer"]) if paid.body["customer"] else None
    return {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": paid.id,
        "created": work.now,
        "currency": paid.body["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {
            **dict.fromkeys(_EVIDENCE),
            "customer_email_address": owner.body.get("email") if owner else None,
            "enhanced_evidence": {},
        },
        "evidence_details": {
            "due_by": work.now + 9 * _DAY_S,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": paid.body["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": card["network"],
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
