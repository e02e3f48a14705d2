"""What customers may do on Stripe's portal pages: the same as on ours. Pure.

An upgrade takes effect at once and is invoiced at once; a lower price or a shorter period waits for the end of the
period; a cancellation too. https://docs.stripe.com/api/customer_portal/configurations/object
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from billing_app.catalog.items import ItemKind, Offer
from billing_app.payments.stripe_catalogue import RemotePortal
from billing_app.payments.stripe_objects import MANAGED_BY

MAX_PRODUCTS = 10
"""How many products Stripe's portal lets people choose from."""
_MAX_HEADLINE = 60
_REASONS = (
    "too_expensive",
    "missing_features",
    "switched_service",
    "unused",
    "customer_service",
    "too_complex",
    "low_quality",
    "other",
)


@dataclass(frozen=True, slots=True)
class PortalPlan:
    """What to do about the portal's configuration.

    Attributes:
        configuration: the one there is; None: make one.
        params: everything to send; None: it is as it should be, or (with `waits`) not known before prices are made.
        waits: it offers prices that are still to be made.
    """

    configuration: str | None
    params: dict[str, Any] | None
    waits: bool
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        if self.params is None and not self.waits:
            return []
        return [f"{'change' if self.configuration else 'make'} the customer portal's configuration"]


def plan_portal(
    items: Sequence[Offer],
    prices: Mapping[int, str | None],
    products: Mapping[int, str],
    there: Sequence[RemotePortal],
    *,
    known: str | None,
    seller: str,
    return_url: str,
) -> PortalPlan:
    """Compare the portal with what is on sale.

    Args:
        prices, products: by item, as `plan_prices` tells them.
        there: our configurations in Stripe.
        known: the one we made last.
    """
    plans = sorted(
        (item for item in items if item.kind is ItemKind.PLAN and item.item_id in prices),
        key=lambda item: (int(item.definition.get("sort", 0)), item.item_id),
    )
    places = list(dict.fromkeys(products[item.item_id] for item in plans))
    notes: tuple[str, ...] = ()
    if len(places) > MAX_PRODUCTS:
        notes = (f"Stripe's portal offers {MAX_PRODUCTS} plans; the other {len(places) - MAX_PRODUCTS} only on yours",)
        places = places[:MAX_PRODUCTS]
    usable = [one for one in there if one.active]
    current = next((one for one in usable if one.id == known), usable[0] if usable else None)
    configuration = current.id if current else None
    offered: list[dict[str, Any]] = []
    for place in places:
        ids = [prices[item.item_id] for item in plans if products[item.item_id] == place]
        if None in ids:
            return PortalPlan(configuration, None, waits=True, notes=notes)
        offered.append({"product": place, "prices": ids})
    params = _params(offered, seller, return_url)
    if current and current.metadata.get("content") == params["metadata"]["content"] and _obeys(current, offered):
        return PortalPlan(configuration, None, waits=False, notes=notes)
    return PortalPlan(configuration, params, waits=False, notes=notes)


def _params(offered: list[dict[str, Any]], seller: str, return_url: str) -> dict[str, Any]:
    change: dict[str, Any] = {"enabled": bool(offered)}
    if offered:
        change |= {
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": offered,
            "schedule_at_period_end": {
                "conditions": [{"type": "decreasing_item_amount"}, {"type": "shortening_interval"}]
            },
        }
    params: dict[str, Any] = {
        "business_profile": {"headline": seller[:_MAX_HEADLINE]},
        "default_return_url": return_url,
        "features": {
            "customer_update": {"enabled": True, "allowed_updates": ["name", "address"]},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {
                "enabled": True,
                "mode": "at_period_end",
                "cancellation_reason": {"enabled": True, "options": list(_REASONS)},
            },
            "subscription_update": change,
        },
    }
    content = hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
    return {**params, "metadata": {"managed_by": MANAGED_BY, "content": content[:32]}}


def _obeys(there: RemotePortal, offered: list[dict[str, Any]]) -> bool:
    """Whether nobody has changed by hand what our rules rest on. What Stripe does not tell counts as unchanged."""
    change, cancel = there.features.get("subscription_update", {}), there.features.get("subscription_cancel", {})
    if bool(change.get("enabled")) != bool(offered) or (cancel.get("enabled"), cancel.get("mode")) != (
        True,
        "at_period_end",
    ):
        return False
    if not offered:
        return True
    conditions = {one["type"] for one in (change.get("schedule_at_period_end") or {}).get("conditions", [])}
    told = change.get("products")
    return (
        change.get("proration_behavior") == "always_invoice"
        and conditions == {"decreasing_item_amount", "shortening_interval"}
        and list(change.get("default_allowed_updates") or []) == ["price"]
        and (told is None or _choices(told) == _choices(offered))
    )


def _choices(products: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    return {one["product"]: set(one["prices"]) for one in products}
