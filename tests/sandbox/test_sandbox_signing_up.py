"""Checkout in the modes subscription and setup: trials, promotion codes, 3-D Secure, and the sandbox's own clock."""

import time
from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.billing import DAY, HOUR, a_customer, a_plan, invoices_of, types_of
from tests.sandbox.running import Sandbox, eventually
from tests.sandbox.world import Page, a_price, a_session, the_page


def a_signing_up(client: stripe.StripeClient, price: str, **params: Any) -> stripe.checkout.Session:
    """An open session for a subscription to one price."""
    return a_session(client, mode="subscription", line_items=[{"price": price, "quantity": 1}], **params)


def test_a_checkout_subscribes_a_new_customer(client: stripe.StripeClient) -> None:
    data = {"metadata": {"plan": "pro"}, "description": "Pro plan"}
    session = a_signing_up(client, a_plan(client), subscription_data=data, metadata={"a": "1"}, client_reference_id="7")
    assert (session.amount_total, session.payment_method_collection, session.invoice_creation) == (2900, "always", None)
    page = the_page(session)
    assert "$29.00 per month" in page.text()
    assert page.pay().status == 303
    done = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription", "invoice", "customer"]})
    assert (done.status, done.payment_status, done.payment_intent) == ("complete", "paid", None)
    assert isinstance(done.subscription, stripe.Subscription)
    assert isinstance(done.invoice, stripe.Invoice)
    assert isinstance(done.customer, stripe.Customer)
    assert (done.subscription.status, done.subscription.metadata.to_dict()) == ("active", {"plan": "pro"})
    assert done.subscription.latest_invoice == done.invoice.id
    assert (done.invoice.status, done.invoice.amount_paid) == ("paid", 2900)
    [method] = client.v1.payment_methods.list({"customer": done.customer.id}).data
    assert done.subscription.default_payment_method == method.id
    assert types_of(client)[-2:] == ["checkout.session.completed", "charge.updated"]
    assert [one.id for one in client.v1.checkout.sessions.list({"subscription": done.subscription.id})] == [session.id]


def test_a_declined_sign_up_makes_no_subscription(client: stripe.StripeClient) -> None:
    session = a_signing_up(client, a_plan(client))
    page = the_page(session).pay("4000 0000 0000 0002")
    assert page.status == 402
    assert client.v1.subscriptions.list({"status": "all"}).data == []
    assert page.pay().status == 303
    assert len(client.v1.subscriptions.list().data) == 1


def test_a_sign_up_with_3d_secure_renews_without_its_holder(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = a_signing_up(client, a_plan(client))
    page = the_page(session).pay("4000 0025 0000 3155")
    assert client.v1.subscriptions.list({"status": "all"}).data == []
    Page(sandbox.url + str(page.location)).open().submit(action="authorise")
    [made] = client.v1.subscriptions.list().data
    sandbox.own("/sandbox/clock/advance", {"seconds": 32 * DAY})
    assert [invoice.status for invoice in invoices_of(client, made.id)] == ["paid", "paid"]


def test_a_trial_saves_the_card_and_charges_nothing_today(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = a_signing_up(client, a_plan(client), subscription_data={"trial_period_days": 14})
    assert (session.amount_total, session.payment_status) == (0, "no_payment_required")
    page = the_page(session)
    assert "then $29.00 per month" in page.text()
    assert page.pay("4000 0025 0000 3155").status == 303
    Page(sandbox.url + str(page.location)).open().submit(action="authorise")
    [made] = client.v1.subscriptions.list().data
    assert made.status == "trialing"
    assert client.v1.charges.list().data == []
    sandbox.own("/sandbox/clock/advance", {"seconds": 14 * DAY + 2 * HOUR})
    assert client.v1.subscriptions.retrieve(made.id).status == "active"
    assert [charge.amount for charge in client.v1.charges.list()] == [2900]


def test_a_trial_without_a_card_when_none_is_required(client: stripe.StripeClient) -> None:
    session = a_signing_up(
        client,
        a_plan(client),
        payment_method_collection="if_required",
        subscription_data={
            "trial_period_days": 7,
            "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
        },
    )
    page = the_page(session)
    assert "Card number" not in page.html
    assert page.submit(email="ada@example.com", action="pay").status == 303
    [made] = client.v1.subscriptions.list().data
    assert (made.status, made.default_payment_method) == ("trialing", None)


def test_a_promotion_code_is_typed_checked_and_redeemed(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"percent_off": 50, "duration": "once", "name": "Half"})
    code: Any = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "HALF"}
    client.v1.promotion_codes.create(code)
    session = a_signing_up(client, a_plan(client), allow_promotion_codes=True)
    page = the_page(session)
    assert "invalid" in page.submit(action="code", code="NOPE").text()
    assert "$14.50" in page.submit(action="code", code="half").text()
    assert page.pay(code="half").status == 303
    done = client.v1.checkout.sessions.retrieve(session.id)
    assert done.total_details is not None
    assert (done.amount_total, done.total_details.amount_discount) == (1450, 1450)
    assert invoices_of(client, str(done.subscription))[0].amount_paid == 1450
    assert client.v1.promotion_codes.list({"code": "HALF"}).data[0].times_redeemed == 1


