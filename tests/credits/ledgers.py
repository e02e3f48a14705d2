"""Builders of the ledger's tests: packs, free credits, rows, and the audit."""

from typing import Any

from sqlalchemy import text

from billing_app.credits import CreditService, Grant, Granted, LotKind
from billing_app.credits.doctor import Drift, audit
from billing_app.db.engine import Database


async def a_pack(
    credits: CreditService, customer_id: int, amount: int = 10, source: str = "cs_1", **facts: Any
) -> Granted:
    """A purchased pack of `amount` credits, a cent each unless said otherwise."""
    told: dict[str, Any] = {
        "kind": LotKind.PURCHASE,
        "label": "Popular pack",
        "payment": f"pi_{source}",
        "paid_minor": amount,
        "currency": "USD",
        **facts,
    }
    return await credits.grant(Grant(customer_id=customer_id, credits=amount, source=source, **told))


async def free_credits(
    credits: CreditService, customer_id: int, amount: int, source: str = "2026-11", **facts: Any
) -> Granted:
    """Free credits, which burn before paid ones that end at the same time."""
    told: dict[str, Any] = {"kind": LotKind.FREE, "label": "Free credits", **facts}
    return await credits.grant(Grant(customer_id=customer_id, credits=amount, source=source, **told))


async def rows(database: Database, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    async with database.transaction() as session:
        return [tuple(row) for row in await session.execute(text(query), parameters)]


async def drift(database: Database) -> Drift:
    """The audit of the whole ledger."""
    async with database.transaction() as session:
        return await audit(session)
