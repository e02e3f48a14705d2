"""Moving in: customers of an older system, with their credits and subscriptions, out of one CSV file."""
