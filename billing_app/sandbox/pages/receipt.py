"""A plain receipt behind a charge's `receipt_url`."""

from starlette.requests import Request
from starlette.responses import Response

from billing_app.sandbox import currencies
from billing_app.sandbox.pages.rendering import notice
from billing_app.sandbox.place import place_of


async def page(request: Request) -> Response:
    """GET /receipts/{charge}."""
    place = place_of(request)
    charge = place.store.get("charge", request.path_params["charge"])
    if charge is None or not charge.body["paid"]:
        return notice("There is no such receipt", "The address is incomplete.", status=404)
    card = charge.body["payment_method_details"]["card"]
    amount = currencies.written(charge.body["amount"], charge.body["currency"])
    text = f"{amount} with {card['brand'].title()} ending in {card['last4']}. Sandbox: no money moved."
    return notice(f"Receipt from {place.config.seller}", text, status=200)
