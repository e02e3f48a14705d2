"""The one module that talks to Stripe. Timeouts, bounded retries, our own errors; never inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe

from billing_app.errors import Conflict, Unavailable
from billing_app.payments.event_types import ENDPOINT_TYPES
from billing_app.payments.gateway_catalogue import CatalogueCalls
from billing_app.payments.gateway_reconciling import ReconcilingReads
from billing_app.payments.gateway_subscribing import SubscribingCalls
from billing_app.payments.gateway_subscriptions import SubscriptionReads
from billing_app.payments.stripe_errors import NotAnEvent, WrongSignature
from billing_app.payments.stripe_objects import (
    MANAGED_BY,
    Event,
    Intent,
    Session,
    SessionWithPayment,
    read_event,
    read_intent,
    read_session,
    read_session_with_payment,
)
from billing_app.settings import Settings

API_VERSION: str = stripe.api_version
SIGNATURE_TOLERANCE_S = 300

_PAGE = 100


@dataclass(frozen=True, slots=True)
class LineItem:
    """What is sold in a session: one thing, once. `amount_minor` in minor units of `currency`.

    `price`: the price that was pushed for it; None: the sum is written into the session.
    `tax_automatic`: Stripe Tax works the tax out from the address given on the page; `tax_code` is the product's.
    `note`: a sentence beside the button of the page.
    """

    name: str
    description: str | None
    amount_minor: int
    currency: str
    tax_behavior: str
    tax_code: str | None = None
    tax_automatic: bool = False
    price: str | None = None
    note: str = ""

    def line(self, metadata: dict[str, str]) -> dict[str, Any]:
        """As Stripe takes it; `metadata` for a product that is made with the session."""
        if self.price:
            return {"quantity": 1, "price": self.price}
        product: dict[str, Any] = {"name": self.name, "metadata": metadata}
        if self.description:
            product["description"] = self.description
        if self.tax_code:
            product["tax_code"] = self.tax_code
        made = {
            "currency": self.currency.lower(),
            "unit_amount": self.amount_minor,
            "tax_behavior": self.tax_behavior,
            "product_data": product,
        }
        return {"quantity": 1, "price_data": made}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook endpoint; `secret` is told only when it is made."""

    id: str
    url: str
    secret: str | None


