-- Cost rows as a busy product has them: 400 days, 5,000 customers, four models, five features, plans by customer. The
-- first 70,000 rows are everybody's one call in each fourteenth of the time, so that both sizes have the same customers;
-- of the rest few make most (x^4: the first tenth makes more than half).
CREATE OR REPLACE FUNCTION bench_costs(first bigint, rows bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO cost_log (source, request_id, sign, kind, model, customer_id, plan, feature, input, output, price_id,
        currency, cost, at, recorded_at, fingerprint)
    SELECT 'bench', 'r' || n, 1, 'llm', model, customer, (ARRAY['free', 'free', 'free', 'basic', 'pro'])[1 + customer % 5],
        (ARRAY['chat', 'summary', 'search', 'draft', 'review'])[1 + (random() ^ 2 * 5)::int % 5],
        input, output, 1, 'USD', round((input * per_input + output * per_output) / 1000000, 12),
        timestamptz '2025-01-01 00:00Z' + CASE WHEN n <= 70000 THEN ((n - 1) / 5000 + random()) / 14 ELSE random() END
            * interval '400 days', now(), '\x00'
    FROM (
        SELECT n, CASE WHEN n <= 70000 THEN 1 + n % 5000 ELSE 1 + floor(random() ^ 4 * 5000)::bigint END AS customer,
            (random() * 4000)::bigint AS input,
            (random() * 1500)::bigint AS output, 1 + floor(random() ^ 2 * 4)::int AS m
        FROM generate_series(first, first + rows - 1) AS n
    ) AS drawn, LATERAL (
        SELECT (ARRAY['gpt-4o-mini', 'gpt-4o', 'gpt-3.5-turbo', 'gpt-4-turbo'])[m] AS model,
            (ARRAY[0.15, 2.5, 0.5, 10])[m] AS per_input, (ARRAY[0.6, 10, 1.5, 30])[m] AS per_output
    ) AS priced
$$;
