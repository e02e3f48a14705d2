"""The model prices a new installation starts with (row C5), as their vendor published them.

A model, a currency, the day from which the price holds (UTC), and the price of 1,000 input and of 1,000 output tokens.
"""

STARTING_PRICES = (
    ("gpt-3.5-turbo", "USD", "2024-01-25", "0.0005", "0.0015"),
    ("gpt-4-turbo", "USD", "2023-11-06", "0.010", "0.030"),
    ("gpt-4o", "USD", "2024-10-02", "0.0025", "0.010"),
    ("gpt-4o-mini", "USD", "2024-07-18", "0.00015", "0.0006"),
)
