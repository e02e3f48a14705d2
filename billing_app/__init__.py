"""Credits, quotas, checkout and true margins for AI products."""
