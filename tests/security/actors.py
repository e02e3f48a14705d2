"""Everybody who may call: people with their sessions, servers with their keys; and something of one's to see."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import text

from billing_app.accounts.api_keys.form import Scope
from billing_app.accounts.cookie import session_cookie
from billing_app.accounts.customers import ensure_customer
from billing_app.accounts.roles import Role
from billing_app.accounts.service import AccountService
from billing_app.accounts.use_case import Visit
from billing_app.api.app import create_app
from billing_app.bootstrap import Services, make_current, put_together
from billing_app.catalog.loading import read_source
from billing_app.credits import Consume, Grant, LotKind
from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.settings import Settings
from tests.security.decisions import Actor

SECRET = "a secret of more than thirty-two characters"
URL = "http://billing.example"
FOREIGN_URL = "https://attacker.example"
PASSWORD = "seven blue umbrellas"
MARK = "Marker7f3a"
"""Stands in everything of the customer that the others must not see."""
HERE = Visit("203.0.113.7", "A browser")
_FINGERPRINT = (
    "SELECT count(*)::text || ':' || coalesce(sum(hashtextextended((to_jsonb(t) - "
    "'{{last_used_at,last_seen_at,expires_at}}'::text[])::text, 0)), 0)::text FROM {} t"
)
"""When a key or session was used last is noted, whatever is answered."""
_MAY_CHANGE = {"rate_limits"}


@dataclass
class Everybody:
    """The product, and how each actor is recognised."""

    services: Services
    app: FastAPI
    customer_id: int = 0
    other_id: int = 0
    session_id: int = 0
    tokens: dict[Actor, str] = field(default_factory=dict)
    keys: dict[Actor, str] = field(default_factory=dict)

    def headers(self, actor: Actor) -> dict[str, str]:
        """What this actor's requests carry."""
        if actor in self.keys:
            return {"authorization": f"Bearer {self.keys[actor]}"}
        sent = {"origin": FOREIGN_URL if actor is Actor.FOREIGN_PAGE else URL}
        if actor in self.tokens:
            sent["cookie"] = f"{session_cookie(secure=False)}={self.tokens[actor]}"
        return sent

    async def fingerprint(self) -> dict[str, str]:
        """What every table holds, but for what any call may change."""
        async with self.services.database.transaction() as session:
            tables = await session.scalars(
                text(
                    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                    "AND relkind = 'r' AND has_table_privilege(oid, 'SELECT')"
                )
            )
            return {
                table: str(await session.scalar(text(_FINGERPRINT.format(f'"{table}"'))))
                for table in sorted(set(tables) - _MAY_CHANGE)
            }


@asynccontextmanager
async def everybody(database: Database) -> AsyncIterator[Everybody]:
    """The product with the showcase catalogue, and one of each."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database.url,
        stripe_api_base="http://127.0.0.1:9",  # nobody answers there: what asks Stripe fails after it was let through
        secret_key=SecretStr(SECRET),
        public_url=URL,
        worker_in_process=False,
    )
    services = put_together(settings, database)
    await services.catalog.apply(read_source("showcase"), by=CLI)
    made = Everybody(services, create_app(services))
    make_current(services)
    try:
        await _people(made)
        await _servers(made)
        await _something_to_see(made)
        yield made
    finally:
        make_current(None)
        if services.time_travel is not None:
            await services.time_travel.close()
        await services.credits.close()
        await services.gateway.close()


async def _people(made: Everybody) -> None:
    accounts = AccountService(made.services.database, secret=SECRET, sandbox=True, answer_floor_s=0)
    roles = {
        Actor.ADMIN: Role.ADMIN,
        Actor.CUSTOMER: Role.CUSTOMER,
        Actor.OTHER: Role.CUSTOMER,
        Actor.VIEWER: Role.VIEWER,
        Actor.SUPPORT: Role.SUPPORT,
    }
    for actor, role in roles.items():
        name = MARK if actor is Actor.CUSTOMER else actor.name.lower()
        email = f"{name}@example.com"
        user = await accounts.create_admin(email=email, password=PASSWORD, name=name)
        if role is not Role.ADMIN:
            user = await accounts.set_role(user.id, role, by=None, reason="for the test")
        signed_in = await accounts.sign_in(email=email, password=PASSWORD, visit=HERE)
        made.tokens[actor] = signed_in.token
        if actor is Actor.CUSTOMER:
            made.customer_id = user.customer_id or 0
            made.tokens[Actor.FOREIGN_PAGE] = signed_in.token
            elsewhere = await accounts.sign_in(email=email, password=PASSWORD, visit=HERE)
            made.session_id = elsewhere.principal.session_id
            ended = await accounts.sign_in(email=email, password=PASSWORD, visit=HERE)
            await accounts.sign_out(ended.token, visit=HERE)
            made.tokens[Actor.SIGNED_OUT] = ended.token
        if actor is Actor.SUPPORT:
            looks = await accounts.sign_in(email=email, password=PASSWORD, visit=HERE)
            await accounts.begin_look(looks.principal, made.customer_id, reason="for the test")
            made.tokens[Actor.LOOKING] = looks.token
        if actor is Actor.OTHER:
            made.other_id = user.customer_id or 0
    key = await made.services.api_keys.create("hands over", Scope.SERVER, by=None)
    link = await made.services.hand_overs.create("host-user", key_id=key.view.id)
    came = await made.services.hand_overs.take(link.token, visit=HERE)
    made.tokens[Actor.HANDED_OVER] = came.signed_in.token


async def _servers(made: Everybody) -> None:
    keys = made.services.api_keys
    for actor, scope in {
        Actor.SERVER_KEY: Scope.SERVER,
        Actor.READ_KEY: Scope.READ_ONLY,
        Actor.ADMIN_KEY: Scope.ADMIN,
        Actor.REVOKED_KEY: Scope.SERVER,
    }.items():
        key = await keys.create(str(actor), scope, by=None)
        made.keys[actor] = key.secret
        if actor is Actor.REVOKED_KEY:
            await keys.revoke(key.view.id, by=None, reason="for the test")


async def _something_to_see(made: Everybody) -> None:
    """Everything of the customer's that a page may show bears the mark."""
    services, customer = made.services, made.customer_id
    await services.credits.grant(
        Grant(customer_id=customer, credits=500, kind=LotKind.PROMOTION, label=MARK, source=f"gift-{MARK}")
    )
    await services.credits.consume(
        Consume(customer_id=customer, credits=5, feature="chat_query", reference=f"{MARK}-{secrets.token_hex(4)}")
    )
    for page in ("playground/chat", "playground/interview"):
        await services.drafts.save(customer, page, f"a draft of {MARK}")
    async with services.database.transaction() as session:
        await ensure_customer(session, "host-other", name="Another", email="another@example.com")
