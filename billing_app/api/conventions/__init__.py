"""What all endpoints for host products have in common: keys, limits, strict bodies, idempotency, paging, headers."""
