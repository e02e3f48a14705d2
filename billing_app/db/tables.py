"""Every table of the product, imported once, so that migrations and tests see the whole schema.

The packages above the database register themselves by name: this file imports modules, it knows none of them.
"""

from importlib import import_module
from importlib.util import find_spec

_PACKAGES = (
    "journal",
    "accounts",
    "accounts.api_keys",
    "accounts.hand_over",
    "accounts.looks",
    "catalog",
    "credits",
    "usage",
    "entitlements",
    "entitlements.subscriptions",
    "entitlements.plan_credits",
    "entitlements.quotas",
    "entitlements.enquiries",
    "notifications",
    "notifications.alerts",
    "payments",
    "payments.delivery_log",
    "payments.mirroring",
    "payments.reconciling",
    "payments.refunds",
    "payments.subscribing",
    "payments.pushing",
    "playground",
    "reports",
    "demo",
    "support",
    "self_audit",
)

import_module("billing_app.db.stamp")
import_module("billing_app.db.rate_limit")
for _package in _PACKAGES:
    if find_spec(f"billing_app.{_package}") and find_spec(f"billing_app.{_package}.models"):
        import_module(f"billing_app.{_package}.models")
