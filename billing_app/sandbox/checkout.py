"""What the hosted page does to a session: attempts, authentication, completion, in each of its three modes."""

from dataclasses import dataclass

from billing_app.sandbox import booking, payments, setups, signing_up
from billing_app.sandbox.billing import collection
from billing_app.sandbox.cards import Card
from billing_app.sandbox.resources import (
    checkout_session,
    customer,
    discount,
    fields,
    payment_intent_object,
    promotion_code,
    setup_intent,
)
from billing_app.sandbox.resources.payment_method import new_payment_method
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


@dataclass(frozen=True)
class Buyer:
    """What the form says about who pays."""

    email: str
    name: str
    country: str | None


@dataclass(frozen=True)
class CardEntered:
    """A test card with the expiry that was typed."""

    card: Card
    exp_month: int
    exp_year: int


def pay(work: Work, session: Record, buyer: Buyer, entered: CardEntered | None) -> payments.Outcome:
    """Try to complete an open session: pay, subscribe, or save a card, as its mode says.

    Args:
        entered: None when no card is needed.
    """
    body = session.body
    address = fields.address({"country": buyer.country}) if buyer.country else None
    body["customer_details"] = checkout_session.details(buyer.email, buyer.name, address)
    _make_customer(work, session, buyer)
    if body["mode"] == "subscription" and body["customer"]:
        _update_customer(work, session)  # its address decides the tax of the first invoice
    if entered is None:
        _finish(work, session, None, None)
        return payments.Outcome("paid")
    method = new_payment_method(
        work,
        entered.card,
        exp_month=entered.exp_month,
        exp_year=entered.exp_year,
        billing={"email": buyer.email, "name": buyer.name, "address": {"country": buyer.country}},
        allow_redisplay=session.private["allow_redisplay"],
    )
    due = _due_now(work, session)
    if due:
        intent = _intent(work, session, buyer, due)
        outcome = payments.attempt(work, intent, method, on_page=True)
    else:
        intent = _setup(work, session)
        outcome = setups.attempt(work, intent, method)
    if outcome.kind == "paid":
        _finish(work, session, intent, method)
        booking.book(work, outcome.charge_id)
    else:
        work.save(session)
    return outcome


def authenticated(work: Work, intent: Record, *, passed: bool) -> payments.Outcome:
    """The customer answered the 3-D Secure challenge of an intent: of a session, an invoice, or the API."""
    saving = intent.type == "setup_intent"
    if not passed:
        (setups if saving else payments).fail_authentication(work, intent)
        return payments.Outcome("declined")
    method = work.get("payment_method", intent.body["payment_method"])
    if saving:
        outcome = setups.attempt(work, intent, method, authenticated=True)
    else:
        outcome = payments.attempt(work, intent, method, on_page=True, authenticated=True)
    if outcome.kind == "paid":
        if session := session_of(work, intent):
            _finish(work, session, intent, method)
        elif not saving:
            collection.settled(work, intent)
        booking.book(work, outcome.charge_id)
    return outcome


def session_of(work: Work, intent: Record) -> Record | None:
    """The session an intent was made for, if any."""
    session_id = intent.private.get("session")
    return work.get("checkout.session", session_id) if session_id else None


def intent_under_way(session: Record) -> str:
    """Id of the payment or setup intent that the last attempt was for."""
    body, private = session.body, session.private
    return body["payment_intent"] or private.get("first_payment") or body["setup_intent"] or private["setup"]


def enter_code(work: Work, session: Record, code: str) -> str | None:
    """Use the promotion code a buyer typed, or none for an empty one; why not, when it cannot be used."""
    given: list[Json] = []
    if code:
        found = promotion_code.find(work, code)
        if found is None:
            return "This code is invalid."
        body = session.body
        reason = promotion_code.why_not(work, found, body["customer"], body["amount_subtotal"], body["currency"])
        behind = work.get("coupon", found.body["promotion"]["coupon"])
        if reason is None and behind.body["currency"] not in (None, body["currency"]):
            reason = "is for another currency"
        if reason is not None:
            return f"This code {reason}."
        given = [{"promotion_code": found.id}]
    checkout_session.give_discounts(work, session, given)
    checkout_session.retotal(work, session, session.private.get("tax_country"))
    work.save(session)
    return None


