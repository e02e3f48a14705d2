"""Bad input to everything that bills: Stripe's error with type, param and status, and nothing changed."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.sandbox.billing import a_customer, a_plan, a_subscription
from tests.sandbox.world import a_session, the_page

Call = Callable[[Any, dict[str, str]], Any]

REFUSED: list[tuple[str, Call, str | None, int]] = [
    ("a refund of a refund", lambda v1, ids: v1.refunds.create({"charge": ids["refund"]}), "charge", 400),
    ("an id of the wrong kind in a path", lambda v1, ids: v1.subscriptions.retrieve(ids["customer"]), "id", 404),
    ("a charge that is a customer", lambda v1, ids: v1.refunds.create({"charge": ids["customer"]}), "charge", 400),
    ("a customer that is a price", lambda v1, ids: v1.invoices.create({"customer": ids["price"]}), "customer", 400),
    ("a foreign cursor", lambda v1, ids: v1.invoices.list({"starting_after": ids["charge"]}), "starting_after", 400),
    ("a page too large", lambda v1, ids: v1.subscriptions.list({"limit": 1000}), "limit", 400),
    ("an unknown status", lambda v1, ids: v1.subscriptions.list({"status": "happy"}), "status", 400),
    ("an unknown currency", lambda v1, ids: v1.coupons.create({"amount_off": 5, "currency": "xyz"}), "currency", 400),
    ("a coupon over all", lambda v1, ids: v1.coupons.create({"percent_off": 101}), "percent_off", 400),
    ("a negative refund", lambda v1, ids: v1.refunds.create({"charge": ids["charge"], "amount": -1}), "amount", 400),
    (
        "a frozen time of no time",
        lambda v1, ids: v1.test_helpers.test_clocks.create({"frozen_time": -5}),
        "frozen_time",
        400,
    ),
    (
        "a portal of nobody",
        lambda v1, ids: v1.billing_portal.sessions.create({"customer": "cus_none"}),
        "customer",
        400,
    ),
    ("a portal without a customer", lambda v1, ids: v1.billing_portal.sessions.create({}), "customer", 400),
    (
        "a return to nowhere",
        lambda v1, ids: v1.checkout.sessions.create({"mode": "setup", "success_url": "x"}),
        "success_url",
        400,
    ),
    (
        "a payment method that is not hers",
        lambda v1, ids: v1.subscriptions.update(ids["subscription"], {"default_payment_method": ids["foreign_card"]}),
        "default_payment_method",
        400,
    ),
    (
        "a subscription item of another",
        lambda v1, ids: v1.subscriptions.update(
            ids["subscription"], {"items": [{"id": "si_other", "price": ids["price"]}]}
        ),
        "items[0][id]",
        400,
    ),
    (
        "a quantity beyond all",
        lambda v1, ids: v1.subscriptions.update(
            ids["subscription"], {"items": [{"id": ids["item"], "quantity": 10**9}]}
        ),
        "items[0][quantity]",
        400,
    ),
    (
        "a proration in another period",
        lambda v1, ids: v1.subscriptions.update(
            ids["subscription"], {"items": [{"id": ids["item"], "quantity": 2}], "proration_date": 5}
        ),
        "proration_date",
        400,
    ),
    (
        "a pending update that describes",
        lambda v1, ids: v1.subscriptions.update(
            ids["subscription"], {"payment_behavior": "pending_if_incomplete", "metadata": {"a": "b"}}
        ),
        "metadata",
        400,
    ),
    (
        "a schedule with a gap",
        lambda v1, ids: v1.subscription_schedules.create(
            {
                "customer": ids["customer"],
                "start_date": "now",
                "phases": [{"items": [{"price": ids["price"]}], "end_date": 5}],
            }
        ),
        "phases[0][end_date]",
        400,
    ),
    (
        "an amount beyond all",
        lambda v1, ids: v1.invoice_items.create({"customer": ids["customer"], "amount": 10**12}),
        "amount",
        400,
    ),
    ("an expansion of nothing", lambda v1, ids: v1.invoices.list({"expand": ["data.nothing"]}), "expand", 400),
    (
        "an unknown parameter",
        lambda v1, ids: v1.subscriptions.create({"customer": ids["customer"], "itmes": "x"}),
        "itmes",
        400,
    ),
]


@pytest.fixture
def ids(client: stripe.StripeClient) -> dict[str, str]:
    """Living objects to be wrong about."""
    customer, price = a_customer(client), a_plan(client)
    made = a_subscription(client, customer, price)
    the_page(a_session(client)).pay()
    charge = next(one.id for one in client.v1.charges.list().data if one.customer is None)
    other = a_customer(client)
    return {
        "customer": customer,
        "price": price,
        "subscription": made.id,
        "item": made["items"].data[0].id,
        "charge": charge,
        "refund": client.v1.refunds.create({"charge": charge, "amount": 100}).id,
        "foreign_card": client.v1.payment_methods.list({"customer": other}).data[0].id,
    }


def test_each_is_refused_by_name_and_changes_nothing(client: stripe.StripeClient, ids: dict[str, str]) -> None:
    told = len(list(client.v1.events.list({"limit": 100}).auto_paging_iter()))
    before = client.v1.subscriptions.retrieve(ids["subscription"]).to_dict()
    for what, call, param, status in REFUSED:
        with pytest.raises(stripe.InvalidRequestError) as refused:
            call(client.v1, ids)
        assert (refused.value.param, refused.value.http_status) == (param, status), what
    assert client.v1.subscriptions.retrieve(ids["subscription"]).to_dict() == before
    assert len(list(client.v1.events.list({"limit": 100}).auto_paging_iter())) == told
