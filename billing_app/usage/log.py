"""Taking calls in: each once by (source, request id), at the price of its time, 10,000 in one statement (row C6)."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.errors import DomainError, IdempotencyMismatch, InvalidInput, NotFound
from billing_app.journal.audit import SYSTEM, audit
from billing_app.usage import log_store as store
from billing_app.usage import price_store
from billing_app.usage.calls import Answer, LlmCall, Row, VendorCost
from billing_app.usage.cost import cost_of, price_at, rounded
from billing_app.usage.ports import PlansHeld, PurchaseKinds

MAX_ROWS = 10_000
MAX_LISTED = 200
Key = tuple[str, str]

logger = logging.getLogger(__name__)


class CostLog:
    """The use cases of the log. Corrections are in `corrections`."""

    def __init__(self, database: Database, *, purchases: PurchaseKinds, plans: PlansHeld) -> None:
        self._database = database
        self._purchases = purchases
        self._plans = plans

    async def log(self, row: Row) -> Answer:
        """Log one call or vendor's cost. The same again: the first answer.

        Raises:
            InvalidInput: a field is not as it must be; says which.
            NotFound: no such customer or ledger entry.
            IdempotencyMismatch: the request id was logged with another body.
        """
        async with self._database.transaction() as session:
            (answer,) = await self.write(session, [row])
        if answer.state == "refused":
            raise _error(answer)
        return answer

    async def log_many(self, rows: Sequence[Row]) -> list[Answer]:
        """Log up to 10,000, each by itself: a refused one leaves the others alone. Answers in the order of the rows.

        Raises:
            InvalidInput: more than 10,000.
        """
        if len(rows) > MAX_ROWS:
            raise InvalidInput(f"{MAX_ROWS:,} rows are taken in one call; these are {len(rows):,}.", field="rows")
        async with self._database.transaction() as session:
            return await self.write(session, rows)

    async def write(self, session: AsyncSession, rows: Sequence[Row]) -> list[Answer]:
        """The same in the caller's transaction: the rows count if, and only if, it commits."""
        now = clock.now()
        refused: dict[int, Answer] = {}
        first: dict[Key, int] = {}
        for place, row in enumerate(rows):
            try:
                row.checked(now)
            except InvalidInput as wrong:
                refused[place] = _refusal(row, wrong)
            else:
                first.setdefault((row.source, row.request_id), place)
        fresh = [rows[place] for place in first.values()]
        unusable = await self._unusable(session, fresh)
        values = await self._values(session, [row for row in fresh if _key(row) not in unusable], now)
        made = await store.insert(session, list(values.values()))
        kept = await store.find(session, [key for key in first if (*key, 1) not in made])
        await self._alarm(session, [one for key, one in values.items() if (*key, 1) in made])

        answers: list[Answer] = []
        for place, row in enumerate(rows):
            key = _key(row)
            if place in refused:
                answers.append(refused[place])
            elif key in kept:
                answers.append(_same(row, kept[key]))
            elif key in unusable:
                answers.append(unusable[key])
            elif place == first[key]:
                answers.append(_answer(values[key], made[*key, 1], repeated=False))
            else:  # twice in one intake
                answers.append(_same(row, {**values[key], "id": made[*key, 1]}))
        return answers

    async def needs_attention(self) -> list[dict[str, Any]]:
        """Models that were called without a price: model, since, the first call, and how many calls wait for one."""
        async with self._database.transaction() as session:
            return await store.unpriced(session, MAX_LISTED)

    async def _unusable(self, session: AsyncSession, rows: Sequence[Row]) -> dict[Key, Answer]:
        """Rows that name a customer or an entry there is not."""
        customers = {row.customer_id for row in rows if row.customer_id is not None}
        there = await store.customers_there(session, customers)
        entries = {(row.customer_id, row.entry_id) for row in rows if row.customer_id and row.entry_id}
        known = await self._purchases.shares(session, entries) if entries else {}
        found: dict[Key, Answer] = {}
        for row in rows:
            if row.customer_id is not None and row.customer_id not in there:
                found[_key(row)] = _refusal(row, NotFound(f"There is no customer {row.customer_id}."))
            elif row.customer_id and row.entry_id and (row.customer_id, row.entry_id) not in known:
                wrong = NotFound(f"Customer {row.customer_id} has no ledger entry {row.entry_id}.")
                found[_key(row)] = _refusal(row, wrong)
        return found

    async def _values(self, session: AsyncSession, rows: Sequence[Row], now: Any) -> dict[Key, dict[str, Any]]:
        """The columns of each row, priced by the book."""
        prices = await price_store.of_models(session, {row.model for row in rows if isinstance(row, LlmCall)})
        planless = {row.customer_id for row in rows if row.customer_id is not None and row.plan is None}
        plans = await self._plans.codes(session, planless) if planless else {}
        values: dict[Key, dict[str, Any]] = {}
        for row in rows:
            at = row.at or now
            common = {
                "source": row.source,
                "request_id": row.request_id,
                "sign": 1,
                "customer_id": row.customer_id,
                "entry_id": row.entry_id,
                "plan": row.plan or plans.get(row.customer_id or 0) or "",
                "feature": row.feature or "",
                "at": at,
                "corrects": None,
                "details": row.details,
                "fingerprint": row.fingerprint(),
            }
            if isinstance(row, LlmCall):
                values[_key(row)] = common | llm_figures(row, price_at(prices.get(row.model, ()), at))
            else:
                values[_key(row)] = common | vendor_figures(row)
        return values

    async def _alarm(self, session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
        """Say once that a model has no price; its calls are logged all the same, at a cost that is not known."""
        firsts = {row["model"]: row for row in reversed(rows) if row["cost"] is None}
        for model in sorted(firsts):
            row = firsts[model]
            if await store.note_unpriced(session, model, clock.now(), row["source"], row["request_id"]):
                logger.error("the model %s has no price: what its calls cost is not known until one is set", model)
                after = {"source": row["source"], "request_id": row["request_id"]}
                await audit(session, SYSTEM, "model.unpriced", f"model:{model}", after=after)


def llm_figures(row: LlmCall, price: Any) -> dict[str, Any]:
    """The columns that say what was called and what it cost; without a price the cost is not known."""
    return {
        "kind": "llm",
        "model": row.model,
        **row.tokens.counts(),
        "units": 0,
        "price_id": price.id if price else None,
        "currency": price.currency if price else None,
        "cost": cost_of(row.tokens, price) if price else None,
    }


def vendor_figures(row: VendorCost) -> dict[str, Any]:
    """The same for a vendor's units."""
    return {
        "kind": "vendor",
        "model": row.service,
        "input": 0,
        "output": 0,
        "cached_input": 0,
        "cache_write": 0,
        "reasoning": 0,
        "units": row.units,
        "price_id": None,
        "currency": row.currency,
        "cost": rounded(row.cost),
    }


def _key(row: Row) -> Key:
    return row.source, row.request_id


def _answer(values: dict[str, Any], number: int, *, repeated: bool) -> Answer:
    return Answer(
        values["source"],
        values["request_id"],
        "repeated" if repeated else "logged",
        id=number,
        cost=values["cost"],
        currency=values["currency"],
        price_id=values["price_id"],
    )


def _same(row: Row, kept: dict[str, Any]) -> Answer:
    """The first answer, if this is the same body."""
    if bytes(kept["fingerprint"]) != row.fingerprint():
        return _refusal(
            row,
            IdempotencyMismatch(
                f'"{row.request_id}" of {row.source} was logged with another body. A wrong row is corrected under an '
                "id of its own."
            ),
        )
    return _answer(kept, kept["id"], repeated=True)


def _refusal(row: Row, error: DomainError) -> Answer:
    return Answer(str(row.source)[:64], str(row.request_id)[:200], "refused", error=error.detail, code=error.code)


def _error(answer: Answer) -> DomainError:
    for kind in (IdempotencyMismatch, NotFound):
        if answer.code == kind.code:
            return kind(answer.error or "")
    return InvalidInput(answer.error or "")
