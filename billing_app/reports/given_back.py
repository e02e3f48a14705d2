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

# `closed_at` is when it was decided first; where that was overturned, `outcome` is what it was overturned to.
_LOST_FIRST = "(outcome = 'lost') = (overturned_at IS NULL)"
_OVERTURNED = "CASE outcome WHEN 'lost' THEN amount_minor ELSE -amount_minor END"
_CHARGED_BACK = "disputes WHERE status NOT LIKE 'warning%' AND status <> 'prevented'"
AT_THE_BANK = f"""
    SELECT currency, opened_at AS at, amount_minor AS amount FROM {_CHARGED_BACK}
    UNION ALL
    SELECT currency, closed_at, -amount_minor FROM {_CHARGED_BACK} AND closed_at IS NOT NULL AND NOT ({_LOST_FIRST})
    UNION ALL
    SELECT currency, overturned_at, {_OVERTURNED} FROM {_CHARGED_BACK} AND overturned_at IS NOT NULL"""  # noqa: S608
"""Money that banks took for disputes: (currency, at, amount), from the day one is opened until it is won."""

GIVEN_BACK = f"""{REFUNDED}
    UNION ALL
    SELECT payment_id, currency, 3, id, closed_at, amount_minor FROM disputes
    WHERE closed_at IS NOT NULL AND {_LOST_FIRST}
    UNION ALL
    SELECT payment_id, currency, 4, id, overturned_at, {_OVERTURNED} FROM disputes
    WHERE overturned_at IS NOT NULL"""  # noqa: S608
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
