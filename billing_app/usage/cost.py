"""What a call costs: tokens of five classes times the model's prices, exact, rounded once. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal

PLACES = 12
"""Decimal places of a cost in major units: a millionth of a millionth of a dollar."""
PER_TOKENS = 1_000_000
"""Prices are kept for so many tokens. Vendors quote the same figure for 1,000 or for 1,000,000."""
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_QUANTUM = Decimal(1).scaleb(-PLACES)


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many tokens of each class. A token is of one class only: `input` is without those read from or written to
    the vendor's cache, `output` without the reasoning."""

    input: int = 0
    output: int = 0
    cached_input: int = 0
    cache_write: int = 0
    reasoning: int = 0

    def counts(self) -> dict[str, int]:
        """Each class with its count, in the order of a price's five."""
        return {
            "input": self.input,
            "output": self.output,
            "cached_input": self.cached_input,
            "cache_write": self.cache_write,
            "reasoning": self.reasoning,
        }


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """One version of a model's price, in major units of one currency for 1,000,000 tokens of each class.

    A class without a price of its own (None) costs what vendors charge then: cached input and cache writes as input,
    reasoning as output.
    """

    id: int
    model: str
    currency: str
    valid_from: datetime
    input: Decimal
    output: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    reasoning: Decimal | None = None

    def per_million(self) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
        """The five prices in force, in the order of `Tokens`."""
        return (
            self.input,
            self.output,
            self.input if self.cached_input is None else self.cached_input,
            self.input if self.cache_write is None else self.cache_write,
            self.output if self.reasoning is None else self.reasoning,
        )


def cost_of(tokens: Tokens, price: ModelPrice) -> Decimal:
    """The cost of a call in major units of the price's currency: summed exactly, then rounded once, half up (C5)."""
    total = Decimal(0)
    for count, per_million in zip(tokens.counts().values(), price.per_million(), strict=True):
        if count:
            total = _EXACT.add(total, _EXACT.multiply(Decimal(count), per_million))
    return rounded(_EXACT.divide(total, Decimal(PER_TOKENS)))


def rounded(amount: Decimal) -> Decimal:
    """A cost as it is kept: twelve places, half up."""
    return amount.quantize(_QUANTUM, context=_EXACT)


def price_at(versions: Sequence[ModelPrice], at: datetime) -> ModelPrice | None:
    """The version in force at a moment: the last that begins by then, and of two that begin together the later written.

    None: the model had no price then, so the cost of the call is not known.
    """
    begun = [one for one in versions if one.valid_from <= at]
    return max(begun, key=lambda one: (one.valid_from, one.id), default=None)
