"""The API that a host product's server calls with a key: customers, credits, features, and the public catalogue."""
