"""The API that a host product's server calls with a key: customers, credits, features, and the public catalogue."""

from billing_app.api.v1.host import (
    catalogue,
    checkouts,
    credits,
    customers,
    features,
    hand_overs,
    holds,
    ledger,
    llm_usage,
    payments,
    sessions,
    streams,
    subscriptions,
)

ROUTERS = (
    hand_overs.router,
    *checkouts.ROUTERS,
    streams.router,
    sessions.router,
    *subscriptions.ROUTERS,
    payments.router,
    catalogue.router,
    *credits.ROUTERS,
    *holds.ROUTERS,
    *features.ROUTERS,
    ledger.router,
    llm_usage.router,
    *customers.ROUTERS,
)


def paths() -> list[str]:
    """The path of every endpoint, as its pattern."""
    return [getattr(route, "path", "") for router in ROUTERS for route in router.routes]
