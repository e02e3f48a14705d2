"""E-mails: written to the outbox with their cause, sent after commit."""
