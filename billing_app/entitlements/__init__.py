"""May this customer use this now? Unlocks, quotas, gates."""
