"""API keys: their form, who may make them, replacing with overlap, revoking, and what lies in the database."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from billing_app import clock
from billing_app.accounts.api_keys.form import LENGTH, KeyForm, Scope, new_key, read_key
from billing_app.accounts.api_keys.service import ApiKeys, TooManyKeys, UnknownKey, WrongScope
from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Principal, Role
from billing_app.db.engine import Database
from billing_app.errors import Conflict, DomainError, InvalidInput

SECRET = "a secret of more than thirty-two characters"
ADMIN = Principal(1, 1, None, Role.ADMIN, "ada@example.com", "Ada", verified=True, demo=False)
SUPPORT = Principal(2, 2, None, Role.SUPPORT, "bob@example.com", "Bob", verified=True, demo=False)


@pytest.fixture
async def keys(database: Database) -> ApiKeys:
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO users (id, name, email, email_normalised, password_hash, role, demo, created_at) "
                "OVERRIDING SYSTEM VALUE "
                "VALUES (1, 'Ada', 'ada@example.com', 'ada@example.com', '', 'admin', false, now())"
            )
        )
    return ApiKeys(database, secret=SECRET, live=False)


@given(scope=st.sampled_from(Scope), live=st.booleans())
def test_a_key_says_what_it_is(scope: Scope, live: bool) -> None:
    key = new_key(scope, live=live)
    assert len(key) == LENGTH
    assert re.fullmatch(r"crd_(test|live)_(sk|rk|ak)_[0-9A-Za-z]{38}", key)
    assert read_key(key) == KeyForm(live, scope)


@given(place=st.integers(12, LENGTH - 1), other=st.sampled_from("0aZ"))
def test_a_mistyped_key_is_told_from_a_wrong_one_without_the_database(place: int, other: str) -> None:
    key = new_key(Scope.SERVER, live=False)
    mistyped = key[:place] + other + key[place + 1 :]
    assert (read_key(mistyped) is None) is (mistyped != key)


async def test_a_key_works_at_once_and_lies_nowhere_in_the_database(keys: ApiKeys, database: Database) -> None:
    made = await keys.create("Production server", Scope.SERVER, by=ADMIN)
    holder = await keys.recognise(made.secret)
    assert (holder.name, holder.scope) == ("Production server", Scope.SERVER)
    async with database.transaction() as session:
        stored = str((await session.execute(text("SELECT k::text FROM api_keys k"))).all())
        audited = str((await session.execute(text("SELECT a::text FROM audit_log a"))).all())
    assert made.secret[12:44] not in stored + audited
    assert made.view.shown in stored
    assert "api_key.created" in audited


async def test_a_key_of_another_server_of_ours_is_unknown(keys: ApiKeys, database: Database) -> None:
    made = await keys.create("Ours", Scope.SERVER, by=None)
    elsewhere = ApiKeys(database, secret="another secret of more than thirty-two", live=False)
    with pytest.raises(UnknownKey):
        await elsewhere.recognise(made.secret)


@pytest.mark.parametrize(
    "sent", ["", "crd_test_sk_", "Bearer x", "sk_test_1234", "crd_test_sk_" + "é" * 38, "a" * 10_000]
)
async def test_what_is_no_key_is_refused_with_what_to_send(keys: ApiKeys, sent: str) -> None:
    with pytest.raises(UnknownKey, match="Authorization: Bearer"):
        await keys.recognise(sent)


async def test_a_live_key_does_not_work_in_the_sandbox_and_the_answer_says_so(keys: ApiKeys) -> None:
    with pytest.raises(UnknownKey, match="live key; this server is in test mode"):
        await keys.recognise(new_key(Scope.SERVER, live=True))


async def test_a_replaced_key_works_until_its_overlap_ends(keys: ApiKeys, database: Database) -> None:
    old = await keys.create("Server", Scope.SERVER, by=ADMIN)
    new = await keys.replace(old.view.id, overlap=timedelta(hours=1), by=ADMIN)
    assert {(await keys.recognise(one.secret)).name for one in (old, new)} == {"Server"}
    with pytest.raises(Conflict, match="being replaced"):
        await keys.replace(old.view.id, by=ADMIN)
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE api_keys SET ends_at = :past WHERE id = :id"),
            {"past": clock.wall() - timedelta(seconds=1), "id": old.view.id},
        )
    fresh = ApiKeys(database, secret=SECRET, live=False)
    with pytest.raises(UnknownKey):
        await fresh.recognise(old.secret)
    assert (await fresh.recognise(new.secret)).scope is Scope.SERVER


async def test_a_revoked_key_stops_here_at_once_and_elsewhere_when_it_is_looked_up_again(
    keys: ApiKeys, database: Database
) -> None:
    made = await keys.create("Leaked", Scope.ADMIN, by=ADMIN)
    elsewhere = ApiKeys(database, secret=SECRET, live=False, trusted_s=0)
    await elsewhere.recognise(made.secret)
    ended = await keys.revoke(made.view.id, by=ADMIN, reason="It was in a public repository.")
    assert ended.state == "ended"
    for one in (keys, elsewhere):
        with pytest.raises(UnknownKey):
            await one.recognise(made.secret)
    assert await keys.revoke(made.view.id, by=ADMIN) == ended


async def test_use_is_noted_once_a_minute(keys: ApiKeys, database: Database) -> None:
    made = await keys.create("Server", Scope.SERVER, by=ADMIN)
    assert (await keys.listed(by=ADMIN))[0].last_used_at is None
    reader = ApiKeys(database, secret=SECRET, live=False, trusted_s=0)
    await reader.recognise(made.secret)
    first = (await keys.listed(by=ADMIN))[0].last_used_at
    await reader.recognise(made.secret)
    assert first is not None
    assert (await keys.listed(by=ADMIN))[0].last_used_at == first


async def test_scopes_read_but_do_not_include_each_other(keys: ApiKeys) -> None:
    holder = await keys.recognise((await keys.create("Reports", Scope.READ_ONLY, by=None)).secret)
    holder.require(Scope.READ_ONLY)
    with pytest.raises(WrongScope, match="needs a key of scope server"):
        holder.require(Scope.SERVER)
    server = await keys.recognise((await keys.create("Server", Scope.SERVER, by=None)).secret)
    server.require(Scope.READ_ONLY)
    with pytest.raises(WrongScope):
        server.require(Scope.ADMIN)


async def test_only_administrators_make_see_and_revoke_keys(keys: ApiKeys) -> None:
    made = await keys.create("Server", Scope.SERVER, by=ADMIN)
    for attempt in (
        keys.create("Mine", Scope.SERVER, by=SUPPORT),
        keys.replace(made.view.id, by=SUPPORT),
        keys.revoke(made.view.id, by=SUPPORT),
        keys.listed(by=SUPPORT),
    ):
        with pytest.raises(NotPermitted):
            await attempt
    assert (await keys.recognise(made.secret)).key_id == made.view.id


async def test_what_cannot_be_done_says_so_and_makes_nothing(keys: ApiKeys) -> None:
    made = await keys.create("Server", Scope.SERVER, by=ADMIN)
    wrong: list[tuple[type[DomainError], object]] = [
        (InvalidInput, keys.create("", Scope.SERVER, by=ADMIN)),
        (InvalidInput, keys.replace(made.view.id, overlap=timedelta(days=31), by=ADMIN)),
        (InvalidInput, keys.replace(made.view.id, overlap=timedelta(seconds=-1), by=ADMIN)),
        (DomainError, keys.replace(999, by=ADMIN)),
        (DomainError, keys.revoke(999, by=ADMIN)),
    ]
    for kind, attempt in wrong:
        with pytest.raises(kind):
            await attempt  # pyright: ignore[reportGeneralTypeIssues]
    assert len(await keys.listed(by=ADMIN)) == 1


async def test_there_is_a_limit_to_working_keys(keys: ApiKeys, database: Database) -> None:
    first = await keys.create("Server", Scope.SERVER, by=ADMIN)
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO api_keys (name, scope, shown, digest, created_at) "
                "SELECT 'k', 'server', 'crd_test_sk_…', sha256(n::text::bytea), now() FROM generate_series(1, 49) n"
            )
        )
    with pytest.raises(TooManyKeys, match="Revoke one"):
        await keys.create("One too many", Scope.SERVER, by=ADMIN)
    await keys.revoke(first.view.id, by=ADMIN)
    assert (await keys.create("Room again", Scope.SERVER, by=ADMIN)).secret
