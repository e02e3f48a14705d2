"""Everything the sandbox remembers, in one SQLite file.

Objects are kept as JSON by (type, id), next to a private part that the API never shows (a card's behaviour, an
endpoint's secret). One connection, used from the event loop's thread only; a transaction never spans an await,
so requests cannot interleave.
"""

import fcntl
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from billing_app.sandbox.ids import new_id, random_text

Json = dict[str, Any]

# Columns that a file of an earlier sandbox lacks; sessions used to be found by their body.
_ADDED_COLUMNS = {"due": "INTEGER", "clock": "TEXT"}
_SESSIONS_DUE = (
    "UPDATE objects SET due = json_extract(body, '$.expires_at')"
    " WHERE type = 'checkout.session' AND json_extract(body, '$.status') = 'open'"
)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL,
    body TEXT NOT NULL, private TEXT NOT NULL DEFAULT '{}', due INTEGER, clock TEXT, UNIQUE (type, id)
);
CREATE INDEX IF NOT EXISTS objects_in_order ON objects (type, seq);
CREATE INDEX IF NOT EXISTS objects_of_customer ON objects (type, json_extract(body, '$.customer'), seq);
CREATE INDEX IF NOT EXISTS objects_of_payment ON objects (type, json_extract(body, '$.payment_intent'), seq);
CREATE INDEX IF NOT EXISTS objects_of_product ON objects (type, json_extract(body, '$.product'), seq);
CREATE INDEX IF NOT EXISTS objects_by_lookup_key ON objects (type, json_extract(body, '$.lookup_key'))
    WHERE json_extract(body, '$.lookup_key') IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_of_invoice ON objects (type, json_extract(body, '$.invoice'), seq);
CREATE INDEX IF NOT EXISTS invoices_of_subscription
    ON objects (json_extract(body, '$.parent.subscription_details.subscription'), seq) WHERE type = 'invoice';
CREATE INDEX IF NOT EXISTS objects_due ON objects (clock, due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, request_id TEXT NOT NULL, created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idempotency_by_age ON idempotency (created);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, event_type TEXT NOT NULL,
    endpoint_id TEXT NOT NULL, due_ms INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'withheld')), note TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (endpoint_id, due_ms, id) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS deliveries_of_event ON deliveries (event_id);
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, delivery_id INTEGER NOT NULL REFERENCES deliveries ON DELETE CASCADE,
    at INTEGER NOT NULL, duration_ms INTEGER NOT NULL, status INTEGER, answer TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_of_delivery ON attempts (delivery_id);
