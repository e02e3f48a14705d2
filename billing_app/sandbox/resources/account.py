"""The account behind every key of this sandbox: one per data directory, the same for ever."""

from billing_app.sandbox.store import Json
from billing_app.sandbox.work import Work


def retrieve(work: Work, params: Json) -> Json:
    """GET /v1/account."""
    return {
        "id": work.store.remembered("account"),
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": None,
            "minority_owned_business_designation": None,
            "name": work.config.seller,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "default_currency": "usd",
        "details_submitted": True,
        "email": None,
        "payouts_enabled": True,
        "type": "standard",
    }


def retrieve_by_id(work: Work, params: Json, account: str) -> Json:
    """GET /v1/accounts/{account}: only the account itself; there are no connected ones."""
    if account != work.store.remembered("account"):
        work.get("account", account)
    return retrieve(work, params)