def _finish(work: Work, session: Record, intent: Record | None, method: Record | None) -> None:
    """The session is complete: what it was for is there before the event that says so."""
    body = session.body
    if body["payment_status"] == "unpaid":
        body["payment_status"] = "paid"
    if body["customer"] is None:
        body["customer"] = session.private.get("customer")
    else:
        _update_customer(work, session)
    if body["mode"] == "subscription":
        signing_up.subscribe(work, session, intent, method)
    elif body["mode"] == "payment" and session.private.get("discounts"):
        discount.give(work, session.private["discounts"], body["customer"], checkout_session=session.id)
    body.update(status="complete", url=None)
    session.due = None
    work.save(session)
    work.emit("checkout.session.completed", body)


def _make_customer(work: Work, session: Record, buyer: Buyer) -> None:
    """`customer_creation: always` makes a customer once; a later attempt uses the same."""
    body = session.body
    if body["customer"] or body["customer_creation"] != "always" or "customer" in session.private:
        return
    given: Json = {"email": buyer.email, "name": buyer.name}
    if buyer.country:
        given["address"] = {"country": buyer.country}
    made = work.add(customer.new_customer(work, given))
    work.emit("customer.created", made.body)
    session.private["customer"] = made.id


def _update_customer(work: Work, session: Record) -> None:
    """`customer_update`: what the buyer entered goes to the customer, where the session says `auto`."""
    entered = session.body["customer_details"]
    asked = session.private["customer_update"]
    changes = {name: entered[name] for name in ("address", "name") if asked.get(name) == "auto" and entered.get(name)}
    if changes:
        customer.update(work, changes, session.body["customer"])


def _due_now(work: Work, session: Record) -> int:
    """What the card is charged now, in minor units; a subscription takes the customer's balance into account."""
    body = session.body
    if body["mode"] == "subscription" and body["amount_total"]:
        return signing_up.due_now(work, session)
    return body["amount_total"] or 0


def _setup(work: Work, session: Record) -> Record:
    """The session's setup intent: of a session that saves a card, or of a subscription that begins free."""
    setup_id = session.body["setup_intent"] or session.private.get("setup")
    owner = session.body["customer"] or session.private.get("customer")
    if setup_id is None:
        made = setup_intent.new_setup_intent(work, {"customer": owner}, {"session": session.id})
        session.private["setup"] = made.id
        return made
    return work.get("setup_intent", setup_id)


def _intent(work: Work, session: Record, buyer: Buyer, amount_minor: int) -> Record:
    """The session's payment intent: made at the first attempt, with the metadata given for it and no other."""
    body = session.body
    known = body["payment_intent"] or session.private.get("first_payment")
    if known is not None:
        intent = work.get("payment_intent", known)
        intent.body["amount"] = amount_minor
        return intent
    given = session.private["intent"]
    subscribing = body["mode"] == "subscription"
    params = {
        **{name: value for name, value in given.items() if name != "capture_method"},
        **({"setup_future_usage": "off_session", "description": "Subscription creation"} if subscribing else {}),
        "amount": amount_minor,
        "currency": body["currency"],
        "customer": body["customer"] or session.private.get("customer"),
        "receipt_email": given.get("receipt_email", buyer.email),
    }
    intent = payment_intent_object.new_payment_intent(work, params, {"session": session.id})
    if subscribing:  # https://docs.stripe.com/api/checkout/sessions/object: payment_intent is for `payment` mode
        session.private["first_payment"] = intent.id
    else:
        body["payment_intent"] = intent.id
    return intent
