"""Append-only records written by every package above: audit log, funnel events, outbox."""
