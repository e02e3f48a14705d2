"""Customer support: find a customer, explain the account, mend it; each write with a reason, in the audit log."""
