"""The control room: objects, the clock, failures to come, refunds, disputes, trouble; forms from our own page only."""

import httpx
import pytest
import stripe

from billing_app.sandbox.pages.control import TYPES
from tests.sandbox.billing import a_clock, a_customer, a_plan, a_subscription, invoices_of
from tests.sandbox.running import Sandbox, eventually
from tests.sandbox.world import Page, a_session, the_page


def room(sandbox: Sandbox) -> Page:
    """The control room, opened."""
    return Page(sandbox.url + "/").open()


def test_every_kind_of_object_is_listed_and_shown(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    customer = a_customer(client)
    a_subscription(client, customer, a_plan(client))
    for kind in TYPES:
        assert Page(f"{sandbox.url}/objects/{kind}").open().status == 200
    shown = Page(f"{sandbox.url}/objects/customer/{customer}").open()
    assert "ada@example.com" in shown.text()
    for path in ("/objects/nothing", "/objects/customer/cus_none", "/objects/nothing/x"):
        assert Page(sandbox.url + path).open().status == 404


def test_the_clock_is_advanced_by_a_month(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    made = a_subscription(client, a_customer(client), a_plan(client))
    page = room(sandbox)
    assert f"subscription {made.id}" in page.text()
    assert page.submit("/clock", step="month").status == 303
    page.open().submit("/clock", step="day")
    page.open().submit("/clock", step="eternity")
    assert [invoice.status for invoice in invoices_of(client, made.id)] == ["paid", "paid"]
    assert "days ahead" in page.open().text()


def test_a_test_clock_is_advanced_by_a_month(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    clock = a_clock(client)
    made = a_subscription(client, a_customer(client, clock), a_plan(client))
    path = f"/objects/test_helpers.test_clock/{clock}"
    Page(sandbox.url + path).open().submit(path + "/advance-month")
    assert eventually(lambda: len(invoices_of(client, made.id)) == 2)


def test_the_next_payment_fails_and_a_charge_is_refunded_and_disputed(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    customer = a_customer(client)
    path = f"/objects/customer/{customer}"
    Page(sandbox.url + path).open().submit(path + "/fail-next")
    assert a_subscription(client, customer, a_plan(client)).status == "incomplete"
    the_page(a_session(client)).pay()
    the_page(a_session(client)).pay()
    first, second = (charge for charge in client.v1.charges.list().data if charge.paid)
    path = f"/objects/charge/{first.id}"
    page = Page(sandbox.url + path).open()
    page.submit(path + "/refund")
    assert client.v1.charges.retrieve(first.id).refunded is True
    assert page.open().submit(path + "/refund").status == 409
    path = f"/objects/charge/{second.id}"
    Page(sandbox.url + path).open().submit(path + "/dispute")
    [dispute] = client.v1.disputes.list().data
    path = f"/objects/dispute/{dispute.id}"
    Page(sandbox.url + path).open().submit(path + "/win")
    assert client.v1.disputes.retrieve(dispute.id).status == "won"


def test_trouble_is_set_shown_and_cleared(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/hooks", "enabled_events": ["*"]})
    page = room(sandbox)
    page.submit("/trouble", action="webhooks", fate="twice")
    page.submit("/trouble", action="api", answer="500", after_work="yes")
    assert "The API answers 500 after the work" in page.open().text()
    assert "twice" in str(sandbox.own("/sandbox/trouble")["webhooks"])
    with pytest.raises(stripe.APIError):
        client.v1.products.create({"name": "One"})
    page.submit("/trouble", action="clear")
    assert "everything goes well" in page.open().text()
    assert page.submit("/trouble", action="api", answer="418").status == 400


def test_no_form_from_elsewhere_does_anything(sandbox: Sandbox) -> None:
    for path in ("/clock", "/trouble", "/objects/customer/cus_x/fail-next"):
        assert httpx.post(sandbox.url + path, data={"step": "year"}, trust_env=False).status_code == 403
    assert sandbox.own("/sandbox/clock")["offset_s"] == 0
