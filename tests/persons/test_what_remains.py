"""What a person said or is called is in no column after erasing, but for those that `remaining` names with a reason."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import Column, LargeBinary, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    Numeric,
    SmallInteger,
    String,
    TypeDecorator,
    Uuid,
)

import billing_app.db.tables  # noqa: F401 - every table of the product
from billing_app.bootstrap import put_together
from billing_app.credits.kinds import LotKind
from billing_app.db.engine import Database
from billing_app.db.model import metadata
from billing_app.persons.inventory import INVENTORY
from billing_app.persons.remaining import OF_NOBODY, REMAINS
from billing_app.persons.service import phrase
from billing_app.settings import Settings
from tests.shop import SECRET

pytestmark = pytest.mark.row("A12")

ADA = 1
MARK = "marker7f3a"
# What makes the rows hang together, and what the product itself decides by while it erases.
FIXED: dict[tuple[str, str], Any] = {
    ("audit_log", "id"): 1_000,  # so that erasing can add its own line
    ("audit_log", "object"): f"customer:{ADA}",
    ("subscriptions", "status"): "canceled",
    ("subscriptions", "terms"): f'{{"name": "{MARK}", "code": "by_hand"}}',
    ("users", "role"): "customer",
    ("checkouts", "state"): "expired",
    ("audit_log", "after"): f'{{"said": "{MARK}", "name": "{MARK}"}}',
    ("outbox_deliveries", "state"): "queued",
    ("plan_turns", "customer_id"): 2,  # so that nobody else's turn stands in the way
}
_ENUM = """
    SELECT a.attname FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
    WHERE c.contype = 'c' AND c.conrelid = %s::regclass AND pg_get_constraintdef(c.oid) LIKE '%%= ANY%%'"""


def enumerated(connection: "psycopg.Connection[Any]", table: str) -> set[str]:
    """Columns that hold one of a few words of ours."""
    return {name for (name,) in connection.execute(_ENUM, [table]).fetchall()}


@pytest.fixture
def marked(owner_url: str) -> None:
    """A row of one customer in every table, with the mark wherever a text could stand."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # neither references nor triggers
        for table in metadata.sorted_tables:
            closed = enumerated(connection, table.name)
            name = sql.Identifier(table.name)
            for (check,) in connection.execute(
                "SELECT conname FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid = %s::regclass",
                [table.name],
            ).fetchall():
                connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(check)))
            values = {one.name: _value(table, one, closed) for one in table.columns if _writable(one)}
            for row in _one_of_each_kind(values) if table.name == "credit_lots" else [values]:
                connection.execute(
                    sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({}) ON CONFLICT DO NOTHING").format(
                        name,
                        sql.SQL(", ").join(map(sql.Identifier, row)),
                        sql.SQL(", ").join(sql.Placeholder() * len(row)),
                    ),
                    list(row.values()),
                )


def _one_of_each_kind(lot: dict[str, Any]) -> list[dict[str, Any]]:
    """A lot of each kind, and each as if it had been sold, given by hand and moved in."""
    sources = (MARK, f"hand:{MARK}", f"import:{MARK}")
    every = [(kind.value, source) for kind in LotKind for source in sources]
    return [
        lot | {"id": number, "kind": kind, "source": f"{source}:{kind}"}
        for number, (kind, source) in enumerate(every, start=ADA)
    ]


def _writable(column: Column[Any]) -> bool:
    return column.computed is None


def _is_text(column: Column[Any]) -> bool:
    kind: Any = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, String)


