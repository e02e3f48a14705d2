"""Every SQL statement behind the search: one for each kind of clue, each answering (customer, what it was)."""

from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.support.clues import Clue

REFERENCE_LIMIT_MS = 2_000

# Kind of clue: (how it matched, in words; the statement). Every one is bounded and over an index, but two: a part of a
# name reads the customers, and a reference asks the index of entries once for each customer and skips from feature to
# feature there, for at most REFERENCE_LIMIT_MS: one more index would make every charge dearer.
STATEMENTS: dict[str, tuple[str, str]] = {
    "customer": ("our id", "SELECT id AS customer_id, '' AS what, NULL::bigint AS entry FROM customers WHERE id = :id"),
    "external_id": (
        "id in your product",
        "SELECT id, external_id, NULL::bigint FROM customers WHERE external_id = :value",
    ),
    "email": (
        "e-mail",
        """SELECT customer_id, email, NULL::bigint FROM users
            WHERE lower(email) = :value AND customer_id IS NOT NULL
        UNION SELECT id, email, NULL::bigint FROM customers WHERE lower(email) = :value""",
    ),
    "stripe_customer": (
        "Stripe customer",
        "SELECT customer_id, stripe_customer_id, NULL::bigint FROM stripe_customers WHERE stripe_customer_id = :value",
    ),
    "subscription": (
        "Stripe subscription",
        "SELECT customer_id, coalesce(plan_code, ''), NULL::bigint FROM subscriptions "
        "WHERE stripe_subscription_id = :value",
    ),
    "invoice": (
        "Stripe invoice",
        "SELECT customer_id, coalesce(number, ''), NULL::bigint FROM invoices WHERE stripe_invoice_id = :value",
    ),
    "invoice_number": (
        "invoice number",
        "SELECT customer_id, description, NULL::bigint FROM invoices WHERE number = :value OR number = upper(:value)",
    ),
    "payment_intent": (
        "Stripe payment",
        "SELECT customer_id, state, NULL::bigint FROM payments WHERE stripe_payment_intent = :value "
        "UNION SELECT customer_id, name, NULL::bigint FROM checkouts WHERE stripe_payment_intent = :value",
    ),
    "charge": ("Stripe charge", "SELECT customer_id, state, NULL::bigint FROM payments WHERE stripe_charge = :value"),
    "checkout_session": (
        "Stripe checkout session",
        "SELECT customer_id, name, NULL::bigint FROM checkouts WHERE stripe_session_id = :value",
    ),
    "checkout": ("checkout", "SELECT customer_id, name, NULL::bigint FROM checkouts WHERE public_id = :value"),
    "refund": (
        "Stripe refund",
        "SELECT customer_id, status, NULL::bigint FROM refunds WHERE stripe_refund_id = :value",
    ),
    "dispute": (
        "Stripe dispute",
        "SELECT customer_id, status, NULL::bigint FROM disputes WHERE stripe_dispute_id = :value",
    ),
    "event": (
        "Stripe event",
        "SELECT s.customer_id, e.type, NULL::bigint FROM webhook_events e "
        "JOIN stripe_customers s ON s.stripe_customer_id = e.stripe_customer_id WHERE e.id = :value",
    ),
    "enquiry": (
        "enquiry",
        "SELECT customer_id, plan_code, NULL::bigint FROM enquiries "
        "WHERE number = upper(:value) AND customer_id IS NOT NULL",
    ),
    "request_id": (
        "request id of a logged call",
        """WITH RECURSIVE sources AS (
            (SELECT source FROM cost_log ORDER BY source LIMIT 1)
            UNION ALL
            SELECT (SELECT l.source FROM cost_log l WHERE l.source > s.source ORDER BY l.source LIMIT 1)
            FROM sources s WHERE s.source IS NOT NULL)
        SELECT l.customer_id, coalesce(l.model, ''), NULL::bigint FROM sources s
        JOIN cost_log l ON l.source = s.source AND l.request_id = :value
        WHERE s.source IS NOT NULL AND l.customer_id IS NOT NULL""",
    ),
    "lot_source": (
        "source of credits",
        "SELECT customer_id, label, NULL::bigint FROM credit_lots WHERE source IN (:value, 'checkout:' || :value)",
    ),
    "reference": (
        "reference of an entry",
        """SELECT c.id, e.feature, e.id FROM customers c CROSS JOIN LATERAL (
            SELECT id, feature FROM credit_entries t
            WHERE t.customer_id = c.id AND t.reference = :value OFFSET 0) e""",
    ),
    "part": (
        "part of name or e-mail",
        r"""SELECT id, coalesce(name, email, ''), NULL::bigint FROM customers
            WHERE lower(name) LIKE :part ESCAPE '\' OR lower(email) LIKE :part ESCAPE '\'
                OR lower(external_id) LIKE :part ESCAPE '\'
        UNION SELECT customer_id, email, NULL::bigint FROM users
            WHERE customer_id IS NOT NULL
                AND (lower(name) LIKE :part ESCAPE '\' OR lower(email) LIKE :part ESCAPE '\')
        ORDER BY 1 DESC""",
    ),
}


async def look(session: AsyncSession, clue: Clue, *, limit: int) -> list[tuple[int, str, int | None]]:
    """Customers that this clue leads to: (id, what it was, the ledger entry if it was one)."""
    statement: TextClause = text(f"SELECT * FROM ({STATEMENTS[clue.kind][1]}) AS found LIMIT :limit")  # noqa: S608 - own text
    values: dict[str, Any] = {"limit": limit}
    if ":id" in statement.text:
        values["id"] = int(clue.value)
    if ":value" in statement.text:
        values["value"] = clue.value
    if clue.kind == "reference":
        await session.execute(text(f"SET LOCAL statement_timeout = {REFERENCE_LIMIT_MS}"))
    if ":part" in statement.text:
        escaped = clue.value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values["part"] = f"%{escaped}%"
    return [(row[0], row[1] or "", row[2]) for row in await session.execute(statement, values)]


_WHO = text("SELECT id, name, email, external_id FROM customers WHERE id = ANY(:ids)")


async def names(session: AsyncSession, ids: list[int]) -> dict[int, tuple[str | None, str | None, str | None]]:
    """Name, e-mail and the host's id of each of these customers."""
    return {row.id: (row.name, row.email, row.external_id) for row in await session.execute(_WHO, {"ids": ids})}
