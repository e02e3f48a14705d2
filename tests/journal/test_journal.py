"""What happened stays written; what is owed is owed exactly once, and only if its cause came about."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.errors import InvalidInput
from billing_app.journal.audit import CLI, SYSTEM, Actor, audit
from billing_app.journal.funnel import Funnel, funnel, note_click
from billing_app.journal.outbox import claim, owed, post, settle

LEASE = timedelta(minutes=2)


async def test_the_audit_log_says_who_did_what_to_what_and_why(database: Database) -> None:
    async with database.transaction() as session:
        await audit(
            session,
            Actor.user(7, "203.0.113.7"),
            "role.changed",
            "user:12",
            before={"role": "viewer"},
            after={"role": "admin"},
            reason="x" * 5_000,
        )
        await audit(session, CLI, "user.created", "user:12")
    async with database.transaction() as session:
        rows = (await session.execute(text("SELECT * FROM audit_log ORDER BY id"))).mappings().all()
    first, second = rows
    assert (first["actor_kind"], first["actor_id"], first["ip"]) == ("user", "7", "203.0.113.7")
    assert (first["action"], first["object"]) == ("role.changed", "user:12")
    assert (first["before"], first["after"]) == ({"role": "viewer"}, {"role": "admin"})
    assert first["reason"] == "x" * 2_000
    assert abs(first["at"] - clock.wall()) < timedelta(minutes=1)
    assert (second["actor_kind"], second["actor_id"], second["before"]) == ("cli", None, None)


async def test_an_actor_without_a_name_is_refused_by_the_database(database: Database) -> None:
    for actor in (Actor("user"), Actor("system", "7")):
        with pytest.raises(DatabaseError, match="actor_id"):
            async with database.transaction() as session:
                await audit(session, actor, "role.changed", "user:12")


async def _one_of_each(database: Database) -> None:
    async with database.transaction() as session:
        await audit(session, SYSTEM, "thing.done", "thing:1")
        await funnel(session, "wall_shown", visitor="v_1")
        await post(session, "receipt", recipient="anna@example.com", reference="cs_1", data={})


@pytest.mark.parametrize("table", ["audit_log", "funnel_events", "outbox"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_what_is_written_stays(database: Database, owner_url: str, table: str, statement: str) -> None:
    await _one_of_each(database)
    owner = Database(owner_url)
    try:
        for role, refusal in (("billing_app", "permission denied"), ("postgres", "append-only")):
            with pytest.raises(DatabaseError, match=refusal):
                async with owner.transaction() as session:
                    await session.execute(text(f"SET LOCAL ROLE {role}"))
                    await session.execute(text(statement.format(table)))
    finally:
        await owner.close()


async def test_the_funnel_takes_steps_of_visitors_and_customers(database: Database) -> None:
    async with database.transaction() as session:
        await funnel(session, "checkout_opened", visitor="v_1", customer_id=7, data={"pack": "popular"})
    async with database.transaction() as session:
        row = await session.execute(text("SELECT visitor, customer_id, name, data FROM funnel_events"))
        assert row.one() == ("v_1", 7, "checkout_opened", {"pack": "popular"})


@pytest.mark.parametrize(
    "event",
    [
        {"name": "wall_shown"},
        {"name": "Wall Shown", "visitor": "v"},
        {"name": "x" * 65, "visitor": "v"},
        {"name": "wall_shown", "visitor": "<script>"},
        {"name": "wall_shown", "visitor": "v", "data": {"x": "y" * 5_000}},
        {"name": "wall_shown", "visitor": "v", "data": {"x": "\u0000"}},
    ],
)
async def test_a_funnel_event_of_another_form_is_refused(database: Database, event: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        async with database.transaction() as session:
            await funnel(session, **event)  # pyright: ignore[reportArgumentType]


async def _jobs(database: Database) -> list[dict[str, int]]:
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
        assert all(row.task_name == "send_mail" for row in rows.all())
        return list((await session.scalars(text("SELECT args FROM procrastinate_jobs ORDER BY id"))).all())


async def test_a_mail_is_owed_with_its_job_and_only_once_per_cause(database: Database) -> None:
    async with database.transaction() as session:
        first = await post(session, "receipt", recipient="anna@example.com", reference="cs_1", data={"total": 800})
        again = await post(session, "receipt", recipient="anna@example.com", reference="cs_1", data={"total": 800})
        other = await post(session, "refund", recipient="anna@example.com", reference="cs_1", data={})
    assert again is None
    assert await _jobs(database) == [{"outbox_id": first}, {"outbox_id": other}]


async def test_no_mail_is_owed_if_its_cause_is_rolled_back(database: Database) -> None:
    with pytest.raises(RuntimeError, match="roll back"):
        async with database.transaction() as session:
            await post(session, "receipt", recipient="anna@example.com", reference="cs_1", data={})
            raise RuntimeError("roll back")
    assert await _jobs(database) == []
    async with database.transaction() as session:
        assert await post(session, "receipt", recipient="anna@example.com", reference="cs_1", data={}) is not None


async def _owe(database: Database) -> int:
    async with database.transaction() as session:
        made = await post(session, "receipt", recipient="anna@example.com", reference="cs_1", data={})
    assert made is not None
    return made


async def test_one_worker_has_a_mail_at_a_time(database: Database) -> None:
    outbox_id = await _owe(database)
    async with database.transaction() as session:
        mine = await claim(session, outbox_id, LEASE)
        assert mine is not None
        assert (mine.recipient, mine.state, mine.attempts) == ("anna@example.com", "sending", 1)
        assert await claim(session, outbox_id, LEASE) is None
        await settle(session, mine, "sent")
        assert await claim(session, outbox_id, LEASE) is None
        done = await owed(session, outbox_id)
        assert done is not None
        assert done.state == "sent"
        assert await claim(session, 999, LEASE) is None


async def test_a_worker_that_died_loses_its_claim_and_cannot_settle_anothers(database: Database) -> None:
    outbox_id = await _owe(database)
    async with database.transaction() as session:
        dead = await claim(session, outbox_id, timedelta(seconds=-1))
        alive = await claim(session, outbox_id, LEASE)
        assert dead is not None
        assert alive is not None
        await settle(session, dead, "queued", "too late")
        now = await owed(session, outbox_id)
        assert now is not None
        assert (now.state, now.attempts) == ("sending", 2)
        await settle(session, alive, "sent")
        now = await owed(session, outbox_id)
        assert now is not None
        assert now.state == "sent"


async def test_a_page_looked_at_twice_is_seen_once(database: Database) -> None:
    notes = Funnel(database)
    half_an_hour = timedelta(minutes=30)
    assert await notes.note_once("pricing_seen", within=half_an_hour, visitor="v_1")
    assert not await notes.note_once("pricing_seen", within=half_an_hour, visitor="v_1")
    assert await notes.note_once("pricing_seen", within=half_an_hour, visitor="v_2")
    assert await notes.note_once("pricing_seen", within=half_an_hour, visitor="v_1", customer_id=7)
    assert await notes.note_once("wall_shown", within=half_an_hour, customer_id=7, data={"feature": "chat"})
    assert await notes.note_once("wall_shown", within=half_an_hour, customer_id=7, data={"feature": "library"})


async def test_only_places_we_know_are_noted_as_where_a_button_stood(database: Database) -> None:
    for via in ("wall", "elsewhere", None):
        await note_click(database, 7, "pack", "popular", via)
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT name, data FROM funnel_events"))
        assert [tuple(row) for row in rows] == [("cta_clicked", {"kind": "pack", "code": "popular", "via": "wall"})]
