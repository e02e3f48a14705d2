"""The database itself: models and schema agree, the queue joins a transaction, the stamp holds."""

from datetime import timedelta

import pytest
from alembic import command
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.db.migrate import ROOT, config
from billing_app.db.queue import defer
from billing_app.db.stamp import Identity, WrongDatabase, advance_clock, stamp
from billing_app.settings import Mode

SANDBOX = Identity(Mode.SANDBOX, "acct_sandbox", False)


@pytest.mark.row("E7")
def test_models_and_migrated_schema_agree(owner_url: str) -> None:
    command.check(config(owner_url))


def test_the_queue_schema_is_the_one_of_the_installed_library() -> None:
    ours = (ROOT / "alembic/versions/0002_queue.sql").read_text(encoding="utf-8")
    assert ours == SchemaManager.get_schema(), "procrastinate changed its schema: write a migration for it"


async def test_the_app_connects_as_a_role_that_owns_nothing(database: Database) -> None:
    async with database.transaction() as session:
        role = await session.execute(
            text("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        )
        assert role.one() == ("billing_app", False, False)
        owned = await session.execute(
            text("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'billing_app'")
        )
        assert owned.scalar_one() == 0


async def test_a_job_is_queued_only_if_its_transaction_commits(database: Database) -> None:
    with pytest.raises(RuntimeError, match="roll back"):
        async with database.transaction() as session:
            await defer(session, "some_task", number=1)
            raise RuntimeError("roll back")
    async with database.transaction() as session:
        await defer(session, "some_task", number=2)
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT args FROM procrastinate_jobs"))
        assert [row.args for row in rows] == [{"number": 2}]


async def test_a_database_refuses_a_key_of_another_account(database: Database) -> None:
    async with database.transaction() as session:
        await stamp(session, SANDBOX)
    async with database.transaction() as session:
        await stamp(session, SANDBOX)
        with pytest.raises(WrongDatabase, match="Use the key it was made with"):
            await stamp(session, Identity(Mode.LIVE, "acct_real", True))


async def test_billing_time_moves_forward_for_every_transaction_and_never_back(database: Database) -> None:
    async with database.transaction() as session:
        await stamp(session, SANDBOX)
        await advance_clock(session, clock.wall() + timedelta(days=30))
    clock.reset()
    async with database.transaction() as session:
        assert clock.now() - clock.wall() > timedelta(days=29)
        await advance_clock(session, clock.wall())
    assert clock.now() - clock.wall() > timedelta(days=29)
