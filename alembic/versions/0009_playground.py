"""What people write and make in the playground: drafts, sessions, question sets, their own library."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from billing_app.db.ddl import own_rows_only

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(text) <= 20000", name="ck_drafts_length"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_drafts_customer_id"),
        sa.PrimaryKeyConstraint("customer_id", "page", name="pk_drafts"),
    )
    op.create_table(
        "interviews",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("job", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("charged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("turns", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'begun', 'ended', 'left')", name="ck_interviews_state"),
        sa.CheckConstraint("cost > 0 AND charged BETWEEN 0 AND cost", name="ck_interviews_credits"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_interviews_customer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_interviews"),
    )
    op.create_index("ix_interviews_customer_id_created_at", "interviews", ["customer_id", "created_at"])
    op.create_table(
        "question_sets",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("questions", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(job) <= 20000", name="ck_question_sets_job_length"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_question_sets_customer_id"),
        sa.PrimaryKeyConstraint("customer_id", "id", name="pk_question_sets"),
    )
    op.create_index("ix_question_sets_customer_id_created_at", "question_sets", ["customer_id", "created_at"])
    op.create_table(
        "library_pairs",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("char_length(question) BETWEEN 1 AND 500", name="ck_library_pairs_question_length"),
        sa.CheckConstraint("char_length(answer) <= 5000", name="ck_library_pairs_answer_length"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_library_pairs_customer_id"),
        sa.ForeignKeyConstraint(
            ["customer_id", "set_id"],
            ["question_sets.customer_id", "question_sets.id"],
            name="fk_library_pairs_customer_id_set_id",
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name="pk_library_pairs"),
    )
    op.create_index("ix_library_pairs_customer_id_created_at", "library_pairs", ["customer_id", "created_at"])
    op.create_table(
        "chat_questions",
        sa.Column("customer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("feature", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("extras", postgresql.JSONB(), nullable=False),
        sa.Column("price", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("charged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'answered', 'broken')", name="ck_chat_questions_state"),
        sa.CheckConstraint("char_length(question) BETWEEN 1 AND 2000", name="ck_chat_questions_length"),
        sa.CheckConstraint("charged >= 0 AND (charged > 0) = (entry_id IS NOT NULL)", name="ck_chat_questions_charged"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_chat_questions_customer_id"),
        sa.PrimaryKeyConstraint("customer_id", "id", name="pk_chat_questions"),
    )
    op.create_index("ix_chat_questions_customer_id_created_at", "chat_questions", ["customer_id", "created_at"])
    op.create_index(
        "ix_chat_questions_created_at", "chat_questions", ["created_at"], postgresql_where=sa.text("state = 'asked'")
    )
    for table in ("drafts", "interviews", "question_sets", "library_pairs", "chat_questions"):
        own_rows_only(table)


def downgrade() -> None:
    op.drop_table("chat_questions")
    op.drop_table("library_pairs")
    op.drop_table("question_sets")
    op.drop_table("interviews")
    op.drop_table("drafts")
