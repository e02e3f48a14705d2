"""What a credit buys, as a table: action, credits, and what that is in money with each pack and plan (PR14). Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from billing_app.catalog import words
from billing_app.catalog.offers import RELEASED, Capability, in_order, shown_plans
from billing_app.catalog.pricing import credits_in_period, price_of_credits
from billing_app.catalog.schema import Catalog
from billing_app.money import Money, shown_unit_price


@dataclass(frozen=True, slots=True)
class CreditColumn:
    """What brings credits: a plan for one period, or a pack.

    `period` is empty where there is none to choose; `billing` says how it is paid, where that differs between columns.
    """

    name: str
    period: str
    billing: str


@dataclass(frozen=True, slots=True)
class CreditRow:
    """One action: `Practice interview`, `1 credit`, and its price under each column."""

    action: str
    credits: int
    credits_text: str
    amounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreditTable:
    """The whole table. `columns` are the offers that bring credits; empty when none is on sale."""

    columns: tuple[CreditColumn, ...]
    rows: tuple[CreditRow, ...]


def credit_table(catalog: Catalog, capabilities: frozenset[Capability] = RELEASED) -> CreditTable:
    """Worked out from the rate card and everything on sale that brings credits."""
    sources = list(_sources(catalog, capabilities))
    actions = [
        (name, credits_taken)
        for rate in catalog.rates
        for name, credits_taken in [
            (rate.name, rate.credits),
            *((f"+ {add_on.name}", add_on.credits) for add_on in rate.add_ons),
        ]
    ]
    return CreditTable(
        columns=tuple(column for column, _, _ in sources),
        rows=tuple(
            CreditRow(
                action=action,
                credits=taken,
                credits_text=catalog.brand.credit.of(taken),
                amounts=tuple(
                    shown_unit_price(price_of_credits(price, bought, taken), price.currency)
                    for _, price, bought in sources
                ),
            )
            for action, taken in actions
        ),
    )


def _sources(catalog: Catalog, capabilities: frozenset[Capability]) -> Iterator[tuple[CreditColumn, Money, int]]:
    """Each thing on sale that brings credits, with its price and how many."""
    plans = [plan for plan in shown_plans(catalog, capabilities) if plan.prices and plan.credits_per_month]
    for plan in plans:
        for price in plan.prices:
            period = price.period.value if len(plan.prices) > 1 else ""
            column = CreditColumn(plan.name, period, words.BILLED[price.period])
            yield column, price.amount, credits_in_period(plan, price)
    if Capability.ONE_TIME in capabilities:
        for pack in in_order(catalog.packs):
            yield CreditColumn(pack.name, "", "once" if plans else ""), pack.price, pack.credits
