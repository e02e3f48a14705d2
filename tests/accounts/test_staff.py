"""Roles, the first administrator, who is shut out, and the demo sign-ins of a sandbox."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from billing_app.accounts.customers import customer_by_external_id, ensure_customer, get_customer
from billing_app.accounts.errors import AlreadyExists, LastAdmin, NotPermitted, PasswordTooShort, WrongCredentials
from billing_app.accounts.roles import Role
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import SignedIn
from billing_app.db.engine import Database
from billing_app.errors import Conflict, InvalidInput, NotFound
from tests.accounts.people import HERE, PASSWORD

AUser = Callable[..., Awaitable[SignedIn]]


async def _an_admin(accounts: AccountService, email: str = "boss@example.com") -> SignedIn:
    await accounts.create_admin(email=email, password=PASSWORD)
    return await accounts.sign_in(email=email, password=PASSWORD, visit=HERE)


async def test_the_first_admin_is_made_from_the_command_line_and_is_no_customer(
    accounts: AccountService, a_user: AUser, database: Database
) -> None:
    boss = (await _an_admin(accounts)).principal
    assert (boss.role, boss.customer_id, boss.verified) == (Role.ADMIN, None, True)
    async with database.transaction() as session:
        row = await session.execute(text("SELECT actor_kind, action, object FROM audit_log ORDER BY id LIMIT 1"))
        assert row.one() == ("cli", "user.created", f"user:{boss.user_id}")
    await a_user()
    for email in ("boss@example.com", "anna@example.com"):
        with pytest.raises(AlreadyExists, match="Change their role"):
            await accounts.create_admin(email=email, password=PASSWORD)
    with pytest.raises(PasswordTooShort):
        await accounts.create_admin(email="other@example.com", password="short")


async def test_a_role_counts_at_once_in_every_session(accounts: AccountService, a_user: AUser) -> None:
    anna, boss = await a_user(), await _an_admin(accounts)
    view = await accounts.set_role(anna.principal.user_id, Role.SUPPORT, by=boss.principal, reason="joins us")
    assert view.role is Role.SUPPORT
    now = await accounts.who(anna.token)
    assert now is not None
    assert (now.role, now.is_staff) == (Role.SUPPORT, True)


async def test_only_administrators_give_roles(accounts: AccountService, a_user: AUser) -> None:
    anna, boss = await a_user(), await _an_admin(accounts)
    for role in (Role.CUSTOMER, Role.VIEWER, Role.SUPPORT):
        with pytest.raises(NotPermitted):
            await accounts.set_role(
                anna.principal.user_id, Role.ADMIN, by=replace(anna.principal, role=role), reason="I want to"
            )
    with pytest.raises(Conflict, match="Your own role"):  # believed to be one when the request began
        await accounts.set_role(
            anna.principal.user_id, Role.ADMIN, by=replace(anna.principal, role=Role.ADMIN), reason="I was"
        )
    with pytest.raises(NotFound):
        await accounts.set_role(999_999, Role.ADMIN, by=boss.principal, reason="who?")


async def test_somebody_can_always_administer(accounts: AccountService) -> None:
    boss = (await _an_admin(accounts)).principal
    for change in (
        accounts.set_role(boss.user_id, Role.CUSTOMER, by=None, reason="retires"),
        accounts.set_disabled(boss.user_id, True, by=boss, reason="retires"),
    ):
        with pytest.raises(LastAdmin):
            await change
    await _an_admin(accounts, "second@example.com")
    retired = await accounts.set_role(boss.user_id, Role.CUSTOMER, by=boss, reason="retires")
    assert retired.customer_id is not None


async def test_a_disabled_user_is_out_at_once_and_stays_out(accounts: AccountService, a_user: AUser) -> None:
    anna, boss = await a_user(), await _an_admin(accounts)
    await accounts.set_disabled(anna.principal.user_id, True, by=boss.principal, reason="abuse")
    assert await accounts.who(anna.token) is None
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)
    await accounts.request_reset(email="anna@example.com", visit=HERE)
    assert await accounts.reset_link(anna.principal.user_id) is None
    await accounts.set_disabled(anna.principal.user_id, False, by=boss.principal, reason="a mistake")
    assert await accounts.who(anna.token) is None
    await accounts.sign_in(email="anna@example.com", password=PASSWORD, visit=HERE)


async def test_a_users_address_finds_them_in_any_spelling(accounts: AccountService, a_user: AUser) -> None:
    anna = (await a_user()).principal
    found = await accounts.user_by_email(" ANNA@Example.com")
    assert found is not None
    assert found.id == anna.user_id
    assert await accounts.user_by_email("nobody@example.com") is None


async def test_demo_sign_ins_open_the_sandbox_again_and_again(accounts: AccountService, database: Database) -> None:
    first = await accounts.ensure_demo()
    assert [(each.email, each.role) for each in first] == [
        ("demo@example.com", Role.CUSTOMER),
        ("admin@example.com", Role.ADMIN),
    ]
    signed_in = [await accounts.sign_in(email=each.email, password=each.password, visit=HERE) for each in first]
    assert signed_in[0].principal.customer_id == first[0].customer_id
    assert all(each.principal.demo for each in signed_in)
    await accounts.change_password(signed_in[0].principal, old=first[0].password, new=PASSWORD, visit=HERE)
    assert await accounts.ensure_demo() == first
    await accounts.sign_in(email=first[0].email, password=first[0].password, visit=HERE)
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM users"))).scalar_one() == 2


async def test_live_mode_has_no_demo_sign_ins_and_does_not_open_to_left_over_ones(
    accounts: AccountService, live_accounts: AccountService
) -> None:
    with pytest.raises(Conflict, match="sandbox mode only"):
        await live_accounts.ensure_demo()
    demo = (await accounts.ensure_demo())[1]
    signed_in = await accounts.sign_in(email=demo.email, password=demo.password, visit=HERE)
    assert await live_accounts.who(signed_in.token) is None
    with pytest.raises(WrongCredentials):
        await live_accounts.sign_in(email=demo.email, password=demo.password, visit=HERE)
    assert await live_accounts.reset_link(demo.user_id) is None


@pytest.mark.row("A12")
async def test_the_database_itself_shows_a_customer_only_their_own_row(database: Database, a_user: AUser) -> None:
    anna, bert = (await a_user()).principal, (await a_user("bert@example.com")).principal
    assert anna.customer_id is not None
    async with database.as_customer(anna.customer_id) as session:
        seen = await session.scalars(text("SELECT id FROM customers"))
        assert list(seen) == [anna.customer_id]
        assert bert.customer_id != anna.customer_id
    for table in ("users", "sessions", "audit_log", "outbox", "mailbox", "rate_limits"):
        with pytest.raises(Exception, match="permission denied"):
            async with database.as_customer(anna.customer_id) as session:
                await session.execute(text(f"SELECT * FROM {table}"))


async def test_several_users_may_belong_to_one_customer(database: Database, a_user: AUser) -> None:
    anna, bert = (await a_user()).principal, (await a_user("bert@example.com")).principal
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE users SET customer_id = :c WHERE id = :u"), {"c": anna.customer_id, "u": bert.user_id}
        )


async def test_a_hosts_customer_is_made_at_first_sight_and_found_after(database: Database) -> None:
    async with database.transaction() as session:
        assert await customer_by_external_id(session, "u_1") is None
        made = await ensure_customer(session, "u_1", name="Acme", email="Pay@Example.com")
        assert (made.name, made.email) == ("Acme", "Pay@example.com")
        assert await ensure_customer(session, "u_1", name="Other") == made
        assert await customer_by_external_id(session, "u_1") == made
        assert await get_customer(session, made.id) == made
        bare = await ensure_customer(session, "u_2")
        assert (bare.name, bare.email) == (None, None)
        for bad in ("", " u", "x" * 201, "u\n1", "u\u0000"):
            with pytest.raises(InvalidInput):
                await ensure_customer(session, bad)
        with pytest.raises(NotFound):
            await get_customer(session, 999_999)
