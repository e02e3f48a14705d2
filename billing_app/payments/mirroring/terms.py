"""Which terms of the catalogue a subscription in Stripe stands for, and what does not fit it: its drift."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog import store as catalog
from billing_app.catalog.items import ItemKind, Offer
from billing_app.payments.subscription_objects import Price, Told


@dataclass(frozen=True, slots=True)
class Terms:
    """What is held: the item, unless something does not fit (`drift`, in words for the merchant)."""

    item: Offer | None
    next_item: Offer | None
    drift: tuple[str, ...]

    def refused(self, held: int) -> "Terms":
        """The same for one that is handed over while its customer holds another, by our id."""
        why = f"it was handed over, but its customer holds subscription {held}: end one of them"
        return Terms(None, None, (*self.drift, why))


async def terms_of(session: AsyncSession, told: Told, *, known_as_ours: bool) -> Terms:
    """Compare a subscription with the catalogue. With any drift in what is sold, `item` is None: keep the last known.

    Args:
        known_as_ours: it was ours when we looked last.
    """
    drift: list[str] = []
    if not told.ours:
        drift.append(
            "the metadata of this product was removed from it" if known_as_ours else "it was not made by this product"
        )
    item, misfits = await _sold(session, told)
    next_item, wrong = await _next(session, told)
    if told.paused_how:
        drift.append(f"collection is paused in Stripe ({told.paused_how})")
    return Terms(item, next_item, tuple(drift + misfits + wrong))


async def _sold(session: AsyncSession, told: Told) -> tuple[Offer | None, list[str]]:
    if len(told.items) != 1:
        return None, [f"it has {len(told.items)} prices instead of one"]
    line = told.items[0]
    if line.quantity != 1:
        return None, [f"its quantity is {line.quantity} instead of 1"]
    item = await item_of(session, line.price, hint=told.metadata.get("item_id"))
    return item, [] if item else [f"price {line.price.id} is not in the catalogue"]


async def _next(session: AsyncSession, told: Told) -> tuple[Offer | None, list[str]]:
    coming = told.next_phase
    if coming is None:
        return None, []
    item = await item_of(session, coming.price) if coming.price else None
    if item is None:
        what = coming.price.id if coming.price else "something else than one price"
        return None, [f"its schedule brings {what}, which is not in the catalogue"]
    return item, []


async def item_of(session: AsyncSession, price: Price, *, hint: str | None = None) -> Offer | None:
    """The plan item that a price stands for: by its id, else by the item it names, if its terms are the same."""
    found = await catalog.item_of_stripe_price(session, price.id)
    if found is not None:
        return found if found.kind is ItemKind.PLAN else None
    for named in (price.metadata.get("item_id"), price.metadata.get("item"), hint):
        if named and named.isascii() and named.isdecimal() and len(named) < 18:
            offer = await catalog.item(session, int(named))
            if offer is not None and _same(offer, price):
                return offer
    return None


def _same(offer: Offer, price: Price) -> bool:
    return (
        offer.kind is ItemKind.PLAN
        and (offer.terms.amount_minor, offer.terms.currency, offer.terms.period)
        == (price.amount_minor, price.currency, price.period)
        and price.tax_behavior in (None, "unspecified", offer.terms.tax_behavior)
    )
