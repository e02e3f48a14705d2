"""Credits that come with plans: windows, lots from paid invoices, trials, free months, upgrades, resets."""

from billing_app.entitlements.plan_credits.changes import upgrade_credits
from billing_app.entitlements.plan_credits.facts import CreditEffect, PaidInvoice, PaidLine, Resets
from billing_app.entitlements.plan_credits.granting import (
    invoice_paid,
    plan_changed,
    subscription_ended,
    trial_started,
)
from billing_app.entitlements.plan_credits.periods import Window
from billing_app.entitlements.plan_credits.previewing import (
    preview_at_period_end,
    preview_ending_now,
    preview_invoice,
)

__all__ = [
    "CreditEffect",
    "PaidInvoice",
    "PaidLine",
    "Resets",
    "Window",
    "invoice_paid",
    "plan_changed",
    "preview_at_period_end",
    "preview_ending_now",
    "preview_invoice",
    "subscription_ended",
    "trial_started",
    "upgrade_credits",
]
