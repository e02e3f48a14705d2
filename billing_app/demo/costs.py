"""What the suppliers of one use charge: calls of language models with their tokens, and other vendors' units. Pure.

What the catalogue says a use costs is what it costs with the usual model; shorter and longer uses, and other models,
cost less and more. Those who hold the loser of the shelf are served by the dearest model, and with more than they pay.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from billing_app.catalog.schema import CostOfGoods
from billing_app.demo.people import Person
from billing_app.demo.shelf import Shelf
from billing_app.usage import LlmCall, Tokens, VendorCost
from billing_app.usage.calls import Row
from billing_app.usage.starting_prices import STARTING_PRICES

SOURCE = "demo"
UNPRICED_MODEL = "house-model-preview"
"""A model that nobody has priced: the report then says so, and a page tells what to do about it."""

_USUAL, _SMALL, _OLD, _DEAR = "gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo", "gpt-4-turbo"
_MIX = ((_USUAL, 62), (_SMALL, 26), (_OLD, 12))
_CURRENCY = "USD"
_PRICES = {
    model: (Decimal(into), Decimal(out)) for model, currency, _, into, out in STARTING_PRICES if currency == "USD"
}
_OUT_SHARE = Decimal("0.45")
_CACHED_SHARE = Decimal("0.25")
_LOSS = Decimal("1.15")
_MAX_LOSS_FACTOR = Decimal(40)
_MAX_CALLS = 4


@dataclass(frozen=True, slots=True)
class Used:
    """A use that has happened.

    Attributes:
        reference: the use, as the ledger has it.
        share: how much of one use as the catalogue prices it.
        losing: it is of the group whose plan or pack does not pay for it.
        unpriced: it was served by a model that has no price.
    """

    person: Person
    customer_id: int
    feature: str
    reference: str
    at: datetime
    share: Fraction = Fraction(1)
    losing: bool = False
    unpriced: bool = False


def rows_of(used: Used, shelf: Shelf, entry_id: int | None = None) -> Iterator[Row]:
    """What is logged for a use; `entry_id`: the ledger entry that paid for it, if credits did."""
    chance = used.person.draw("cost", used.feature, used.reference)
    size = Decimal(chance.choice((55, 70, 85, 95, 100, 105, 120, 150, 190))) / 100
    size *= Decimal(used.share.numerator) / Decimal(used.share.denominator)
    # Most is used in the hours before; the moment of a use lies in the past whatever it takes.
    at = used.at - timedelta(seconds=chance.randint(60, 5 * 3_600))
    for number, cost in enumerate((one for one in shelf.catalog.costs if one.feature == used.feature), 1):
        if cost.amount.amount <= 0:
            continue
        about = {
            "source": SOURCE,
            "request_id": f"{used.customer_id}:{used.feature}:{used.reference}:{number}",
            "customer_id": used.customer_id,
            "feature": used.feature,
            "entry_id": entry_id,
            "at": at,
        }
        if "language model" in cost.name.lower() and cost.amount.currency == _CURRENCY:
            call = LlmCall(**about, model=_model(used, chance), tokens=Tokens())
            yield from _calls(call, _usual(used, cost, shelf) * size, chance.randint(1, _MAX_CALLS))
        else:
            units, total = size.quantize(Decimal("0.000001")), (cost.amount.amount * size).quantize(Decimal("1e-12"))
            yield VendorCost(**about, service=cost.name, units=units, cost=total, currency=cost.amount.currency)


def _calls(call: LlmCall, usual_cost: Decimal, count: int) -> Iterator[LlmCall]:
    """A use as so many calls, a few seconds after each other."""
    for number in range(1, count + 1):
        yield replace(
            call,
            request_id=f"{call.request_id}.{number}",
            at=call.at + timedelta(seconds=7 * number) if call.at else None,
            tokens=_tokens(usual_cost / count),
        )


def _model(used: Used, chance: random.Random) -> str:
    drawn = chance.choices([model for model, _ in _MIX], [weight for _, weight in _MIX])[0]
    return UNPRICED_MODEL if used.unpriced else _DEAR if used.losing else drawn


def _usual(used: Used, cost: CostOfGoods, shelf: Shelf) -> Decimal:
    """What a use of the usual size costs with the usual model; more for those who get more than they pay for."""
    return cost.amount.amount * (max(Decimal(1), _loss_factor(used, cost, shelf)) if used.losing else 1)


def _loss_factor(used: Used, cost: CostOfGoods, shelf: Shelf) -> Decimal:
    """How many times the usual tokens make the use cost more than it brings, at the dear model's prices."""
    dearer = _PRICES[_DEAR][0] / _PRICES[_USUAL][0]
    all_of_it = sum(one.amount.amount for one in shelf.catalog.costs if one.feature == used.feature)
    wanted = shelf.income_per_use(used.feature) * _LOSS - (all_of_it - cost.amount.amount)
    return min(wanted / cost.amount.amount / dearer, _MAX_LOSS_FACTOR)


def _tokens(usual_cost: Decimal) -> Tokens:
    """So many tokens that the usual model costs this much for them, cached input at the price of input."""
    into, out = _PRICES[_USUAL]
    read = int(usual_cost * (1 - _OUT_SHARE) / into * 1_000)
    written = int(usual_cost * _OUT_SHARE / out * 1_000)
    cached = int(read * _CACHED_SHARE)
    return Tokens(input=max(1, read - cached), cached_input=cached, output=max(1, written))
