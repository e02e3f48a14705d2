"""The API that a host product's server calls with a key: customers, credits, features, and the public catalogue."""

from billing_app.api.v1.host import catalogue, credits, customers, features, hand_overs, holds, ledger

ROUTERS = (
    hand_overs.router,
    catalogue.router,
    *credits.ROUTERS,
    *holds.ROUTERS,
    *features.ROUTERS,
    ledger.router,
    *customers.ROUTERS,
)
