"""Every table that holds something about a person: who may have a copy of it, and what erasing does to it. Pure.

A test holds it against the models, so that a new table with customers in it needs a decision here. Erasing makes rows
nobody's or deletes them; it never changes a sum: entries, payments, invoices and usage stay as they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class For(StrEnum):
    """Who is given a copy. What belongs to the running of the business (cost, margin, notes of staff) is not theirs."""

    PERSON = "person"
    STAFF = "staff"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Held:
    """One table.

    Attributes:
        copy: who is given a copy of its rows.
        where: which rows are this person's; `:customer` and `:emails` stand for them.
        erased_where: which rows erasing means, where that is more than a copy shows: all that `adopt` has made theirs.
        withheld: columns that are no data but secrets or their digests, left out of every copy.
        erase: column to SQL expression; empty: nothing in it names or describes a person.
        delete: erasing deletes the rows.
        by_owner: columns that the app may not change: `erase_texts` in the database blanks them, and says with what.
    """

    copy: For = For.PERSON
    where: str = "customer_id = :customer"
    erased_where: str = ""
    withheld: frozenset[str] = frozenset()
    erase: Mapping[str, str] = field(default_factory=dict)
    delete: bool = False
    by_owner: frozenset[str] = frozenset()


ERASED = "Erased"
_USERS = "user_id IN (SELECT id FROM users WHERE customer_id = :customer)"
_AUDITED = (
    "(object = 'customer:' || :customer OR (actor_kind = 'user' AND actor_id IN "
    "(SELECT id::text FROM users WHERE customer_id = :customer)) "
    "OR object IN (SELECT 'user:' || id FROM users WHERE customer_id = :customer))"
)
_BY_MAIL = "lower(recipient) = ANY(:emails)"
_MAILED = "(SELECT d.outbox_id FROM outbox_deliveries d WHERE d.customer_id = :customer)"
_ASKED = (
    "(SELECT o.id FROM outbox o JOIN enquiries e ON o.kind = 'enquiry' AND o.reference = e.number "
    "WHERE e.customer_id = :customer)"
)
# What Stripe says of a dispute or a refund need not name the customer.
_FROM_STRIPE = (
    "(stripe_customer_id IN (SELECT stripe_customer_id FROM stripe_customers WHERE customer_id = :customer) "
    "OR object_id IN (SELECT stripe_dispute_id FROM disputes WHERE customer_id = :customer) "
    "OR object_id IN (SELECT stripe_refund_id FROM refunds WHERE customer_id = :customer "
    "AND stripe_refund_id IS NOT NULL))"
)
_BUSINESS = Held(For.NOBODY)
_FIGURES = Held()
_OWN_WORDS = Held(delete=True)

INVENTORY: dict[str, Held] = {
    # Who they are
    "customers": Held(where="id = :customer", erase={"name": "NULL", "email": "NULL", "external_id": "NULL"}),
    "users": Held(
        withheld=frozenset({"password_hash"}),
        erase={
            "name": f"'{ERASED}'",
            "email": "'erased-' || id || '@erased.invalid'",
            "email_normalised": "'erased-' || id || '@erased.invalid'",
            "password_hash": "'!'",
            "verified_at": "NULL",
            "disabled_at": "coalesce(disabled_at, :now)",
        },
    ),
    "sessions": Held(where=_USERS, withheld=frozenset({"token_hash"}), delete=True),
    "hand_overs": Held(withheld=frozenset({"token_hash"}), delete=True),
    "enquiries": Held(
        where="(customer_id = :customer OR (customer_id IS NULL AND lower(email) = ANY(:emails)))",
        erased_where="customer_id = :customer",
        withheld=frozenset({"fingerprint"}),
        erase={
            "name": f"'{ERASED}'",
            "email": "'erased@erased.invalid'",
            "company": "''",
            "message": f"'{ERASED}'",
            "fingerprint": "'erased-' || id",
        },
    ),
    # What was written to them
    "mailbox": Held(where=_BY_MAIL, erased_where=f"(outbox_id IN {_MAILED} OR outbox_id IN {_ASKED})", delete=True),
    "outbox_deliveries": Held(
        where=_BY_MAIL,
        erased_where="customer_id = :customer",
        erase={
            "recipient": "'erased'",
            "last_error": "NULL",
            "state": "CASE state WHEN 'queued' THEN 'moot' ELSE state END",
        },
    ),
    "outbox": Held(For.NOBODY, where=f"(id IN {_MAILED} OR id IN {_ASKED})", by_owner=frozenset({"data"})),
    "alerts": _FIGURES,
    # What they wrote
    "drafts": _OWN_WORDS,
    "library_pairs": _OWN_WORDS,
    "question_sets": _OWN_WORDS,
    "chat_questions": _OWN_WORDS,
    "interviews": _OWN_WORDS,
    "practice_runs": _OWN_WORDS,
    "plan_cancellations": Held(erase={"comment": "NULL"}),
    # What they bought
    "stripe_customers": Held(withheld=frozenset({"idempotency_key"})),
    "checkouts": Held(
        withheld=frozenset({"idempotency_key"}),
        erase={"url": "NULL", "return_to": "NULL", "success_to": "NULL", "cancel_to": "NULL"},
    ),
    "payments": Held(erase={"receipt_url": "NULL"}),
    "payment_failures": Held(erase={"message": "NULL"}),
    "payment_methods": Held(delete=True),
    "invoices": Held(erase={"hosted_url": "NULL", "pdf_url": "NULL"}),
    "refunds": Held(withheld=frozenset({"key", "by"}), erase={"reason": "NULL"}),
    "disputes": _FIGURES,
    "subscriptions": Held(
        withheld=frozenset({"drift"}),
        # A plan by hand is called as somebody agreed with them.
        erase={"reason": "NULL", "terms": f"jsonb_set(terms, '{{name}}', '\"{ERASED}\"')"},
    ),
    "subscription_changes": _FIGURES,
    "trials_taken": Held(withheld=frozenset({"card_mac", "mailbox_mac"})),
    "unlocks": _FIGURES,
    # What they have and used
    "credit_accounts": _FIGURES,
    "credit_lots": Held(by_owner=frozenset({"label", "note"})),
    "credit_entries": Held(by_owner=frozenset({"details", "note"})),
    "credit_allocations": _FIGURES,
    "credit_holds": Held(by_owner=frozenset({"details"})),
    "credit_hold_lots": _FIGURES,
    "credit_debts": _FIGURES,
    "balance_watches": _FIGURES,
    "quota_usage": _FIGURES,
    "quota_uses": Held(withheld=frozenset({"key", "fingerprint"})),
    "unlock_uses": Held(withheld=frozenset({"key", "fingerprint"})),
    "unlock_use_parts": _FIGURES,
    "feature_grants": Held(erase={"reason": f"'{ERASED}'"}),
    "funnel_events": Held(by_owner=frozenset({"data", "visitor"})),
    # What staff and the product note
    "customer_notes": Held(For.STAFF, by_owner=frozenset({"body"})),
    "customer_looks": Held(For.STAFF),
    "audit_log": Held(For.STAFF, where=_AUDITED, by_owner=frozenset({"after", "ip", "reason"})),
    "webhook_events": Held(
        For.STAFF,
        where=_FROM_STRIPE,
        erase={"payload": "'{}'", "error": "NULL"},
    ),
    "webhook_attempts": Held(
        For.NOBODY,
        where=f"event_id IN (SELECT id FROM webhook_events WHERE {_FROM_STRIPE})",  # noqa: S608 - our own words
        erase={"error": "NULL"},
    ),
    "cost_log": Held(For.NOBODY, by_owner=frozenset({"details"})),
    "cost_sums_customer": _BUSINESS,
    "cost_sums_customer_month": _BUSINESS,
    "credit_claims": _BUSINESS,
    "credit_keys": _BUSINESS,
    "plan_returns": _BUSINESS,
    "plan_turns": _BUSINESS,
    "plan_windows": _BUSINESS,
    "reconcile_findings": _BUSINESS,
    "revenue_accounts": _BUSINESS,
    "revenue_lots": _BUSINESS,
    "revenue_payments": _BUSINESS,
    "revenue_sales": _BUSINESS,
    "revenue_sums_customer": _BUSINESS,
    "revenue_sums_customer_month": _BUSINESS,
}
"""In the order in which a copy shows them; rows are deleted in that order too, so what refers stands before."""
