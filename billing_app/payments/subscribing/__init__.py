"""Taking, changing and ending a plan: what we ask of Stripe. What becomes of it is mirrored, never assumed."""