def test_a_discount_on_one_payment(client: stripe.StripeClient) -> None:
    coupon = client.v1.coupons.create({"amount_off": 300, "currency": "usd", "duration": "once"})
    session = a_session(client, discounts=[{"coupon": coupon.id}])
    assert session.amount_total == 500
    the_page(session).pay()
    assert client.v1.charges.list().data[0].amount == 500


def test_a_one_time_price_goes_on_the_first_invoice_only(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    lines = [{"price": a_plan(client), "quantity": 1}, {"price": a_price(client, 1000).id, "quantity": 2}]
    session = a_session(client, mode="subscription", line_items=lines)
    assert session.amount_total == 4900
    the_page(session).pay()
    [made] = client.v1.subscriptions.list().data
    sandbox.own("/sandbox/clock/advance", {"seconds": 32 * DAY})
    assert [invoice.amount_paid for invoice in invoices_of(client, made.id)] == [4900, 2900]


def test_credit_of_the_customer_is_used_and_tax_agrees(client: stripe.StripeClient) -> None:
    customer = a_customer(client, card=None)
    client.v1.customers.balance_transactions.create(customer, {"amount": -1000, "currency": "usd"})
    session = a_signing_up(
        client,
        a_plan(client, 2000, tax_behavior="exclusive"),
        customer=customer,
        automatic_tax={"enabled": True},
        customer_update={"address": "auto"},
    )
    the_page(session).pay(country="DE").pay(country="DE")
    [charge] = client.v1.charges.list().data
    assert charge.amount == 2380 - 1000
    assert client.v1.customers.retrieve(customer).balance == 0


def test_a_card_is_saved_without_a_payment(client: stripe.StripeClient) -> None:
    customer = a_customer(client, card=None)
    session = client.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "usd", "customer": customer, "success_url": "http://127.0.0.1:9/ok"}
    )
    assert str(session.setup_intent).startswith("seti_")
    assert "Save card" in the_page(session).text()
    assert the_page(session).pay("4000 0000 0000 0002").status == 402
    assert the_page(session).pay().status == 303
    intent = client.v1.setup_intents.retrieve(str(session.setup_intent), {"expand": ["payment_method"]})
    assert intent.status == "succeeded"
    assert len(client.v1.payment_methods.list({"customer": customer}).data) == 1
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_setup_intents_by_api(client: stripe.StripeClient) -> None:
    customer = a_customer(client, card=None)
    done = client.v1.setup_intents.create({"customer": customer, "payment_method": "pm_card_visa", "confirm": True})
    assert done.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.setup_intents.cancel(done.id)
    assert again.value.code == "setup_intent_unexpected_state"
    waiting = client.v1.setup_intents.create({"customer": customer})
    with pytest.raises(stripe.CardError):
        client.v1.setup_intents.confirm(waiting.id, {"payment_method": "pm_card_chargeDeclined"})
    asked = client.v1.setup_intents.confirm(waiting.id, {"payment_method": "pm_card_authenticationRequired"})
    assert asked.status == "requires_action"
    assert client.v1.setup_intents.cancel(waiting.id).status == "canceled"


def test_the_sandboxs_clock_moves_everybody_forward_and_nobody_back(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    the_page(a_signing_up(client, a_plan(client))).pay()
    before = sandbox.own("/sandbox/clock")
    assert (before["offset_s"], before["next_due"].split()[0]) == (0, "subscription")
    stop = sandbox.own("/sandbox/clock/advance", {"seconds": 40 * DAY, "stop_at_next": True})
    assert stop["reached"] is False
    assert abs(stop["now"] - before["next_due_at"]) <= 2
    done = sandbox.own("/sandbox/clock/advance", {"to": before["now"] + 40 * DAY})
    assert done["reached"] is True
    [made] = client.v1.subscriptions.list().data
    assert len(invoices_of(client, made.id)) == 2
    later = client.v1.customers.create({"email": "bob@example.com"})
    assert abs(later.created - (before["now"] + 40 * DAY)) < 60
    for wrong in (
        {},
        {"to": 5},
        {"seconds": -1},
        {"seconds": "x"},
        {"to": 1, "seconds": 1},
        {"seconds": 10**12},
        {"x": 1},
    ):
        assert "error" in sandbox.own("/sandbox/clock/advance", wrong)
    assert httpx.post(f"{sandbox.url}/sandbox/clock/advance", json={}, trust_env=False).status_code == 401


def test_time_passes_by_itself_too(client: stripe.StripeClient) -> None:
    made = client.v1.subscriptions.create(
        {"customer": a_customer(client), "items": [{"price": a_plan(client)}], "cancel_at": int(time.time()) + 2}
    )
    assert eventually(lambda: client.v1.subscriptions.retrieve(made.id).status == "canceled")
