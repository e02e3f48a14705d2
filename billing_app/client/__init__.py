"""The Python client of the billing API. Stands alone: this folder and httpx are all it needs.

client = BillingClient("https://billing.example.com", "crd_live_sk_...")
with client.hold("user_4711", "mock_interview", credits=20) as hold:
    ...
    hold.capture(13)
"""

from billing_app.client.asynchronous import AsyncBillingClient
from billing_app.client.calls import Spend, new_key
from billing_app.client.errors import (
    BillingError,
    Conflict,
    FeatureLocked,
    Forbidden,
    InsufficientCredits,
    InvalidRequest,
    NotFound,
    QuotaExceeded,
    RateLimited,
    Refused,
    Unauthenticated,
    Unavailable,
    Unreachable,
)
from billing_app.client.holds import AsyncHold, Hold
from billing_app.client.letting_through import LetThrough
from billing_app.client.results import Balance, Consumed, Decision, Entitlements, Option, Use
from billing_app.client.retrying import Retries
from billing_app.client.synchronous import BillingClient

__all__ = [
    "AsyncBillingClient",
    "AsyncHold",
    "Balance",
    "BillingClient",
    "BillingError",
    "Conflict",
    "Consumed",
    "Decision",
    "Entitlements",
    "FeatureLocked",
    "Forbidden",
    "Hold",
    "InsufficientCredits",
    "InvalidRequest",
    "LetThrough",
    "NotFound",
    "Option",
    "QuotaExceeded",
    "RateLimited",
    "Refused",
    "Retries",
    "Spend",
    "Unauthenticated",
    "Unavailable",
    "Unreachable",
    "Use",
    "new_key",
]
