"""Comparing with Stripe: what never came, objects that differ, totals that do not agree."""
