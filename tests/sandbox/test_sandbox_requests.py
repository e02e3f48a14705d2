"""Requests are judged: keys, versions, parameters, idempotency, malformed bodies; never a 500."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from billing_app.sandbox.config import API_VERSION, DEFAULT_API_KEY
from tests.sandbox.running import Sandbox
from tests.sandbox.world import SUCCESS, a_price, a_session

AUTHORISED = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}


def post(sandbox: Sandbox, path: str, body: bytes | str, **headers: str) -> tuple[int, Any]:
    """A raw POST, as no SDK would make it."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(sandbox.url + path, content=body, headers={**AUTHORISED, **form, **headers}, trust_env=False)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("key", ["sk_live_abcdefghijk", "sk_test_", "nonsense", "pk_test_abcdefghijk"])
def test_only_test_keys_are_taken_and_no_key_is_repeated(sandbox: Sandbox, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        sandbox.client(key).v1.products.list()
    assert refused.value.http_status == 401
    assert key not in str(refused.value)


def test_no_key_at_all_is_401_and_basic_works(sandbox: Sandbox) -> None:
    assert httpx.get(f"{sandbox.url}/v1/products", trust_env=False).status_code == 401
    basic = httpx.get(f"{sandbox.url}/v1/products", auth=(DEFAULT_API_KEY, ""), trust_env=False)
    assert basic.status_code == 200
    assert basic.headers["request-id"].startswith("req_")
    assert basic.headers["stripe-version"] == API_VERSION


def test_another_version_is_refused_clearly(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=API_VERSION):
        sandbox.client(stripe_version="2019-02-11").v1.products.list()


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"nam": "x"}, "nam", "parameter_unknown"),
        ({}, "name", "parameter_missing"),
        ({"name": ""}, "name", "parameter_invalid_empty"),
        ({"name": "x", "active": "maybe"}, "active", None),
        ({"name": "x", "metadata": {"k" * 41: "v"}}, "metadata", None),
        ({"name": "x", "metadata": {"k": "v" * 501}}, "metadata[k]", None),
        ({"name": "x", "images": "y"}, "images", None),
        ({"name": "x", "package_dimensions": {"height": 1}}, "package_dimensions[length]", "parameter_missing"),
        (
            {"name": "x", "default_price_data": {"currency": "usd", "unit_amount": "8.5"}},
            "default_price_data[unit_amount]",
            "parameter_invalid_integer",
        ),
    ],
)
def test_parameters_are_judged_by_the_sdks_own_types(
    client: stripe.StripeClient, params: Any, param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.products.create(params)
    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)
    assert client.v1.products.list().data == []


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"mode": "gift"}, "mode"),
        ({"mode": "subscription"}, "line_items"),
        ({"mode": "setup"}, "line_items"),
        ({"subscription_data": {"trial_period_days": 3}}, "subscription_data"),
        ({"discounts": [{"coupon": "none"}]}, "discounts[0][coupon]"),
        ({"payment_method_collection": "always"}, "payment_method_collection"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"line_items": []}, "line_items"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "line_items[0][price]"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0]"),
        ({"customer": "cus_none"}, "customer"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
        ({"phone_number_collection": {"enabled": True}}, "phone_number_collection"),
        ({"optional_items": [{"price": "p", "quantity": 1}]}, "optional_items"),
    ],
)
def test_a_session_that_cannot_be_is_refused_by_name(
    client: stripe.StripeClient, change: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        a_session(client, **change)
    assert refused.value.param == param
    assert client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize(
    ("quantity", "unit_amount", "currency"),
    [
        (0, 800, "usd"),
        (-1, 800, "usd"),
        (10**12, 800, "usd"),
        (1, -1, "usd"),
        (1, 10**12, "usd"),
        (1, 49, "usd"),
        (1, 800, "xyz"),
    ],
)
def test_amounts_and_currencies_out_of_range_are_refused(
    client: stripe.StripeClient, quantity: int, unit_amount: int, currency: str
) -> None:
    data = {"currency": currency, "unit_amount": unit_amount, "product_data": {"name": "x"}}
    with pytest.raises(stripe.InvalidRequestError):
        a_session(client, line_items=[{"quantity": quantity, "price_data": data}])
    assert client.v1.events.list().data == []


def test_inactive_and_recurring_prices_cannot_be_bought_once(client: stripe.StripeClient) -> None:
    inactive = a_price(client, active=False)
    recurring = a_price(client, recurring={"interval": "month"})
    for price, words in ((inactive, "inactive"), (recurring, "recurring price")):
        with pytest.raises(stripe.InvalidRequestError, match=words):
            a_session(client, line_items=[{"price": price.id, "quantity": 1}])


def test_yen_have_no_cents_and_dinars_three(client: stripe.StripeClient) -> None:
    from tests.sandbox.world import the_page

    for currency, amount, written in (("jpy", 800, "¥800"), ("kwd", 8000, "8.000 KWD")):
        price = a_price(client, amount, currency=currency)
        session = a_session(client, line_items=[{"price": price.id, "quantity": 1}])
        assert f"Pay {written}" in the_page(session).text()


def test_a_key_used_twice_has_one_effect_and_one_answer(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    first = client.v1.customers.create({"email": "ada@example.com"}, {"idempotency_key": "once"})
    second = client.v1.customers.create({"email": "ada@example.com"}, {"idempotency_key": "once"})
    assert second.id == first.id
    assert second.last_response is not None
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert len(client.v1.customers.list().data) == 1
    with pytest.raises(stripe.IdempotencyError) as other:
        client.v1.customers.create({"email": "bob@example.com"}, {"idempotency_key": "once"})
    assert other.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.products.create({"name": "x"}, {"idempotency_key": "once"})


def test_a_refused_request_binds_no_key_but_a_decline_does(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.products.create({}, {"idempotency_key": "k"})  # pyright: ignore
    assert client.v1.products.create({"name": "x"}, {"idempotency_key": "k"}).name == "x"
    params: Any = {"amount": 900, "currency": "usd", "payment_method": "pm_card_chargeDeclined", "confirm": True}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            client.v1.payment_intents.create(params, {"idempotency_key": "declined"})
    assert len(client.v1.payment_intents.list().data) == 1


def test_unknown_paths_and_methods_get_stripes_404(sandbox: Sandbox) -> None:
    for method, path in (("GET", "/v1/nothing"), ("POST", "/v1/account"), ("GET", "/v2/core/accounts")):
        answer = httpx.request(method, sandbox.url + path, headers=AUTHORISED, trust_env=False)
        assert answer.status_code == 404
        assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "body",
    [
        b"name=%FF%FE", b"name[=x", b"a[b]=1&a=2", b"a=2&a[b]=1", b"[x]=1", b"\xff", b"name", b"=x",
        b"name" + b"[x]" * 50 + b"=1", b"&".join(b"m[%d]=1" % n for n in range(3000)), b"name[]=x", b"name[0][a]=x",
        b"metadata=x", b"name=x&images[x]=1", b"name=x&images[999999999999]=1", b"expand=x&name=x",
    ],
)  # fmt: skip
def test_malformed_bodies_are_400(sandbox: Sandbox, body: bytes) -> None:
    status, answer = post(sandbox, "/v1/products", body)
    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")


def test_bodies_have_a_limit_and_a_kind(sandbox: Sandbox) -> None:
    assert post(sandbox, "/v1/products", b"name=" + b"x" * 1_100_000)[0] == 413
    status, answer = post(sandbox, "/v1/products", json.dumps({"name": "x"}), **{"Content-Type": "application/json"})
    assert status == 400
    assert "form-urlencoded" in answer["error"]["message"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=some.sampled_from(
        ["/v1/products", "/v1/prices", "/v1/checkout/sessions", "/v1/customers", "/v1/payment_intents",
         "/v1/webhook_endpoints", "/v1/payment_methods", "/v1/payment_methods/pm_card_visa/attach",
         "/v1/payment_intents/pi_x/confirm", "/v1/customers/cus_x", "/v1/subscriptions", "/v1/coupons",
         "/v1/promotion_codes", "/v1/invoices", "/v1/invoiceitems", "/v1/invoices/create_preview", "/v1/setup_intents",
         "/v1/subscription_schedules", "/v1/billing_portal/configurations", "/v1/billing_portal/sessions",
         "/v1/test_helpers/test_clocks", "/v1/refunds"]
    ),
    pairs=some.lists(
        some.tuples(
            some.sampled_from(
                ["name", "currency", "amount", "unit_amount", "line_items[0][price]", "line_items[0][quantity]",
                 "line_items[x]", "mode", "success_url", "product", "card[number]", "type", "metadata[a]", "metadata",
                 "expand[]", "expand[0]", "url", "enabled_events[]", "customer", "confirm", "payment_method",
                 "recurring[interval]", "lookup_key", "items[0][price]", "items[0][quantity]", "discounts[0][coupon]",
                 "percent_off", "duration", "promotion[coupon]", "promotion[type]", "frozen_time", "from_subscription",
                 "features[invoice_history][enabled]", "charge", "trial_end", "phases[0][items][0][price]",
                 "product_data[name]", "expires_at", "email", "address[city]"]
            ),
            some.sampled_from(
                ["", "x", "-1", "0", "99999999999999999999", "usd", "true", "payment", "card", "*", SUCCESS, "month",
                 "http://[", "prod_x", "4242424242424242", "\x00", "\ud7ff", "'; DROP TABLE objects", "1e9", "٣"]
            ),
        ),
        max_size=8,
    ),
)  # fmt: skip
def test_no_form_makes_it_fall_over(sandbox: Sandbox, path: str, pairs: list[tuple[str, str]]) -> None:
    status, answer = post(sandbox, path, urlencode(pairs))
    assert status < 500, answer
    assert status in (200, 400, 402, 404), answer
