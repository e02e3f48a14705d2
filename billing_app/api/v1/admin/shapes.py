"""Figures of the business as the API tells them: money in minor units beside its currency, costs exact, as text."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PlainSerializer

from billing_app.api.conventions.answers import Moment, Shape


def plain(amount: Decimal) -> str:
    """An exact amount as text: no exponent, no zeros at its end."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


Exact = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""Text, so that no program on the way makes a float of it."""


class Told(Shape):
    """Read from a report's own values."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class PeriodShape(Told):
    """UTC days, both included."""

    first: date
    last: date


class FigureShape(Told):
    """One number with what it means. `value` null: it has no meaning here, and `reason` says why."""

    key: str
    label: str
    value: int | Exact | None = Field(description="By `unit`: an integer, or exact text.")
    unit: Literal["minor", "cost", "percent", "count", "credits"]
    currency: str | None
    definition: str
    sample: int
    computed_at: Moment | None
    reason: str
    modelled: bool
    note: str
    before: int | Exact | None = Field(description="Of the period it is compared with.")


class PointShape(Told):
    """Revenue and cost of a part of the period. `unknown`: requests whose cost is not known and not in `cost`."""

    first: date
    last: date
    revenue_minor: int
    cost: Exact
    profit: Exact
    requests: int
    unknown: int


class AttentionShape(Told):
    """Something to look at. `more`: there are more than `count`."""

    key: str
    level: Literal["bad", "warn"]
    count: int
    words: str
    href: str
    more: bool


class OverviewShape(Told):
    """The overview: six figures, the chart, what needs attention."""

    period: PeriodShape
    compared: PeriodShape | None
    currency: str
    tiles: list[FigureShape]
    series: list[PointShape]
    before: list[PointShape]
    attention: list[AttentionShape]
    computed_at: Moment


def flat(row: Told, currency: str) -> dict[str, Any]:
    """A row as a line of CSV: what is nested stands beside the rest under both names; the currency comes last."""
    line: dict[str, Any] = {}
    for name in type(row).model_fields:
        value = getattr(row, name)
        if isinstance(value, Told):
            line |= {f"{name}_{inner}": getattr(value, inner) for inner in type(value).model_fields}
        else:
            line[name] = value
    return line if "currency" in line else {**line, "currency": currency}


def header(row: type[Told]) -> tuple[str, ...]:
    """The names of those cells, whether or not there are rows."""
    names: list[str] = []
    for name, field in row.model_fields.items():
        nested = field.annotation if isinstance(field.annotation, type) and issubclass(field.annotation, Told) else None
        names += [f"{name}_{inner}" for inner in nested.model_fields] if nested else [name]
    return tuple(names) if "currency" in names else (*names, "currency")
