"""Corrections: two rows that refer to the wrong one, taking it back and saying how it was; history is never re-priced.

Both carry the wrong row's time, so that its day, its month and its customer come right in every sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.errors import Conflict, IdempotencyMismatch, InvalidInput, NotFound
from billing_app.journal.audit import Actor, audit
from billing_app.usage import log_store as store
from billing_app.usage import price_store
from billing_app.usage.calls import Answer, LlmCall, VendorCost
from billing_app.usage.cost import ModelPrice, Tokens, cost_of, price_at, rounded

SETTLED = "billing.settled"
"""The source under which calls of unknown cost are given one; the request id is the number of the row."""
SETTLE_ROWS = 10_000
SETTLE_ROUNDS = 1_000
REASON_LIMIT = 2_000
_TOKENS = ("input", "output", "cached_input", "cache_write", "reasoning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was wrong about a logged row. None: it was right.

    Attributes:
        source, corrects: the wrong row, by its request id; of a row corrected before, the correction's.
        request_id: the correction's own; the same again changes nothing.
        price: by which price a call is worked out anew: the one it was logged at, or the one the book now has for its
            time (also for a call that was logged without one, and when `model` changes).
        units, cost: of a vendor's row alone; in the currency it was logged in.
    """

    source: str
    request_id: str
    corrects: str
    reason: str
    tokens: Tokens | None = None
    model: str | None = None
    feature: str | None = None
    plan: str | None = None
    price: Literal["as_logged", "book"] = "as_logged"
    units: Decimal | None = None
    cost: Decimal | None = None

    def fingerprint(self) -> bytes:
        """The same for the same correction."""
        return sha256(repr(self).encode()).digest()[:16]


