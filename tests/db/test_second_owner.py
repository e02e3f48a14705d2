"""Roles belong to the whole server: a second database of another owner is migrated too, or says what is missing."""

import os
import uuid
from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from billing_app.db.engine import Database
from billing_app.errors import Unavailable
from billing_app.settings import Settings
from billing_app.supervisor.preparing import migrate


@pytest.fixture
def server() -> Iterator[psycopg.Connection]:
    url = os.environ["BILLING_TEST_SERVER_URL"].replace("template_billing", "postgres", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def other_owner(server: psycopg.Connection) -> Iterator[str]:
    """The name of a plain user, and of the empty database that is theirs."""
    name = f"o_{uuid.uuid4().hex[:12]}"
    server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
    server.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
    yield name
    server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    server.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
    server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def url_of(owner: str) -> str:
    url = os.environ["BILLING_TEST_SERVER_URL"]
    return url.replace("template_billing", owner, 1).replace("postgres:@", f"{owner}:@", 1)


def settings_of(owner: str) -> Settings:
    return Settings(_env_file=None, database_url=url_of(owner))  # pyright: ignore[reportCallIssue]


def test_an_owner_without_the_roles_is_told_what_their_maker_has_to_grant(other_owner: str) -> None:
    with pytest.raises(Unavailable, match="GRANT billing_app, billing_customer TO <owner> WITH ADMIN OPTION"):
        migrate(settings_of(other_owner))


@pytest.mark.parametrize(
    "rights",
    [
        "ADMIN OPTION",  # as the sentence says
        "ADMIN TRUE, INHERIT FALSE, SET FALSE",  # as who made the roles has them: may grant, may not become them
    ],
)
async def test_an_owner_who_was_granted_the_roles_migrates_and_works(
    server: psycopg.Connection, other_owner: str, rights: LiteralString
) -> None:
    grant = sql.SQL("GRANT billing_app, billing_customer TO {} WITH " + rights)
    server.execute(grant.format(sql.Identifier(other_owner)))
    migrate(settings_of(other_owner))
    database = Database(url_of(other_owner))
    try:
        async with database.transaction() as session:
            assert await session.scalar(text("SELECT current_user")) == "billing_app"
        async with database.as_customer(1) as session:
            assert await session.scalar(text("SELECT current_user")) == "billing_customer"
    finally:
        await database.close()
