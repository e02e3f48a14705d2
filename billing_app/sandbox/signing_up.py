"""A checkout in subscription mode: what is due now, and the subscription that begins when it is complete.

Since 2025 Checkout makes the subscription after the payment
(https://docs.stripe.com/changelog/basil/2025-03-31/checkout-legacy-subscription-upgrade).
"""

from billing_app.sandbox.billing import starting
from billing_app.sandbox.resources import checkout_session
from billing_app.sandbox.store import Json, Record
from billing_app.sandbox.work import Work


def due_now(work: Work, session: Record) -> int:
    """The amount due of the first invoice as it would be now, in minor units; nothing stays of finding out."""
    told = len(work.events)
    work.store.sql.execute("SAVEPOINT checkout")
    try:
        made = starting.begin(work, _owner(work, session), _params(session, work.now))
        return work.get("invoice", made.body["latest_invoice"]).body["amount_due"]
    finally:
        work.store.sql.execute("ROLLBACK TO checkout")
        work.store.sql.execute("RELEASE checkout")
        del work.events[told:]


def subscribe(work: Work, session: Record, intent: Record | None, method: Record | None) -> None:
    """Begin the subscription; a payment intent has paid its first invoice already."""
    owner = _owner(work, session)
    params = _params(session, work.now)
    if method is not None:
        method = work.get("payment_method", method.id)
        if method.body["customer"] is None:
            method.body["customer"] = owner.id
            work.save(method)
            work.emit("payment_method.attached", method.body)
        params["default_payment_method"] = method.id
    paid = intent if intent is not None and intent.type == "payment_intent" else None
    record = starting.begin(work, owner, params, paid=paid)
    session.body["subscription"] = record.id
    session.body["invoice"] = record.body["latest_invoice"]


def _owner(work: Work, session: Record) -> Record:
    return work.get("customer", session.body["customer"] or session.private["customer"])


def _params(session: Record, now: int) -> Json:
    """The parameters of the subscription that the session stands for."""
    lines = session.private["line_items"]
    data = session.private["subscription"]
    params: Json = {
        **{name: value for name, value in data.items() if name not in ("trial_period_days", "billing_mode")},
        "items": [_item(line) for line in lines if line["price"]["recurring"]],
        "add_invoice_items": [_item(line) for line in lines if not line["price"]["recurring"]],
        "automatic_tax": {"enabled": session.body["automatic_tax"]["enabled"]},
        "discounts": session.private.get("discounts", []),
        "payment_settings": {"save_default_payment_method": "off"},
    }
    if (trial_end := checkout_session.trial_of(session, now)) is not None:
        params["trial_end"] = trial_end
    return params


def _item(line: Json) -> Json:
    return {"price": line["price"]["id"], "quantity": line["quantity"]}
