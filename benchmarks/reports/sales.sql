-- What 5,000 customers bought and used in 400 days: a month of credits on each of 13 invoices, packs, refunds; the
-- ledger's rows as the engine leaves them (ids without gaps, lots that add up), the heavier users first.
CREATE OR REPLACE FUNCTION bench_sales(customers int, item bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customers (external_id, created_at) SELECT 'buyer-' || n, now() FROM generate_series(1, customers) n;
    CREATE TEMP TABLE buyers AS SELECT id AS customer_id, row_number() OVER (ORDER BY id) AS n FROM customers;
    INSERT INTO subscriptions (customer_id, stripe_subscription_id, status, started_at, anchor, current_period_start,
        asked_at, created_at, updated_at)
    SELECT customer_id, 'sub_' || n, 'active', now(), now(), now(), now(), now(), now() FROM buyers;
    CREATE TEMP TABLE months AS
        SELECT b.customer_id, b.n, s.id AS subscription_id, m, 'in_' || b.n || '_' || m AS invoice,
            timestamptz '2025-01-01 00:00Z' + (m * 30 + b.n % 28) * interval '1 day' AS at,
            -- how many times a month: x^3, the first tenth uses more than a third
            (1 + 6 * (1 - b.n::numeric / customers) ^ 3)::int AS uses
        FROM buyers b JOIN subscriptions s USING (customer_id), generate_series(0, 12) AS m;
    -- Everybody takes the plan when they come; every third switches up, every fifth leaves and half of these come back.
    INSERT INTO subscription_changes (subscription_id, customer_id, at, recorded_at, kind, mrr_before_minor,
        mrr_after_minor, currency)
    SELECT subscription_id, customer_id, at + c.days * interval '1 day', now(), c.kind, c.before, c.after, 'USD'
    FROM months CROSS JOIN LATERAL (VALUES (0, 'started', 0, 1000, true), (100, 'switched', 1000, 1500, n % 3 = 0),
        (200, 'ended', CASE n % 3 WHEN 0 THEN 1500 ELSE 1000 END, 0, n % 5 = 0),
        (260, 'started', 0, 1000, n % 10 = 0)) AS c(days, kind, before, after, does) WHERE m = 0 AND c.does;
    INSERT INTO invoices (customer_id, subscription_id, stripe_invoice_id, status, currency, subtotal_minor, tax_minor,
        total_minor, due_minor, paid_minor, created_at, paid_at, asked_at, lines)
    SELECT customer_id, subscription_id, invoice, 'paid', 'USD', 1000, 190, 1190, 1190, 1190, at, at, at,
        json_build_array(json_build_object('id', 'il_' || invoice, 'item_id', item, 'net_minor', 1000,
            'period_start', at, 'period_end', at + interval '30 days'))
    FROM months;
    INSERT INTO payments (customer_id, invoice_id, stripe_payment_intent, state, amount_minor, captured_minor, currency,
        fee_minor, fee_currency, created_at, updated_at)
    SELECT m.customer_id, i.id, 'pi_' || invoice, 'succeeded', 1190, 1190, 'USD',
        CASE WHEN m.m % 2 = 0 THEN 64 END, CASE WHEN m.m % 2 = 0 THEN 'USD' END, m.at, m.at
    FROM months m JOIN invoices i ON i.stripe_invoice_id = m.invoice;
    INSERT INTO refunds (customer_id, payment_id, stripe_refund_id, amount_minor, currency, status, by, created_at)
    SELECT customer_id, id, 're_' || id, 400, 'USD', 'succeeded', 'stripe', created_at + interval '3 days'
    FROM payments WHERE id % 97 = 0;
    INSERT INTO plan_windows (customer_id, subscription_id, source, invoice_id, line_id, item_id, upgrade, starts_at,
        ends_at, paid_until, credits, net_minor, currency, created_at)
    SELECT customer_id, subscription_id, invoice, invoice, 'il_' || invoice, item, false, at, at + interval '30 days',
        at + interval '30 days', 40, 1000, 'USD', at
    FROM months;
    INSERT INTO credit_lots (customer_id, id, kind, label, source, payment, granted, remaining, priority, paid_minor,
        currency, effective_at, expires_at, created_at, booked, open, expired)
    SELECT customer_id, m + 1, 'plan', 'Plan', invoice, invoice, 40, CASE WHEN m = 12 THEN 40 - 5 * uses ELSE 0 END, 50,
        1000, 'USD', at, at + interval '30 days', at, true, m = 12 AND uses < 8,
        CASE WHEN m < 12 THEN 40 - 5 * uses ELSE 0 END
    FROM months;
    CREATE TEMP TABLE steps AS
        SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY m, u) AS id
        FROM (SELECT *, generate_series(0, uses + 1) AS u FROM months) s
        WHERE u <= uses OR (m < 12 AND uses < 8);  -- 0: granted; then used; last: what is left expires
    INSERT INTO credit_entries (customer_id, id, kind, amount, balance_after, at, recorded_at, feature, lot_id)
    SELECT customer_id, id, CASE WHEN u = 0 THEN 'grant' WHEN u <= uses THEN 'consume' ELSE 'expire' END,
        CASE WHEN u = 0 THEN 40 WHEN u <= uses THEN -5 ELSE -(40 - 5 * uses) END, 0,
        at + u * interval '30 days' / (uses + 1), now(),
        CASE WHEN u BETWEEN 1 AND uses THEN (ARRAY['chat', 'summary', 'search'])[1 + u % 3] END,
        CASE WHEN u = 0 THEN m + 1 END
    FROM steps;
    INSERT INTO credit_allocations (customer_id, entry_id, position, lot_id, credits)
    SELECT customer_id, id, 0, m + 1, CASE WHEN u <= uses THEN 5 ELSE 40 - 5 * uses END FROM steps WHERE u > 0;
    INSERT INTO credit_accounts (customer_id, entry_count, lot_count) SELECT customer_id, max(id), 13 FROM steps GROUP BY 1;
    DROP TABLE steps, months, buyers;
END $$;
