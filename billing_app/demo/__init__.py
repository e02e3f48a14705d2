"""Demo data of a sandbox, made by the product's own services: what it shows has happened, nothing is invented."""
