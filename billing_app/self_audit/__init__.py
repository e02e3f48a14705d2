"""Does everything still hold? Balances, Stripe's totals, keys, clock, schema, roles, queue, disk: looked at anew."""
