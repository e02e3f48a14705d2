"""Paying: the hosted page without JavaScript, payment intents by API, what each test card does."""

import sqlite3
import time
from pathlib import Path

import httpx
import pytest
import stripe

from tests.sandbox.conftest import QUICK
from tests.sandbox.running import Receiver, Sandbox, eventually, running
from tests.sandbox.world import CANCEL, Page, a_price, a_session, an_endpoint, the_page


def test_a_paid_session_is_complete_and_its_events_come_in_stripes_order(
    client: stripe.StripeClient, receiver: Receiver
) -> None:
    endpoint = an_endpoint(client, receiver)
    session = a_session(
        client,
        client_reference_id="user 7",
        metadata={"purchase": "12"},
        payment_intent_data={"metadata": {"purchase": "12", "only": "here"}, "description": "Popular pack"},
    )
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    page = the_page(session).pay()
    assert (page.status, page.location) == (303, f"http://127.0.0.1:9/payment/success?session_id={session.id}")

    expand = ["payment_intent.latest_charge.balance_transaction", "line_items"]
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})
    assert (paid.status, paid.payment_status, paid.amount_total, paid.url) == ("complete", "paid", 800, None)
    assert paid.metadata is not None
    assert paid.metadata.to_dict() == {"purchase": "12"}
    intent = paid.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received) == ("succeeded", 800)
    assert intent.metadata.to_dict() == {"purchase": "12", "only": "here"}
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    booked = charge.balance_transaction
    assert isinstance(booked, stripe.BalanceTransaction)
    assert (booked.amount, booked.fee, booked.net) == (800, 53, 747)
    assert paid.customer is None
    assert paid.customer_details is not None
    assert paid.customer_details.email == "ada@example.com"

    in_order = [
        "product.created", "price.created", "payment_intent.created", "charge.succeeded",
        "payment_intent.succeeded", "checkout.session.completed", "charge.updated",
    ]  # fmt: skip
    assert eventually(lambda: len(receiver.got) == len(in_order))
    assert receiver.types() == in_order
    for body, signature in receiver.got:
        event = client.construct_event(body, signature, str(endpoint.secret))
        assert event.livemode is False


def test_session_metadata_is_not_copied_to_the_payment(client: stripe.StripeClient) -> None:
    session = a_session(client, metadata={"purchase": "12"})
    the_page(session).pay()
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.payment_intent.metadata.to_dict() == {}


@pytest.mark.parametrize(
    ("number", "words", "decline_code"),
    [
        ("4000 0000 0000 0002", "Your card was declined.", "generic_decline"),
        ("4000 0000 0000 9995", "insufficient funds", "insufficient_funds"),
    ],
)
def test_a_decline_keeps_the_page_says_why_and_another_card_still_pays(
    client: stripe.StripeClient, number: str, words: str, decline_code: str
) -> None:
    session = a_session(client)
    page = the_page(session).pay(number)
    assert page.status == 402
    assert words in page.text()
    assert "ada@example.com" in page.html
    open_still = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (open_still.status, open_still.payment_status) == ("open", "unpaid")
    intent = open_still.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == decline_code
    types = [
        event.type for event in client.v1.events.list({"types": ["charge.failed", "payment_intent.payment_failed"]})
    ]
    assert types == ["payment_intent.payment_failed", "charge.failed"]
    assert page.pay().status == 303
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert [charge.paid for charge in client.v1.charges.list({"payment_intent": intent.id})] == [True, False]


def test_3d_secure_can_be_failed_and_then_passed(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = a_session(client)
    page = the_page(session).pay("4000 0025 0000 3155")
    assert page.location is not None
    assert page.location.startswith("/c/authenticate/pi_")
    challenge = Page(sandbox.url + page.location).open()
    assert "$8.00" in challenge.text()
    assert challenge.submit(action="fail").location == f"/c/pay/{session.id}"
    assert "unable to authenticate" in page.open().text()
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    challenge = Page(sandbox.url + str(page.pay("4000 0025 0000 3155").location)).open()
    assert "/payment/success" in str(challenge.submit(action="authorise").location)
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status) == ("complete", "paid")


