"""The margin to expect at list price, from price, cost of goods and payment fees (row A3). Pure, exact, and says why.

Expected means: everything bought is used, and credits go to the dearest use. What customers really use is in reports.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from billing_app.catalog.pricing import MONTHS, credits_in_period
from billing_app.catalog.schema import Catalog, Plan, PlanPrice, Unlock
from billing_app.money import Money, exponent, shown_unit_price, to_minor


class NotKnown(Exception):
    """Why a margin cannot be worked out: shown instead of a number, never as 0."""


@dataclass(frozen=True, slots=True)
class ExpectedMargin:
    """What one sale earns at list price.

    Attributes:
        cost: everything it buys, at the supplier's prices, in major units; None when not known.
        fee: what the payment processor keeps by the catalogue's fee model; None without a model for the currency.
        before_fees, after_fees: percent of the price with one decimal; may be negative.
        made_of: how the cost comes about, one line each.
        reason: why a figure is missing; empty when none is.
    """

    kind: Literal["pack", "unlock", "plan"]
    code: str
    period: str | None
    name: str
    price: Money
    cost: Decimal | None
    fee: Money | None
    before_fees: Decimal | None
    after_fees: Decimal | None
    made_of: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class _Cost:
    """An exact cost in major units and the line that explains it."""

    amount: Fraction
    line: str


def expected_margins(catalog: Catalog) -> tuple[ExpectedMargin, ...]:
    """The margin of everything on the price list, in its order: packs, unlocks, plans."""
    return tuple(_margin(catalog, sale) for sale in _sales(catalog))


def payment_fee(catalog: Catalog, price: Money) -> Money | None:
    """What the processor keeps of a payment by the fee model, in whole minor units; None without a model."""
    model = next((fee for fee in catalog.payment_fees if fee.currency == price.currency), None)
    if model is None:
        return None
    exact = price.major * model.percent / 100 + model.fixed.major
    return Money(to_minor(exact, price.currency), price.currency)


def cost_of_one(catalog: Catalog, feature_code: str) -> Fraction:
    """What one use of a feature costs at its suppliers, in major units of the catalogue's currency.

    Raises:
        NotKnown: no cost is stated, or one in another currency, which is never mixed in.
    """
    costs = [cost for cost in catalog.costs if cost.feature == feature_code]
    if not costs:
        raise NotKnown(f"No cost of goods is stated for {feature_code}.")
    foreign = next((cost for cost in costs if cost.amount.currency != catalog.currency), None)
    if foreign:
        raise NotKnown(f"{foreign.name} costs {foreign.amount.written()}: no rate to {catalog.currency}.")
    return sum((Fraction(cost.amount.amount) for cost in costs), Fraction(0))


@dataclass(frozen=True, slots=True)
class _Sale:
    """Something on the price list and, worked out when asked for, what it costs to deliver."""

    kind: Literal["pack", "unlock", "plan"]
    code: str
    period: str | None
    name: str
    price: Money
    costs: Iterator[_Cost]


def _sales(catalog: Catalog) -> Iterator[_Sale]:
    for pack in catalog.packs:
        if pack.active:
            yield _Sale("pack", pack.code, None, pack.name, pack.price, _credits(catalog, pack.credits))
    for unlock in catalog.unlocks:
        if unlock.active:
            yield _Sale("unlock", unlock.code, None, unlock.name, unlock.price, _unlock(catalog, unlock))
    for plan in catalog.plans:
        for price in plan.prices if plan.active else ():
            costs = _plan(catalog, plan, price)
            yield _Sale("plan", plan.code, price.period.value, plan.name, price.amount, costs)


def _margin(catalog: Catalog, sale: _Sale) -> ExpectedMargin:
    fee = payment_fee(catalog, sale.price)
    cost: Fraction | None = None
    lines: tuple[str, ...] = ()
    reason = "" if fee else f"No payment fee is stated for {sale.price.currency}."
    try:
        parts = list(sale.costs)
        cost = sum((part.amount for part in parts), Fraction(0))
        lines = tuple(part.line for part in parts)
    except NotKnown as why:
        reason = str(why)
    return ExpectedMargin(
        kind=sale.kind,
        code=sale.code,
        period=sale.period,
        name=sale.name,
        price=sale.price,
        cost=None if cost is None else _decimal(cost),
        fee=fee,
        before_fees=None if cost is None else _percent_left(sale.price, cost),
        after_fees=None if cost is None or fee is None else _percent_left(sale.price, cost + _major(fee)),
        made_of=lines,
        reason=reason,
    )


def _percent_left(price: Money, spent: Fraction) -> Decimal:
    share = (_major(price) - spent) * 100 / _major(price)
    return _decimal(share).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _decimal(exact: Fraction | int) -> Decimal:
    return Decimal(exact.numerator) / exact.denominator


def _major(money: Money) -> Fraction:
    return Fraction(money.minor, 10 ** exponent(money.currency))


def _credits(catalog: Catalog, count: int) -> Iterator[_Cost]:
    """What so many credits cost when they all go where a credit costs most."""
    rates = [rate for rate in catalog.rates if rate.credits > 0]
    if not rates:
        raise NotKnown("No rate says what credits are used for.")
    dearest = max(rates, key=lambda rate: cost_of_one(catalog, rate.feature) / rate.credits)
    each = cost_of_one(catalog, dearest.feature)
    uses = Fraction(count, dearest.credits)
    yield _Cost(uses * each, f"{_shown(uses)} x {dearest.name} {_parts(catalog, dearest.feature)}")


def _unlock(catalog: Catalog, unlock: Unlock) -> Iterator[_Cost]:
    yield _uses(catalog, unlock.feature, unlock.uses)


def _plan(catalog: Catalog, plan: Plan, price: PlanPrice) -> Iterator[_Cost]:
    if plan.credits_per_month:
        yield from _credits(catalog, credits_in_period(plan, price))
    windows = {"month": 1, "week": Fraction(365, 84), "day": Fraction(365, 12)}
    for code, limit in plan.quotas.items():
        feature = catalog.feature(code)
        window = feature.quota.window if feature and feature.quota else "month"
        times = MONTHS[price.period] * windows[window]
        yield _uses(catalog, code, None if limit is None else limit * times)
    for code in plan.features:
        if code not in plan.quotas and not catalog.rates_of(code):
            yield _uses(catalog, code, None)


def _uses(catalog: Catalog, feature_code: str, count: Fraction | int | None) -> _Cost:
    each = cost_of_one(catalog, feature_code)
    feature = catalog.feature(feature_code)
    name = feature.name if feature else feature_code
    if count is None and each:
        raise NotKnown(f"{name} is unlimited and each use costs {_money(each, catalog.currency)}: no greatest cost.")
    line = f"{'any number' if count is None else _shown(count)} x {name} {_parts(catalog, feature_code)}"
    return _Cost(each * (count or 0), line)


def _parts(catalog: Catalog, feature_code: str) -> str:
    """`at $0.23 (Speech to text $0.18 + Language model $0.05)`."""
    costs = [cost for cost in catalog.costs if cost.feature == feature_code]
    total = _money(cost_of_one(catalog, feature_code), catalog.currency)
    listed = " + ".join(f"{cost.name} {shown_unit_price(cost.amount.amount, catalog.currency)}" for cost in costs)
    return f"at {total} ({listed})"


def _money(amount: Fraction, currency: str) -> str:
    return shown_unit_price(_decimal(amount), currency)


def _shown(count: Fraction | int) -> str:
    rounded = _decimal(count).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{rounded:,f}".removesuffix(".0")
