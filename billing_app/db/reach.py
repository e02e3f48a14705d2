"""Whether a database answers, and what to tell a person when it does not."""

import psycopg
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from billing_app.db.engine import driver_url, libpq_url
from billing_app.errors import InvalidInput, Unavailable

CONNECT_LIMIT_S = 10

TROUBLE = (DBAPIError, PoolTimeout, OSError)
"""What a statement raises when the server or the way to it is gone: asking again later may work."""


def reach(url: str) -> None:
    """Connect once.

    Raises:
        InvalidInput: the address is not one of PostgreSQL.
        Unavailable: nobody answers, or the server refuses; says what to do.
    """
    try:
        shown = driver_url(url).render_as_string(hide_password=True).replace("+psycopg", "")
    except ArgumentError:
        raise InvalidInput(
            "DATABASE_URL is not an address of PostgreSQL; it reads postgresql://user:password@host:5432/name."
        ) from None
    if not url.startswith(("postgres://", "postgresql://", "postgresql+")):
        raise InvalidInput(f"DATABASE_URL must be a PostgreSQL's, beginning with postgresql://; it is {shown}.")
    try:
        psycopg.connect(libpq_url(url), connect_timeout=CONNECT_LIMIT_S).close()
    except psycopg.Error as error:
        raise Unavailable(why_unreachable(str(error), shown)) from error


def why_unreachable(said: str, shown: str) -> str:
    """PostgreSQL's own words as a sentence that says what to do."""
    said = " ".join(said.split())
    if "password authentication failed" in said or "no password supplied" in said:
        return f"PostgreSQL refuses the user or password of DATABASE_URL ({shown}). Correct them."
    if 'database "' in said and "does not exist" in said:
        return f"There is no such database on the server of DATABASE_URL ({shown}). Create it: createdb NAME."
    if 'role "' in said and "does not exist" in said:
        return f"PostgreSQL does not know the user of DATABASE_URL ({shown}). Correct it, or create the user."
    if "could not translate host name" in said or "failed to resolve host" in said or "Name or service" in said:
        return f"The host of DATABASE_URL ({shown}) is not known. Correct it."
    if "timeout" in said or "Connection refused" in said or "connection refused" in said:
        return f"No PostgreSQL answers at DATABASE_URL ({shown}). Start it, or correct the address."
    return f"PostgreSQL at DATABASE_URL ({shown}) cannot be reached: {said[:300]}"


def why_migration_failed(error: DBAPIError) -> str:
    """A failed migration as a sentence."""
    said = " ".join(str(error.orig or error).split())
    if isinstance(error.orig, psycopg.errors.InsufficientPrivilege) and "grant role" in said:
        return (
            "The roles billing_app and billing_customer were made by another user of this PostgreSQL server: have the "
            "roles' maker run GRANT billing_app, billing_customer TO <owner> WITH ADMIN OPTION, where <owner> is the "
            "user of DATABASE_OWNER_URL (unset: of DATABASE_URL)."
        )
    if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
        return (
            "The user of DATABASE_URL may not do what migrations need (create roles and tables). Give a user who may "
            f"in DATABASE_OWNER_URL. PostgreSQL says: {said[:200]}"
        )
    if isinstance(error.orig, psycopg.errors.LockNotAvailable):
        return "A migration waited 5 s for a lock and gave up; nothing was changed. Run it again in a quiet moment."
    return f"A migration failed; nothing of it was kept. PostgreSQL says: {said[:300]}"
