"""Keys by which a host product's server speaks to us: made once, shown once, of one scope, replaced with overlap."""
