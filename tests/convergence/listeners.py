"""Two installations that hear of the same Stripe account: one in order, one in disorder. What each ends up with."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import stripe
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.bootstrap import Services, build, close
from billing_app.catalog.loading import Source, read_source
from billing_app.credits.doctor import audit
from billing_app.db.stamp import advance_clock
from billing_app.journal.audit import CLI
from billing_app.payments.applying import TryAgain
from billing_app.payments.reconciling.service import Comparison
from billing_app.payments.refunds import store as money_back
from billing_app.settings import Settings
from tests.shop import SECRET, Shop
from tests.stripe_sandbox import StripeSandbox

_WEBHOOK_SECRET = "whsec_by_hand"
_UNLOCKS = """
[[features]]
code = "own_style"
name = "Own style"
metering = "unlock"
without = "Pictures come in our styles."

[[unlocks]]
code = "own_style"
name = "Own style"
sort = 9
price = "19.00 USD"
feature = "own_style"
uses = "unlimited"

[[unlocks]]
code = "one_style"
name = "One style"
sort = 10
price = "5.00 USD"
feature = "own_style"
uses = 3
"""
_LOTS = """
    SELECT l.customer_id, l.source, l.payment, l.kind, l.granted, l.remaining, l.expired, l.revoked, l.voided,
        l.frozen_at IS NOT NULL AS frozen, l.effective_at, l.expires_at
    FROM credit_lots l WHERE l.customer_id = :customer ORDER BY l.source"""
_SAME = {
    "subscriptions": """
        SELECT stripe_subscription_id, item_id, status, anchor, current_period_start, current_period_end, trial_end,
            ended_at, past_due_since, cancel_at_period_end, ours, superseded
        FROM subscriptions WHERE customer_id = :customer ORDER BY 1""",
    "invoices": """
        SELECT stripe_invoice_id, status, total_minor, paid_minor, refunded_minor, paid_at FROM invoices
        WHERE customer_id = :customer AND status <> 'draft' ORDER BY 1""",
    "payments": """
        SELECT stripe_payment_intent, state, captured_minor, refunded_minor, disputed_minor, fee_minor FROM payments
        WHERE customer_id = :customer AND state = 'succeeded' ORDER BY 1""",
    "refunds": """
        SELECT stripe_refund_id, status, amount_minor FROM refunds WHERE customer_id = :customer ORDER BY 1""",
    "disputes": """
        SELECT stripe_dispute_id, status, outcome, amount_minor, fee_minor FROM disputes
        WHERE customer_id = :customer ORDER BY 1""",
    "debts": """
        SELECT d.payment, l.source, d.since, sum(d.credits - d.cancelled) AS claimed, sum(d.collected) AS collected
        FROM credit_debts d JOIN credit_lots l ON l.customer_id = d.customer_id AND l.id = d.lot_id
        WHERE d.customer_id = :customer GROUP BY 1, 2, 3 HAVING sum(d.credits - d.cancelled) > 0 ORDER BY 1, 2, 3""",
    "paid by": """
        SELECT d.payment, d.since, l.source, sum(a.credits) AS credits
        FROM credit_debts d
        JOIN credit_entries e ON e.customer_id = d.customer_id AND e.debt_id = d.id
        JOIN credit_allocations a ON a.customer_id = e.customer_id AND a.entry_id = e.id
        JOIN credit_lots l ON l.customer_id = a.customer_id AND l.id = a.lot_id
        WHERE d.customer_id = :customer GROUP BY 1, 2, 3 HAVING sum(a.credits) <> 0 ORDER BY 1, 2, 3""",
    "unlocks": """
        SELECT source, code, uses_granted, uses_taken, revoked_at IS NULL AS open, revoked_because FROM unlocks
        WHERE customer_id = :customer ORDER BY 1""",
    "checkouts": """
        SELECT public_id, state FROM checkouts WHERE customer_id = :customer ORDER BY 1""",
}


@dataclass
class Listener:
    """One installation, with no endpoint at Stripe: it hears what a test delivers."""

    services: Services
    shop: Shop
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def hear(self, events: Iterable[dict[str, Any]]) -> None:
        """Deliver events, signed, and apply each; what waits for its parent is tried again while others come."""
        waiting: list[str] = []
        for event in events:
            body = json.dumps(event, default=str).encode()
            signature = stripe.WebhookSignature.generate_signature_header(body.decode(), _WEBHOOK_SECRET)
            await self.services.inbox.receive(body, signature, {})
            self.heard.append(event)
            if not await self._apply(event["id"]):
                waiting.append(event["id"])
        for _ in range(3):
            waiting = [event_id for event_id in waiting if not await self._apply(event_id)]

    async def _apply(self, event_id: str) -> bool:
        """Whether it is done; one that was done before is looked at once more, as a stale delivery is."""
        try:
            await self.services.applier.apply_event(event_id, again=True)
        except TryAgain:
            return False
        return True

    async def reconcile(self) -> None:
        """Compare with Stripe, as the nightly job does, also what is fresh; and ask, as the job of every five minutes
        does, about payments whose refunds or disputes may have moved, as if it was due for all of them."""
        services = self.services
        comparison = Comparison(
            services.database, services.gateway, services.applier, services.inbox, fresh=timedelta(0)
        )
        await comparison.run("job")
        async with services.database.transaction() as session:
            due = clock.wall() + timedelta(hours=7)
            rows = await money_back.take_to_ask_about(session, now=clock.now(), wall=due, limit=100)
        for row in rows:
            await services.applier.watch_payment(row.stripe_payment_intent)

    async def move_clock(self, seconds: int) -> None:
        """Billing time goes on."""
        async with self.services.database.transaction() as session:
            await advance_clock(session, clock.now() + timedelta(seconds=seconds))

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """What lies in the database."""
        return await self.shop.rows(query, **values)

    async def ends_up_with(self, customer: int) -> dict[str, Any]:
        """Everything that must be the same however the news came."""
        balance = await self.services.credits.balance(customer)
        facts: dict[str, Any] = {name: await self.rows(query, customer=customer) for name, query in _SAME.items()}
        lots = await self.rows(_LOTS, customer=customer)
        facts["worth"] = balance.available + balance.frozen + balance.held - balance.owed
        facts["granted"] = [(lot["source"], lot["payment"], lot["granted"], lot["frozen"]) for lot in lots]
        facts["available"], facts["owed"] = balance.available, balance.owed
        facts["lots"] = [
            {name: value for name, value in lot.items() if name not in ("effective_at", "expires_at")} for lot in lots
        ]
        # When a lot ends means nothing once it is empty: then nobody moves its end any more.
        facts["ends"] = [(lot["source"], _about(lot["expires_at"])) for lot in lots if lot["remaining"]]
        summary = await self.services.entitlements.summary(customer)
        facts["entitlements"] = sorted((one.feature, one.allowed) for one in summary.features)
        return facts

    async def drift(self) -> Any:
        """What the ledger's doctor finds."""
        snapshot = self.services.database.engine.execution_options(isolation_level="REPEATABLE READ")
        async with AsyncSession(snapshot) as session:
            return (await audit(session)).findings


