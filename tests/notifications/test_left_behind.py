"""Mails that no job is going to send: queued again, and given up after a week."""

from sqlalchemy import text

from billing_app.db.engine import Database
from billing_app.notifications.letters import send_later
from tests.notifications.conftest import Services
from tests.notifications.test_rendering import RECEIPT


async def _owed(database: Database, reference: str) -> int:
    """A mail whose job is lost."""
    async with database.transaction() as session:
        outbox_id = await send_later(session, RECEIPT, recipient="ada@example.com", reference=reference)
        assert outbox_id is not None
        await session.execute(text("DELETE FROM procrastinate_jobs"))
    return outbox_id


async def _jobs(database: Database) -> list[int]:
    async with database.transaction() as session:
        found = await session.execute(text("SELECT (args ->> 'outbox_id')::bigint FROM procrastinate_jobs ORDER BY 1"))
        return list(found.scalars())


async def _grow_old(owner_url: str, age: str) -> None:
    """Only the owner can: the table is append-only for us."""
    import psycopg

    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        await owner.execute("ALTER TABLE outbox DISABLE TRIGGER USER")
        await owner.execute("UPDATE outbox SET created_at = now() - %s::interval", [age])
        await owner.execute("ALTER TABLE outbox ENABLE TRIGGER USER")


async def test_a_mail_without_a_job_is_queued_once(database: Database, notifications: Services, owner_url: str) -> None:
    service = notifications()
    outbox_id = await _owed(database, "a")
    assert await service.sweep() == 0, "a fresh one may have its job in a transaction that is about to commit"
    await _grow_old(owner_url, "1 hour")
    assert await service.sweep() == 1
    assert await _jobs(database) == [outbox_id]
    assert await service.sweep() == 0, "it has a job now"
    await service.deliver(outbox_id)
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM procrastinate_jobs"))
    assert await service.sweep() == 0, "it is delivered"


async def test_what_could_not_be_sent_for_a_week_is_given_up(
    database: Database, notifications: Services, owner_url: str
) -> None:
    service = notifications()
    outbox_id = await _owed(database, "a")
    await _grow_old(owner_url, "8 days")
    assert await service.sweep() == 0
    assert await service.deliver(outbox_id) == "refused"
    assert await _jobs(database) == []
