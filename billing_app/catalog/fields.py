"""The kinds of value a catalogue file is made of, each with its limits and the words that say what is wrong."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)

from billing_app.errors import InvalidInput
from billing_app.money import Money, known, parse_amount

MAX_CREDITS = 10**12

_CODE_PATTERN = r"^[a-z][a-z0-9_]{0,59}$"
_MONEY_PATTERN = r"^-?[0-9]+(\.[0-9]+)? [A-Z]{3}$"


class Part(BaseModel):
    """A part of the catalogue: nothing unknown in it, nothing changed after it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def is_code(text: str) -> bool:
    """Whether something could be the code of anything: names from outside are asked before they meet the database."""
    return re.fullmatch(_CODE_PATTERN, text) is not None


def _no_control_characters(text: str) -> str:
    if any(character < " " or character == "\x7f" for character in text):
        raise ValueError("control characters and line breaks are not allowed here")
    return text


def _paragraphs(text: str) -> str:
    _no_control_characters(text.replace("\n", " "))
    return text


def _money(value: Any) -> Money:
    if isinstance(value, Money):
        return value
    if not isinstance(value, str):
        raise ValueError(f'money is written as text with its currency, such as "29.00 USD", not {value!r}')  # noqa: TRY004 - pydantic collects ValueError
    try:
        return Money.parse(value)
    except InvalidInput as wrong:
        raise ValueError(wrong.detail) from None


class UnitCost(Part):
    """A cost that may be far below the smallest coin: exact, never charged by itself."""

    amount: Decimal
    currency: str

    def written(self) -> str:
        """As in a file: `0.0025 USD`."""
        return f"{self.amount:f} {self.currency}"


def _unit_cost(value: Any) -> UnitCost:
    if isinstance(value, UnitCost):
        return value
    if not isinstance(value, str):
        raise ValueError(f'a cost is written as text with its currency, such as "0.0025 USD", not {value!r}')  # noqa: TRY004
    try:
        amount, currency = parse_amount(value)
    except InvalidInput as wrong:
        raise ValueError(wrong.detail) from None
    if amount < 0:
        raise ValueError(f'a cost cannot be negative: "{value}"')
    return UnitCost(amount=amount, currency=currency)


def _percent(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError(f'a percentage is written as text, such as "2.9 %", not {value!r}')  # noqa: TRY004
    try:
        percent = Decimal(value.removesuffix("%").strip())
    except InvalidOperation:
        raise ValueError(f'"{value[:20]}" is not a percentage: write it as "2.9 %"') from None
    if not (percent.is_finite() and 0 <= percent <= 100):
        raise ValueError(f"a percentage lies between 0 and 100, not {value[:20]}")
    return percent


def _currency(value: str) -> str:
    try:
        return known(value)
    except InvalidInput as wrong:
        raise ValueError(wrong.detail) from None


def _word_for_none(word: str) -> tuple[BeforeValidator, PlainSerializer, WithJsonSchema]:
    """TOML has no null, so a word stands for "no limit"; in Python it is None."""

    def read(value: Any) -> Any:
        if value == word or value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f'write a whole number or "{word}", not {value!r}')  # noqa: TRY004
        return value

    return (
        BeforeValidator(read),
        PlainSerializer(lambda value: word if value is None else value),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"const": word}]}),
    )


Code = Annotated[str, StringConstraints(pattern=_CODE_PATTERN)]
"""What a thing is called in APIs and tables: `ai_qa_generation`. Never changed once sold."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_no_control_characters)]
Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(_no_control_characters)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_paragraphs)]
Icon = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")]
Link = Annotated[
    str,
    StringConstraints(pattern=r"^(https://[^\s<>\"]{3,500}|/[^/\s<>\"\\][^\s<>\"\\]{0,500}|mailto:[^\s<>\"]{3,200})$"),
]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=MAX_CREDITS)]
Positive = Annotated[int, Field(strict=True, ge=1, le=MAX_CREDITS)]
Days = Annotated[int, Field(strict=True, ge=0, le=3650)]
Currency = Annotated[str, AfterValidator(_currency)]
Price = Annotated[
    Money,
    PlainValidator(_money),
    PlainSerializer(lambda money: money.written(), return_type=str),
    WithJsonSchema({"type": "string", "pattern": _MONEY_PATTERN, "examples": ["29.00 USD"]}),
]
Cost = Annotated[
    UnitCost,
    PlainValidator(_unit_cost),
    PlainSerializer(lambda cost: cost.written(), return_type=str),
    WithJsonSchema({"type": "string", "pattern": _MONEY_PATTERN, "examples": ["0.0025 USD"]}),
]
Percent = Annotated[
    Decimal,
    PlainValidator(_percent),
    PlainSerializer(lambda percent: f"{percent:f} %", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?%?$", "examples": ["2.9 %"]}),
]
Limit = Annotated[Annotated[int, Field(ge=0, le=MAX_CREDITS)] | None, *_word_for_none("unlimited")]
"""How much a plan allows in a window; None is unlimited, 0 is disabled (row C2)."""
Uses = Annotated[Annotated[int, Field(ge=1, le=MAX_CREDITS)] | None, *_word_for_none("unlimited")]
"""How often what was bought may be used; None is without limit (row A2)."""
Validity = Annotated[Annotated[int, Field(ge=1, le=3650)] | None, *_word_for_none("forever")]
"""Days that bought credits stay valid; None is for ever."""
