"""Runs migrations as the owner of the schema, and waits for locks only briefly so that it never stalls a live app."""

from typing import Any

from alembic import context
from sqlalchemy import NullPool, create_engine, text

import billing_app.db.tables  # noqa: F401 - registers every table
from billing_app.db.engine import driver_url
from billing_app.db.model import metadata
from billing_app.settings import Settings


def _ours(name: str | None, kind: str, _parents: Any) -> bool:
    """The queue's tables belong to procrastinate; its own migrations describe them."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or Settings().owner_url
    # No pool: a failed migration too gives its connection back.
    engine = create_engine(driver_url(url), poolclass=NullPool, connect_args={"options": "-c timezone=UTC"})
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            compare_server_default=True,
            include_name=_ours,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
