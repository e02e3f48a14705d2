"""Products, prices, customers, payment methods, lists, expansion: through the official SDK."""

import pytest
import stripe

from tests.sandbox.running import Sandbox
from tests.sandbox.world import a_price, a_session


def test_the_account_is_the_same_after_each_call(client: stripe.StripeClient) -> None:
    first, second = client.v1.accounts.retrieve_current(), client.v1.accounts.retrieve_current()
    assert first.id == second.id
    assert first.id.startswith("acct_")


def test_a_product_is_created_updated_and_deleted(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"id": "pack_popular", "name": "Popular", "metadata": {"a": "1", "b": "2"}})
    assert product.id == "pack_popular"
    updated = client.v1.products.update(product.id, {"name": "Best", "metadata": {"a": "", "c": "3"}})
    assert updated.name == "Best"
    assert updated.metadata.to_dict() == {"b": "2", "c": "3"}
    assert client.v1.products.update(product.id, {"metadata": ""}).metadata.to_dict() == {}
    event = client.v1.events.list({"type": "product.updated"}).data[-1]
    assert event.to_dict()["data"]["previous_attributes"] == {"metadata": {"a": "1", "c": None}, "name": "Popular"}
    assert client.v1.products.delete(product.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.products.retrieve(product.id)
    assert (refused.value.code, refused.value.http_status) == ("resource_missing", 404)


def test_a_product_with_prices_is_archived_not_deleted(client: stripe.StripeClient) -> None:
    price = a_price(client)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be deleted"):
        client.v1.products.delete(str(price.product))
    assert client.v1.products.update(str(price.product), {"active": False}).active is False


def test_a_lookup_key_moves_only_when_told(client: stripe.StripeClient) -> None:
    old = a_price(client, lookup_key="popular")
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        a_price(client, 900, lookup_key="popular")
    new = a_price(client, 900, lookup_key="popular", transfer_lookup_key=True)
    found = client.v1.prices.list({"lookup_keys": ["popular"], "expand": ["data.product"]}).data
    assert [price.id for price in found] == [new.id]
    assert isinstance(found[0].product, stripe.Product)
    assert client.v1.prices.retrieve(old.id).lookup_key is None
    client.v1.prices.update(old.id, {"active": False})
    assert [price.id for price in client.v1.prices.list({"active": True}).data] == [new.id]


def test_prices_keep_recurring_terms_and_fractions_of_a_cent(client: stripe.StripeClient) -> None:
    monthly = a_price(client, 2900, recurring={"interval": "month"}, tax_behavior="exclusive")
    assert monthly.recurring is not None
    assert (monthly.type, monthly.recurring.interval, monthly.recurring.interval_count) == ("recurring", "month", 1)
    product = client.v1.products.create({"name": "Token"})
    fraction = client.v1.prices.create({"product": product.id, "currency": "usd", "unit_amount_decimal": "0.25"})  # pyright: ignore
    assert fraction.unit_amount is None
    assert str(fraction.unit_amount_decimal) == "0.25"


def test_lists_page_forwards_and_backwards(client: stripe.StripeClient) -> None:
    made = [client.v1.products.create({"name": f"Product {number}"}).id for number in range(7)]
    listed = [product.id for product in client.v1.products.list({"limit": 3}).auto_paging_iter()]
    assert listed == made[::-1]
    page = client.v1.products.list({"limit": 2, "ending_before": made[2]})
    assert [product.id for product in page.data] == [made[4], made[3]]
    assert page.has_more
    for wrong in ({"limit": 0}, {"limit": 101}, {"starting_after": "prod_nothing"}):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.products.list(wrong)  # pyright: ignore
    with pytest.raises(stripe.InvalidRequestError) as foreign:
        client.v1.products.list({"starting_after": a_price(client).id})
    assert foreign.value.param == "starting_after"


def test_customers_live_and_die(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com", "name": "Ada", "metadata": {"user": "1"}})
    client.v1.customers.create({"email": "bob@example.com"})
    found = client.v1.customers.list({"email": "ada@example.com"}).data
    assert [one.id for one in found] == [customer.id]
    address = {"country": "DE", "city": "Berlin"}
    changed = client.v1.customers.update(customer.id, {"address": address, "description": "first"})  # pyright: ignore
    assert changed.address is not None
    assert (changed.address.country, changed.address.line1) == ("DE", None)
    assert client.v1.customers.delete(customer.id).deleted is True
    assert client.v1.customers.retrieve(customer.id).deleted is True
    assert len(client.v1.customers.list().data) == 1
    with pytest.raises(stripe.InvalidRequestError) as refused:
        a_session(client, customer=customer.id)
    assert (refused.value.param, refused.value.code) == ("customer", "resource_missing")


def test_test_cards_are_attached_listed_and_detached(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com"})
    attached = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    card = {"number": "5555555555554444", "exp_month": 4, "exp_year": 2044, "cvc": "314"}
    made = client.v1.payment_methods.create({"type": "card", "card": card})  # pyright: ignore
    client.v1.payment_methods.attach(made.id, {"customer": customer.id})
    client.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": made.id}})
    listed = client.v1.payment_methods.list({"customer": customer.id, "type": "card"})
    assert [method.id for method in listed.data] == [made.id, attached.id]
    assert [method.id for method in client.v1.customers.payment_methods.list(customer.id).data] == [
        made.id,
        attached.id,
    ]
    client.v1.payment_methods.detach(made.id)
    after = client.v1.customers.retrieve(customer.id)
    assert after.invoice_settings is not None
    assert after.invoice_settings.default_payment_method is None
    with pytest.raises(stripe.CardError) as declined:
        client.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})
    assert declined.value.code == "card_declined"


def test_a_real_card_number_is_refused_and_kept_nowhere(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    number = "4532015112830366"
    card = {"number": number, "exp_month": 4, "exp_year": 2044, "cvc": "314"}
    with pytest.raises(stripe.CardError, match="non test"):
        client.v1.payment_methods.create({"type": "card", "card": card})  # pyright: ignore
    assert number not in str(sandbox.answers)


def test_expansion_reaches_into_lists_and_says_what_it_cannot(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "ada@example.com"})
    session = a_session(client, customer=customer.id, expand=["customer", "line_items.data.price.product"])
    assert isinstance(session.customer, stripe.Customer)
    assert session.line_items is not None
    price = session.line_items.data[0].price
    assert price is not None
    assert isinstance(price.product, stripe.Product)
    for wrong in ("nothing", "customer.nothing", "data.customer", "a.b.c.d.e"):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.checkout.sessions.retrieve(session.id, {"expand": [wrong]})
        assert refused.value.param == "expand"
