"""Another password: with the old one, or with a link that works once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from billing_app.accounts.errors import (
    InvalidEmail,
    LinkInvalid,
    PasswordTooCommon,
    PasswordTooShort,
    WrongCredentials,
    WrongPassword,
)
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import SignedIn, Visit
from billing_app.errors import RateLimited
from tests.accounts.people import BROWSER, HERE, PASSWORD

AUser = Callable[..., Awaitable[SignedIn]]
LinkFor = Callable[[str], Awaitable[str]]
Mails = Callable[[], Awaitable[list[Any]]]
NEW = "nine green bicycles"


async def test_the_old_password_changes_it_and_all_other_sessions_end(
    accounts: AccountService, a_user: AUser, mails: Mails
) -> None:
    here = await a_user()
    phone = await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    await accounts.change_password(here.principal, old=PASSWORD, new=NEW, visit=HERE)
    assert await accounts.who(here.token) is not None
    assert await accounts.who(phone.token) is None
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    await accounts.sign_in(email="anna@example.com", password=NEW, visit=HERE)
    assert (await mails())[-1].kind == "password_changed"


async def test_without_the_old_password_nothing_changes_and_guessing_is_slowed(
    accounts: AccountService, a_user: AUser
) -> None:
    here = await a_user()
    for _ in range(10):
        with pytest.raises(WrongPassword):
            await accounts.change_password(here.principal, old="a wrong password", new=NEW, visit=HERE)
    with pytest.raises(RateLimited):
        await accounts.change_password(here.principal, old=PASSWORD, new=NEW, visit=HERE)
    await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)


async def test_a_weak_new_password_changes_nothing(accounts: AccountService, a_user: AUser, link_for: LinkFor) -> None:
    here = await a_user()
    with pytest.raises(PasswordTooCommon):
        await accounts.change_password(here.principal, old=PASSWORD, new="qwertyuiop", visit=HERE)
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    link = await link_for("anna@example.com")
    with pytest.raises(PasswordTooShort):
        await accounts.reset_password(link, new="short", visit=HERE)
    assert await accounts.who(here.token) is not None
    await accounts.reset_password(link, new=NEW, visit=HERE)


async def test_a_reset_link_works_once_and_ends_every_session(
    accounts: AccountService, a_user: AUser, link_for: LinkFor, mails: Mails
) -> None:
    here = await a_user()
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    link = await link_for("anna@example.com")
    await accounts.reset_password(link, new=NEW, visit=HERE)
    assert await accounts.who(here.token) is None
    with pytest.raises(LinkInvalid):
        await accounts.reset_password(link, new="ten yellow balloons", visit=HERE)
    await accounts.sign_in(email="anna@example.com", password=NEW, visit=HERE)
    assert [mail.kind for mail in await mails()] == ["verify_email", "reset_password", "password_changed"]


async def test_a_reset_link_used_twice_at_once_works_once(
    accounts: AccountService, a_user: AUser, link_for: LinkFor
) -> None:
    await a_user()
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    link = await link_for("anna@example.com")
    answers = await asyncio.gather(
        *(accounts.reset_password(link, new=f"{NEW} {n}", visit=HERE) for n in range(3)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["LinkInvalid", "LinkInvalid", "NoneType"]


async def test_a_reset_link_is_too_old_after_an_hour_and_dead_after_a_password_change(
    accounts: AccountService, a_user: AUser, link_for: LinkFor, later: Callable[[timedelta], None]
) -> None:
    here = await a_user()
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    link = await link_for("anna@example.com")
    await accounts.change_password(here.principal, old=PASSWORD, new=NEW, visit=HERE)
    with pytest.raises(LinkInvalid):
        await accounts.reset_password(link, new="ten yellow balloons", visit=HERE)
    later(timedelta(minutes=2))
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    link = await link_for("anna@example.com")
    later(timedelta(minutes=61))
    with pytest.raises(LinkInvalid):
        await accounts.reset_password(link, new="ten yellow balloons", visit=HERE)


async def test_a_link_to_confirm_does_not_reset_nor_the_other_way_round(
    accounts: AccountService, a_user: AUser, link_for: LinkFor
) -> None:
    await accounts.sign_up(email="bert@example.com", password=PASSWORD, visit=HERE, browser=BROWSER)
    confirm = await link_for("bert@example.com")
    with pytest.raises(LinkInvalid):
        await accounts.reset_password(confirm, new=NEW, visit=HERE)
    await a_user()
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    with pytest.raises(LinkInvalid):
        await accounts.verify(await link_for("anna@example.com"), visit=HERE, browser=BROWSER)


async def test_an_unknown_address_is_answered_alike_and_gets_no_mail(accounts: AccountService, mails: Mails) -> None:
    assert await accounts.request_reset(email="nobody@example.com", visit=HERE) is None
    assert await mails() == []
    with pytest.raises(InvalidEmail):
        await accounts.request_reset(email="nobody", visit=HERE)


async def test_reset_mails_are_limited_for_known_and_unknown_addresses_alike(
    accounts: AccountService, a_user: AUser, mails: Mails
) -> None:
    await a_user()
    for email in ("anna@example.com", "nobody@example.com"):
        for place in range(5):
            await accounts.request_reset(email=email, visit=Visit(ip=f"198.51.100.{place}"))
        with pytest.raises(RateLimited):
            await accounts.request_reset(email=email, visit=Visit(ip="198.51.100.77"))
    assert [mail.kind for mail in await mails()].count("reset_password") <= 2  # one a minute


async def test_a_reset_rescues_an_address_that_somebody_else_signed_up_with(
    accounts: AccountService, link_for: LinkFor
) -> None:
    await accounts.sign_up(email="anna@example.com", password="the attacker's own", visit=HERE, browser="attacker")
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    await accounts.reset_password(await link_for("anna@example.com"), new=NEW, visit=HERE)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(email="anna@example.com", password="the attacker's own", visit=HERE)
    assert (await accounts.sign_in(email="anna@example.com", password=NEW, visit=HERE)).principal.verified


async def test_a_reset_opens_an_account_that_strangers_guesses_had_blocked(
    accounts: AccountService, a_user: AUser, link_for: LinkFor
) -> None:
    await a_user()
    for place in range(70):
        with pytest.raises((WrongCredentials, RateLimited)):
            await accounts.sign_in(
                email="anna@example.com", password="a wrong password", visit=Visit(ip=f"198.51.100.{place}")
            )
    with pytest.raises(RateLimited):
        await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    await accounts.reset_password(await link_for("anna@example.com"), new=NEW, visit=HERE)
    await accounts.sign_in(email="anna@example.com", password=NEW, visit=HERE)