class CostCorrections:
    """Correct single rows, and give calls of unknown cost one as soon as their model has a price."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def correct(self, correction: Correction, *, actor: Actor) -> Answer:
        """Correct a row; what is logged of it from now on. The same again: the first answer.

        Raises:
            NotFound: no such row. Conflict: it was corrected before; says by what.
            InvalidInput: the right figures are none, or do not belong to such a row; or no reason is given.
            IdempotencyMismatch: the correction's id is in use for something else.
        """
        if not correction.reason.strip():
            raise InvalidInput("Say why the row was wrong.", field="reason")
        key = (correction.source, correction.request_id)
        try:
            async with self._database.transaction() as session:
                rows = await store.find(session, [key, (correction.source, correction.corrects)])
                if known := rows.get(key):
                    return _repeated(correction, known)
                wrong = rows.get((correction.source, correction.corrects))
                if wrong is None:
                    raise NotFound(f'{correction.source} has logged no "{correction.corrects[:200]}".')
                right = await self._right(session, wrong, correction)
                made = await store.insert(session, _two_rows(wrong, right))
                if len(made) != 2:
                    raise await _already_done(session, wrong)
                number = made[*key, 1]
                await audit(
                    session,
                    actor,
                    "cost.corrected",
                    f"cost:{number}",
                    before=_told(wrong),
                    after=_told({**right, "id": number}),
                    reason=correction.reason[:REASON_LIMIT],
                )
        except IntegrityError as error:
            raise InvalidInput("The corrected row is not one that can be kept.") from error
        return _answer(right, number, "logged")

    async def settle(self, model: str, *, actor: Actor) -> int:
        """Give calls of a model that were logged without a price the one the book now has for their time; how many.

        Nothing is re-priced: they had no cost. What was called before the price begins stays unknown.
        """
        total, after = 0, 0
        for _ in range(SETTLE_ROUNDS):
            async with self._database.transaction() as session:
                prices = (await price_store.of_models(session, [model])).get(model, [])
                if not prices:
                    break
                begin = min(one.valid_from for one in prices)
                rows = await store.unknown_costs(session, model, since=begin, after=after, limit=SETTLE_ROWS)
                pairs = [pair for row in rows for pair in _settling(row, prices)]
                made = await store.insert(session, pairs)
                settled = sum(1 for key in made if key[2] == 1)
                total += settled
                if settled:
                    after_ = {"model": model, "calls": settled}
                    await audit(session, actor, "model.settled", f"model:{model}", after=after_)
                if len(rows) < SETTLE_ROWS:
                    await store.settled(session, model, clock.now())
                    break
                after = rows[-1]["id"]
        return total

    async def _right(self, session: AsyncSession, wrong: Mapping[str, Any], said: Correction) -> dict[str, Any]:
        """How the row should have been."""
        right = dict(wrong) | {
            "request_id": said.request_id,
            "plan": wrong["plan"] if said.plan is None else said.plan,
            "feature": wrong["feature"] if said.feature is None else said.feature,
            "fingerprint": said.fingerprint(),
        }
        if wrong["kind"] == "vendor":
            if said.tokens is not None or said.model is not None or said.price == "book":
                raise InvalidInput("This row is a vendor's: it has units and a cost, no tokens.", field="tokens")
            right["units"] = wrong["units"] if said.units is None else said.units
            right["cost"] = wrong["cost"] if said.cost is None else said.cost
        elif said.units is not None or said.cost is not None:
            raise InvalidInput("This row is a model's: its cost follows from tokens and price.", field="cost")
        else:
            right |= await self._priced(session, wrong, said)
        _check(right)
        if right["cost"] is not None:
            right["cost"] = rounded(right["cost"])
        return right

    async def _priced(self, session: AsyncSession, wrong: Mapping[str, Any], said: Correction) -> dict[str, Any]:
        model = said.model or wrong["model"]
        tokens = said.tokens or Tokens(**{name: wrong[name] for name in _TOKENS})
        versions = (await price_store.of_models(session, [model])).get(model, [])
        price = price_at(versions, wrong["at"])
        if said.price == "as_logged" and said.model in (None, wrong["model"]) and wrong["price_id"] is not None:
            price = await price_store.by_id(session, wrong["price_id"])
        if price is None and wrong["cost"] is not None:
            raise InvalidInput(f"{model} had no price at the time: set one first.", field="model")
        return _figures(model, tokens, price)


async def _already_done(session: AsyncSession, wrong: Mapping[str, Any]) -> Conflict:
    """Another correction was first."""
    by = await store.corrected_by(session, wrong["id"])
    return Conflict(
        f'"{wrong["request_id"]}" was corrected before, by "{by}". Correct that one.'
        if by
        else f'"{wrong["request_id"]}" is being corrected this moment. Look again.'
    )


def _figures(model: str, tokens: Tokens, price: ModelPrice | None) -> dict[str, Any]:
    return {
        "model": model,
        **tokens.counts(),
        "price_id": price.id if price else None,
        "currency": price.currency if price else None,
        "cost": cost_of(tokens, price) if price else None,
    }


def _check(right: Mapping[str, Any]) -> None:
    """By the same rules as what is logged."""
    common: dict[str, Any] = {name: right[name] for name in ("source", "request_id", "customer_id", "entry_id")}
    common |= {name: right[name] or None for name in ("plan", "feature")}
    if right["kind"] == "vendor":
        row: LlmCall | VendorCost = VendorCost(
            **common,
            service=right["model"],
            units=right["units"],
            cost=right["cost"],
            currency=right["currency"],
        )
    else:
        row = LlmCall(**common, model=right["model"], tokens=Tokens(**{one: right[one] for one in _TOKENS}))
    row.checked(clock.now())


def _two_rows(wrong: Mapping[str, Any], right: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The one that takes back and the one that says how it was, as columns."""
    names = {name: right[name] for name in ("source", "request_id", "fingerprint")}
    back = dict(wrong) | names | {"sign": -1, "corrects": wrong["id"]}
    anew = dict(right) | {"sign": 1, "corrects": wrong["id"]}
    return [{name: row[name] for name in store.COLUMNS} for row in (back, anew)]


def _settling(row: Mapping[str, Any], prices: list[ModelPrice]) -> list[dict[str, Any]]:
    tokens = Tokens(**{name: row[name] for name in _TOKENS})
    figures = _figures(row["model"], tokens, price_at(prices, row["at"]))
    named = {"source": SETTLED, "request_id": str(row["id"]), "fingerprint": sha256(b"settled").digest()[:16]}
    return _two_rows(row, {**row, **named, **figures})


def _repeated(correction: Correction, known: Mapping[str, Any]) -> Answer:
    if bytes(known["fingerprint"]) != correction.fingerprint():
        raise IdempotencyMismatch(f'"{correction.request_id}" of {correction.source} is in use for something else.')
    return _answer(known, known["id"], "repeated")


def _answer(row: Mapping[str, Any], number: int, state: Literal["logged", "repeated"]) -> Answer:
    return Answer(
        row["source"],
        row["request_id"],
        state,
        id=number,
        cost=row["cost"],
        currency=row["currency"],
        price_id=row["price_id"],
    )


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "id",
        "source",
        "request_id",
        "model",
        "plan",
        "feature",
        *_TOKENS,
        "units",
        "cost",
        "currency",
        "price_id",
    )
    return {name: str(value) if isinstance(value := row[name], Decimal) else value for name in names}