def test_a_card_saved_at_checkout_pays_later_without_its_holder(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com"})
    session = a_session(client, customer=customer.id, payment_intent_data={"setup_future_usage": "off_session"})
    page = the_page(session).pay("4000 0025 0000 3155")
    Page(sandbox.url + str(page.location)).open().submit(action="authorise")
    [method] = client.v1.payment_methods.list({"customer": customer.id}).data
    intent = client.v1.payment_intents.create(
        {
            "amount": 900, "currency": "usd", "customer": customer.id, "payment_method": method.id,
            "off_session": True, "confirm": True, "metadata": {"top_up": "1"},
        }
    )  # fmt: skip
    assert intent.status == "succeeded"


@pytest.mark.parametrize(
    ("token", "code"),
    [("pm_card_chargeCustomerFail", "card_declined"), ("pm_card_authenticationRequired", "authentication_required")],
)
def test_off_session_declines_are_card_errors_and_stay_on_record(
    client: stripe.StripeClient, token: str, code: str
) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com"})
    method = client.v1.payment_methods.attach(token, {"customer": customer.id})
    with pytest.raises(stripe.CardError) as declined:
        client.v1.payment_intents.create(
            {
                "amount": 900, "currency": "usd", "customer": customer.id, "payment_method": method.id,
                "off_session": True, "confirm": True,
            }
        )  # fmt: skip
    assert (declined.value.http_status, declined.value.code) == (402, code)
    [intent] = client.v1.payment_intents.list({"customer": customer.id}).data
    assert intent.status == "requires_payment_method"
    confirmed = client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert confirmed.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.payment_intents.confirm(intent.id)
    assert again.value.code == "payment_intent_unexpected_state"


def test_an_intent_that_needs_its_holder_goes_to_the_bank_and_back(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create(
        {
            "amount": 900, "currency": "usd", "payment_method": "pm_card_authenticationRequired", "confirm": True,
            "return_url": "http://127.0.0.1:9/back?a=1",
        }
    )  # fmt: skip
    assert intent.status == "requires_action"
    assert intent.next_action is not None
    assert intent.next_action.redirect_to_url is not None
    challenge = Page(str(intent.next_action.redirect_to_url.url)).open().submit(action="authorise")
    assert str(challenge.location).startswith(f"http://127.0.0.1:9/back?a=1&payment_intent={intent.id}&")
    assert "redirect_status=succeeded" in str(challenge.location)
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_the_card_that_fails_later_pays_on_the_page(client: stripe.StripeClient) -> None:
    assert the_page(a_session(client)).pay("4000 0000 0000 0341").status == 303
    assert the_page(a_session(client)).pay("4000 0000 0000 0259").status == 303


def test_a_customer_is_made_when_the_session_asks_for_one(client: stripe.StripeClient) -> None:
    session = a_session(client, customer_creation="always")
    the_page(session).pay("4000 0000 0000 0002").pay()
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["customer", "payment_intent"]})
    assert isinstance(paid.customer, stripe.Customer)
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert paid.customer.email == "ada@example.com"
    assert paid.payment_intent.customer == paid.customer.id
    assert len(client.v1.customers.list().data) == 1


def test_nothing_to_pay_needs_no_card(client: stripe.StripeClient) -> None:
    session = a_session(client, line_items=[{"price": a_price(client, 0).id, "quantity": 1}])
    assert session.payment_status == "no_payment_required"
    page = the_page(session)
    assert "Card number" not in page.html
    assert page.submit(email="ada@example.com", action="pay").status == 303
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_tax_follows_the_country_and_is_never_charged_unseen(client: stripe.StripeClient) -> None:
    price = a_price(client, 1000, tax_behavior="exclusive")
    session = a_session(client, line_items=[{"price": price.id, "quantity": 2}], automatic_tax={"enabled": True})
    assert session.automatic_tax.status == "requires_location_inputs"
    page = the_page(session).pay(country="DE")
    assert page.status == 200
    assert "the total is $23.80" in page.text()
    assert page.pay(country="DE").status == 303
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.total_details is not None
    assert (paid.amount_subtotal, paid.total_details.amount_tax, paid.amount_total) == (2000, 380, 2380)
    [charge] = client.v1.charges.list().data
    assert charge.amount == 2380


