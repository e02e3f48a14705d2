"""A support desk: every service on one database, staff of each role signed in, and customers to mend."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from billing_app.accounts.customers import ensure_customer
from billing_app.accounts.roles import Principal, Role
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import Visit
from billing_app.bootstrap import Services, make_current, put_together
from billing_app.catalog.loading import read_source
from billing_app.credits import Grant, LotKind
from billing_app.db.engine import Database
from billing_app.db.looking import look_only
from billing_app.journal.audit import CLI
from billing_app.settings import Settings
from billing_app.support.service import Support

SECRET = "a secret of more than thirty-two characters"
PASSWORD = "seven blue umbrellas"
HERE = Visit("203.0.113.7", "A browser")


@dataclass
class HelpDesk:
    """The desk, and everything a test does at it."""

    services: Services
    accounts: AccountService
    people: dict[Role, Principal] = field(default_factory=dict)
    tokens: dict[Role, str] = field(default_factory=dict)
    customers: int = 0

    @property
    def support(self) -> Support:
        """What is tested."""
        return self.services.support

    @property
    def viewer(self) -> Principal:
        return self.people[Role.VIEWER]

    @property
    def helper(self) -> Principal:
        return self.people[Role.SUPPORT]

    @property
    def admin(self) -> Principal:
        return self.people[Role.ADMIN]

    async def a_user(self, role: Role, email: str) -> Principal:
        """Somebody who signs in, of this role."""
        user = await self.accounts.create_admin(email=email, password=PASSWORD, name=f"A {role}")
        if role is not Role.ADMIN:
            await self.accounts.set_role(user.id, role, by=None, reason="for the test")
        signed_in = await self.accounts.sign_in(email=email, password=PASSWORD, visit=HERE)
        self.tokens.setdefault(role, signed_in.token)
        return signed_in.principal

    async def a_customer(self, *, credits: int = 0, name: str = "Ada Lovelace", email: str | None = None) -> int:
        """A customer of a host product, on the free plan, with credits given to them if asked."""
        self.customers += 1
        async with self.services.database.transaction() as session:
            made = await ensure_customer(
                session, f"host-{self.customers}", name=name, email=email or f"ada{self.customers}@example.com"
            )
        if credits:
            await self.services.credits.grant(
                Grant(
                    customer_id=made.id,
                    credits=credits,
                    kind=LotKind.PROMOTION,
                    label="Welcome",
                    source=f"welcome-{self.customers}",
                )
            )
        return made.id

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """What lies in the database."""
        async with self.services.database.transaction() as session:
            return [dict(row) for row in (await session.execute(text(query), parameters)).mappings()]

    async def audited(self, action: str) -> list[dict[str, Any]]:
        """Lines of the audit log, oldest first."""
        return await self.rows("SELECT * FROM audit_log WHERE action = :action ORDER BY id", action=action)


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[HelpDesk]:
    """Open, with the showcase catalogue on sale."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database.url,
        stripe_api_base="http://127.0.0.1:9",  # nobody answers there, and nothing here asks
        secret_key=SecretStr(SECRET),
        public_url="http://billing.example",
        support_limit_credits=100,
        worker_in_process=False,
    )
    services = put_together(settings, database)
    await services.catalog.apply(read_source("showcase"), by=CLI)
    made = HelpDesk(services, AccountService(database, secret=SECRET, sandbox=True, answer_floor_s=0))
    for role in (Role.ADMIN, Role.SUPPORT, Role.VIEWER):
        made.people[role] = await made.a_user(role, f"{role}@example.com")
    make_current(services)
    yield made
    look_only(False)
    make_current(None)
    if services.time_travel is not None:
        await services.time_travel.close()
    await services.credits.close()
    await services.gateway.close()
