"""What a customer subscribes to: the mirror of Stripe's subscriptions, and the plan in force."""
