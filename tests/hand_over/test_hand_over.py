"""Handing over: used once, within minutes, to addresses we know, and never into anybody else's account."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from billing_app import clock
from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.errors import HandOverInvalid, SignedInAsAnother
from billing_app.accounts.hand_over.service import HandOvers
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import Visit
from billing_app.db.engine import Database
from billing_app.errors import DomainError, InvalidInput
from tests.hand_over.tokens import claims, hs256
from tests.shop import PASSWORD, Shop

HERE = Visit("203.0.113.7", "A browser")


@pytest.fixture
async def key_id(database: Database) -> int:
    async with database.transaction() as session:
        made = await session.execute(
            text(
                "INSERT INTO api_keys (name, scope, shown, digest, created_at) "
                "VALUES ('Server', 'server', 'crd_', decode(repeat('00', 32), 'hex'), now()) RETURNING id"
            )
        )
        return made.scalar_one()


@pytest.mark.row("D3")
async def test_a_link_signs_in_once_as_the_hosts_customer_with_a_way_back(hand_overs: HandOvers, key_id: int) -> None:
    back = "https://app.example.com/chat?room=1"
    made = await hand_overs.create(
        "user_4711", key_id=key_id, name="Ada", email="ada@example.com", goes_to="/pricing", return_to=back
    )
    assert timedelta(minutes=4) < made.expires_at - clock.wall() <= timedelta(minutes=5)
    came = await hand_overs.take(made.token, visit=HERE)
    who = came.signed_in.principal
    assert (came.goes_to, who.return_to, who.handed_over, who.verified) == ("/pricing", back, True, True)
    assert (who.name, who.email, who.role.value) == ("Ada", "ada@example.com", "customer")
    with pytest.raises(HandOverInvalid):
        await hand_overs.take(made.token, visit=HERE)
    again = await hand_overs.create("user_4711", key_id=key_id)
    second = (await hand_overs.take(again.token, visit=HERE)).signed_in
    assert second.principal.user_id == who.user_id
    assert second.token != came.signed_in.token


async def test_two_browsers_with_one_link_are_one_too_many(hand_overs: HandOvers, key_id: int) -> None:
    made = await hand_overs.create("user_4711", key_id=key_id)
    came = await asyncio.gather(*(hand_overs.take(made.token, visit=HERE) for _ in range(5)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in came) == ["HandOverInvalid"] * 4 + ["HandedOver"]


async def test_a_link_that_is_late_foreign_or_made_up_signs_nobody_in(
    hand_overs: HandOvers, key_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await hand_overs.create("user_4711", key_id=key_id)
    for token in ("", "x", made.token[:-1], made.token + "a", "x" * 5_000, "\udcff"):
        with pytest.raises(HandOverInvalid):
            await hand_overs.take(token, visit=HERE)
    monkeypatch.setattr(clock, "wall", lambda: datetime.now(UTC) + timedelta(minutes=5, seconds=1))
    with pytest.raises(HandOverInvalid):
        await hand_overs.take(made.token, visit=HERE)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"return_to": "https://evil.example/"}, "return_to"),
        ({"return_to": "https://app.example.com.evil.example/"}, "return_to"),
        ({"return_to": "https://app.example.com@evil.example/"}, "return_to"),
        ({"return_to": "javascript:alert(1)"}, "return_to"),
        ({"return_to": "http://app.example.com/"}, "return_to"),
        ({"return_to": "//evil.example"}, "return_to"),
        ({"goes_to": "https://evil.example/"}, "to"),
        ({"goes_to": "//evil.example"}, "to"),
        ({"goes_to": "/\\evil.example"}, "to"),
        ({"goes_to": "/api/auth/sign-out"}, "to"),
    ],
)
async def test_a_foreign_address_is_refused_before_anything_is_made(
    hand_overs: HandOvers, key_id: int, database: Database, wrong: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await hand_overs.create("user_4711", key_id=key_id, **wrong)
    assert refused.value.extra["field"] == field
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM customers"))).scalar_one() == 0


async def test_the_hosts_word_for_an_address_opens_nobodys_own_account(
    hand_overs: HandOvers, accounts: AccountService, key_id: int
) -> None:
    await accounts.create_admin(email="boss@example.com", password=PASSWORD, name="The boss")
    made = await hand_overs.create("mallory", key_id=key_id, email="boss@example.com")
    who = (await hand_overs.take(made.token, visit=HERE)).signed_in.principal
    boss = await accounts.user_by_email("boss@example.com")
    assert boss is not None
    assert who.user_id != boss.id
    assert not who.is_staff
    for address in ("hand-over:1", "boss@example.com"):
        with pytest.raises(DomainError):
            await accounts.sign_in(email=address, password="", visit=HERE)


async def test_a_browser_signed_in_by_password_is_not_taken_over_and_the_link_stays_good(
    hand_overs: HandOvers, accounts: AccountService, key_id: int
) -> None:
    await accounts.create_admin(email="boss@example.com", password=PASSWORD, name="The boss")
    boss = await accounts.sign_in(email="boss@example.com", password=PASSWORD, visit=HERE)
    made = await hand_overs.create("user_4711", key_id=key_id)
    with pytest.raises(SignedInAsAnother):
        await hand_overs.take(made.token, visit=HERE, previous_token=boss.token)
    assert await accounts.who(boss.token) is not None
    assert (await hand_overs.take(made.token, visit=HERE)).signed_in


async def test_no_session_is_fixed_and_another_customers_ends(
    hand_overs: HandOvers, accounts: AccountService, key_id: int
) -> None:
    first = (await hand_overs.take((await hand_overs.create("eve", key_id=key_id)).token, visit=HERE)).signed_in
    made = await hand_overs.create("ada", key_id=key_id)
    came = (await hand_overs.take(made.token, visit=HERE, previous_token=first.token)).signed_in
    assert came.token != first.token
    assert came.principal.customer_id != first.principal.customer_id
    assert await accounts.who(first.token) is None


async def test_its_session_ends_after_twelve_hours_however_it_is_used(
    hand_overs: HandOvers, accounts: AccountService, key_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = (await hand_overs.take((await hand_overs.create("ada", key_id=key_id)).token, visit=HERE)).signed_in
    begun = datetime.now(UTC)
    for hours in (1, 6, 11.9):
        monkeypatch.setattr(clock, "wall", lambda hours=hours: begun + timedelta(hours=hours))
        assert await accounts.who(came.token) is not None
    monkeypatch.setattr(clock, "wall", lambda: begun + timedelta(hours=12, minutes=1))
    assert await accounts.who(came.token) is None


async def test_a_jwt_signs_in_once(hand_overs: HandOvers, database: Database) -> None:
    token = hs256(claims(clock.wall(), to="/pricing", return_to="https://app.example.com/back"))
    came = await hand_overs.take(token, visit=HERE)
    assert (came.goes_to, came.signed_in.principal.return_to) == ("/pricing", "https://app.example.com/back")
    async with database.transaction() as session:
        found = await session.execute(text("SELECT external_id FROM customers"))
        assert found.scalars().all() == ["user_4711"]
    with pytest.raises(HandOverInvalid):
        await hand_overs.take(token, visit=HERE)


@pytest.mark.parametrize(
    "changed",
    [{"return_to": "https://evil.example/"}, {"to": "//evil.example"}, {"sub": "a\nb"}, {"email": "no address"}],
    ids=str,
)
async def test_a_jwt_that_says_something_wrong_makes_nothing(
    hand_overs: HandOvers, database: Database, changed: dict[str, str]
) -> None:
    with pytest.raises(HandOverInvalid):
        await hand_overs.take(hs256(claims(clock.wall(), **changed)), visit=HERE)
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM customers"))).scalar_one() == 0


@pytest.mark.row("D3")
async def test_over_http_a_server_key_makes_the_link_and_a_browser_comes_in(shop: Shop) -> None:
    server = await shop.services.api_keys.create("Server", Scope.SERVER, by=None)
    reader = await shop.services.api_keys.create("Reader", Scope.READ_ONLY, by=None)
    body = {"customer": "user/4711", "to": "/pricing", "return_to": f"{shop.url}/elsewhere"}
    async with shop.browser() as browser:
        for key, status in (("crd_none", 401), (reader.secret, 403), (server.secret, 201)):
            made = await browser.post("/api/v1/hand-overs", json=body, headers={"Authorization": f"Bearer {key}"})
            assert made.status_code == status, made.text
        foreign = await browser.post(
            "/api/v1/hand-overs",
            json=body | {"return_to": "https://evil.example"},
            headers={"Authorization": f"Bearer {server.secret}"},
        )
        assert foreign.status_code == 422
        address = urlsplit(made.json()["url"])
        link = f"{address.path}?{address.query}"
        came = await browser.get(link)
        assert (came.status_code, came.headers["location"]) == (303, "/pricing")
        cookie = came.headers["set-cookie"]
        assert re.match(r"session=[\w-]{43}; HttpOnly; Max-Age=\d+; Path=/; SameSite=lax", cookie)
        assert came.headers["referrer-policy"] == "no-referrer"
        assert (await browser.get("/api/v1/subscription")).status_code == 200
        again = await browser.get(link)
        assert again.headers["location"] == "/login?error=hand_over_invalid"
    stored = str(await shop.rows("SELECT h::text FROM hand_overs h"))
    assert address.query.partition("token=")[2] not in stored
