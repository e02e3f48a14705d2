"""Money: checkout, the webhook inbox, what each Stripe fact does."""
