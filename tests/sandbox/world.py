"""Builders: what most tests need before they can say what they prove."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
import stripe

from tests.sandbox.running import Receiver

SUCCESS = "http://127.0.0.1:9/payment/success?session_id={CHECKOUT_SESSION_ID}"
CANCEL = "http://127.0.0.1:9/payment/cancel"


def a_price(client: stripe.StripeClient, amount_minor: int = 800, **params: Any) -> stripe.Price:
    """A one-time price of a new product."""
    product = client.v1.products.create({"name": "Popular pack", "description": "25 interview credits"})
    return client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": amount_minor, **params}  # pyright: ignore
    )


def a_session(client: stripe.StripeClient, **params: Any) -> stripe.checkout.Session:
    """An open checkout session over one pack at 8.00 USD."""
    given: dict[str, Any] = {
        "mode": "payment",
        "success_url": SUCCESS,
        "cancel_url": CANCEL,
        **params,
    }
    if "line_items" not in given:
        given["line_items"] = [{"price": a_price(client).id, "quantity": 1}]
    return client.v1.checkout.sessions.create(given)  # pyright: ignore


def an_endpoint(client: stripe.StripeClient, receiver: Receiver, *types: str) -> stripe.WebhookEndpoint:
    """A webhook endpoint at the receiver, for the types, or all."""
    return client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": list(types) or ["*"]}  # pyright: ignore
    )


@dataclass
class Page:
    """The hosted page as a browser without JavaScript uses it."""

    url: str
    html: str = ""
    status: int = 0
    location: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def open(self) -> "Page":
        """GET the page."""
        return self._take(httpx.get(self.url, trust_env=False, timeout=10))

    def submit(self, path: str | None = None, **fields: str) -> "Page":
        """POST its form, or the one that goes to `path`, with the values it shows, overridden by `fields`."""
        shown = {"token": re.findall(r'name="token" value="([^"]+)"', self.html)[0]}
        shown.update({name: value for name, value in fields.items() if value is not None})
        url = self.url if path is None else str(httpx.URL(self.url).join(path))
        return self._take(httpx.post(url, data=shown, headers=self.headers, trust_env=False, timeout=10))

    def pay(self, number: str = "4242 4242 4242 4242", **fields: str) -> "Page":
        """Fill in everything and pay."""
        given = {
            "email": "ada@example.com", "number": number, "expiry": "12 / 40", "cvc": "123", "name": "Ada Lovelace",
            "fate": "now", "delay": "20", "action": "pay", **fields,
        }  # fmt: skip
        return self.submit(**given)

    def text(self) -> str:
        """What the page says, without markup."""
        return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.html)))

    def _take(self, response: httpx.Response) -> "Page":
        self.status = response.status_code
        self.html = response.text or self.html  # a redirect leaves what was shown
        self.location = response.headers.get("location")
        return self


def the_page(session: stripe.checkout.Session) -> Page:
    """The hosted page of a session, opened."""
    assert session.url is not None
    return Page(session.url).open()
