"""What Stripe has of our catalogue: products, prices, the portal's configuration, endpoints; the few fields we keep."""

from dataclasses import dataclass, field
from typing import Any

import stripe

from billing_app.payments.stripe_objects import MANAGED_BY


@dataclass(frozen=True, slots=True)
class RemoteProduct:
    """A product. `default_price` is the id of the price that the dashboard shows first; it cannot be archived."""

    id: str
    name: str
    description: str
    active: bool
    tax_code: str | None
    default_price: str | None
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Made or adopted by us."""
        return self.metadata.get("managed_by") == MANAGED_BY


@dataclass(frozen=True, slots=True)
class RemotePrice:
    """A price. `amount_minor` in minor units, None for a fraction of one; `interval` None for a one-time price.

    `plain`: so much for each period, without tiers, meters or periods of several months: the only kind we make.
    """

    id: str
    product: str
    active: bool
    amount_minor: int | None
    currency: str
    interval: str | None
    plain: bool
    tax_behavior: str
    lookup_key: str | None
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Made or adopted by us."""
        return self.metadata.get("managed_by") == MANAGED_BY


@dataclass(frozen=True, slots=True)
class RemotePortal:
    """A configuration of the customer portal; `features` as Stripe tells them."""

    id: str
    active: bool
    features: dict[str, Any]
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> bool:
        """Made by us."""
        return self.metadata.get("managed_by") == MANAGED_BY


@dataclass(frozen=True, slots=True)
class RemoteEndpoint:
    """A webhook endpoint. `secret` is told only by the call that makes it."""

    id: str
    url: str
    api_version: str | None
    events: frozenset[str]
    enabled: bool
    metadata: dict[str, str] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)

    @property
    def ours(self) -> bool:
        """Made by us."""
        return self.metadata.get("managed_by") == MANAGED_BY


def read_product(raw: stripe.Product) -> RemoteProduct:
    """From `product`."""
    return RemoteProduct(
        id=raw.id,
        name=raw.name,
        description=raw.description or "",
        active=raw.active,
        tax_code=_id_of(raw.tax_code),
        default_price=_id_of(raw.default_price),
        metadata=_metadata_of(raw),
    )


def read_price(raw: stripe.Price) -> RemotePrice:
    """From `price`, its product expanded or not."""
    recurring = raw.recurring
    plain = raw.billing_scheme == "per_unit" and raw.unit_amount is not None
    if recurring is not None:
        plain = plain and recurring.interval_count == 1 and recurring.usage_type == "licensed"
    return RemotePrice(
        id=raw.id,
        product=_id_of(raw.product) or "",
        active=raw.active,
        amount_minor=raw.unit_amount,
        currency=raw.currency.upper(),
        interval=recurring.interval if recurring else None,
        plain=plain,
        tax_behavior=raw.tax_behavior or "unspecified",
        lookup_key=raw.lookup_key,
        metadata=_metadata_of(raw),
    )


def read_portal(raw: stripe.billing_portal.Configuration) -> RemotePortal:
    """From `billing_portal.configuration`."""
    return RemotePortal(raw.id, raw.active, raw.features.to_dict(), _metadata_of(raw))


def read_endpoint(raw: stripe.WebhookEndpoint) -> RemoteEndpoint:
    """From `webhook_endpoint`."""
    return RemoteEndpoint(
        id=raw.id,
        url=raw.url,
        api_version=raw.api_version,
        events=frozenset(raw.enabled_events),
        enabled=raw.status == "enabled",
        metadata=_metadata_of(raw),
        secret=raw.secret if "secret" in raw else None,  # left out of every answer but the first
    )


def _id_of(reference: Any) -> str | None:
    if reference is None or isinstance(reference, str):
        return reference
    return reference.id


def _metadata_of(raw: Any) -> dict[str, str]:
    return dict(raw.metadata.to_dict()) if raw.metadata else {}
