"""Credits that come with plans: windows, lots from paid invoices, trials, free months, upgrades, resets."""

from billing_app.entitlements.plan_credits.facts import CreditEffect, PaidInvoice, PaidLine, Resets
from billing_app.entitlements.plan_credits.granting import (
    invoice_paid,
    plan_changed,
    preview_at_period_end,
    preview_invoice,
    subscription_ended,
    trial_started,
    upgrade_credits,
)
from billing_app.entitlements.plan_credits.periods import Window

__all__ = [
    "CreditEffect",
    "PaidInvoice",
    "PaidLine",
    "Resets",
    "Window",
    "invoice_paid",
    "plan_changed",
    "preview_at_period_end",
    "preview_invoice",
    "subscription_ended",
    "trial_started",
    "upgrade_credits",
]