class StripeGateway(SubscriptionReads, SubscribingCalls, ReconcilingReads, CatalogueCalls):
    """Everything that is asked of Stripe. What it reads of subscriptions is in
    `gateway_subscriptions`, what it does to them in `gateway_subscribing`, refunds and disputes in
    `gateway_refunds`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._webhook_secret = settings.stripe_webhook_secret.get_secret_value()

    def use_webhook_secret(self, secret: str) -> None:
        """Verify deliveries with this secret from now on: for an endpoint made while we run."""
        self._webhook_secret = secret

    async def create_customer(self, *, customer_id: int, email: str | None, name: str | None, key: str) -> str:
        """Make the Stripe customer that stands for ours; repeating `key` gives the same one."""
        params: dict[str, Any] = {"metadata": {"managed_by": MANAGED_BY, "customer_id": str(customer_id)}}
        if email:
            params["email"] = email
        if name:
            params["name"] = name
        made = self._stripe.v1.customers.create_async(params, {"idempotency_key": key})  # pyright: ignore[reportArgumentType]
        return (await self._call(made)).id

    async def create_session(
        self,
        *,
        stripe_customer: str,
        item: LineItem,
        reference: str,
        metadata: dict[str, str],
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        key: str,
    ) -> Session:
        """Open a payment page for one thing. Metadata is set on the session and on its payment intent."""
        marked = {"managed_by": MANAGED_BY, **metadata}
        params: dict[str, Any] = {
            "mode": "payment",
            "customer": stripe_customer,
            "client_reference_id": reference,
            "line_items": [item.line(marked)],
            "metadata": marked,
            "payment_intent_data": {"metadata": marked, "description": item.name},
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": int(expires_at.timestamp()),
        }
        if item.note:
            params["custom_text"] = {"submit": {"message": item.note}}
        if item.tax_automatic:
            params |= {"automatic_tax": {"enabled": True}, "customer_update": {"address": "auto"}}
        made = self._stripe.v1.checkout.sessions.create_async(params, {"idempotency_key": key})  # pyright: ignore[reportArgumentType]
        return read_session(await self._call(made))

    async def session(self, session_id: str) -> Session:
        """A checkout session as it is now."""
        return read_session(await self._call(self._stripe.v1.checkout.sessions.retrieve_async(session_id)))

    async def session_with_payment(self, session_id: str) -> SessionWithPayment:
        """A checkout session with its payment intent and latest charge, in one answer."""
        found = self._stripe.v1.checkout.sessions.retrieve_async(
            session_id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        )
        return read_session_with_payment(await self._call(found))

    async def session_of_intent(self, intent_id: str) -> SessionWithPayment | None:
        """The checkout session that a payment intent was made by; None for payments of another origin."""
        listed = await self._call(
            self._stripe.v1.checkout.sessions.list_async(
                {"payment_intent": intent_id, "limit": 1, "expand": ["data.payment_intent.latest_charge"]}
            )
        )
        return read_session_with_payment(listed.data[0]) if listed.data else None

    async def open_sessions(self, stripe_customer: str) -> list[str]:
        """The payment pages of ours that are open for a customer, by their ids; a hundred at most."""
        listed = await self._call(
            self._stripe.v1.checkout.sessions.list_async(
                {"customer": stripe_customer, "status": "open", "limit": _PAGE}
            )
        )
        return [one.id for one in listed.data if _metadata(one).get("managed_by") == MANAGED_BY]

    async def expire_session(self, session_id: str) -> Session:
        """Close an open payment page.

        Raises:
            StripeRefused: it is no longer open; fetch it to learn why.
        """
        return read_session(await self._call(self._stripe.v1.checkout.sessions.expire_async(session_id)))

    async def intent(self, intent_id: str) -> Intent:
        """A payment intent as it is now."""
        return read_intent(await self._call(self._stripe.v1.payment_intents.retrieve_async(intent_id)))

    async def event(self, event_id: str) -> Event:
        """An event, which Stripe keeps for 30 days."""
        return read_event((await self._call(self._stripe.v1.events.retrieve_async(event_id))).to_dict())

    async def events_since(self, since: datetime, *, types: list[str], limit: int = 1000) -> list[Event]:
        """Events created at or after `since`, newest first, at most `limit`."""
        found: list[Event] = []
        params: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "types": types, "limit": _PAGE}
        while len(found) < limit:
            page = await self._call(self._stripe.v1.events.list_async(params))  # pyright: ignore[reportArgumentType]
            found.extend(read_event(event.to_dict()) for event in page.data)
            if not page.has_more or not page.data:
                break
            params["starting_after"] = page.data[-1].id
        return found[:limit]

    async def ensure_webhook_endpoint(
        self, url: str, *, types: Sequence[str] = ENDPOINT_TYPES, known_secret: str | None = None
    ) -> Endpoint:
        """The endpoint at `url`, pinned to our API version; made if there is none, or if its secret is unknown.

        Stripe tells a secret once, so keep it: `secret` is the new one, or `known_secret`. An endpoint of ours whose
        secret nobody kept is replaced; endpoints of others are left alone. For the sandbox's set-up.

        Raises:
            Conflict: in live mode, where an endpoint is never replaced behind somebody's back.
        """
        if self.livemode:
            raise Conflict("In live mode make the webhook endpoint in Stripe, and set STRIPE_WEBHOOK_SECRET.")
        listed = await self._call(self._stripe.v1.webhook_endpoints.list_async({"limit": _PAGE}))
        ours = [made for made in listed.data if made.url == url and _metadata(made).get("managed_by") == MANAGED_BY]
        if known_secret and ours:
            return Endpoint(ours[0].id, url, known_secret)
        for made in ours:
            await self._call(self._stripe.v1.webhook_endpoints.delete_async(made.id))
        created = await self._call(
            self._stripe.v1.webhook_endpoints.create_async(
                {
                    "url": url,
                    "enabled_events": list(types),  # pyright: ignore[reportArgumentType]
                    "api_version": API_VERSION,  # pyright: ignore[reportArgumentType]
                    "description": "Made by billing_app",
                    "metadata": {"managed_by": MANAGED_BY},
                }
            )
        )
        return Endpoint(created.id, url, created.secret)

    async def drop_webhook_endpoint(self, url: str) -> None:
        """Delete what we made at `url`, such as a sandbox's endpoint for a port that is no longer ours."""
        listed = await self._call(self._stripe.v1.webhook_endpoints.list_async({"limit": _PAGE}))
        for made in listed.data:
            if made.url == url and _metadata(made).get("managed_by") == MANAGED_BY:
                await self._call(self._stripe.v1.webhook_endpoints.delete_async(made.id))

    def verified(self, body: bytes, signature: str | None) -> Event:
        """The event in a delivery, if its signature over the raw body is ours and not older than five minutes.

        Raises:
            WrongSignature: it is not.
            NotAnEvent: it is, but no event is in the body.
            Unavailable: no secret is known yet.
        """
        if not self._webhook_secret:
            raise Unavailable("STRIPE_WEBHOOK_SECRET is not set, so deliveries cannot be verified yet.")
        try:
            stripe.WebhookSignature.verify_header(body, signature, self._webhook_secret, SIGNATURE_TOLERANCE_S)
        except stripe.SignatureVerificationError as error:
            raise WrongSignature(str(error.user_message or "No valid signature.")) from None
        except (ValueError, TypeError):  # a body that is no UTF-8, a header that is no ASCII
            raise WrongSignature("The body or its signature header is not text.") from None
        try:
            return read_event(body)
        except ValueError:
            raise NotAnEvent("The body is signed, but it is not an event.") from None


def _metadata(made: Any) -> dict[str, str]:
    return made.metadata.to_dict() if made.metadata else {}
