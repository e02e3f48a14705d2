"""What pages note in the funnel: prices that were seen, walls that were shown."""

from datetime import timedelta
from hashlib import sha256

import reflex as rx

from billing_app.bootstrap import current
from billing_app.catalog.schema import Catalog
from billing_app.db.rate_limit import Limit, Take
from billing_app.entitlements.decisions import Decision
from billing_app.errors import DomainError
from billing_app.ui.components.wall import Wall, wall_of

ONCE = timedelta(minutes=30)
"""A page that is loaded again is still the same look at it."""
STRANGERS = Limit("pricing-seen", burst=5_000, window=timedelta(hours=1))
"""Whoever is not signed in may be anybody: more looks than these, from all of them together, are not counted."""


def visitor_of(state: rx.State) -> str:
    """A random id of the browser's tab, and not the one that opens its State."""
    return sha256(f"visitor:{state.router.session.client_token}".encode()).hexdigest()[:32]


async def pricing_seen(state: rx.State, customer_id: int | None) -> None:
    """Somebody looks at the prices. Never in the way of the page."""
    try:
        if customer_id is None:
            await current().limiter.take(Take(STRANGERS, "all"))
        await current().funnel.note_once(
            "pricing_seen", within=ONCE, visitor=visitor_of(state), customer_id=customer_id
        )
    except DomainError:
        return


async def shown_wall(decision: Decision, catalog: Catalog) -> Wall:
    """The wall of a refusal, which its customer is about to see; an empty one when the decision allows."""
    if not decision.allowed:
        await current().funnel.note_once(
            "wall_shown",
            within=ONCE,
            customer_id=decision.customer_id,
            data={"feature": decision.feature, "basis": decision.basis.value},
        )
    return wall_of(decision, catalog)
