"""The feature comparison of the pricing page (PR8, row A8): what each offer includes, in words and as a mark. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from billing_app.catalog import words
from billing_app.catalog.offers import RELEASED, Capability, in_order, shown_plans
from billing_app.catalog.schema import Catalog, Feature, Metering, Pack, Plan, Unlock
from billing_app.money import Money

NOT_INCLUDED = "Not included"


@dataclass(frozen=True, slots=True)
class ColumnPrice:
    """A price in a column's head. `period` is empty where it does not depend on the choice of period."""

    period: str
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """An offer: `kind` is plan, pack or unlock. `price` is the first of `prices`, which has one for each period."""

    kind: str
    code: str
    name: str
    price: str
    prices: tuple[ColumnPrice, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """`included` is for the mark, `text` says the same in words, so that no mark stands alone."""

    text: str
    included: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A feature, or the credits an offer brings, with one cell for each column."""

    name: str
    description: str
    icon: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The table. Plans where plans are on sale; else packs and unlocks."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def comparison(catalog: Catalog, capabilities: frozenset[Capability] = RELEASED) -> Comparison:
    """Compare everything on sale, feature by feature, in the order of the catalogue."""
    plans = shown_plans(catalog, capabilities)
    if plans:
        return _table(catalog, [_of_plan(catalog, plan) for plan in plans])
    if Capability.ONE_TIME not in capabilities:
        return Comparison((), ())
    packs = [_of_pack(catalog, pack) for pack in in_order(catalog.packs)]
    return _table(catalog, packs + [_of_unlock(catalog, unlock) for unlock in in_order(catalog.unlocks)])


@dataclass(frozen=True, slots=True)
class _Compared:
    """A column and how it fills its cells."""

    column: Column
    credits: Cell
    brings_credits: bool
    cell: Callable[[Feature], Cell]


def _table(catalog: Catalog, compared: list[_Compared]) -> Comparison:
    rows: list[Row] = []
    if any(each.brings_credits for each in compared):
        name, meaning = catalog.brand.credit.many.capitalize(), words.credit_meaning(catalog)
        rows.append(Row(name, meaning, "coins", tuple(each.credits for each in compared)))
    sold_apart = {unlock.feature for unlock in in_order(catalog.unlocks)}
    for feature in catalog.features:
        cells = tuple(each.cell(feature) for each in compared)
        # What nothing on sale opens is not shown.
        if feature.code in sold_apart or any(cell.included for cell in cells):
            rows.append(Row(feature.name, feature.description, feature.icon, cells))
    return Comparison(tuple(each.column for each in compared), tuple(rows))


def _of_plan(catalog: Catalog, plan: Plan) -> _Compared:
    def cell(feature: Feature) -> Cell:
        if feature.code in plan.quotas:
            limit = plan.quotas[feature.code]
            return Cell(words.quota(feature, limit), limit != 0)
        if feature.metering is Metering.CREDITS:
            return _by_credits(catalog, feature, usable=bool(plan.credits_per_month) or plan.contact_only)
        if feature.code in plan.features:
            return Cell("Included", True)
        return _sold_apart(catalog, feature)

    prices = tuple(_plan_prices(catalog, plan))
    column = Column("plan", plan.code, plan.name, prices[0].text if plan.prices else "", prices)
    return _Compared(column, _credits_of_plan(catalog, plan), plan.credits_per_month > 0, cell)


def _credits_of_plan(catalog: Catalog, plan: Plan) -> Cell:
    if plan.credits_per_month:
        return Cell(f"{catalog.brand.credit.of(plan.credits_per_month)} a month", True)
    return Cell("By agreement", True) if plan.contact_only else Cell("None", False)


def _of_pack(catalog: Catalog, pack: Pack) -> _Compared:
    def cell(feature: Feature) -> Cell:
        if feature.metering is not Metering.CREDITS:
            return _sold_apart(catalog, feature)
        rates = [rate.credits for rate in catalog.rates_of(feature.code) if rate.credits]
        if feature.unit and len(rates) == 1:
            return Cell(feature.unit.of(pack.credits // rates[0]), pack.credits >= rates[0])
        return _by_credits(catalog, feature, usable=True)

    column = _once("pack", pack.code, pack.name, pack.price)
    return _Compared(column, Cell(catalog.brand.credit.of(pack.credits), True), True, cell)


def _of_unlock(catalog: Catalog, unlock: Unlock) -> _Compared:
    def cell(feature: Feature) -> Cell:
        if feature.code == unlock.feature:
            return Cell("Unlimited" if unlock.uses is None else words.uses(feature, unlock.uses), True)
        return Cell("Included", True) if _for_everyone(catalog, feature) else Cell(NOT_INCLUDED, False)

    column = _once("unlock", unlock.code, unlock.name, unlock.price)
    return _Compared(column, Cell("None", False), False, cell)


def _plan_prices(catalog: Catalog, plan: Plan) -> Iterator[ColumnPrice]:
    if plan.contact_only:
        yield ColumnPrice("", "By agreement")
    elif plan.free:
        yield ColumnPrice("", Money(0, catalog.currency).shown(compact=True))
    for price in plan.prices:
        text = f"{price.amount.shown(compact=True)} {words.PER_PERIOD[price.period]}"
        yield ColumnPrice(price.period.value if len(plan.prices) > 1 else "", text)


def _once(kind: str, code: str, name: str, price: Money) -> Column:
    shown = price.shown(compact=True)
    return Column(kind, code, name, shown, (ColumnPrice("", shown),))


def _by_credits(catalog: Catalog, feature: Feature, *, usable: bool) -> Cell:
    """What one use takes; a range where operations differ."""
    prices = sorted({rate.credits for rate in catalog.rates_of(feature.code)})
    unit = feature.unit.one if feature.unit else "use"
    amount = catalog.brand.credit.of(prices[0]) if prices else ""
    return Cell(f"{'from ' if len(prices) > 1 else ''}{amount} per {unit}", usable)


def _sold_apart(catalog: Catalog, feature: Feature) -> Cell:
    """A feature the column does not bring: included for all, sold by itself, or not there."""
    if _for_everyone(catalog, feature):
        return Cell("Included", True)
    unlock = next((each for each in in_order(catalog.unlocks) if each.feature == feature.code), None)
    return (
        Cell(f"{NOT_INCLUDED}; {unlock.price.shown(compact=True)} once", False) if unlock else Cell(NOT_INCLUDED, False)
    )


def _for_everyone(catalog: Catalog, feature: Feature) -> bool:
    """Included, and not kept for those on a plan."""
    return feature.metering is Metering.INCLUDED and not any(feature.code in plan.features for plan in catalog.plans)
