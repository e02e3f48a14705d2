"""The API that a host product's server calls with a key: customers, credits, features, and the public catalogue."""

from billing_app.api.v1.host import catalogue, hand_overs

ROUTERS = (
    hand_overs.router,
    catalogue.router,
)