def _value(table: Table, column: Column[Any], closed: set[str]) -> Any:
    if (table.name, column.name) in FIXED:
        return FIXED[table.name, column.name]
    if _is_text(column):
        length: int | None = getattr(column.type, "length", None)
        return "x" if column.name in closed else MARK[:length] if length else MARK
    kinds: tuple[tuple[Any, Any], ...] = (
        (BigInteger | Integer | SmallInteger | Numeric, ADA),
        (Boolean, False),
        (DateTime, "2026-01-01T00:00:00Z"),
        (Date, "2026-01-01"),
        (LargeBinary, MARK.encode().ljust(32)),
        (JSONB, f'{{"said": "{MARK}"}}'),
        (ARRAY, "{}"),
        (Uuid, "00000000-0000-0000-0000-000000000001"),
    )
    return next((made for kind, made in kinds if isinstance(column.type, kind)), "1")


def still_marked(owner_url: str) -> set[tuple[str, str]]:
    """Table and column of every place where the mark stands."""
    found: set[tuple[str, str]] = set()
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                asked = sql.SQL("SELECT count(*) FROM {} WHERE {}::text ~* %s").format(
                    sql.Identifier(table.name), sql.Identifier(column.name)
                )
                row = connection.execute(asked, [f"{MARK}|{MARK.encode().hex()}"]).fetchone()
                if row and row[0]:
                    found.add((table.name, column.name))
    return found


@pytest.mark.usefixtures("marked")
async def test_after_erasing_the_mark_stands_only_where_it_is_said_to_stay(
    owner_url: str, database: Database, database_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database_url,
        secret_key=SecretStr(SECRET),
        stripe_api_base="http://127.0.0.1:9",
        data_dir=tmp_path,
    )
    services = put_together(settings, database)
    try:
        assert len(still_marked(owner_url)) > 200
        assert unmarked_lots(owner_url) == 0
        await services.persons.erase(ADA, by=None, confirm=phrase(ADA), reason="a letter of 3 May")
    finally:
        await services.gateway.close()
    assert unmarked_lots(owner_url) == 3 * len(LotKind)
    found = still_marked(owner_url)
    allowed = {(table, column) for where in REMAINS.values() for table, columns in where.items() for column in columns}
    of_customers = {place for place in found if place[0] not in OF_NOBODY}
    assert of_customers - allowed == set(), (
        "erase these in persons/inventory.py, or say in persons/remaining.py why not"
    )
    assert allowed - of_customers == set(), "these are gone: take them off the list"


@pytest.mark.usefixtures("marked")
def test_what_the_database_blanks_is_what_the_inventory_says_it_blanks(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        before = {table.name: _content(connection, table) for table in metadata.sorted_tables}
        connection.execute("UPDATE customers SET erased_at = now() WHERE id = %s", [ADA])
        connection.execute("SELECT * FROM erase_texts(%s)", [ADA])
        blanked: dict[str, frozenset[str]] = {}
        for table in metadata.sorted_tables:
            now = _content(connection, table)
            changed = {
                column for row, then in zip(now, before[table.name], strict=True) for column in row
                if row[column] != then[column]
            }  # fmt: skip
            if changed and table.name != "customers":
                blanked[table.name] = frozenset(changed)
    assert blanked == {name: held.by_owner for name, held in INVENTORY.items() if held.by_owner}


def _content(connection: "psycopg.Connection[Any]", table: Table) -> list[dict[str, Any]]:
    key = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.primary_key)
    asked = sql.SQL("SELECT to_jsonb(t) FROM {} t ORDER BY {}").format(sql.Identifier(table.name), key)
    return [row for (row,) in connection.execute(asked).fetchall()]


def unmarked_lots(owner_url: str) -> int:
    """Lots whose label names nobody."""
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT count(*) FROM credit_lots WHERE label = 'Erased'").fetchone()
    return row[0] if row else 0


def test_every_table_is_somebodys_or_nobodys() -> None:
    named = {table for where in REMAINS.values() for table in where}
    unknown = {table.name for table in metadata.sorted_tables} - set(INVENTORY) - set(OF_NOBODY) - named
    assert not unknown, "say in persons/inventory.py or persons/remaining.py what of a person lies in these"
    assert not set(INVENTORY) & set(OF_NOBODY)
