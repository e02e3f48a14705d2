"""Refunds: partial, several, never more than was paid."""

from typing import Any

import pytest
import stripe

from tests.sandbox.world import a_session, the_page


def a_paid_intent(client: stripe.StripeClient) -> str:
    """The payment intent of a session paid with 8.00 USD."""
    session = a_session(client)
    the_page(session).pay()
    return str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)


def test_a_payment_is_refunded_in_parts_to_the_last_cent(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    first = client.v1.refunds.create({"payment_intent": intent, "amount": 300, "metadata": {"why": "kindness"}})
    [charge] = client.v1.charges.list({"payment_intent": intent, "expand": ["data.refunds"]}).data
    assert (charge.amount_refunded, charge.refunded) == (300, False)
    assert charge.refunds is not None
    assert [refund.id for refund in charge.refunds.data] == [first.id]
    rest = client.v1.refunds.create({"charge": charge.id, "expand": ["balance_transaction", "charge"]})
    assert (rest.amount, rest.status) == (500, "succeeded")
    assert isinstance(rest.balance_transaction, stripe.BalanceTransaction)
    assert (rest.balance_transaction.amount, rest.balance_transaction.fee) == (-500, 0)
    assert isinstance(rest.charge, stripe.Charge)
    assert rest.charge.refunded
    assert [refund.id for refund in client.v1.refunds.list({"payment_intent": intent})] == [rest.id, first.id]
    booked = client.v1.balance_transactions.list().data
    assert sum(entry.net for entry in booked) == -53  # the fee of the charge is not given back
    events = client.v1.events.list({"types": ["refund.created", "charge.refunded"]}).data
    assert [event.type for event in events] == ["charge.refunded", "refund.created"] * 2


def test_what_cannot_be_refunded_is_refused(client: stripe.StripeClient) -> None:
    intent = a_paid_intent(client)
    refusals: list[Any] = [
        {"payment_intent": intent, "amount": 801}, {"payment_intent": intent, "amount": 0},
        {"payment_intent": intent, "amount": -1}, {"payment_intent": "pi_none"}, {},
        {"payment_intent": intent, "reason": "mood"},
    ]  # fmt: skip
    for params in refusals:
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create(params)
    refund = client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.refunds.create({"payment_intent": intent})
    assert again.value.code == "charge_already_refunded"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.refunds.create({"charge": refund.id})
    assert len(client.v1.refunds.list().data) == 1


def test_a_declined_payment_has_nothing_to_refund(client: stripe.StripeClient) -> None:
    session = a_session(client)
    the_page(session).pay("4000 0000 0000 0002")
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        client.v1.refunds.create({"payment_intent": intent})
    [charge] = client.v1.charges.list().data
    with pytest.raises(stripe.InvalidRequestError, match="failed"):
        client.v1.refunds.create({"charge": charge.id})
