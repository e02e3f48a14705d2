"""Who and what a browser test begins with: people, their credits, their browsers, and what lies in the database."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
import stripe
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy import text

from billing_app.accounts.cookie import session_cookie
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import Visit
from billing_app.credits import Consume, CreditService, Grant, LotKind
from billing_app.db.engine import Database

PASSWORD = "seven blue umbrellas"
WAIT_MS = 20_000
PHONE = 320

# One product and one browser for all of them; together with the front door's tests, so that builds never run at once.
in_the_browser = [
    pytest.mark.browser,
    pytest.mark.xdist_group("product"),
    pytest.mark.asyncio(loop_scope="session"),
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Installation:
    """How to reach the product under test, and what it runs on."""

    url: str
    database_url: str
    secret_key: str
    stripe_url: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a confirmed account; `token` is a session of theirs."""

    email: str
    customer_id: int
    token: str


@dataclass
class World:
    """The product with everything a test does to it. All that a page complains about is in `complaints`."""

    at: Installation
    chromium: Browser
    database: Database
    accounts: AccountService
    credits: CreditService
    stripe: stripe.StripeClient
    rooms: AsyncExitStack
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    # People

    async def a_person(self, *, credits: int = 0, name: str = "ada") -> Person:
        """A customer with a confirmed account; with `credits`, exactly these instead of what the free plan gives."""
        email = f"{name}-{secrets.token_hex(4)}@example.com"
        place = Visit(".".join(["10", *(str(secrets.randbelow(254) + 1) for _ in range(3))]), "A browser")
        await self.accounts.sign_up(email=email, password=PASSWORD, visit=place, browser="sign-up")
        (mail,) = await self.rows(
            "SELECT data FROM outbox JOIN outbox_deliveries ON outbox_id = outbox.id WHERE recipient = :email",
            email=email,
        )
        link = await self.accounts.verification_link(mail["data"])
        assert link is not None
        token = parse_qs(urlsplit(link).query)["token"][0]
        signed_in = await self.accounts.verify(token, visit=place, browser="sign-up")
        assert signed_in.principal.customer_id is not None
        person = Person(email, signed_in.principal.customer_id, signed_in.token)
        if credits:
            await self._without_a_free_month(person)
            await self.give(person, credits)
        return person

    async def _without_a_free_month(self, person: Person) -> None:
        """As if the free plan's credits had been asked for already: there are those a test gives, and no others."""
        await self.rows(
            "INSERT INTO credit_accounts (customer_id, grants_due_at) VALUES (:id, '2100-01-01Z') "
            "ON CONFLICT (customer_id) DO UPDATE SET grants_due_at = excluded.grants_due_at RETURNING customer_id",
            id=person.customer_id,
        )

    async def give(self, person: Person, credits: int, label: str = "Welcome") -> None:
        """Promotional credits, so that a test needs no purchase."""
        source = f"gift-{secrets.token_hex(6)}"
        await self.credits.grant(
            Grant(customer_id=person.customer_id, credits=credits, kind=LotKind.PROMOTION, label=label, source=source)
        )

    async def use(self, person: Person, credits: int, reference: str) -> None:
        """Credits spent before the test begins."""
        await self.credits.consume(
            Consume(customer_id=person.customer_id, credits=credits, feature="interview_session", reference=reference)
        )

    # Browsers

    async def a_browser(self, person: Person | None = None, **options: Any) -> Page:
        """A page in a browser of its own, signed in as somebody or not; closed when the test ends."""
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = await self.chromium.new_context(base_url=self.at.url, reduced_motion="reduce", **options)
        self.rooms.push_async_callback(context.close)
        context.set_default_timeout(WAIT_MS)
        if person is not None:
            name = session_cookie(secure=False)
            await context.add_cookies([{"name": name, "value": person.token, "url": self.at.url}])
        self._listen(context)
        return await context.new_page()

    def expects(self, complaint: str) -> None:
        """A complaint that belongs to what the test does: the browser notes a refused payment, too."""
        self.expected.append(complaint)

    def unexpected(self) -> list[str]:
        """What no page should have said."""
        return [said for said in self.complaints if not any(part in said for part in self.expected)]

    def _listen(self, context: BrowserContext) -> None:
        said = self.complaints.append
        context.on("weberror", lambda error: said(f"page error: {error.error}"))
        context.on(
            "console",
            lambda message: (
                said(f"console: {message.text} ({message.location.get('url', '')})")
                if message.type == "error"
                else None
            ),
        )
        context.on("response", lambda answer: said(f"{answer.status} {answer.url}") if answer.status >= 500 else None)

    # What lies in the database

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """What lies in the database."""
        async with self.database.transaction() as session:
            found = await session.execute(text(query), parameters)
            return [dict(row) for row in found.mappings()]

    async def available(self, person: Person) -> int:
        """Their credits, by the ledger."""
        return (await self.credits.balance(person.customer_id)).available

    async def grants(self, person: Person) -> list[int]:
        """The lots they have ever been given, as numbers of credits."""
        rows = await self.rows(
            "SELECT granted FROM credit_lots WHERE customer_id = :id ORDER BY id", id=person.customer_id
        )
        return [row["granted"] for row in rows]

    async def sessions(self, person: Person) -> list[str]:
        """Their checkout sessions at Stripe, oldest first."""
        rows = await self.rows(
            "SELECT stripe_session_id AS id FROM checkouts WHERE customer_id = :id ORDER BY id", id=person.customer_id
        )
        return [row["id"] for row in rows]


async def eventually(holds: Callable[[], Awaitable[T]], within_s: float = 20) -> T:
    """The first true answer of `holds`."""
    deadline = time.monotonic() + within_s
    while not (answer := await holds()):
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.1)
    return answer


async def settled(page: Page) -> None:
    """Wait until the page has come to life and fetched all it wants."""
    # Asked from outside: what waits inside of a page does so by `eval`, which our pages forbid.
    await eventually(lambda: page.evaluate("sessionStorage.getItem('token') !== null"))
    await page.wait_for_load_state("networkidle")


async def overflow_px(page: Page) -> int:
    """How much wider than its window the page is."""
    return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
