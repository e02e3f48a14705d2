"""Use counted against a plan: windows, limits, rollover."""
