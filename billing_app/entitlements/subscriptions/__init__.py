"""Subscriptions: the mirror of what Stripe has, what each status gives, and the plan in force."""
