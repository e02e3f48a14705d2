"""Brings our mirror of subscriptions, invoices and cards to where Stripe says they are."""
