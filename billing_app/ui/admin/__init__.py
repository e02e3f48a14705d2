"""What staff pages are made of: their frame, and the parts that make them look like one product."""
