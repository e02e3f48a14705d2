"""Lots, entries, allocations, holds, debts, claims, keys: the ledger."""

from alembic import op

from billing_app.db.ddl import append_only, own_rows_only

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Room on each page for the next version of a row that changes often, so that updates touch no index.
ROOM = "WITH (fillfactor = 70)"

TABLES = f"""
CREATE TABLE credit_accounts (
    customer_id bigint CONSTRAINT pk_credit_accounts PRIMARY KEY,
    entry_count bigint NOT NULL DEFAULT 0,
    lot_count bigint NOT NULL DEFAULT 0,
    hold_count bigint NOT NULL DEFAULT 0,
    debt_count bigint NOT NULL DEFAULT 0,
    encumbered boolean NOT NULL DEFAULT false,
    settled_at timestamptz,
    grants_due_at timestamptz
) {ROOM};

CREATE TABLE credit_lots (
    customer_id bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    source text NOT NULL,
    payment text,
    origin_lot_id bigint,
    granted bigint NOT NULL,
    remaining bigint NOT NULL,
    expired bigint NOT NULL DEFAULT 0,
    revoked bigint NOT NULL DEFAULT 0,
    voided bigint NOT NULL DEFAULT 0,
    due_back bigint NOT NULL DEFAULT 0,
    priority smallint NOT NULL,
    paid_minor bigint NOT NULL DEFAULT 0,
    currency text,
    effective_at timestamptz NOT NULL,
    expires_at timestamptz,
    debt_limit bigint,
    booked boolean NOT NULL DEFAULT false,
    open boolean NOT NULL DEFAULT true,
    frozen_at timestamptz,
    created_at timestamptz NOT NULL,
    actor text NOT NULL DEFAULT 'system',
    note text NOT NULL DEFAULT '',
    CONSTRAINT pk_credit_lots PRIMARY KEY (customer_id, id),
    CONSTRAINT ck_credit_lots_granted CHECK (granted BETWEEN 1 AND 1000000000000),
    CONSTRAINT ck_credit_lots_remaining CHECK (remaining BETWEEN 0 AND granted AND open = (remaining > 0)),
    CONSTRAINT ck_credit_lots_whereabouts CHECK (
        expired >= 0 AND revoked >= 0 AND voided >= 0 AND due_back BETWEEN 0 AND remaining
        AND remaining + expired + revoked + voided <= granted),
    CONSTRAINT ck_credit_lots_priority CHECK (priority BETWEEN 0 AND 100),
    CONSTRAINT ck_credit_lots_paid CHECK (paid_minor >= 0 AND (paid_minor = 0 OR currency IS NOT NULL)),
    CONSTRAINT ck_credit_lots_times CHECK (expires_at >= effective_at),
    CONSTRAINT ck_credit_lots_kind CHECK (kind IN ('purchase', 'plan', 'trial', 'free', 'promotion', 'referral',
        'gift', 'adjustment', 'rollover', 'reversal'))
) {ROOM};
CREATE UNIQUE INDEX uq_credit_lots_customer_id_source ON credit_lots (customer_id, source);
CREATE INDEX ix_credit_lots_open ON credit_lots (customer_id) WHERE open;
CREATE INDEX ix_credit_lots_customer_id_payment ON credit_lots (customer_id, payment) WHERE payment IS NOT NULL;

CREATE TABLE credit_entries (
    customer_id bigint NOT NULL,
    id bigint NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    feature text,
    reference text,
    lot_id bigint,
    hold_id bigint,
    debt_id bigint,
    reverses bigint,
    price jsonb,
    details jsonb,
    actor text NOT NULL DEFAULT 'system',
    note text NOT NULL DEFAULT '',
    CONSTRAINT pk_credit_entries PRIMARY KEY (customer_id, id),
    CONSTRAINT ck_credit_entries_kind CHECK (kind IN ('consume', 'expire', 'revoke', 'void', 'collect', 'adjust',
        'grant', 'reverse', 'restore', 'freeze', 'thaw')),
    CONSTRAINT ck_credit_entries_balance_after CHECK (balance_after >= 0)
);
CREATE UNIQUE INDEX uq_credit_entries_customer_id_feature_reference
    ON credit_entries (customer_id, feature, reference) WHERE reference IS NOT NULL;
CREATE INDEX ix_credit_entries_customer_id_reverses ON credit_entries (customer_id, reverses)
    WHERE reverses IS NOT NULL;
CREATE INDEX ix_credit_entries_customer_id_debt_id ON credit_entries (customer_id, debt_id)
    WHERE debt_id IS NOT NULL;
CREATE INDEX ix_credit_entries_at ON credit_entries USING brin (at);

CREATE TABLE credit_allocations (
    customer_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    position smallint NOT NULL,
    lot_id bigint NOT NULL,
    credits bigint NOT NULL,
    prepared boolean NOT NULL DEFAULT false,
    CONSTRAINT pk_credit_allocations PRIMARY KEY (customer_id, entry_id, position),
    CONSTRAINT ck_credit_allocations_credits CHECK (credits <> 0)
);

CREATE TABLE credit_holds (
    customer_id bigint NOT NULL,
    id bigint NOT NULL,
    feature text NOT NULL,
    reference text,
    credits bigint NOT NULL,
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    cap_at timestamptz NOT NULL,
    on_expiry bigint NOT NULL DEFAULT 0,
    captured bigint NOT NULL DEFAULT 0,
    entry_id bigint,
    ended_at timestamptz,
    price jsonb,
    details jsonb,
    actor text NOT NULL DEFAULT 'system',
    CONSTRAINT pk_credit_holds PRIMARY KEY (customer_id, id),
    CONSTRAINT ck_credit_holds_credits CHECK (credits BETWEEN 1 AND 1000000000000),
    CONSTRAINT ck_credit_holds_captured CHECK (on_expiry BETWEEN 0 AND credits AND captured BETWEEN 0 AND credits),
    CONSTRAINT ck_credit_holds_cap CHECK (expires_at <= cap_at),
    CONSTRAINT ck_credit_holds_entry CHECK ((state = 'captured') = (entry_id IS NOT NULL)),
    CONSTRAINT ck_credit_holds_state CHECK (state IN ('live', 'captured', 'released', 'expired'))
) {ROOM};
CREATE INDEX ix_credit_holds_live ON credit_holds (customer_id) WHERE state = 'live';
CREATE UNIQUE INDEX uq_credit_holds_live_reference ON credit_holds (customer_id, feature, reference)
    WHERE state = 'live' AND reference IS NOT NULL;

CREATE TABLE credit_hold_lots (
    customer_id bigint NOT NULL,
    hold_id bigint NOT NULL,
    position smallint NOT NULL,
    lot_id bigint NOT NULL,
    credits bigint NOT NULL,
    CONSTRAINT pk_credit_hold_lots PRIMARY KEY (customer_id, hold_id, position),
    CONSTRAINT ck_credit_hold_lots_credits CHECK (credits > 0)
);

CREATE TABLE credit_debts (
    customer_id bigint NOT NULL,
    id bigint NOT NULL,
    payment text NOT NULL,
    lot_id bigint NOT NULL,
    credits bigint NOT NULL,
    collected bigint NOT NULL DEFAULT 0,
    cancelled bigint NOT NULL DEFAULT 0,
    state text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT pk_credit_debts PRIMARY KEY (customer_id, id),
    CONSTRAINT ck_credit_debts_credits CHECK (
        collected >= 0 AND cancelled >= 0 AND credits > 0 AND collected + cancelled <= credits),
    CONSTRAINT ck_credit_debts_state CHECK (state IN ('open', 'collected', 'cancelled', 'written_off'))
);

CREATE TABLE credit_claims (
    customer_id bigint NOT NULL,
    payment text NOT NULL,
    refunded bigint NOT NULL,
    captured bigint NOT NULL,
    spent text NOT NULL,
    closed_windows boolean NOT NULL DEFAULT false,
    frozen_at timestamptz,
    CONSTRAINT pk_credit_claims PRIMARY KEY (customer_id, payment),
    CONSTRAINT ck_credit_claims_share CHECK (refunded >= 0 AND captured > 0),
    CONSTRAINT ck_credit_claims_spent CHECK (spent IN ('debt', 'write_off'))
);

CREATE TABLE credit_keys (
    customer_id bigint NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    operation text NOT NULL,
    subject bigint NOT NULL,
    answer jsonb,
    CONSTRAINT pk_credit_keys PRIMARY KEY (customer_id, key)
);
"""