"""


class DataDirectoryInUse(Exception):
    """Another sandbox already works with this data directory."""


@dataclass
class Record:
    """One stored object: what the API shows, and what only the sandbox knows.

    Attributes:
        due: Unix time at which something happens to it by itself; None for never.
        clock: the test clock it lives by; None for the clock of the whole sandbox.
    """

    type: str
    id: str
    created: int
    body: Json
    private: Json = field(default_factory=dict)
    due: int | None = None
    clock: str | None = None
    seq: int = 0


class Store:
    """The file, open. One process at a time per data directory.

    Raises:
        DataDirectoryInUse: another process holds the directory.
    """

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = (data_dir / "sandbox.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise DataDirectoryInUse(f"another sandbox already uses the data directory {data_dir}") from error
        self.sql = sqlite3.connect(data_dir / "sandbox.sqlite3", isolation_level=None, check_same_thread=False)
        self.sql.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 2000"):
            self.sql.execute("PRAGMA " + pragma)
        self._grow()
        self.sql.executescript(_SCHEMA)

    def _grow(self) -> None:
        columns = {row["name"] for row in self.sql.execute("PRAGMA table_info(objects)")}
        if not columns or columns >= _ADDED_COLUMNS.keys():
            return
        for name, kind in _ADDED_COLUMNS.items():
            self.sql.execute(f"ALTER TABLE objects ADD COLUMN {name} {kind}")
        self.sql.execute(_SESSIONS_DUE)

    def close(self) -> None:
        """Close the file and free the directory."""
        self.sql.close()
        self._lock.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; no await inside."""
        self.sql.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.sql.execute("ROLLBACK")
            raise
        self.sql.execute("COMMIT")

    def remembered(self, name: str) -> str:
        """A secret or identity of this data directory, made on first use: `account` is the account's id."""
        row = self.sql.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        if row is None:
            value = new_id("account") if name == "account" else random_text(48)
            self.sql.execute("INSERT INTO meta VALUES (?, ?)", (name, value))
            return value
        return row["value"]

    def text(self, name: str) -> str:
        """What is kept under `name`; empty before it is set."""
        row = self.sql.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return "" if row is None else row["value"]

    def set_text(self, name: str, value: str) -> None:
        """Keep something under `name`."""
        self.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def get(self, object_type: str, object_id: str) -> Record | None:
        """One object, or None."""
        query = "SELECT * FROM objects WHERE type = ? AND id = ?"
        row = self.sql.execute(query, (object_type, object_id)).fetchone()
        return None if row is None else _record(row)

    def put(self, record: Record) -> None:
        """Insert or replace; an object keeps its place in the order of lists."""
        self.sql.execute(
            "INSERT INTO objects (type, id, created, body, private, due, clock) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (type, id) DO UPDATE SET body = excluded.body, private = excluded.private,"
            " due = excluded.due, clock = excluded.clock",
            (
                record.type,
                record.id,
                record.created,
                json.dumps(record.body),
                json.dumps(record.private),
                record.due,
                record.clock,
            ),
        )

    def delete(self, record: Record) -> None:
        """Forget the object altogether; what Stripe still shows as deleted is kept and marked instead."""
        self.sql.execute("DELETE FROM objects WHERE type = ? AND id = ?", (record.type, record.id))

    def find(
        self,
        object_type: str,
        where: Mapping[str, Any] | None = None,
        *,
        created: Mapping[str, int] | None = None,
        before: int | None = None,
        after: int | None = None,
        ascending: bool = False,
        limit: int = 100,
    ) -> list[Record]:
        """Objects of a type, newest first, at most `limit`.

        Args:
            where: JSON path inside the body (written in this package, never by a client) -> the value it must
                have, a list of which it must be one, or None for absent.
            created: `gt`, `gte`, `lt`, `lte` -> Unix time.
            before, after: exclusive bounds of `seq`.
        """
        clauses: list[str] = ["type = ?"]
        values: list[Any] = [object_type]
        for path, value in (where or {}).items():
            if value is None:
                clauses.append(f"json_extract(body, '$.{path}') IS NULL")
                continue
            options: Sequence[Any] = value if isinstance(value, list) else [value]
            marks = ", ".join("?" * len(options)) or "NULL"
            clauses.append(f"json_extract(body, '$.{path}') IN ({marks})")
            values.extend(options)
        for name, bound in (created or {}).items():
            operator = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[name]
            clauses.append(f"created {operator} ?")
            values.append(bound)
        for bound, operator in ((before, "<"), (after, ">")):
            if bound is not None:
                clauses.append(f"seq {operator} ?")
                values.append(bound)
        order = "ASC" if ascending else "DESC"
        query = f"SELECT * FROM objects WHERE {' AND '.join(clauses)} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        return [_record(row) for row in self.sql.execute(query, [*values, limit])]

    def next_due(self, clock: str | None, until: int) -> Record | None:
        """The object of a clock to which something happens first, at or before Unix time `until`.

        At one moment a schedule changes its subscription before that renews, and an invoice is collected last.
        """
        query = (
            "SELECT * FROM objects WHERE clock IS ? AND due <= ? ORDER BY due, CASE type"
            " WHEN 'subscription_schedule' THEN 0 WHEN 'subscription' THEN 1 ELSE 2 END, seq LIMIT 1"
        )
        row = self.sql.execute(query, (clock, until)).fetchone()
        return None if row is None else _record(row)

    def count(self, object_type: str) -> int:
        """How many objects of a type there are."""
        query = "SELECT count(*) FROM objects WHERE type = ?"
        return self.sql.execute(query, (object_type,)).fetchone()[0]


def _record(row: sqlite3.Row) -> Record:
    return Record(
        type=row["type"],
        id=row["id"],
        created=row["created"],
        body=json.loads(row["body"]),
        private=json.loads(row["private"]),
        due=row["due"],
        clock=row["clock"],
        seq=row["seq"],
    )