def _about(moment: datetime | None) -> int | None:
    """A moment to ten minutes: how long something was frozen depends on when one heard of it."""
    return round(moment.timestamp() / 600) if moment else None


async def copy_rows(source: Listener, target: Listener, table: str, key: str, where: str, **values: Any) -> None:
    """Make rows of a table the same in another installation: what the two would have written themselves."""
    rows = await source.rows(f"SELECT to_jsonb(t) AS row FROM {table} t WHERE {where}", **values)
    for row in rows:
        columns = [name for name in row["row"] if name != key]
        setting = ", ".join(f"{name} = excluded.{name}" for name in columns)
        statement = text(
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE "
            f"SELECT * FROM jsonb_populate_record(NULL::{table}, cast(:row AS jsonb)) "
            f"ON CONFLICT ({key}) DO UPDATE SET {setting}"
        )
        async with target.services.database.transaction() as session:
            await session.execute(statement, {"row": json.dumps(row["row"])})


@asynccontextmanager
async def a_listener(database_url: str, sandbox: StripeSandbox, folder: Path) -> AsyncIterator[Listener]:
    """An installation with plans, packs and unlocks, for the time of the block."""
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        database_url=database_url,
        database_pool_size=4,
        stripe_api_base=sandbox.url,
        stripe_webhook_secret=SecretStr(_WEBHOOK_SECRET),
        secret_key=SecretStr(SECRET),
        public_url="http://127.0.0.1:9",
        data_dir=folder,
        worker_in_process=False,
    )
    services = await build(settings)
    try:
        preset = read_source("creator")
        await services.catalog.apply(Source(preset.name, preset.text + _UNLOCKS), by=CLI)
        yield Listener(services, Shop(services, sandbox, settings.public_url, _WEBHOOK_SECRET))
    finally:
        await close(services)
