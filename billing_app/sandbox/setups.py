"""What happens when a card is saved for later: the behaviour of test cards applied to a setup intent.

Sources: https://docs.stripe.com/testing, https://docs.stripe.com/payments/setupintents/lifecycle.
"""

from billing_app.sandbox import payments
from billing_app.sandbox.resources.payment_method import card_of
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


def attempt(work: Work, intent: Record, method: Record, *, authenticated: bool = False) -> payments.Outcome:
    """Try to save a payment method, and tell the world how it went."""
    card = card_of(method)
    intent.body.update(payment_method=method.id, next_action=None)
    if card.behaviour == "declines" and card.decline is not None:
        error: Json = payments.card_error(card.decline, None, method.body)
        intent.body.update(status="requires_payment_method", payment_method=None, last_setup_error=error)
        work.save(intent)
        work.emit("setup_intent.setup_failed", intent.body)
        return payments.Outcome("declined", card.decline)
    if card.behaviour in ("authenticate_always", "authenticate_unless_set_up") and not authenticated:
        payments.ask_to_authenticate(work, intent)
        return payments.Outcome("needs_authentication")
    method.private["set_up"] = True
    if intent.body["customer"] and method.body["customer"] is None:
        method.body["customer"] = intent.body["customer"]
        work.emit("payment_method.attached", method.body)
    work.save(method)
    intent.body.update(status="succeeded", last_setup_error=None)
    work.save(intent)
    work.emit("setup_intent.succeeded", intent.body)
    return payments.Outcome("paid")


def fail_authentication(work: Work, intent: Record) -> None:
    """The customer did not pass 3-D Secure: another payment method is required."""
    method = work.get("payment_method", intent.body["payment_method"])
    intent.body.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_setup_error={
            "code": "setup_intent_authentication_failure",
            "doc_url": "https://docs.stripe.com/error-codes/setup-intent-authentication-failure",
            "message": "The latest attempt to set up the payment method has failed because authentication failed.",
            "payment_method": method.body,
            "type": "invalid_request_error",
        },
    )
    work.save(intent)
    work.emit("setup_intent.setup_failed", intent.body)
