"""The customer portal as configured, and the hosted invoice with its PDF: as a browser without JavaScript uses them."""

from typing import Any

import httpx
import pytest
import stripe

from tests.sandbox.billing import (
    HOUR,
    a_clock,
    a_customer,
    a_plan,
    a_subscription,
    advance,
    invoices_of,
    period_of,
    use_card,
)
from tests.sandbox.running import Sandbox
from tests.sandbox.world import Page

BACK = "http://127.0.0.1:9/account"


def a_configuration(client: stripe.StripeClient, *prices: str, **features: Any) -> str:
    """The id of a configuration in which everything is allowed, downgrades at the period's end."""
    products: list[Any] = [{"product": client.v1.prices.retrieve(one).product, "prices": [one]} for one in prices]
    given: Any = {
        "customer_update": {"enabled": True, "allowed_updates": ["email", "name"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {
            "enabled": True,
            "cancellation_reason": {"enabled": True, "options": ["other", "unused"]},
        },
        "subscription_update": {
            "enabled": bool(prices),
            "default_allowed_updates": ["price"],
            "products": products,
            "proration_behavior": "always_invoice",
            "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
        },
        **features,
    }
    return client.v1.billing_portal.configurations.create({"features": given}).id


def the_portal(client: stripe.StripeClient, customer: str, configuration: str, **params: Any) -> Page:
    """The portal of a customer, opened."""
    given: Any = {"customer": customer, "configuration": configuration, "return_url": BACK, **params}
    return Page(client.v1.billing_portal.sessions.create(given).url).open()


def test_a_configuration_is_kept_changed_and_listed(client: stripe.StripeClient) -> None:
    price = a_plan(client)
    made = a_configuration(client, price)
    changed = client.v1.billing_portal.configurations.update(
        made, {"features": {"invoice_history": {"enabled": False}}}
    )
    assert changed.features.invoice_history.enabled is False
    assert changed.features.subscription_update.enabled is True
    assert [one.id for one in client.v1.billing_portal.configurations.list({"is_default": False}).data] == [made]
    one_time = client.v1.prices.create(
        {"product": str(client.v1.prices.retrieve(price).product), "currency": "usd", "unit_amount": 5}
    )
    with pytest.raises(stripe.InvalidRequestError):
        a_configuration(client, one_time.id)
    customer = a_customer(client)
    session = client.v1.billing_portal.sessions.create({"customer": customer})
    assert client.v1.billing_portal.configurations.retrieve(str(session.configuration)).is_default is True


def test_an_upgrade_is_charged_now_and_a_downgrade_waits(client: stripe.StripeClient) -> None:
    clock = a_clock(client)
    customer = a_customer(client, clock)
    basic, pro = a_plan(client, 1000, name="Basic"), a_plan(client, 3000, name="Pro")
    made = a_subscription(client, customer, basic)
    page = the_portal(client, customer, a_configuration(client, basic, pro))
    assert "Basic" in page.text()
    plan = Page(page.url + "/plan").open()
    assert "Current plan" in plan.text()
    assert plan.submit(price=pro).status == 303
    assert client.v1.subscriptions.retrieve(made.id)["items"].data[0].price.id == pro
    assert invoices_of(client, made.id)[-1].total == 2000
    assert Page(page.url + "/plan").open().submit(price=basic).status == 303
    assert "Changes to Basic" in page.open().text()
    page.submit(page.url + "/undo")
    assert "Changes to Basic" not in page.open().text()
    Page(page.url + "/plan").open().submit(price=basic)
    advance(client, clock, period_of(made)[1] + HOUR)
    assert client.v1.subscriptions.retrieve(made.id)["items"].data[0].price.id == basic


def test_an_upgrade_that_cannot_be_paid_changes_nothing_and_says_so(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    basic, pro = a_plan(client, 1000), a_plan(client, 3000)
    made = a_subscription(client, customer, basic)
    use_card(client, customer, "pm_card_chargeCustomerFail")
    page = the_portal(client, customer, a_configuration(client, basic, pro))
    refused = Page(page.url + "/plan").open().submit(price=pro)
    assert refused.status == 422
    assert "plan was not changed" in refused.text()
    now = client.v1.subscriptions.retrieve(made.id)
    assert (now["items"].data[0].price.id, now.pending_update) == (basic, None)
    assert Page(page.url + "/plan").open().submit(price="price_none").status == 422


def test_a_customer_cancels_with_a_reason_and_thinks_again(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    made = a_subscription(client, customer, a_plan(client))
    page = the_portal(client, customer, a_configuration(client))
    Page(page.url + "/cancel").open().submit(feedback="unused", comment="too busy")
    ending = client.v1.subscriptions.retrieve(made.id)
    assert ending.cancel_at_period_end is True
    assert ending.cancellation_details is not None
    assert (ending.cancellation_details.feedback, ending.cancellation_details.comment) == ("unused", "too busy")
    page.open().submit(page.url + "/go-on")
    assert client.v1.subscriptions.retrieve(made.id).cancel_at_period_end is False
    now: Any = {"enabled": True, "mode": "immediately", "proration_behavior": "none"}
    page = the_portal(client, customer, a_configuration(client, subscription_cancel=now))
    Page(page.url + "/cancel").open().submit()
    assert client.v1.subscriptions.retrieve(made.id).status == "canceled"


def test_cards_are_added_chosen_and_removed(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    customer = a_customer(client)
    a_subscription(client, customer, a_plan(client))
    old = client.v1.payment_methods.list({"customer": customer}).data[0].id
    page = the_portal(client, customer, a_configuration(client))
    card = Page(page.url + "/card").open()
    given = {"expiry": "12 / 40", "cvc": "123", "name": "Ada", "action": "save"}
    assert card.submit(number="4000 0000 0000 0002", **given).status == 402
    challenged = card.submit(number="4000 0025 0000 3155", **given)
    back = Page(sandbox.url + str(challenged.location)).open().submit(action="authorise")
    assert "/p/session/" in str(back.location)
    page.open()
    settings = client.v1.customers.retrieve(customer).invoice_settings
    assert settings is not None
    new = str(settings.default_payment_method)
    assert new != old
    page.submit(page.url + "/remove", method=old)
    assert [one.id for one in client.v1.payment_methods.list({"customer": customer}).data] == [new]
    details = Page(page.url + "/details").open()  # a page that always has a form, and so a token
    assert "paid with this card" in details.submit(page.url + "/remove", method=new).text()
    details.open()
    assert details.submit(page.url + "/default", method="pm_none").status == 422
    assert Page(page.url + "/details").open().submit(name="Ada L", email="ada@new.example").status == 303
    assert client.v1.customers.retrieve(customer).email == "ada@new.example"


def test_a_flow_goes_straight_there_and_back(client: stripe.StripeClient) -> None:
    customer = a_customer(client)
    made = a_subscription(client, customer, a_plan(client))
    flow: Any = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": made.id},
        "after_completion": {"type": "redirect", "redirect": {"return_url": BACK}},
    }
    page = the_portal(client, customer, a_configuration(client), flow_data=flow)
    assert str(page.location).endswith("/cancel")
    assert Page(page.url + "/cancel").open().submit().location == BACK
    assert client.v1.subscriptions.retrieve(made.id).cancel_at_period_end is True


def test_what_is_not_enabled_is_refused(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    customer = a_customer(client)
    made = a_subscription(client, customer, a_plan(client))
    configuration = a_configuration(client, subscription_cancel={"enabled": False})
    page = the_portal(client, customer, configuration)
    assert "Cancel subscription" not in page.text()
    details = Page(page.url + "/details").open()
    assert details.submit(page.url + "/cancel").status == 403
    assert details.open().submit(page.url + "/nothing").status == 403
    assert client.v1.subscriptions.retrieve(made.id).cancel_at_period_end is False
    with pytest.raises(stripe.InvalidRequestError):
        the_portal(
            client, customer, configuration,
            flow_data={"type": "subscription_cancel", "subscription_cancel": {"subscription": made.id}},
        )  # fmt: skip
    assert httpx.get(f"{sandbox.url}/p/session/test_nothingatall", trust_env=False).status_code == 404


def test_a_failed_invoice_is_paid_on_its_page(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    clock = a_clock(client)
    customer = a_customer(client, clock, name="Ada (Countess)")
    made = a_subscription(client, customer, a_plan(client))
    use_card(client, customer, "pm_card_authenticationRequired")
    advance(client, clock, period_of(made)[1] + HOUR)
    invoice = invoices_of(client, made.id)[-1]
    page = Page(str(invoice.hosted_invoice_url)).open()
    assert "confirm this payment" in page.text()
    challenge = Page(sandbox.url + str(page.submit(action="authenticate").location)).open()
    assert challenge.submit(action="fail").location == f"/i/{invoice.id}"
    given = {"expiry": "12 / 40", "cvc": "123", "name": "Ada", "action": "pay"}
    assert page.open().submit(number="4000 0000 0000 0002", **given).status == 402
    assert page.submit(number="", **given).status == 422
    assert page.submit(number="4242424242424242", **given).status == 303
    assert "Paid" in page.open().text()
    assert client.v1.subscriptions.retrieve(made.id).status == "active"
    document = httpx.get(str(invoice.invoice_pdf), trust_env=False)
    assert document.headers["content-type"] == "application/pdf"
    assert document.content.startswith(b"%PDF-1.4")
    assert b"Ada \\(Countess\\)" in document.content
    assert httpx.get(f"{sandbox.url}/i/in_nothing/pdf", trust_env=False).status_code == 404
