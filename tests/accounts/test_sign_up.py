"""Signing up and confirming: what strangers learn (nothing), and what a link is good for (one thing, once)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from billing_app.accounts.errors import InvalidEmail, LinkInvalid, PasswordNeeded, PasswordTooCommon, WrongCredentials
from billing_app.accounts.roles import Role
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import SignedIn, Visit
from billing_app.db.engine import Database
from billing_app.errors import RateLimited
from tests.accounts.people import BROWSER, HERE, PASSWORD

LinkFor = Callable[[str], Awaitable[str]]
Mails = Callable[[], Awaitable[list[Any]]]


async def _counts(database: Database) -> dict[str, int]:
    async with database.transaction() as session:
        return {
            table: (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in ("users", "customers", "sessions", "outbox", "audit_log")
        }


async def test_a_stranger_becomes_a_user_with_a_customer_of_their_own(
    accounts: AccountService, database: Database, link_for: LinkFor
) -> None:
    await accounts.sign_up(email="Anna@Example.com", password=PASSWORD, name="Anna", visit=HERE, browser=BROWSER)
    signed_in = await accounts.verify(await link_for("Anna@example.com"), visit=HERE, browser=BROWSER)
    principal = await accounts.who(signed_in.token)
    assert principal == signed_in.principal
    assert principal is not None
    assert (principal.email, principal.name, principal.role) == ("Anna@example.com", "Anna", Role.CUSTOMER)
    assert principal.verified
    async with database.transaction() as session:
        row = await session.execute(text("SELECT id, name, email, external_id FROM customers"))
        assert row.one() == (principal.customer_id, "Anna", "Anna@example.com", None)


async def test_nothing_secret_is_stored(
    accounts: AccountService, database: Database, a_user: Callable[..., Awaitable[SignedIn]], link_for: LinkFor
) -> None:
    signed_in = await a_user()
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    reset = await link_for("anna@example.com")
    async with database.transaction() as session:
        tables = await session.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        )
        dump = ""
        for table in tables.all():
            dump += "\n".join((await session.scalars(text(f"SELECT t::text FROM {table} t"))).all())
    assert "anna@example.com" in dump
    for secret in (signed_in.token, PASSWORD, BROWSER, reset, reset.rpartition(".")[2]):
        assert secret not in dump


async def test_a_taken_address_is_answered_alike_and_only_its_owner_hears_of_it(
    accounts: AccountService, database: Database, a_user: Callable[..., Awaitable[SignedIn]], mails: Mails
) -> None:
    await a_user()
    before = await _counts(database)
    assert await accounts.sign_up(email="ANNA@example.com", password="another long one", visit=HERE) is None
    after = await _counts(database)
    assert after == before | {"outbox": before["outbox"] + 1}
    assert ((await mails())[-1].kind, (await mails())[-1].recipient) == ("already_registered", "anna@example.com")
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(email="anna@example.com", password="another long one", visit=HERE)


async def test_the_owner_of_an_address_is_not_flooded_with_mails(
    accounts: AccountService, a_user: Callable[..., Awaitable[SignedIn]], mails: Mails
) -> None:
    await a_user()
    for _ in range(3):
        await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE)
    assert [mail.kind for mail in await mails()] == ["verify_email", "already_registered"]


async def test_answers_take_the_same_time_for_known_and_unknown_addresses(
    database: Database, a_user: Callable[..., Awaitable[SignedIn]]
) -> None:
    await a_user()
    slow = AccountService(database, secret="x" * 32, sandbox=True, answer_floor_s=0.4)
    await slow.vault.hash("warm")
    loop = asyncio.get_running_loop()
    for email in ("anna@example.com", "nobody@example.com"):
        for ask in (
            lambda email=email: slow.request_reset(email=email, visit=HERE),
            lambda email=email: slow.sign_up(email=email, password="another long one", visit=HERE),
        ):
            begun = loop.time()
            await ask()
            assert 0.4 <= loop.time() - begun < 5


async def test_a_link_confirms_once(accounts: AccountService, link_for: LinkFor) -> None:
    await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE, browser=BROWSER)
    link = await link_for("anna@example.com")
    await accounts.verify(link, visit=HERE, browser=BROWSER)
    with pytest.raises(LinkInvalid):
        await accounts.verify(link, visit=HERE, browser=BROWSER)


async def test_a_link_is_too_old_after_three_days(
    accounts: AccountService, link_for: LinkFor, later: Callable[[timedelta], None]
) -> None:
    await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE, browser=BROWSER)
    link = await link_for("anna@example.com")
    later(timedelta(days=3, seconds=1))
    with pytest.raises(LinkInvalid):
        await accounts.verify(link, visit=HERE, browser=BROWSER)


@pytest.mark.parametrize("browser", [None, "", "another browser"])
async def test_in_another_browser_the_link_needs_the_password_as_well(
    accounts: AccountService, link_for: LinkFor, browser: str | None
) -> None:
    await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE, browser=BROWSER)
    link = await link_for("anna@example.com")
    with pytest.raises(PasswordNeeded):
        await accounts.verify(link, visit=HERE, browser=browser)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(email="anna@example.com", password="not the password", visit=HERE, link_token=link)
    signed_in = await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE, link_token=link)
    assert signed_in.principal.verified


async def test_who_signs_up_with_a_strangers_address_gains_nothing_by_the_strangers_click(
    accounts: AccountService, link_for: LinkFor
) -> None:
    await accounts.sign_up(email="anna@example.com", password="the attacker's own", visit=HERE, browser="attacker")
    link = await link_for("anna@example.com")
    with pytest.raises(PasswordNeeded):
        await accounts.verify(link, visit=HERE, browser=None)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(email="anna@example.com", password="the attacker's own", visit=HERE)
    # The owner comes later, and the account is theirs alone.
    await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE, browser=BROWSER)
    with pytest.raises(LinkInvalid):
        await accounts.verify(link, visit=HERE, browser="attacker")
    await accounts.verify(await link_for("anna@example.com"), visit=HERE, browser=BROWSER)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(email="anna@example.com", password="the attacker's own", visit=HERE)


async def test_unconfirmed_users_are_refused_like_strangers_and_mailed_another_link(
    accounts: AccountService, link_for: LinkFor, mails: Mails
) -> None:
    await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE)
    with pytest.raises(WrongCredentials) as unconfirmed:
        await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    with pytest.raises(WrongCredentials) as unknown:
        await accounts.sign_in(email="bert@example.com", password=PASSWORD, visit=HERE)
    assert unconfirmed.value.problem() == unknown.value.problem()
    assert [mail.kind for mail in await mails()] == ["verify_email", "verify_email"]
    link = await link_for("anna@example.com")
    await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE, link_token=link)


async def test_five_people_signing_up_with_one_address_at_once_make_one_account(
    accounts: AccountService, database: Database
) -> None:
    await asyncio.gather(
        *(
            accounts.sign_up(email="anna@example.com", password=f"{PASSWORD} {n}", visit=Visit(ip=f"203.0.113.{n}"))
            for n in range(5)
        )
    )
    counts = await _counts(database)
    assert (counts["users"], counts["customers"]) == (1, 1)


async def test_bad_input_changes_nothing(accounts: AccountService, database: Database) -> None:
    with pytest.raises(InvalidEmail):
        await accounts.sign_up(email="anna", password=PASSWORD, visit=HERE)
    with pytest.raises(PasswordTooCommon):
        await accounts.sign_up(email="anna@example.com", password="password123", visit=HERE)
    assert set((await _counts(database)).values()) == {0}


async def test_sign_ups_from_one_place_and_of_one_address_are_limited(accounts: AccountService) -> None:
    for _ in range(5):
        await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE)
    with pytest.raises(RateLimited) as refused:
        await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=Visit(ip="198.51.100.1"))
    assert 0 < refused.value.extra["retry_after_s"] <= 3600
    with pytest.raises(RateLimited):
        for number in range(21):
            await accounts.sign_up(email=f"user{number}@example.com", password=PASSWORD, visit=HERE)


async def test_a_mail_whose_sign_up_was_replaced_or_confirmed_is_moot(
    accounts: AccountService, link_for: LinkFor, mails: Mails
) -> None:
    await accounts.sign_up(email="anna@example.com", password=PASSWORD, visit=HERE, browser=BROWSER)
    await accounts.sign_up(email="anna@example.com", password="another long one", visit=HERE, browser=BROWSER)
    first, second = [mail.data for mail in await mails()]
    assert await accounts.verification_link(first) is None
    assert await accounts.verification_link(second) is not None
    await accounts.verify(await link_for("anna@example.com"), visit=HERE, browser=BROWSER)
    assert await accounts.verification_link(second) is None
