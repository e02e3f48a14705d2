"""Use counted against a plan: windows, limits, rollover. Amounts are counts: units, or the seconds of minutes."""