def test_inclusive_tax_is_inside_the_price(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com", "address": {"country": "DE"}})
    price = a_price(client, 1190, tax_behavior="inclusive")
    session = a_session(
        client, customer=customer.id, line_items=[{"price": price.id, "quantity": 1}], automatic_tax={"enabled": True}
    )
    assert session.total_details is not None
    assert (session.amount_total, session.total_details.amount_tax) == (1190, 190)


def test_an_expired_or_paid_session_shows_its_state_and_takes_no_money(client: stripe.StripeClient) -> None:
    expired = a_session(client)
    page = the_page(expired)
    assert client.v1.checkout.sessions.expire(expired.id).status == "expired"
    assert page.pay().status == 410
    assert "Nothing was charged" in page.text()
    assert CANCEL in page.html
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        client.v1.checkout.sessions.expire(expired.id)
    paid = a_session(client)
    page = the_page(paid)
    page.pay()
    assert "You have paid" in page.pay().text()
    assert len(client.v1.charges.list().data) == 1
    assert [event.type for event in client.v1.events.list({"type": "checkout.session.*"})] == [
        "checkout.session.completed",
        "checkout.session.expired",
    ]


def test_a_session_lives_between_30_minutes_and_24_hours(client: stripe.StripeClient) -> None:
    for seconds in (60, 90_000):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            a_session(client, expires_at=int(time.time()) + seconds)
        assert refused.value.param == "expires_at"


def test_a_session_expires_by_itself_and_cancels_what_was_tried(tmp_path: Path) -> None:
    with running(tmp_path, QUICK) as first:
        session = a_session(first.client())
        the_page(session).pay("4000 0000 0000 0002")
    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as file:  # time passes
        past = "UPDATE objects SET body = json_set(body, '$.expires_at', 1), due = 1 WHERE id = ?"
        file.execute(past, (session.id,))
    file.close()
    with running(tmp_path, QUICK) as second:
        client = second.client()
        assert eventually(lambda: client.v1.checkout.sessions.retrieve(session.id).status == "expired")
        [expired] = client.v1.events.list({"type": "checkout.session.expired"}).data
        assert expired.request is not None
        assert expired.request.id is None
        [intent] = client.v1.payment_intents.list().data
        assert intent.status == "canceled"


def test_the_page_refuses_what_is_no_test_card_field_by_field(client: stripe.StripeClient) -> None:
    session = a_session(client)
    page = the_page(session).pay("4532 0151 1283 0366", expiry="13 / 20", cvc="x", name="", email="ada")
    assert page.status == 422
    for words in ("not a test card", "MM / YY", "security code", "name on the card", "email is incomplete"):
        assert words in page.text()
    assert "4532" not in page.html
    assert page.html.count('aria-invalid="true"') == 5
    assert client.v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_forms_from_elsewhere_are_refused(client: stripe.StripeClient) -> None:
    session = a_session(client)
    page = the_page(session)
    assert httpx.post(page.url, data={"action": "pay"}, trust_env=False).status_code == 403
    page.headers["origin"] = "https://evil.example"
    assert page.pay().status == 403
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_everything_shown_is_escaped(client: stripe.StripeClient) -> None:
    nasty = '<script>alert("x")</script>'
    product = client.v1.products.create({"name": nasty, "description": nasty})
    price = client.v1.prices.create({"product": product.id, "currency": "usd", "unit_amount": 800})
    session = a_session(client, line_items=[{"price": price.id, "quantity": 1}])
    page = the_page(session).pay("1", name=nasty, email=nasty)
    assert "<script>alert" not in page.html
    assert nasty in page.text()


def test_sessions_and_cards_survive_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, QUICK) as first:
        account = first.client().v1.accounts.retrieve_current().id
        session = a_session(first.client())
    with running(tmp_path, QUICK) as second:
        client = second.client()
        assert client.v1.accounts.retrieve_current().id == account
        page = Page(str(session.url).replace(first.url, second.url)).open()
        assert page.pay().status == 303
        assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_what_the_buyer_enters_goes_to_the_customer_only_where_asked(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com"})
    for update, country in (({"name": "auto"}, None), ({"name": "auto", "address": "auto"}, "FR")):
        session = a_session(client, customer=customer.id, customer_update=update, billing_address_collection="required")
        assert "Choose your country" in the_page(session).pay().text()
        assert the_page(session).pay(country="FR").status == 303
        changed = client.v1.customers.retrieve(customer.id)
        assert changed.name == "Ada Lovelace"
        assert (changed.address and changed.address.country) == country


def test_a_session_is_made_in_a_few_milliseconds(client: stripe.StripeClient) -> None:
    price = a_price(client).id
    line_items = [{"price": price, "quantity": 1}]
    a_session(client, line_items=line_items)
    started = time.perf_counter()
    for _ in range(50):
        a_session(client, line_items=line_items)
    assert (time.perf_counter() - started) / 50 < 0.05  # about 0.002 on a quiet machine
