"""Prices as lines. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing_app.money import shown_unit_price
from billing_app.ui.format import day, moment, number
from billing_app.usage import ModelPrice, Unpriced
from billing_app.usage.cost import price_at
from billing_app.usage.prices import PriceVersion


@dataclass
class PriceRow:
    """One version of a model's price, ready to be shown; a class without a price of its own says whose it takes."""

    id: int
    model: str
    currency: str
    input: str
    output: str
    cached_input: str
    cache_write: str
    reasoning: str
    since: str
    state: str
    tone: str
    note: str


@dataclass
class WaitingRow:
    """A model called without a price, and what to do about it."""

    model: str
    calls: str
    since: str
    since_day: str
    settleable: bool
    advice: str


def price_rows(versions: Sequence[PriceVersion], now: datetime) -> tuple[list[PriceRow], list[PriceRow]]:
    """What holds now, by model; and everything else, newest first: what comes, what is over, what was corrected."""
    in_force = _in_force(versions, now)
    first = [_row(one, "Holds", "good", now) for one in versions if one.price.id in in_force]
    rest = [_row(one, *_fate(one, now), now) for one in versions if one.price.id not in in_force]
    return first, rest[::-1]


def waiting_rows(unpriced: Sequence[Unpriced], versions: Sequence[PriceVersion]) -> list[WaitingRow]:
    """Each model whose calls wait for a price; settled by a click once one holds for the time of its first call."""
    begins: dict[str, list[datetime]] = {}
    for one in versions:
        if not one.corrected:
            begins.setdefault(one.price.model, []).append(one.price.valid_from)
    return [_waiting(one, min(begins.get(one.model, []), default=None)) for one in unpriced]


def _waiting(one: Unpriced, begin: datetime | None) -> WaitingRow:
    first = day(one.since)
    if begin is None:
        advice = f"Set a price that holds from {first} or before, then settle: the calls get their cost."
    elif begin <= one.since:
        advice = "It has a price for that time. Settle, and the calls get their cost."
    else:
        advice = f"Its price begins on {day(begin)}, after the first of these calls. Set one that holds from {first}."
    more = "10,000 or more" if one.calls >= 10_000 else number(one.calls)
    return WaitingRow(one.model, more, first, one.since.date().isoformat(), begin is not None, advice)


def _in_force(versions: Sequence[PriceVersion], now: datetime) -> set[int]:
    models: dict[str, list[ModelPrice]] = {}
    for one in versions:
        if not one.corrected:
            models.setdefault(one.price.model, []).append(one.price)
    found = (price_at(prices, now) for prices in models.values())
    return {price.id for price in found if price is not None}


def _fate(one: PriceVersion, now: datetime) -> tuple[str, str]:
    if one.corrected:
        return "Corrected", "warn"
    return ("Coming", "accent") if one.price.valid_from > now else ("Over", "")


def _row(one: PriceVersion, state: str, tone: str, now: datetime) -> PriceRow:
    price = one.price
    at_day = price.valid_from.hour == price.valid_from.minute == 0
    return PriceRow(
        id=price.id,
        model=price.model,
        currency=price.currency,
        input=_shown(price.input, price.currency),
        output=_shown(price.output, price.currency),
        cached_input=_or(price.cached_input, price.currency, "as input"),
        cache_write=_or(price.cache_write, price.currency, "as input"),
        reasoning=_or(price.reasoning, price.currency, "as output"),
        since=day(price.valid_from) if at_day else moment(price.valid_from),
        state=state,
        tone=tone,
        note="; ".join(
            part for part in (f"in place of {one.corrects}" if one.corrects else "", one.reason or "") if part
        ),
    )


def _shown(price: Decimal, currency: str) -> str:
    return shown_unit_price(price, currency)


def _or(price: Decimal | None, currency: str, otherwise: str) -> str:
    return otherwise if price is None else _shown(price, currency)
