"""One module per Stripe object: how it is made, and the operations on it."""
