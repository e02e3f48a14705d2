"""Money that goes back: refunds and disputes, what they take away, and the refunds that staff make."""
