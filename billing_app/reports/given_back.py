"""What payments gave back, step by step: each on the day it happened, and undone on the day on which it was undone.

So a refund that fails, or a dispute that is won, weeks later moves the month in which that happens and no other.
Pieces of SQL that statements of the reports are made of.
"""

from billing_app.payments.refund_objects import ACTING

REFUNDED = f"""
    SELECT payment_id, currency, 1 AS rank, id, coalesce(acted_at, created_at) AS at, amount_minor AS amount
    FROM refunds WHERE status IN {ACTING!r} OR undone_at IS NOT NULL
    UNION ALL
    SELECT payment_id, currency, 2, id, undone_at, -amount_minor FROM refunds
    WHERE status NOT IN {ACTING!r} AND undone_at IS NOT NULL"""  # noqa: S608
"""Refunds: (payment_id, currency, rank, id, at, amount); `amount` is negative where one failed after all."""

_MOVES = "disputes d CROSS JOIN jsonb_array_elements(d.moves) WITH ORDINALITY AS m (move, number)"
AT_THE_BANK = f"""
    SELECT d.currency, CAST(m.move ->> 0 AS timestamptz) AS at, CAST(m.move ->> 1 AS bigint) AS amount
    FROM {_MOVES} WHERE CAST(m.move ->> 1 AS bigint) <> 0"""  # noqa: S608
"""Money that banks took for disputes: (currency, at, amount); `amount` is negative where it came back."""

GIVEN_BACK = f"""{REFUNDED}
    UNION ALL
    SELECT d.payment_id, d.currency, 2 + m.number, d.id, CAST(m.move ->> 0 AS timestamptz),
        CAST(m.move ->> 2 AS bigint) FROM {_MOVES} WHERE CAST(m.move ->> 2 AS bigint) <> 0"""  # noqa: S608
"""Refunds and lost disputes, as `REFUNDED`. How many steps there are, and their sum, change whenever one comes."""

NEWS = "concat_ws('/', count(*), sum(amount))"
"""By which it is told, of a group of such steps, that one has come."""

# What one payment gives back is never more than it captured, whatever is told of it.
STEPS = f"""
    SELECT payment_id, invoice_id, customer_id, at, amount,
        sum(amount) OVER unit AS so_far, row_number() OVER unit AS turn
    FROM (
        SELECT g.payment_id, p.invoice_id, p.customer_id, g.rank, g.id, g.at,
            least(sum(g.amount) OVER one, p.captured_minor)
                - least(sum(g.amount) OVER one - g.amount, p.captured_minor) AS amount
        FROM ({GIVEN_BACK}) g JOIN payments p ON p.id = g.payment_id WHERE {{only}}
        WINDOW one AS (PARTITION BY g.payment_id ORDER BY g.at, g.rank, g.id ROWS UNBOUNDED PRECEDING)
    ) capped
    WINDOW unit AS (PARTITION BY coalesce(-invoice_id, payment_id) ORDER BY at, rank, id ROWS UNBOUNDED PRECEDING)"""  # noqa: S608
"""The same, summed up (`so_far`) in order (`turn`), of a purchase or of all payments of an invoice.

`only` says which payments (`p`), and needs all of an invoice's; of what they gave back (`g`) only a currency.
"""
