"""Invoices from draft to paid: finalised after an hour, collected, tried again, given up.

https://docs.stripe.com/invoicing/integration/workflow-transitions (transitions, the draft hour),
https://docs.stripe.com/billing/revenue-recovery/smart-retries (retries and what comes after the last).
"""

from billing_app.sandbox import booking, payments
from billing_app.sandbox.billing import standing
from billing_app.sandbox.cards import Decline
from billing_app.sandbox.errors import invalid
from billing_app.sandbox.ids import new_id
from billing_app.sandbox.resources import customer_balance, payment_intent_object
from billing_app.sandbox.resources import invoice as invoices
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_DAY_S = 86_400
NO_METHOD = Decline(
    "resource_missing",
    None,
    "This customer has no attached payment source or default payment method. Please consider adding a default "
    "payment method. For more information, visit https://docs.stripe.com/billing/subscriptions/payment-methods-setting.",
)


def finalize(work: Work, invoice: Record, *, pay: Record | None = None) -> None:
    """Number the invoice and make it due: its amounts are fixed from now on.

    Args:
        pay: a payment intent that is paid already and settles this invoice (Checkout pays first).
    """
    body = invoice.body
    owner = work.get("customer", body["customer"])
    invoices.set_lines(work, invoice, owner, invoice.private["lines"])
    number = owner.body["next_invoice_sequence"]
    owner.body["next_invoice_sequence"] = number + 1
    work.save(owner)
    carried = body["total"] - body["amount_due"]
    if carried:
        kind = "invoice_too_small" if body["total"] > 0 and carried == body["total"] else "applied_to_invoice"
        customer_balance.book(work, owner, carried, body["currency"], kind=kind, invoice=invoice.id)
    body.update(
        number=body["number"] or f"{owner.body['invoice_prefix']}-{number:04d}",
        status="open",
        effective_at=work.now,
        automatically_finalizes_at=None,
        ending_balance=owner.body["balance"],
        hosted_invoice_url=f"{work.base_url}/i/{invoice.id}",
        invoice_pdf=f"{work.base_url}/i/{invoice.id}/pdf",
        status_transitions={**body["status_transitions"], "finalized_at": work.now},
    )
    if not body["auto_advance"] or body["amount_due"] == 0:
        body["next_payment_attempt"] = None
    invoices.schedule(invoice)
    work.save(invoice)
    work.emit("invoice.finalized", body)
    if body["amount_due"] == 0:
        mark_paid(work, invoice)
    else:
        _payment(work, invoice, owner, pay)


def collect(
    work: Work,
    invoice: Record,
    *,
    method: Record | None = None,
    off_session: bool = True,
    authenticated: bool = False,
    retry: bool = True,
) -> payments.Outcome:
    """Try to pay an open invoice with a method, or with the default one.

    Args:
        retry: when it fails, it is tried again by the retry schedule.
    """
    body = invoice.body
    method = method or method_for(work, invoice)
    body["attempted"] = True
    body["attempt_count"] += 1
    intent = intent_of(work, invoice)
    if method is None:
        outcome = payments.Outcome("declined", NO_METHOD)
    else:
        outcome = payments.attempt(
            work, intent, method, off_session=off_session, authenticated=authenticated, later=True
        )
    if outcome.kind == "paid":
        mark_paid(work, invoice, intent)
        booking.book(work, outcome.charge_id)
    else:
        _failed(work, invoice, outcome, retry=retry)
    return outcome


def mark_paid(work: Work, invoice: Record, intent: Record | None = None, *, out_of_band: bool = False) -> None:
    """The invoice is settled."""
    body = invoice.body
    body.update(
        status="paid",
        attempted=True,
        auto_advance=False,
        amount_paid=body["amount_due"],
        amount_remaining=0,
        next_payment_attempt=None,
        status_transitions={**body["status_transitions"], "paid_at": work.now},
    )
    if out_of_band:
        body["amount_paid_off_stripe"] = body["amount_due"]
    invoices.schedule(invoice)
    work.save(invoice)
    for payment in work.store.find("invoice_payment", {"invoice": invoice.id}):
        if intent is not None and payment.body["payment"]["payment_intent"] == intent.id:
            payment.body.update(status="paid", amount_paid=body["amount_due"])
            payment.body["status_transitions"]["paid_at"] = work.now
            work.save(payment)
            work.emit("invoice_payment.paid", payment.body)
    work.emit("invoice.paid", body)
    work.emit("invoice.payment_succeeded", body)
    standing.paid(work, invoice)


def settled(work: Work, intent: Record) -> None:
    """A payment intent was paid by other ways than collection: the invoice it belongs to is settled, if any."""
    invoice_id = intent.private.get("invoice")
    found = work.get("invoice", invoice_id) if invoice_id else None
    if found is None or found.body["status"] not in ("open", "uncollectible"):
        return
    found.body["attempt_count"] += 1
    record = standing.subscription_of(work, found)
    if record is not None and record.body["payment_settings"]["save_default_payment_method"] == "on_subscription":
        record.body["default_payment_method"] = intent.body["payment_method"]
        work.save(record)
    mark_paid(work, found, intent)


def void(work: Work, invoice: Record) -> None:
    """Nothing is owed; what could still be paid for it is cancelled."""
    body = invoice.body
    body.update(
        status="void",
        auto_advance=False,
        next_payment_attempt=None,
        status_transitions={**body["status_transitions"], "voided_at": work.now},
    )
    invoices.schedule(invoice)
    work.save(invoice)
    _cancel_payment(work, invoice)
    work.emit("invoice.voided", body)
    standing.voided(work, invoice)


