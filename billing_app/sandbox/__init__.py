"""A stateful Stripe-compatible server: the whole product runs and is proven without an account.

It imports nothing of the product. Any client of the official SDK can point its base addresses at it:

    python -m billing_app.sandbox --port 12111 --data .billing/sandbox
"""
