"""The log of Stripe's deliveries, for staff: what came, what became of it, and doing it once more."""
