"""Taking a plan, changing it, ending it."""
