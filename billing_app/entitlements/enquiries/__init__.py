"""People who ask for a plan by contract."""
