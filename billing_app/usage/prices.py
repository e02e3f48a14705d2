"""The book of model prices: versions with validity in time, corrected by further rows, never changed (row C5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.db.engine import Database
from billing_app.errors import Conflict, InvalidInput
from billing_app.journal.audit import Actor, audit
from billing_app.usage import price_store
from billing_app.usage.calls import EARLIEST, check_currency, check_model
from billing_app.usage.cost import PLACES, ModelPrice, price_at
from billing_app.usage.starting_prices import STARTING_PRICES

MAX_PRICE = Decimal(10) ** 9
MAX_LISTED = 5_000
REASON_LIMIT = 2_000


class PriceExists(Conflict):
    """The model has a price that begins at that very moment."""

    title = "There is such a price"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    """A price to be written, in major units of `currency` per 1,000,000 tokens; see `ModelPrice` for what None means.

    `valid_from` may lie in the past: it counts for calls that are logged from now on. What is logged keeps its price.
    """

    model: str
    currency: str
    valid_from: datetime
    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    reasoning: Decimal | None = None

    def checked(self) -> None:
        """Refuse what is no price.

        Raises:
            InvalidInput: says what it takes.
        """
        check_model(self.model)
        check_currency(self.currency)
        if self.valid_from.tzinfo is None or self.valid_from < EARLIEST:
            raise InvalidInput("A price begins at a moment after 2020, with its offset from UTC.", field="valid_from")
        for name in ("input", "output", "cached_input", "cache_write", "reasoning"):
            price = getattr(self, name)
            if price is None and name not in ("input", "output"):
                continue
            if not isinstance(price, Decimal) or not price.is_finite() or not 0 <= price <= MAX_PRICE:
                raise InvalidInput(f"The {name} price is a number from 0 to {MAX_PRICE:,}.", field=name)
            if -int(price.as_tuple().exponent) > PLACES:
                raise InvalidInput(f"The {name} price has {PLACES} decimal places at most.", field=name)

    def row(self) -> dict[str, Any]:
        """Its columns."""
        return {name: getattr(self, name) for name in self.__slots__}

    def as_json(self) -> dict[str, Any]:
        """For the audit log."""
        said = {name: None if value is None else str(value) for name, value in self.row().items()}
        return {**said, "valid_from": self.valid_from.astimezone(UTC).isoformat()}


@dataclass(frozen=True, slots=True)
class PriceVersion:
    """One row of the book, as people read it. `corrected`: another row has taken its place."""

    price: ModelPrice
    corrects: int | None
    corrected: bool
    actor: str
    reason: str | None
    created_at: datetime


class PriceBook:
    """Read and write model prices. Every write is audited."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def versions(self) -> list[PriceVersion]:
        """Every version, by model and beginning; 5,000 at most."""
        async with self._database.transaction() as session:
            rows = await price_store.every(session, MAX_LISTED)
        return [_version(row) for row in rows]

    async def in_force(self, at: datetime | None = None) -> list[ModelPrice]:
        """The price of each model at a moment (default: now), by model."""
        moment = at or clock.now()
        models: dict[str, list[ModelPrice]] = {}
        for version in await self.versions():
            if not version.corrected:
                models.setdefault(version.price.model, []).append(version.price)
        found = (price_at(each, moment) for each in models.values())
        return [price for price in found if price is not None]

    async def set_price(self, new: NewPrice, *, actor: Actor, reason: str | None = None) -> int:
        """Write a price that holds from a moment on, until the next one of that model begins; its number.

        Raises:
            InvalidInput: it is no price. PriceExists: the model has one that begins then; correct that.
        """
        async with self._database.transaction() as session:
            number = await _add(session, new, actor=actor, reason=reason)
            if number is None:
                raise PriceExists(
                    f"{new.model} has a price from {new.valid_from.astimezone(UTC):%Y-%m-%d %H:%M} UTC on. Correct "
                    "that one, or say another beginning."
                )
        return number

    async def correct(self, wrong_id: int, right: NewPrice, *, actor: Actor, reason: str) -> int:
        """Put another row in the place of a wrong one, for calls logged from now on; its number.

        What was logged by the wrong one keeps its cost: history is never re-priced. Correct those calls by name.

        Raises:
            InvalidInput: it is no price, of another model, or no reason is given. Conflict: it was corrected before,
                or there is none with that number.
        """
        if not reason.strip():
            raise InvalidInput("Say why the price was wrong.", field="reason")
        async with self._database.transaction() as session:
            rows = await price_store.every(session, MAX_LISTED)
            wrong = next((row for row in rows if row["id"] == wrong_id), None)
            if wrong is None or wrong["corrected"]:
                raise Conflict(f"There is no price {wrong_id} that holds. List the prices to see their numbers.")
            if wrong["model"] != right.model:
                raise InvalidInput(f"Price {wrong_id} is of {wrong['model']}, not of {right.model}.", field="model")
            number = await _add(session, right, actor=actor, reason=reason, corrects=wrong)
            if number is None:
                raise Conflict(f"Price {wrong_id} was corrected this moment. Look again.")
        return number

    async def seed(self, *, actor: Actor) -> list[ModelPrice]:
        """Write the starting prices of models that have none at all; those that were written. Again: none."""
        async with self._database.transaction() as session:
            known = await price_store.of_models(session, [each.model for each in _starting()])
            made = [
                await _add(session, each, actor=actor, reason="starting prices")
                for each in _starting()
                if each.model not in known
            ]
            written = await price_store.of_models(session, [each.model for each in _starting()])
        return [price for prices in written.values() for price in prices if price.id in made]


async def _add(
    session: AsyncSession,
    new: NewPrice,
    *,
    actor: Actor,
    reason: str | None,
    corrects: Mapping[str, Any] | None = None,
) -> int | None:
    new.checked()
    who = actor.kind if actor.id is None else f"{actor.kind}:{actor.id}"
    number = await price_store.add(
        session,
        {
            **new.row(),
            "corrects": corrects["id"] if corrects else None,
            "actor": who,
            "reason": reason[:REASON_LIMIT] if reason else None,
            "created_at": clock.wall(),
        },
    )
    if number is not None:
        before = None
        if corrects:
            before = {name: str(corrects[name]) for name in ("id", *new.__slots__)}
        action = "model_price.corrected" if corrects else "model_price.set"
        await audit(session, actor, action, f"model_price:{number}", before=before, after=new.as_json(), reason=reason)
    return number


def _starting() -> list[NewPrice]:
    return [
        NewPrice(
            model=model,
            currency=currency,
            valid_from=datetime.fromisoformat(f"{day}T00:00:00+00:00"),
            input=Decimal(input_price) * 1_000,
            output=Decimal(output_price) * 1_000,
        )
        for model, currency, day, input_price, output_price in STARTING_PRICES
    ]


def _version(row: Mapping[str, Any]) -> PriceVersion:
    return PriceVersion(
        price_store.price_of(row),
        row["corrects"],
        row["corrected"],
        row["actor"],
        row["reason"],
        row["created_at"],
    )
