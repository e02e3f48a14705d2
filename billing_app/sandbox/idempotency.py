"""Idempotency keys as Stripe has them (https://docs.stripe.com/api/idempotent_requests).

The same key with the same request brings the first answer again; with another request it is refused. What was
refused before anything ran (a wrong parameter, an unknown id) binds no key.
"""

import hashlib
import json
from dataclasses import dataclass

from billing_app.sandbox.errors import ApiError, invalid
from billing_app.sandbox.store import Json, Store

MAX_KEY_LENGTH = 255
_KEPT_S = 86_400


@dataclass(frozen=True)
class Answered:
    """The first answer to a key."""

    status: int
    body: Json
    request_id: str


def fingerprint(method: str, path: str, body: bytes, query: bytes) -> str:
    """What makes two requests the same."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body, query])).hexdigest()


def check_key(key: str) -> None:
    """Refuse an impossible key.

    Raises:
        ApiError: empty or longer than 255 characters.
    """
    if not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise invalid(f"Idempotency keys must have between 1 and {MAX_KEY_LENGTH} characters.")


def earlier(store: Store, key: str, print_: str, path: str, now: int) -> Answered | None:
    """The answer this key was given before, or None.

    Raises:
        ApiError: `idempotency_error`, the key was used for another request.
    """
    row = store.sql.execute("SELECT * FROM idempotency WHERE key = ? AND created > ?", (key, now - _KEPT_S)).fetchone()
    if row is None:
        return None
    if row["path"] != path:
        raise ApiError(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{row['path']}' vs '{path}'). Try using a key other than '{key}' if you meant to execute a "
            "different request.",
        )
    if row["fingerprint"] != print_:
        raise ApiError(
            400,
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
        )
    return Answered(row["status"], json.loads(row["body"]), row["request_id"])


def remember(store: Store, key: str, print_: str, path: str, answered: Answered, *, now: int, max_keys: int) -> None:
    """Bind the key to its answer; forget keys older than a day, and the oldest beyond the bound."""
    store.sql.execute(
        "INSERT OR REPLACE INTO idempotency (key, fingerprint, path, status, body, request_id, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (key, print_, path, answered.status, json.dumps(answered.body), answered.request_id, now),
    )
    store.sql.execute("DELETE FROM idempotency WHERE created <= ?", (now - _KEPT_S,))
    count = store.sql.execute("SELECT count(*) FROM idempotency").fetchone()[0]
    if count > max_keys:
        store.sql.execute(
            "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency ORDER BY created LIMIT ?)",
            (count - max_keys,),
        )
