"""How much a customer may use in a window, what rolls over into it, and what a cap lets through. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from billing_app.catalog.schema import Feature, Plan, QuotaRule
from billing_app.entitlements.plan_credits.periods import Window


@dataclass(frozen=True, slots=True)
class Recorded:
    """A window in which something was used, as its row has it. Amounts in counts."""

    id: int
    window: Window
    used: int
    over: int
    quota: int | None
    plan_code: str | None
    carried: int
    carried_on: str | None
    resets: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a customer may use of a feature now. All amounts in counts (seconds of minutes, else units).

    Attributes:
        limit: of this window, with what rolled over; None: unlimited; 0: the feature is not in the plan.
        quota: a window's limit by itself, without what rolled over: the best of plan and grants.
        plan_quota: the plan's own, which alone rolls over.
        used, over: used so far; how much of it a soft cap let through beyond the limit.
        carried: what rolled over from the window before.
        soft: beyond the limit it is marked, not refused.
        recorded: the window's row; None: nothing was used in it yet.
    """

    feature: str
    window: Window
    limit: int | None
    quota: int | None
    plan_quota: int | None
    used: int
    over: int
    carried: int
    soft: bool
    recorded: Recorded | None

    @property
    def included(self) -> bool:
        """Whether the customer has the feature at all: 0 is disabled (row C2)."""
        return self.quota != 0

    @property
    def remaining(self) -> int | None:
        """Counts left, never below zero; None: unlimited."""
        return None if self.limit is None else max(0, self.limit - self.used)

    def allows(self, units: int) -> bool:
        """Whether so many more may be used now."""
        return self.included and (self.soft or self.limit is None or self.used + units <= self.limit)

    def beyond(self, units: int) -> int:
        """How many of these units would lie beyond the limit."""
        return 0 if self.limit is None else max(0, self.used + units - max(self.limit, self.used))


def rule_of(feature: Feature) -> QuotaRule:
    """How use of a feature is counted; the catalogue's rules see to it that counted features say so."""
    return feature.quota or QuotaRule()


def quota_in(plan: Plan | None, feature: Feature) -> int | None:
    """What a plan allows in a window, in counts; None: unlimited; 0: nothing, or there is no plan."""
    if plan is None:
        return 0
    allowed = plan.quotas.get(feature.code, 0)
    return None if allowed is None else allowed * feature.counts_per_unit


def best(quotas: Iterable[int | None]) -> int | None:
    """The highest of several; None is unlimited and beats all; 0 when there is none."""
    found = list(quotas)
    return None if None in found else max((quota or 0 for quota in found), default=0)


def carried_over(
    window: Window, last: Recorded | None, *, quota: int | None, plan_code: str | None, held_since: datetime | None
) -> int:
    """What rolls over into a window that begins: min(unused, quota) of the one just before, not across plans.

    Args:
        last: the newest window with any use, before this one.
        quota: the plan's quota; what is unlimited has nothing to carry.
        held_since: since when the customer has this plan. A window without any use was unused whole.
    """
    if not quota or held_since is None or held_since >= window.start:
        return 0
    if last is None or last.window.end != window.start:
        return quota
    if last.plan_code != plan_code or last.quota is None:
        return 0
    brought = last.carried if last.carried_on == plan_code else 0
    return min(max(0, last.quota + brought - last.used), quota)
