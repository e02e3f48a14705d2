"""Whom a cost belongs to, and what each earned: plans, packs, unlocks, features, models. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from billing_app.catalog.schema import Catalog
from billing_app.credits.kinds import LotKind
from billing_app.reports.figures import major, margin_figure, percent
from billing_app.reports.views import Margin
from billing_app.usage.ports import NO_PURCHASE

Key = tuple[str, str]
UNASSIGNED: Key = ("other", "unassigned")
NAMES: Mapping[Key, str] = {
    UNASSIGNED: "Calls without a plan",
    ("other", ""): "Outside the price list",
    ("plan", "by_hand"): "Plans by hand",
    ("customer", "0"): "Calls without a customer",
    ("feature", ""): "Not by use: breakage, days, refunds",
    ("model", ""): "Without calls",
}
_GIVEN = {LotKind.FREE, LotKind.TRIAL}


@dataclass(slots=True)
class Tally:
    """Revenue and cost of one group, as they are added up."""

    revenue_minor: int = 0
    cost: Decimal = Decimal(0)
    calls: int = 0
    unknown: int = 0
    foreign: bool = False
    fees_minor: int | None = 0
    modelled: bool = False
    name: str = field(default="")

    def add_cost(self, cost: Decimal, calls: int, unknown: int, *, foreign: bool) -> None:
        """Add calls and what they cost."""
        self.cost += cost
        self.calls += calls
        self.unknown += unknown
        self.foreign = self.foreign or foreign


def payer(catalog: Catalog, purchase: str, item: str, plan: str, feature: str) -> Key:
    """Which plan, pack or unlock a cost belongs to: whose credits paid, else what made the call possible.

    Credits name their item. Free and trial ones belong to the plan that the customer had; other gifts to what they
    are. A call that no credits paid for belongs to the plan it was made on, unless that has not this feature and an
    unlock opens it.
    """
    if item:
        kind, _, code = item.partition(":")
        return kind, code
    if purchase == NO_PURCHASE:
        return _without_credits(catalog, plan, feature)
    if purchase in _GIVEN:
        return ("plan", plan) if plan else ("given", purchase)
    if purchase == LotKind.PLAN:
        return "plan", "by_hand"
    return ("other", "") if purchase == LotKind.PURCHASE else ("given", purchase)


def _without_credits(catalog: Catalog, plan_code: str, feature: str) -> Key:
    plan = catalog.plan(plan_code) if plan_code else None
    included = plan is not None and (feature in plan.features or feature in plan.quotas)
    unlock = next((one for one in catalog.unlocks if one.feature == feature), None)
    if unlock is not None and not included:
        return "unlock", unlock.code
    return ("plan", plan_code) if plan_code else UNASSIGNED


def shared_by_cost(revenue_minor: int, weights: Sequence[Decimal]) -> list[int]:
    """Split a revenue as costs are, to the minor unit: the parts add up to it. No cost at all: evenly."""
    total = sum(weights, Decimal(0))
    exact = [int(one.scaleb(12)) for one in weights] if total else [1] * len(weights)
    whole, below = sum(exact), 0
    parts: list[int] = []
    for weight in exact:
        parts.append(revenue_minor * (below + weight) // whole - revenue_minor * below // whole)
        below += weight
    return parts


def margin_of(kind: str, key: str, tally: Tally, currency: str) -> Margin:
    """A row of a report."""
    revenue = major(tally.revenue_minor, currency)
    gross = revenue - tally.cost
    share, reason = margin_figure(tally.revenue_minor, tally.cost, currency, foreign=tally.foreign)
    contribution = None if tally.fees_minor is None else gross - major(tally.fees_minor, currency)
    after = None if contribution is None or share is None else percent(contribution, revenue)
    if not reason and tally.unknown:
        reason = f"The cost of {tally.unknown:,} calls is not known and is missing here."
    return Margin(
        kind=kind,
        key=key,
        name=tally.name or NAMES.get((kind, key), key),
        revenue_minor=tally.revenue_minor,
        cost=tally.cost,
        fees_minor=tally.fees_minor,
        calls=tally.calls,
        unknown=tally.unknown,
        foreign=tally.foreign,
        gross=gross,
        contribution=contribution,
        gross_percent=share,
        contribution_percent=after,
        reason=reason,
        fees_modelled=tally.modelled,
    )


def worst_first(rows: Iterable[Margin]) -> list[Margin]:
    """By what they earn, the greatest loss first; equal ones by name."""
    return sorted(rows, key=lambda row: (row.gross, row.kind, row.key))


def summed(tallies: Iterable[Tally]) -> Tally:
    """All of them as one."""
    total = Tally(name="Total")
    for one in tallies:
        total.revenue_minor += one.revenue_minor
        total.add_cost(one.cost, one.calls, one.unknown, foreign=one.foreign)
        total.fees_minor = (
            None if total.fees_minor is None or one.fees_minor is None else total.fees_minor + one.fees_minor
        )
        total.modelled = total.modelled or one.modelled
    return total
