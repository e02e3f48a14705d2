-- The same work as one PL/pgSQL call, in the same tables: what a careful team would write without this ledger.
-- Every identity the audit checks holds here too. A consumption takes in burn order, writes its entry, its allocations
-- and its idempotency key, and updates the lots and the account. It is spared what the service does beyond that: it
-- books nothing that is due, knows no references, and (as no hold is live in its cases) does not look for holds.
--
-- Two ways to keep a customer's callers apart: the row's lock, by updating the account first; or an advisory lock.

CREATE FUNCTION bench_consume_row(customer bigint, wanted bigint, request text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    entry bigint;
    owing bigint := wanted;
    part bigint;
    place smallint := 0;
    total bigint := 0;
    lot record;
BEGIN
    UPDATE credit_accounts SET entry_count = entry_count + 1, settled_at = moment WHERE customer_id = customer
        RETURNING entry_count INTO entry;
    FOR lot IN
        SELECT id, remaining, (sum(remaining) OVER ())::bigint AS available FROM credit_lots
        WHERE customer_id = customer AND open AND booked AND frozen_at IS NULL
            AND (expires_at IS NULL OR expires_at > moment)
        ORDER BY priority, expires_at NULLS LAST, paid_minor > 0, effective_at, id
    LOOP
        total := lot.available;
        part := least(owing, lot.remaining);
        UPDATE credit_lots SET remaining = remaining - part, open = remaining > part
            WHERE customer_id = customer AND id = lot.id;
        INSERT INTO credit_allocations (customer_id, entry_id, position, lot_id, credits)
            VALUES (customer, entry, place, lot.id, part);
        owing := owing - part;
        place := place + 1;
        EXIT WHEN owing = 0;
    END LOOP;
    IF owing > 0 THEN
        RAISE EXCEPTION 'not enough credits';
    END IF;
    INSERT INTO credit_entries (customer_id, id, kind, amount, balance_after, at, recorded_at, feature)
        VALUES (customer, entry, 'consume', -wanted, total - wanted, moment, moment, 'chat');
    INSERT INTO credit_keys (customer_id, key, fingerprint, operation, subject)
        VALUES (customer, request, decode(md5(wanted::text), 'hex'), 'Consume', entry);
    RETURN total - wanted;
END $$;

CREATE FUNCTION bench_consume_advisory(customer bigint, wanted bigint, request text) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(customer);
    RETURN bench_consume_row(customer, wanted, request);
END $$;

CREATE FUNCTION bench_hold_row(customer bigint, wanted bigint, request text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    hold bigint;
    owing bigint := wanted;
    part bigint;
    place smallint := 0;
    lot record;
BEGIN
    UPDATE credit_accounts SET hold_count = hold_count + 1, settled_at = moment WHERE customer_id = customer
        RETURNING hold_count INTO hold;
    INSERT INTO credit_holds (customer_id, id, feature, credits, state, created_at, expires_at, cap_at)
        VALUES (customer, hold, 'chat', wanted, 'live', moment, moment + interval '15 minutes',
            moment + interval '1 day');
    FOR lot IN
        SELECT l.id, l.remaining - coalesce((
                SELECT sum(p.credits) FROM credit_holds h
                JOIN credit_hold_lots p ON p.customer_id = h.customer_id AND p.hold_id = h.id
                WHERE h.customer_id = customer AND h.state = 'live' AND p.lot_id = l.id), 0)::bigint AS free
        FROM credit_lots l
        WHERE l.customer_id = customer AND l.open AND l.booked AND l.frozen_at IS NULL
            AND (l.expires_at IS NULL OR l.expires_at > moment)
        ORDER BY l.priority, l.expires_at NULLS LAST, l.paid_minor > 0, l.effective_at, l.id
    LOOP
        CONTINUE WHEN lot.free <= 0;
        part := least(owing, lot.free);
        INSERT INTO credit_hold_lots (customer_id, hold_id, position, lot_id, credits)
            VALUES (customer, hold, place, lot.id, part);
        owing := owing - part;
        place := place + 1;
        EXIT WHEN owing = 0;
    END LOOP;
    IF owing > 0 THEN
        RAISE EXCEPTION 'not enough credits';
    END IF;
    INSERT INTO credit_keys (customer_id, key, fingerprint, operation, subject)
        VALUES (customer, request, decode(md5(wanted::text), 'hex'), 'Hold', hold);
    RETURN hold;
END $$;

CREATE FUNCTION bench_capture_row(customer bigint, held bigint, request text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    entry bigint;
    total bigint;
    taken bigint;
    part record;
BEGIN
    UPDATE credit_accounts SET entry_count = entry_count + 1, settled_at = moment WHERE customer_id = customer
        RETURNING entry_count INTO entry;
    UPDATE credit_holds SET state = 'captured', captured = credits, entry_id = entry, ended_at = moment
        WHERE customer_id = customer AND id = held AND state = 'live' RETURNING credits INTO taken;
    IF taken IS NULL THEN
        RAISE EXCEPTION 'no live hold';
    END IF;
    FOR part IN
        SELECT position, lot_id, credits FROM credit_hold_lots
        WHERE customer_id = customer AND hold_id = held ORDER BY position
    LOOP
        UPDATE credit_lots SET remaining = remaining - part.credits, open = remaining > part.credits
            WHERE customer_id = customer AND id = part.lot_id;
        INSERT INTO credit_allocations (customer_id, entry_id, position, lot_id, credits)
            VALUES (customer, entry, part.position, part.lot_id, part.credits);
    END LOOP;
    SELECT coalesce(sum(l.remaining), 0)::bigint - coalesce((
            SELECT sum(h.credits) FROM credit_holds h WHERE h.customer_id = customer AND h.state = 'live'), 0)::bigint
        INTO total FROM credit_lots l
        WHERE l.customer_id = customer AND l.open AND l.booked AND l.frozen_at IS NULL
            AND (l.expires_at IS NULL OR l.expires_at > moment);
    INSERT INTO credit_entries (customer_id, id, kind, amount, balance_after, at, recorded_at, feature, hold_id)
        VALUES (customer, entry, 'consume', -taken, total, moment, moment, 'chat', held);
    INSERT INTO credit_keys (customer_id, key, fingerprint, operation, subject)
        VALUES (customer, request, decode(md5(held::text), 'hex'), 'Capture', entry);
    RETURN total;
END $$;

CREATE FUNCTION bench_hold_advisory(customer bigint, wanted bigint, request text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(customer);
    RETURN bench_hold_row(customer, wanted, request);
END $$;

CREATE FUNCTION bench_capture_advisory(customer bigint, held bigint, request text) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(customer);
    RETURN bench_capture_row(customer, held, request);
END $$;
