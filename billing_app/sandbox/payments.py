"""What happens when a card is charged: the behaviour of test cards applied to a payment intent.

Sources: https://docs.stripe.com/testing, https://docs.stripe.com/payments/paymentintents/lifecycle.
"""

from dataclasses import dataclass
from typing import Literal

from billing_app.sandbox.cards import AUTHENTICATION_REQUIRED, GENERIC_DECLINE, Decline
from billing_app.sandbox.resources import charge
from billing_app.sandbox.resources.payment_method import card_of
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work

_AUTHENTICATION_FAILED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
    "PaymentMethod to attempt to fulfill this PaymentIntent again."
)


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended; `decline` says why when it was declined."""

    kind: Literal["paid", "declined", "needs_authentication"]
    decline: Decline | None = None
    charge_id: str | None = None


def attempt(
    work: Work,
    intent: Record,
    method: Record,
    *,
    off_session: bool = False,
    on_page: bool = False,
    authenticated: bool = False,
    later: bool = False,
) -> Outcome:
    """Try to pay a payment intent with a payment method, and tell the world how it went.

    Args:
        off_session: the customer is not there to authenticate.
        on_page: the customer pays on a hosted page: the card that "fails later" still pays.
        authenticated: the customer has just passed 3-D Secure.
        later: a customer who is not there is asked to authenticate later, as for invoices, instead of declined.
    """
    decline, challenge = _verdict(method, off_session=off_session, on_page=on_page, authenticated=authenticated)
    if later and decline is AUTHENTICATION_REQUIRED:
        decline, challenge = None, True
    if wished := _next_payment_fails(work, intent):
        decline, challenge = wished, False
    intent.body["payment_method"] = method.id
    intent.body["next_action"] = None
    if challenge:
        ask_to_authenticate(work, intent)
        return Outcome("needs_authentication")
    made = charge.new_charge(work, intent.body, method, decline, authenticated=authenticated)
    intent.body["latest_charge"] = made.id
    if decline is not None:
        error = card_error(decline, made.id, method.body)
        intent.body.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
        work.save(intent)
        work.emit("charge.failed", made.body)
        work.emit("payment_intent.payment_failed", intent.body)
        return Outcome("declined", decline, made.id)
    _settle(work, intent, method, made, authenticated=authenticated)
    return Outcome("paid", charge_id=made.id)


def _next_payment_fails(work: Work, intent: Record) -> Decline | None:
    """The control room may want the next payment of a customer to fail, whatever the card; once."""
    owner = work.store.get("customer", intent.body["customer"]) if intent.body["customer"] else None
    if owner is None or not owner.private.get("next_payment_fails"):
        return None
    owner.private["next_payment_fails"] -= 1
    work.save(owner)
    return GENERIC_DECLINE


def fail_authentication(work: Work, intent: Record) -> None:
    """The customer did not pass 3-D Secure: another payment method is required."""
    method = work.get("payment_method", intent.body["payment_method"])
    intent.body.update(
        status="requires_payment_method",
        payment_method=None,
        next_action=None,
        last_payment_error={
            "code": "payment_intent_authentication_failure",
            "doc_url": "https://docs.stripe.com/error-codes/payment-intent-authentication-failure",
            "message": _AUTHENTICATION_FAILED,
            "payment_method": method.body,
            "type": "invalid_request_error",
        },
    )
    work.save(intent)
    work.emit("payment_intent.payment_failed", intent.body)


def _verdict(method: Record, *, off_session: bool, on_page: bool, authenticated: bool) -> tuple[Decline | None, bool]:
    """Why the card is declined, if it is; and whether its holder must authenticate first."""
    card = card_of(method)
    match card.behaviour:
        case "pays" | "disputed" | "inquired" | "refund_fails" | "refund_pending":
            return None, False
        case "declines":
            return card.decline, False
        case "later_charges_fail":
            first = on_page and method.private["charges"] == 0
            return (None if first else GENERIC_DECLINE), False
        case "authenticate_always" | "authenticate_unless_set_up":
            if authenticated:
                return None, False
            if not off_session:
                return None, True
            trusted = card.behaviour == "authenticate_unless_set_up" and method.private["set_up"]
            return (None if trusted else AUTHENTICATION_REQUIRED), False


def ask_to_authenticate(work: Work, intent: Record) -> None:
    """Send the customer to the bank, for a payment or a setup intent."""
    return_url = intent.private.get("return_url")
    url = f"{work.base_url}/c/authenticate/{intent.id}"
    intent.body["status"] = "requires_action"
    intent.body["next_action"] = (
        {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
        if return_url
        else {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url},
        }
    )
    work.save(intent)
    work.emit(f"{intent.type}.requires_action", intent.body)


def _settle(work: Work, intent: Record, method: Record, made: Record, *, authenticated: bool) -> None:
    method.private["charges"] += 1
    if intent.body["setup_future_usage"] == "off_session" and (authenticated or card_of(method).behaviour == "pays"):
        method.private["set_up"] = True
    _keep_for_later(work, intent, method)
    work.save(method)
    intent.body.update(status="succeeded", amount_received=intent.body["amount"], last_payment_error=None)
    work.save(intent)
    work.emit("charge.succeeded", made.body)
    work.emit("payment_intent.succeeded", intent.body)


def _keep_for_later(work: Work, intent: Record, method: Record) -> None:
    """`setup_future_usage` attaches the payment method to the payment's customer."""
    customer = intent.body["customer"]
    if intent.body["setup_future_usage"] and customer and method.body["customer"] is None:
        method.body["customer"] = customer
        work.emit("payment_method.attached", method.body)


def card_error(decline: Decline, charge_id: str | None, method: Json) -> Json:
    """`last_payment_error` or `last_setup_error` for a declined card."""
    error: Json = {
        **({"charge": charge_id} if charge_id else {}),
        "code": decline.code,
        "doc_url": f"https://docs.stripe.com/error-codes/{decline.code.replace('_', '-')}",
        "message": decline.message,
        "payment_method": method,
        "type": "card_error",
    }
    if decline.decline_code:
        error["decline_code"] = decline.decline_code
    return error
