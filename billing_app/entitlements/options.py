"""What would open a feature for a customer who was refused: packs that cover it, unlocks of it. Pure."""

from billing_app.catalog.offers import Offers
from billing_app.entitlements.decisions import Option

MAX_OPTIONS = 6


def packs_covering(offers: Offers, shortfall: int) -> tuple[Option, ...]:
    """Packs, cheapest that covers the shortfall first, then dearer ones; packs that are too small last."""
    options = [
        Option(
            kind="pack",
            code=pack.code,
            name=pack.name,
            price_minor=pack.amount_minor,
            currency=pack.currency,
            url=offer_url("pack", pack.code),
            credits=pack.credits,
            enough=pack.credits >= shortfall,
        )
        for pack in offers.packs
    ]
    options.sort(key=lambda option: (not option.enough, option.price_minor or 0, -(option.credits or 0)))
    return tuple(options[:MAX_OPTIONS])


def unlocks_of(offers: Offers, feature: str, units: int) -> tuple[Option, ...]:
    """Unlocks of a feature, cheapest that covers the units first."""
    options = [
        Option(
            kind="unlock",
            code=unlock.code,
            name=unlock.name,
            price_minor=unlock.amount_minor,
            currency=unlock.currency,
            url=offer_url("unlock", unlock.code),
            uses=unlock.uses,
            enough=unlock.uses is None or unlock.uses >= units,
        )
        for unlock in offers.unlocks
        if unlock.feature == feature
    ]
    options.sort(key=lambda option: (not option.enough, option.price_minor or 0))
    return tuple(options[:MAX_OPTIONS])


def offer_url(kind: str, code: str) -> str:
    """Where an offer stands on the pricing page."""
    return f"/pricing#{kind}-{code}"