# What the engine locked and read is there when it writes. If not, its transaction must not commit, not even if COMMIT is
# on its way already: so the server itself compares.
EXPECT = """
CREATE FUNCTION credit_expect(touched bigint, expected bigint, what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF touched <> expected THEN
        RAISE EXCEPTION '% of % rows of % are there to be written', touched, expected, what
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$
"""
APPEND_ONLY = ("credit_entries", "credit_allocations", "credit_hold_lots", "credit_keys")
# Of these rows, only what is named can ever be updated; the rest is fixed when they are made.
CHANGING = {
    "credit_lots": "remaining, expired, revoked, voided, due_back, expires_at, booked, open, frozen_at",
    "credit_holds": "state, expires_at, on_expiry, captured, entry_id, ended_at",
    "credit_debts": "collected, cancelled, state",
}
FIXED = {
    "credit_lots": "customer_id, id, kind, label, source, payment, origin_lot_id, granted, priority, paid_minor, "
    "currency, effective_at, debt_limit, created_at, actor, note",
    "credit_holds": "customer_id, id, feature, reference, credits, created_at, cap_at, price, details, actor",
    "credit_debts": "customer_id, id, payment, lot_id, credits, created_at",
}
OF_CUSTOMERS = (
    "credit_accounts",
    "credit_lots",
    "credit_entries",
    "credit_allocations",
    "credit_holds",
    "credit_hold_lots",
    "credit_debts",
    "credit_claims",
)


def upgrade() -> None:
    op.execute(TABLES)
    for table in APPEND_ONLY:
        append_only(table)
    for table, columns in CHANGING.items():
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM billing_app")
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO billing_app")
        op.execute(
            f"CREATE TRIGGER {table}_facts BEFORE UPDATE OF {FIXED[table]} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for table in ("credit_accounts", "credit_claims"):
        op.execute(f"REVOKE DELETE, TRUNCATE ON {table} FROM billing_app")
    for table in OF_CUSTOMERS:
        own_rows_only(table)
    # A balance is read in one trip, at billing time.
    op.execute("GRANT SELECT (clock_offset_s) ON system_state TO billing_customer")
    op.execute(EXPECT)


def downgrade() -> None:
    op.execute("DROP FUNCTION credit_expect(bigint, bigint, text)")
    op.execute("REVOKE SELECT (clock_offset_s) ON system_state FROM billing_customer")
    for table in (*OF_CUSTOMERS, "credit_keys"):
        op.execute(f"DROP TABLE {table}")
