"""A charge is booked, and what its test card does after that: it may be disputed at once."""

from billing_app.sandbox.resources import charge, dispute
from billing_app.sandbox.resources.payment_method import card_of
from billing_app.sandbox.work import Work


def book(work: Work, charge_id: str | None) -> None:
    """Book a paid charge with its fee; None when nothing was charged."""
    if charge_id is None:
        return
    paid = work.get("charge", charge_id)
    charge.book(work, paid)
    behaviour = card_of(work.get("payment_method", paid.body["payment_method"])).behaviour
    if behaviour in ("disputed", "inquired"):
        dispute.open_dispute(work, paid, inquiry=behaviour == "inquired")
