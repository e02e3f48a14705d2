"""How events reach the endpoints: planned with the change itself, signed, retried, kept with their answers."""
