"""Disputes won, lost and only asked about; refunds that fail later: with the money and the events of each."""

import pytest
import stripe

from tests.sandbox.running import Sandbox
from tests.sandbox.world import a_session, the_page


def a_charge(client: stripe.StripeClient, number: str = "4242 4242 4242 4242") -> stripe.Charge:
    """A charge of 8.00 USD with a card."""
    the_page(a_session(client)).pay(number)
    return client.v1.charges.list().data[0]


def balance(client: stripe.StripeClient) -> int:
    """What all balance transactions come to, net."""
    return sum(one.net for one in client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter())


def disputes_told(client: stripe.StripeClient) -> list[str]:
    """Events about disputes, oldest first."""
    return [event.type for event in client.v1.events.list({"type": "charge.dispute.*"}).data][::-1]


@pytest.mark.parametrize(
    ("evidence", "status", "left"),
    [("winning_evidence", "won", 747 - 1500), ("losing_evidence", "lost", 747 - 800 - 1500)],
)
def test_a_disputed_card_is_decided_by_its_evidence(
    client: stripe.StripeClient, evidence: str, status: str, left: int
) -> None:
    charge = a_charge(client, "4000 0000 0000 0259")
    assert charge.disputed is True
    [dispute] = client.v1.disputes.list({"charge": charge.id, "expand": ["data.charge"]}).data
    assert (dispute.status, dispute.amount, dispute.reason) == ("needs_response", 800, "fraudulent")
    assert balance(client) == 747 - 800 - 1500
    client.v1.disputes.update(dispute.id, {"evidence": {"product_description": "Credits"}, "submit": False})
    decided = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}})
    assert decided.status == status
    assert balance(client) == left
    end = ["charge.dispute.funds_reinstated"] if status == "won" else []
    assert disputes_told(client) == [
        "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated", "charge.dispute.updated",
        "charge.dispute.closed", *end,
    ]  # fmt: skip
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.close(dispute.id)


def test_an_inquiry_moves_no_money(client: stripe.StripeClient) -> None:
    a_charge(client, "4000 0000 0000 1976")
    [dispute] = client.v1.disputes.list().data
    assert dispute.status == "warning_needs_response"
    assert client.v1.disputes.close(dispute.id).status == "warning_closed"
    assert balance(client) == 747
    assert disputes_told(client) == ["charge.dispute.created", "charge.dispute.closed"]


def test_any_charge_can_be_disputed_and_decided_by_hook(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = a_charge(client)
    made = sandbox.own("/sandbox/disputes", {"charge": charge.id, "reason": "product_not_received", "amount": 300})
    assert (made["status"], made["amount"]) == ("needs_response", 300)
    assert "error" in sandbox.own("/sandbox/disputes", {"charge": charge.id})
    assert "error" in sandbox.own("/sandbox/disputes", {"charge": charge.id, "reason": "bored"})
    assert sandbox.own(f"/sandbox/disputes/{made['id']}/decide", {"outcome": "lost"})["status"] == "lost"
    assert "error" in sandbox.own(f"/sandbox/disputes/{made['id']}/decide", {"outcome": "won"})
    assert balance(client) == 747 - 300 - 1500


def test_a_refund_fails_later_and_the_money_is_back(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = a_charge(client, "4000 0000 0000 5126")
    refund = client.v1.refunds.create({"charge": charge.id, "amount": 300})
    assert (refund.status, balance(client)) == ("succeeded", 447)
    sandbox.own("/sandbox/clock/advance", {"seconds": 7200})
    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "lost_or_stolen_card")
    assert balance(client) == 747
    after = client.v1.charges.retrieve(charge.id)
    assert (after.amount_refunded, after.refunded) == (0, False)
    assert "refund.failed" in [event.type for event in client.v1.events.list({"type": "refund.*"}).data]
    other = client.v1.refunds.create({"charge": charge.id})
    assert sandbox.own(f"/sandbox/refunds/{other.id}/fail", {})["status"] == "failed"
    assert "error" in sandbox.own(f"/sandbox/refunds/{other.id}/fail", {})


def test_a_pending_refund_succeeds_later(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = a_charge(client, "4000 0000 0000 7726")
    refund = client.v1.refunds.create({"charge": charge.id})
    assert refund.status == "pending"
    sandbox.own("/sandbox/clock/advance", {"seconds": 7200})
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
