"""What pages, the API and commands show of quotas (rows C4, D2)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from billing_app.catalog.schema import Feature, Noun
from billing_app.entitlements.quotas.limits import Allowance, rule_of

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """What was used of a feature in the running window, and what is left.

    Amounts are counts: units, or seconds where `counts_per_unit` is 60; the texts say them in units.

    Attributes:
        unit: what is counted, in words; None: the feature has no noun of its own.
        limit: with what rolled over; None: unlimited; 0: not in the plan.
        remaining: None: unlimited.
        over: how much was used beyond the limit, where the cap is soft.
        window: `day`, `week` or `month`.
        resets_at: when the next window begins.
        soft: beyond the limit it is marked, not refused.
        rollover_in: what came over from the window before; it is part of `limit`.
    """

    feature: str
    name: str
    icon: str
    unit: Noun | None
    counts_per_unit: int
    used: int
    limit: int | None
    remaining: int | None
    over: int
    window: str
    window_start: datetime
    resets_at: datetime
    soft: bool
    rollover_in: int

    @property
    def included(self) -> bool:
        """Whether the customer has the feature at all."""
        return self.limit != 0

    @property
    def allowed(self) -> bool:
        """Whether it can be used once more now: `can_use_ai`, `can_start_scenario` (row D2)."""
        return self.included and (self.soft or self.remaining is None or self.remaining > 0)

    @property
    def percent(self) -> int:
        """How full the meter is, 0 to 100; 0 when unlimited."""
        return min(100, 100 * self.used // self.limit) if self.limit else 0

    @property
    def text(self) -> str:
        """`12 of 30 AI minutes used`, `3 scenarios used, no limit`, `Not in your plan`."""
        if not self.included:
            return "Not in your plan"
        if self.limit is None:
            return f"{counted(self.used, self.counts_per_unit, self.unit)} used, no limit"
        amount = in_units(self.used, self.counts_per_unit)
        return f"{amount} of {counted(self.limit, self.counts_per_unit, self.unit)} used"

    def as_json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "feature": self.feature,
            "name": self.name,
            "unit": self.unit.many if self.unit else None,
            "counts_per_unit": self.counts_per_unit,
            "used": self.used,
            "limit": self.limit,
            "remaining": self.remaining,
            "over": self.over,
            "allowed": self.allowed,
            "window": self.window,
            "window_start": self.window_start.isoformat(),
            "resets_at": self.resets_at.isoformat(),
            "soft": self.soft,
            "rollover_in": self.rollover_in,
            "display": self.text,
        }


def usage_view(feature: Feature, allowance: Allowance) -> QuotaUsage:
    """A feature's allowance, ready to show."""
    return QuotaUsage(
        feature=feature.code,
        name=feature.name,
        icon=feature.icon,
        unit=feature.unit,
        counts_per_unit=feature.counts_per_unit,
        used=allowance.used,
        limit=allowance.limit if allowance.included else 0,
        remaining=allowance.remaining if allowance.included else 0,
        over=allowance.over,
        window=rule_of(feature).window,
        window_start=allowance.window.start,
        resets_at=allowance.window.end,
        soft=allowance.soft,
        rollover_in=allowance.carried,
    )


def in_units(counts: int, counts_per_unit: int, *, left: bool = False) -> str:
    """Counts in units, `1,234` or `12.5`: to a tenth; what is used is rounded up, what is `left` down."""
    if counts % counts_per_unit == 0:
        return f"{counts // counts_per_unit:,}"
    tenths = (Decimal(counts) / counts_per_unit).quantize(_TENTH, ROUND_FLOOR if left else ROUND_CEILING)
    return f"{tenths:,}".removesuffix(".0")


def counted(counts: int, counts_per_unit: int, unit: Noun | None, *, left: bool = False) -> str:
    """`1 CV`, `12.5 AI minutes`, `3 uses`."""
    noun = unit or Noun(one="use", many="uses")
    amount = in_units(counts, counts_per_unit, left=left)
    return f"{amount} {noun.one if amount == '1' else noun.many}"
