"""How often a customer may have Stripe asked about their plan: by page or by API, it is counted together."""

from datetime import timedelta

from billing_app.db.rate_limit import Limit

START = Limit("checkout", burst=20, window=timedelta(minutes=10))
CHANGE = Limit("plan-change", burst=20, window=timedelta(minutes=10))
PREVIEW = Limit("plan-preview", burst=60, window=timedelta(minutes=10))
PORTAL = Limit("portal", burst=20, window=timedelta(minutes=10))
