"""The HTTP side: the API for host products, webhooks, sign-in forms."""
