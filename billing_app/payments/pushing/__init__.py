"""Makes Stripe agree with the catalogue: products, prices, portal, webhook endpoint."""
