"""Questions from the contact form."""
