"""A cost log as tests use it: calls, prices, sums, and a stand-in for the ledger beside it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.db.engine import Database
from billing_app.journal.audit import CLI
from billing_app.usage import CostCorrections, CostLog, CostReads, LlmCall, NewPrice, PriceBook, Rollup, Tokens

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class Ledger:
    """Stands where the ledger is: which kinds of lots paid for which entries. The real one has a test of its own."""

    entries: dict[tuple[int, int], dict[str, int]] = field(default_factory=dict)

    async def shares(
        self, session: AsyncSession, entries: Collection[tuple[int, int]]
    ) -> Mapping[tuple[int, int], Mapping[str, int]]:
        return {one: self.entries[one] for one in entries if one in self.entries}


class Plans:
    """Everybody has the same plan."""

    async def codes(self, session: AsyncSession, customer_ids: Collection[int]) -> Mapping[int, str | None]:
        return dict.fromkeys(customer_ids, "pro")


@dataclass
class Costs:
    """Everything a test of costs does."""

    database: Database
    ledger: Ledger
    log: CostLog
    corrections: CostCorrections
    prices: PriceBook
    rollup: Rollup
    reads: CostReads
    customers: list[int]
    calls: int = 0

    def a_call(self, model: str = "gpt-4o", **said: Any) -> LlmCall:
        self.calls += 1
        tokens = said.pop("tokens", Tokens(input=1_000, output=500))
        said.setdefault("request_id", f"req-{self.calls}")
        return LlmCall(source="host", model=model, tokens=tokens, **said)

    async def price(self, model: str, input_: str, output: str, **also: Any) -> int:
        values: dict[str, Any] = {"currency": "USD", "valid_from": LONG_AGO, **also}
        new = NewPrice(model=model, input=Decimal(input_), output=Decimal(output), **values)
        return await self.prices.set_price(new, actor=CLI)

    async def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        async with self.database.transaction() as session:
            return [dict(row) for row in (await session.execute(text(query), values)).mappings()]

    async def rolled(self) -> None:
        """Roll until nothing is left: other tests' transactions on this server may hold a run back for a moment."""
        import asyncio

        for _ in range(600):
            await self.rollup.roll()
            if not (await self.rollup.behind()).rows:
                return
            await asyncio.sleep(0.05)
        raise AssertionError("the sums never caught up")
