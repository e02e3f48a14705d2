"""Signing in: the right password and nothing else; slowly for who guesses; sessions that end when told to."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from billing_app.accounts import hashing
from billing_app.accounts.errors import TooBusy, WrongCredentials
from billing_app.accounts.service import AccountService
from billing_app.accounts.store import LIVE_SESSIONS_MAX
from billing_app.accounts.use_case import SignedIn, Visit
from billing_app.db.engine import Database
from billing_app.errors import NotFound, RateLimited
from tests.accounts.people import HERE, PASSWORD

AUser = Callable[..., Awaitable[SignedIn]]
Later = Callable[[timedelta], None]


async def test_the_right_password_signs_in_and_a_wrong_one_does_not(accounts: AccountService, a_user: AUser) -> None:
    anna = (await a_user()).principal
    signed_in = await accounts.sign_in(email="ANNA@example.com ", password=PASSWORD, visit=HERE)
    assert signed_in.principal.user_id == anna.user_id
    for email, password in (
        ("anna@example.com", PASSWORD + "!"),
        ("anna@example.com", PASSWORD.upper()),
        ("anna@example.com", ""),
        ("anna@example.com", "\ud800"),
        ("bert@example.com", PASSWORD),
        ("not an address", PASSWORD),
    ):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(email=email, password=password, visit=HERE)


async def test_as_much_work_is_done_for_an_unknown_address_as_for_a_wrong_password(
    accounts: AccountService, a_user: AUser
) -> None:
    await a_user()
    for email in ("anna@example.com", "nobody@example.com"):
        before = accounts.vault.checks
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(email=email, password="a wrong password", visit=HERE)
        assert accounts.vault.checks == before + 1


async def test_guessing_is_slowed_even_with_the_right_password_at_last(accounts: AccountService, a_user: AUser) -> None:
    await a_user()
    for guess in range(10):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(email="anna@example.com", password=f"guess number {guess}", visit=HERE)
    with pytest.raises(RateLimited) as refused:
        await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    assert refused.value.extra["retry_after_s"] > 0
    # The owner, elsewhere, is not locked out by it.
    await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=Visit(ip="198.51.100.1"))


async def test_an_unknown_address_is_slowed_alike(accounts: AccountService) -> None:
    for guess in range(10):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(email="nobody@example.com", password=f"guess number {guess}", visit=HERE)
    with pytest.raises(RateLimited):
        await accounts.sign_in(email="nobody@example.com", password=PASSWORD, visit=HERE)


async def test_guessing_from_many_places_is_slowed_by_the_account(accounts: AccountService, a_user: AUser) -> None:
    await a_user()
    outcomes: list[type[Exception]] = []
    for place in range(70):
        with pytest.raises((WrongCredentials, RateLimited)) as refused:
            await accounts.sign_in(
                email="anna@example.com", password="a wrong password", visit=Visit(ip=f"198.51.100.{place}")
            )
        outcomes.append(refused.type)
    assert outcomes[:59] == [WrongCredentials] * 59
    assert outcomes[-5:] == [RateLimited] * 5


async def test_a_place_that_tries_many_accounts_is_slowed(accounts: AccountService) -> None:
    await accounts.vault.hash("warm")
    outcomes: list[type[Exception]] = []
    for number in range(105):
        with pytest.raises((WrongCredentials, RateLimited)) as refused:
            await accounts.sign_in(email=f"not an address {number}", password="x", visit=HERE)
        outcomes.append(refused.type)
    assert outcomes.count(RateLimited) >= 3


async def test_after_the_waiting_time_one_may_try_again(accounts: AccountService, a_user: AUser, later: Later) -> None:
    await a_user()
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(email="anna@example.com", password="a wrong password", visit=HERE)
    later(timedelta(minutes=15))
    await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)


async def test_each_sign_in_has_a_new_token_and_ends_the_browsers_previous_session(
    accounts: AccountService, a_user: AUser
) -> None:
    first = await a_user()
    second = await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE, previous_token=first.token)
    assert second.token != first.token
    assert await accounts.who(first.token) is None
    assert await accounts.who(second.token) is not None


async def test_a_token_planted_in_a_browser_never_becomes_a_session(accounts: AccountService, a_user: AUser) -> None:
    await a_user()
    planted = "a" * 43
    signed_in = await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE, previous_token=planted)
    assert signed_in.token != planted
    assert await accounts.who(planted) is None


async def test_only_the_hash_of_a_token_is_stored(accounts: AccountService, a_user: AUser, database: Database) -> None:
    signed_in = await a_user()
    assert len(signed_in.token) == 43  # 256 bits
    async with database.transaction() as session:
        stored = (await session.execute(text("SELECT token_hash FROM sessions"))).scalar_one()
    assert stored == hashlib.sha256(signed_in.token.encode()).digest()
    assert await accounts.who(stored.hex()) is None


@pytest.mark.parametrize("token", [None, "", "x", "x" * 10_000, "' OR 1=1 --", "ä€😀", "\ud800"])
async def test_nonsense_is_nobody(accounts: AccountService, token: str | None) -> None:
    assert await accounts.who(token) is None
    await accounts.sign_out(token, visit=HERE)


async def test_a_session_ends_thirty_days_after_it_was_last_used(
    accounts: AccountService, a_user: AUser, later: Later
) -> None:
    used, unused = await a_user(), await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    later(timedelta(days=29))
    assert await accounts.who(used.token) is not None
    later(timedelta(days=2))
    assert await accounts.who(unused.token) is None
    assert await accounts.who(used.token) is not None
    later(timedelta(days=31))
    assert await accounts.who(used.token) is None


async def test_signing_out_ends_this_session_only(accounts: AccountService, a_user: AUser) -> None:
    first, second = await a_user(), await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    await accounts.sign_out(first.token, visit=HERE)
    assert await accounts.who(first.token) is None
    assert await accounts.who(second.token) is not None


async def test_signing_out_everywhere_ends_all(accounts: AccountService, a_user: AUser) -> None:
    first, second = await a_user(), await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    assert await accounts.sign_out_everywhere(second.principal, visit=HERE) == 2
    assert [await accounts.who(each.token) for each in (first, second)] == [None, None]


@pytest.mark.row("A12")
async def test_users_see_and_revoke_their_own_sessions_and_nobody_elses(
    accounts: AccountService, a_user: AUser
) -> None:
    anna, bert = await a_user(), await a_user("bert@example.com")
    phone = await accounts.sign_in(
        email="anna@example.com", password=PASSWORD, visit=Visit(ip="198.51.100.1", agent="Phone\r\nX: y")
    )
    shown = await accounts.sessions(anna.principal)
    assert [(each.id, each.agent, each.current) for each in shown] == [
        (phone.principal.session_id, "Phone??X: y", False),
        (anna.principal.session_id, "A browser", True),
    ]
    with pytest.raises(NotFound):
        await accounts.revoke_session(bert.principal, phone.principal.session_id, visit=HERE)
    assert await accounts.who(phone.token) is not None
    await accounts.revoke_session(anna.principal, phone.principal.session_id, visit=HERE)
    assert await accounts.who(phone.token) is None


async def test_a_user_has_fifty_sessions_at_most(accounts: AccountService, a_user: AUser, database: Database) -> None:
    first = await a_user()
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO sessions (user_id, token_hash, created_at, last_seen_at, expires_at) "
                "SELECT user_id, sha256(n::text::bytea), created_at, last_seen_at + interval '1 ms', expires_at "
                "FROM sessions, generate_series(1, :n) n"
            ),
            {"n": LIVE_SESSIONS_MAX},
        )
    last = await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    assert await accounts.who(first.token) is None
    assert await accounts.who(last.token) is not None
    assert len(await accounts.sessions(last.principal)) == LIVE_SESSIONS_MAX


async def test_ended_sessions_are_swept_a_month_later(
    accounts: AccountService, a_user: AUser, later: Later, database: Database
) -> None:
    await a_user()
    later(timedelta(days=59))
    assert await accounts.sweep_sessions() == 0
    later(timedelta(days=2))
    assert await accounts.sweep_sessions() == 1


async def test_every_sign_in_and_failure_is_audited(
    accounts: AccountService, a_user: AUser, database: Database
) -> None:
    user_id = (await a_user()).principal.user_id
    await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    for email in ("anna@example.com", "nobody@example.com"):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(email=email, password="a wrong password", visit=HERE)
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT actor_kind, action, object, ip FROM audit_log ORDER BY id"))
        assert rows.all() == [
            ("anonymous", "user.signed_up", f"user:{user_id}", HERE.ip),
            ("user", "user.verified", f"user:{user_id}", HERE.ip),
            ("user", "sign_in.succeeded", f"user:{user_id}", HERE.ip),
            ("anonymous", "sign_in.failed", f"user:{user_id}", HERE.ip),
            ("anonymous", "sign_in.failed", "user:?", HERE.ip),
        ]


async def test_an_old_hash_is_renewed_at_sign_in(accounts: AccountService, a_user: AUser, database: Database) -> None:
    from argon2 import PasswordHasher

    await a_user()
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    async with database.transaction() as session:
        await session.execute(text("UPDATE users SET password_hash = :weak"), {"weak": weak})
    await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    async with database.transaction() as session:
        stored = (await session.execute(text("SELECT password_hash FROM users"))).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)


async def test_checking_passwords_never_stalls_the_loop(accounts: AccountService) -> None:
    """While eight passwords are hashed, the loop goes on turning."""
    turns = 0
    work = asyncio.gather(*(accounts.vault.hash(f"password {n}") for n in range(8)))
    while not work.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert len(set(await work)) == 8
    assert turns > 8


async def test_more_sign_ins_than_can_be_checked_are_refused_at_once(
    accounts: AccountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing, "WAITING_MAX", 4)
    answers = await asyncio.gather(*(accounts.vault.hash("x" * 20) for _ in range(6)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(TooBusy) == 2
    await accounts.vault.hash("and after that it goes on")
