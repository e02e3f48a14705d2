"""Accounts over a real database, and builders of the people in them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from billing_app import clock
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import SignedIn
from billing_app.db.engine import Database
from tests.accounts.people import BROWSER, HERE, PASSWORD, SECRET


@pytest.fixture
def live_accounts(database: Database) -> AccountService:
    return AccountService(database, secret=SECRET, sandbox=False, answer_floor_s=0)


@pytest.fixture
def mails(database: Database) -> Callable[[], Awaitable[list[Any]]]:
    """What the outbox owes, oldest first."""

    async def read() -> list[Any]:
        async with database.transaction() as session:
            rows = await session.execute(
                text(
                    "SELECT o.kind, o.data, d.recipient FROM outbox o JOIN outbox_deliveries d ON d.outbox_id = o.id "
                    "ORDER BY o.id"
                )
            )
            return list(rows.all())

    return read


@pytest.fixture
def link_for(accounts: AccountService, mails: Callable[[], Awaitable[list[Any]]]) -> Callable[[str], Awaitable[str]]:
    """The token of the last mail of a kind to an address, signed as at sending."""

    async def token(recipient: str) -> str:
        kind, data, _ = [mail for mail in await mails() if mail.recipient == recipient][-1]
        if kind == "verify_email":
            path = await accounts.verification_link(data)
        else:
            assert kind == "reset_password"
            path = await accounts.reset_link(data["user_id"])
        assert path is not None
        return parse_qs(urlsplit(path).query)["token"][0]

    return token


@pytest.fixture
def a_user(accounts: AccountService, link_for: Callable[[str], Awaitable[str]]) -> Callable[..., Awaitable[SignedIn]]:
    """Somebody who signed up and confirmed, signed in."""

    async def made(email: str = "anna@example.com", password: str = PASSWORD) -> SignedIn:
        await accounts.sign_up(email=email, password=password, visit=HERE, browser=BROWSER)
        return await accounts.verify(await link_for(email), visit=HERE, browser=BROWSER)

    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let the real time be later by so much from now on."""
    gone = timedelta(0)

    def move(by: timedelta) -> None:
        nonlocal gone
        gone += by
        monkeypatch.setattr(clock, "wall", lambda: datetime.now(UTC) + gone)

    return move
