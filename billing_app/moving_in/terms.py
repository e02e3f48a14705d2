"""Which item of the catalogue the price of an adopted subscription is. Terms must agree to the last unit."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog import store as catalog
from billing_app.catalog.items import ItemKind, Offer
from billing_app.errors import InvalidInput
from billing_app.payments.mirroring.terms import item_of
from billing_app.payments.subscription_objects import Price, Told


async def adopted_item(session: AsyncSession, told: Told, plan: str | None) -> Offer:
    """The item, by the price's id or by its terms; items that are no longer sold count too.

    Args:
        plan: the plan's code, as the file says it; None: whatever the terms fit, if that is one.

    Raises:
        InvalidInput: nothing fits, or more than one plan does; says what the catalogue lacks.
    """
    if len(told.items) != 1 or told.items[0].quantity != 1:
        raise InvalidInput(f"{told.id} has {len(told.items)} prices or a quantity: a plan is one price, once.")
    price = told.items[0].price
    known = await item_of(session, price)
    if known is not None:
        return _checked(known, plan, price)
    fitting = [
        offer
        for offer in await catalog.all_items(session)
        if offer.kind is ItemKind.PLAN
        and (plan is None or offer.code == plan)
        and await item_of(session, price, hint=str(offer.item_id)) is not None
    ]
    on_sale = [offer for offer in fitting if offer.retired_in is None]
    found = on_sale or fitting[-1:]
    if len({offer.code for offer in found}) > 1:
        names = ", ".join(sorted({offer.code for offer in found}))
        raise InvalidInput(f"{_said(price)} fits several plans ({names}): say which in the column plan.")
    if not found:
        of_plan = f" of the plan {plan}" if plan else ""
        raise InvalidInput(
            f"{_said(price)} is no price{of_plan} in the catalogue. Apply a catalogue that sells at it first (and then "
            "today's: who holds the old price keeps it)."
        )
    return found[-1]


async def link(session: AsyncSession, offer: Offer, told: Told) -> bool:
    """Let the item be sold at the price that is there, unless it has one. Whether that is new."""
    price = told.items[0].price
    if offer.stripe_price_id is not None or await catalog.item_of_stripe_price(session, price.id) is not None:
        return False
    await catalog.set_stripe_price(session, offer.item_id, price.id)
    return True


def _checked(offer: Offer, plan: str | None, price: Price) -> Offer:
    if plan is not None and offer.code != plan:
        raise InvalidInput(f"{price.id} is the price of the plan {offer.code}, and the file says {plan}.")
    return offer


def _said(price: Price) -> str:
    amount = "no fixed amount" if price.amount_minor is None else f"{price.amount_minor} {price.currency}"
    return f"{price.id} ({amount} in the smallest unit, {'a ' + price.period if price.period else 'another interval'})"
