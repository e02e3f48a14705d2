"""Migrated databases for tests: one that is washed after each test, and a new one where washing would not do.

Cloning the template takes ten times as long as deleting what a test wrote. What a test may have done besides writing
rows is looked for: a change of the schema, or more rows than are worth deleting, ends a database.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

_USES = 100
"""Tests that share a database one after another: deleted rows lie about until it is vacuumed."""
_ROWS = 20_000

_CLONE = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
_DROP = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1"""
# Whatever changes the schema writes a row of the server's own tables, in a later transaction.
_SCHEMA = """
    SELECT (SELECT max(xmin::text::bigint) FROM pg_class), (SELECT max(xmin::text::bigint) FROM pg_attribute),
        (SELECT max(xmin::text::bigint) FROM pg_proc), (SELECT max(xmin::text::bigint) FROM pg_trigger),
        (SELECT max(xmin::text::bigint) FROM pg_constraint), (SELECT max(xmin::text::bigint) FROM pg_policy)"""
_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
_SEQUENCES = (
    "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
)
_AS_IT_WAS = (
    "INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::{table}, %s::json)"
)
_EMPTY = """
    DO $$
    DECLARE one regclass; deleted bigint; total bigint := 0;
    BEGIN
        FOR one IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname = 'public' AND pg_relation_size(c.oid) > 0
        LOOP
            EXECUTE format('DELETE FROM %s', one);
            GET DIAGNOSTICS deleted = ROW_COUNT;
            total := total + deleted;
        END LOOP;
        PERFORM set_config('wash.deleted', total::text, true);
    END $$"""


@dataclass(slots=True)
class _Pristine:
    """What a database was like when it was cloned."""

    schema: tuple[int, ...]
    rows: dict[str, str]
    sequences: dict[str, int]
    uses: int = 0


class Databases:
    """Those of one test process."""

    def __init__(self, template_url: str, template: str) -> None:
        """`template_url`: as the server's owner, with the template as its database."""
        self._template_url = template_url
        self._template = template
        self._idle: list[str] = []
        self._known: dict[str, _Pristine] = {}
        # Kept open, one for each: a new one has to learn all tables first.
        self._washing: dict[str, psycopg.Connection[Any]] = {}

    def take(self) -> str:
        """A migrated database that nobody has written to; its owner's URL."""
        return self._idle.pop() if self._idle else self._clone()

    def give_back(self, url: str) -> None:
        """Wash it for the next test, or drop it."""
        pristine = self._known[url]
        pristine.uses += 1
        if pristine.uses < _USES and self._wash(url, pristine):
            self._idle.append(url)
            return
        del self._known[url]
        if url in self._washing:
            self._washing.pop(url).close()
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL(_DROP).format(sql.Identifier(self._name(url))))

    def close(self) -> None:
        """Hang up; the databases end with the server."""
        while self._washing:
            self._washing.popitem()[1].close()

    def _wash(self, url: str, pristine: _Pristine) -> bool:
        if url not in self._washing:
            self._washing[url] = psycopg.connect(url, autocommit=True)
        try:
            return _washed(self._washing[url], pristine)
        except psycopg.OperationalError:  # a test ended every connection, this one too
            self._washing.pop(url).close()
            self._washing[url] = psycopg.connect(url, autocommit=True)
            return _washed(self._washing[url], pristine)

    @property
    def _admin_url(self) -> str:
        return self._template_url.replace(self._template, "postgres", 1)

    def _clone(self) -> str:
        name = f"t_{uuid.uuid4().hex[:16]}"
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL(_CLONE).format(sql.Identifier(name), sql.Identifier(self._template)))
        url = self._template_url.replace(self._template, name, 1)
        self._known[url] = _looked_at(url)
        return url

    def _name(self, url: str) -> str:
        return str(conninfo_to_dict(url)["dbname"])


def _looked_at(url: str) -> _Pristine:
    with psycopg.connect(url, autocommit=True) as connection:
        rows: dict[str, str] = {}
        for (table,) in connection.execute(_TABLES).fetchall():
            asked = sql.SQL("SELECT json_agg(t)::text FROM {} AS t").format(sql.Identifier(table))
            found = connection.execute(asked).fetchone()
            if found and found[0]:
                rows[table] = found[0]
        return _Pristine(_schema(connection), rows, dict(connection.execute(_SEQUENCES).fetchall()))


def _washed(connection: "psycopg.Connection[Any]", pristine: _Pristine) -> bool:
    """Make it as it was cloned; False: that cannot be done."""
    connection.execute(_END_OTHERS)
    if _schema(connection) != pristine.schema:
        return False
    with connection.transaction():
        # Neither foreign keys nor the triggers that keep history from being deleted.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(_EMPTY)
        deleted = connection.execute("SELECT current_setting('wash.deleted')::bigint").fetchone()
        for table, rows in pristine.rows.items():
            connection.execute(sql.SQL(_AS_IT_WAS).format(table=sql.Identifier(table)), [rows])
    for sequence, last in connection.execute(_SEQUENCES).fetchall():
        if last != pristine.sequences.get(sequence):
            before = pristine.sequences.get(sequence)
            connection.execute("SELECT setval(%s::regclass, %s, %s)", [sequence, before or 1, before is not None])
    return deleted is not None and deleted[0] < _ROWS


def _schema(connection: "psycopg.Connection[tuple[int, ...]]") -> tuple[int, ...]:
    found = connection.execute(_SCHEMA).fetchone()
    assert found is not None
    return found
