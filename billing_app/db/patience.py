"""Starting in any order: a process waits a while for the database, its schema and Stripe, and says what for."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
from sqlalchemy.exc import DBAPIError

from billing_app.db.reach import TROUBLE, why_unreachable
from billing_app.errors import Unavailable

PATIENCE_S = 60.0
_LOOK_S = 0.5
_SAY_AGAIN_S = 15
_NO_SCHEMA = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedObject)
_HOPELESS = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidPassword)

logger = logging.getLogger(__name__)
T = TypeVar("T")


async def when_ready(begin: Callable[[], Awaitable[T]], *, patience_s: float = PATIENCE_S) -> T:
    """Begin, as soon as what that needs is there: the database, the schema in it, and for a new one Stripe.

    What waiting cannot mend (a wrong key, a wrong password) is raised at once.

    Raises:
        Unavailable: it was not there within `patience_s`; says what was missing and what to do.
    """
    began = time.monotonic()
    said, said_at = "", began
    while True:
        try:
            return await begin()
        except Unavailable as missing:
            why: str = missing.detail
        except TROUBLE as trouble:
            found = _in_words(trouble)
            if found is None:
                raise
            why = found
        now = time.monotonic()
        if now - began >= patience_s:
            raise Unavailable(f"{why} Waited {int(now - began)} s for it.")
        if why != said or now - said_at > _SAY_AGAIN_S:
            logger.warning("waiting, for at most %d s more: %s", patience_s - (now - began), why)
            said, said_at = why, now
        await asyncio.sleep(_LOOK_S)


def _in_words(trouble: BaseException) -> str | None:
    """What a person has to know of it; None: waiting does not mend it."""
    cause = trouble.orig if isinstance(trouble, DBAPIError) else trouble
    if isinstance(cause, _HOPELESS):
        return None
    if isinstance(cause, _NO_SCHEMA) or 'role "billing_app" does not exist' in str(cause):
        return "The database has no schema yet, or an older one: 'python -m billing_app migrate' makes it."
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError | OSError | TimeoutError):
        return why_unreachable(str(cause), "see the settings")
    return None if isinstance(trouble, DBAPIError) else "The database does not answer."
