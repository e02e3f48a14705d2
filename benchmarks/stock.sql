-- Customers with lots to spend, made in one go. A lot's size and a consumption's size have no common factor, so that
-- about one consumption in ten needs two lots: 1.1 allocations each. The first lot's size differs from customer to
-- customer, so that this holds from the first consumption on.
CREATE FUNCTION bench_stock(first bigint, customers bigint, lots bigint, size bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO credit_accounts (customer_id, entry_count, lot_count, settled_at)
        SELECT first + c, lots, lots, now() FROM generate_series(0, customers - 1) AS c;
    INSERT INTO credit_lots (customer_id, id, kind, label, source, payment, granted, remaining, priority, paid_minor,
            currency, effective_at, expires_at, debt_limit, booked, created_at)
        SELECT first + c, l, 'purchase', 'Popular pack', 'cs_' || l, 'pi_' || l, g.size, g.size, 50, 900, 'USD', now(),
            now() + interval '1 year', 0, true, now()
        FROM generate_series(0, customers - 1) AS c, generate_series(1, lots) AS l,
            LATERAL (SELECT CASE WHEN l = 1 THEN 1 + (first + c) * 37 % size ELSE size END AS size) AS g;
    INSERT INTO credit_entries (customer_id, id, kind, amount, balance_after, at, recorded_at, lot_id)
        SELECT customer_id, id, 'grant', granted, sum(granted) OVER (PARTITION BY customer_id ORDER BY id),
            now(), now(), id
        FROM credit_lots WHERE customer_id >= first AND customer_id < first + customers;
$$;

-- Whose turn it is to be the hot customer.
CREATE SEQUENCE bench_turn MINVALUE 0;
GRANT USAGE ON bench_turn TO billing_app;
