"""What paying on the hosted page does to a session: attempts, authentication, completion, expiry."""

from dataclasses import dataclass

from billing_app.sandbox import payments
from billing_app.sandbox.cards import Card
from billing_app.sandbox.resources import charge, checkout_session, customer, fields, payment_intent_object
from billing_app.sandbox.resources.payment_method import new_payment_method
from billing_app.sandbox.store import Record
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
    """Try to pay an open session; paid sessions are complete afterwards.

    Args:
        entered: None when there is nothing to pay.
    """
    body = session.body
    address = fields.address({"country": buyer.country}) if buyer.country else None
    body["customer_details"] = checkout_session.details(buyer.email, buyer.name, address)
    _make_customer(work, session, buyer)
    if entered is None:
        complete(work, session)
        return payments.Outcome("paid")
    method = new_payment_method(
        work,
        entered.card,
        exp_month=entered.exp_month,
        exp_year=entered.exp_year,
        billing={"email": buyer.email, "name": buyer.name, "address": {"country": buyer.country}},
        allow_redisplay=session.private["allow_redisplay"],
    )
    intent = _intent(work, session, buyer)
    outcome = payments.attempt(work, intent, method, on_page=True)
    if outcome.kind == "paid":
        complete(work, session)
        _book(work, outcome)
    else:
        work.save(session)
    return outcome


def authenticated(work: Work, intent: Record, *, passed: bool) -> payments.Outcome:
    """The customer answered the 3-D Secure challenge of a payment intent, of a session or of the API."""
    if not passed:
        payments.fail_authentication(work, intent)
        return payments.Outcome("declined")
    method = work.get("payment_method", intent.body["payment_method"])
    outcome = payments.attempt(work, intent, method, on_page=True, authenticated=True)
    if outcome.kind == "paid":
        if session := session_of(work, intent):
            complete(work, session)
        _book(work, outcome)
    return outcome


def session_of(work: Work, intent: Record) -> Record | None:
    """The session a payment intent was made for, if any."""
    session_id = intent.private.get("session")
    return work.get("checkout.session", session_id) if session_id else None


def complete(work: Work, session: Record) -> None:
    """The session is paid, or needs no payment."""
    body = session.body
    if body["payment_status"] == "unpaid":
        body["payment_status"] = "paid"
    if body["customer"] is None:
        body["customer"] = session.private.get("customer")
    else:
        _update_customer(work, session)
    body.update(status="complete", url=None)
    session.due = None
    work.save(session)
    work.emit("checkout.session.completed", body)


def _make_customer(work: Work, session: Record, buyer: Buyer) -> None:
    """`customer_creation: always` makes a customer once; a later attempt uses the same."""
    body = session.body
    if body["customer"] or body["customer_creation"] != "always" or "customer" in session.private:
        return
    made = work.add(customer.new_customer(work, {"email": buyer.email, "name": buyer.name}))
    work.emit("customer.created", made.body)
    session.private["customer"] = made.id


def _update_customer(work: Work, session: Record) -> None:
    """`customer_update`: what the buyer entered goes to the customer, where the session says `auto`."""
    entered = session.body["customer_details"]
    asked = session.private["customer_update"]
    changes = {name: entered[name] for name in ("address", "name") if asked.get(name) == "auto" and entered.get(name)}
    if changes:
        customer.update(work, changes, session.body["customer"])


def _intent(work: Work, session: Record, buyer: Buyer) -> Record:
    """The session's payment intent: made at the first attempt, with the metadata given for it and no other."""
    body = session.body
    if body["payment_intent"] is not None:
        intent = work.get("payment_intent", body["payment_intent"])
        intent.body["amount"] = body["amount_total"]
        return intent
    given = session.private["intent"]
    params = {
        **{name: value for name, value in given.items() if name != "capture_method"},
        "amount": body["amount_total"],
        "currency": body["currency"],
        "customer": body["customer"] or session.private.get("customer"),
        "receipt_email": given.get("receipt_email", buyer.email),
    }
    intent = payment_intent_object.new_payment_intent(work, params, {"session": session.id})
    body["payment_intent"] = intent.id
    return intent


def _book(work: Work, outcome: payments.Outcome) -> None:
    if outcome.charge_id is not None:
        charge.book(work, work.get("charge", outcome.charge_id))
