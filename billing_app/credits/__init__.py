"""The credit ledger: lots, entries, allocations, holds."""