def mark_uncollectible(work: Work, invoice: Record) -> None:
    """The seller does not expect the money any more."""
    body = invoice.body
    body.update(
        status="uncollectible",
        auto_advance=False,
        next_payment_attempt=None,
        status_transitions={**body["status_transitions"], "marked_uncollectible_at": work.now},
    )
    invoices.schedule(invoice)
    work.save(invoice)
    work.emit("invoice.marked_uncollectible", body)


def due(work: Work, invoice: Record) -> None:
    """The draft's hour is over, or a retry is due."""
    body = invoice.body
    if body["status"] == "draft":
        paused = _paused(work, invoice)
        if paused == "keep_as_draft":
            body.update(automatically_finalizes_at=None, next_payment_attempt=None, auto_advance=False)
            invoices.schedule(invoice)
            work.save(invoice)
            return
        finalize(work, invoice)
        if paused and body["status"] == "open":
            (void if paused == "void" else mark_uncollectible)(work, invoice)
    if body["status"] == "open" and body["collection_method"] == "charge_automatically":
        collect(work, invoice)


def method_for(work: Work, invoice: Record) -> Record | None:
    """The payment method an invoice is collected with: its own, the subscription's, the customer's."""
    record = standing.subscription_of(work, invoice)
    owner = work.get("customer", invoice.body["customer"])
    candidates = (
        invoice.body["default_payment_method"],
        record and record.body["default_payment_method"],
        owner.body["invoice_settings"]["default_payment_method"],
    )
    chosen = next((one for one in candidates if one), None)
    return work.get("payment_method", chosen) if chosen else None


def intent_of(work: Work, invoice: Record) -> Record:
    """The payment intent of a finalised invoice.

    Raises:
        ApiError: nothing was due on it.
    """
    intent_id = invoice.private.get("intent")
    if intent_id is None:
        raise invalid(
            "This invoice has no payment intent: nothing is due on it.", code="invoice_no_payment_method_types"
        )
    return work.get("payment_intent", intent_id)


def _payment(work: Work, invoice: Record, owner: Record, paid: Record | None) -> None:
    body = invoice.body
    intent = paid
    if intent is None:
        recurring = standing.subscription_of(work, invoice) is not None
        params: Json = {
            "amount": body["amount_due"],
            "currency": body["currency"],
            "customer": owner.id,
            "description": {
                "subscription_create": "Subscription creation",
                "subscription_cycle": "Subscription update",
                "subscription_update": "Subscription update",
            }.get(body["billing_reason"], f"Payment for Invoice {body['number']}"),
            "setup_future_usage": "off_session" if recurring else None,
            "receipt_email": owner.body["email"],
        }
        intent = payment_intent_object.new_payment_intent(work, params, {"invoice": invoice.id, "return_url": None})
    intent.private["invoice"] = invoice.id
    work.save(intent)
    invoice.private["intent"] = intent.id
    work.save(invoice)
    payment: Json = {
        "id": new_id("invoice_payment"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": body["amount_due"],
        "created": work.now,
        "currency": body["currency"],
        "invoice": invoice.id,
        "is_default": True,
        "livemode": False,
        "payment": {"charge": None, "payment_intent": intent.id, "payment_record": None, "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    work.add(payment)
    if paid is not None:
        body["attempted"], body["attempt_count"] = True, 1
        mark_paid(work, invoice, paid)


def _failed(work: Work, invoice: Record, outcome: payments.Outcome, *, retry: bool) -> None:
    body = invoice.body
    before = body["next_payment_attempt"]
    delays = work.config.dunning_days
    done = invoice.private.get("retries", 0)
    tried_again = retry and body["auto_advance"] and body["billing_reason"] != "subscription_create"
    tried_again = tried_again and not invoice.private.get("pending_update")
    if tried_again and done < len(delays):
        body["next_payment_attempt"] = work.now + delays[done] * _DAY_S
        invoice.private["retries"] = done + 1
    elif retry:
        body["next_payment_attempt"] = None
        body["auto_advance"] = False if tried_again else body["auto_advance"]
    invoices.schedule(invoice)
    work.save(invoice)
    work.emit("invoice.payment_failed", body)
    if outcome.kind == "needs_authentication":
        work.emit("invoice.payment_action_required", body)
    if before != body["next_payment_attempt"]:
        work.emit("invoice.updated", body, {"next_payment_attempt": before})
    standing.failed(work, invoice, last=tried_again and body["next_payment_attempt"] is None)


def _paused(work: Work, invoice: Record) -> str | None:
    record = standing.subscription_of(work, invoice)
    pause = record.body["pause_collection"] if record else None
    return pause["behavior"] if pause else None


def _cancel_payment(work: Work, invoice: Record) -> None:
    intent_id = invoice.private.get("intent")
    intent = work.get("payment_intent", intent_id) if intent_id else None
    if intent is not None and intent.body["status"] not in ("succeeded", "canceled"):
        intent.body.update(
            status="canceled", canceled_at=work.now, cancellation_reason="void_invoice", next_action=None
        )
        work.save(intent)
        work.emit("payment_intent.canceled", intent.body)
    for payment in work.store.find("invoice_payment", {"invoice": invoice.id, "status": "open"}):
        payment.body["status"] = "canceled"
        payment.body["status_transitions"]["canceled_at"] = work.now
        work.save(payment)
