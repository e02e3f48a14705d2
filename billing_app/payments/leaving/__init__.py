"""What a customer who is erased leaves behind at Stripe: pages that could be paid, a plan, money (ADR 0018)."""
