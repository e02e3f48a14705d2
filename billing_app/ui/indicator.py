"""The top bar's usage indicator and the strip below it: what is left, what stops a customer (B7, WL3). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from billing_app.catalog.schema import Catalog, Metering, Noun
from billing_app.credits.views import Balance
from billing_app.entitlements.plan_credits.facts import Resets
from billing_app.entitlements.quotas.views import QuotaUsage, counted, in_units
from billing_app.payments.subscribing.views import MyPlan
from billing_app.ui.format import day, number
from billing_app.ui.plan_words import due_note

QUIET_PERCENT, LOW_PERCENT = 20, 10


class Level(StrEnum):
    """How near the end it is: said at 20 % left, warned of at 10 %, and at nothing; or the plan is not paid."""

    FINE = ""
    QUIET = "quiet"
    LOW = "low"
    EMPTY = "empty"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Indicator:
    """The chip: its words, its bar, its level; and the strip, if there is one.

    Attributes:
        percent: how full the bar is: credits left of those granted, or of an allowance what is used.
        strip: what the strip says; empty: there is none. `label` and `href`: its one call to action; `outward`: that
            is a page of Stripe's. `dismissable`: it can be closed until things change.
    """

    label: str
    spoken: str
    percent: int
    level: Level
    strip: str = ""
    action: str = ""
    href: str = ""
    outward: bool = False
    dismissable: bool = False


def counts_credits(catalog: Catalog) -> bool:
    """Whether credits are what customers of this catalogue look at."""
    return bool(
        catalog.packs
        or any(plan.credits_per_month for plan in catalog.plans)
        or any(feature.metering is Metering.CREDITS for feature in catalog.features)
    )


def indicator(
    balance: Balance,
    usage: Sequence[QuotaUsage],
    my: MyPlan,
    resets: Resets,
    *,
    noun: Noun,
    with_credits: bool,
    sells_more: bool,
) -> Indicator:
    """What the top bar shows.

    Args:
        usage: the allowances of the plan.
        with_credits: the catalogue has credits; else the allowance that is used most is shown, or the plan.
        sells_more: there are packs to buy beside the plan.
    """
    shown = (
        _of_credits(balance, resets, noun, sells_more=sells_more)
        if with_credits or balance.lots
        else _of_allowances(usage, my)
    )
    due = due_note(my)
    if not due:
        return shown
    pay = my.past_due.pay_url if my.past_due else None
    return Indicator(
        shown.label,
        shown.spoken,
        shown.percent,
        Level.DUE,
        strip=due,
        action="Pay now",
        href=pay or "/dashboard",
        outward=bool(pay),
    )


def _of_credits(balance: Balance, resets: Resets, noun: Noun, *, sells_more: bool) -> Indicator:
    granted = sum(lot.granted for lot in balance.lots if lot.burns is not None)
    percent = min(100, round(100 * balance.available / granted)) if granted else 0
    label = noun.of(balance.available)
    spoken = f"{label} left. Open the dashboard."
    action = "Buy more" if sells_more else "See the plans"
    if balance.available <= 0:
        coming = ""
        if resets.next_at is not None and resets.amount:
            coming = f" {number(resets.amount)} fresh ones come {day(resets.next_at)}."
        text = f"You have no {noun.many} left.{coming}"
        return Indicator(label, spoken, percent, Level.EMPTY, text, action, "/pricing")
    if percent <= LOW_PERCENT:
        text = f"Only {number(balance.available)} left."
        return Indicator(label, spoken, percent, Level.LOW, text, action, "/pricing", dismissable=True)
    return Indicator(label, spoken, percent, Level.QUIET if percent <= QUIET_PERCENT else Level.FINE)


def _of_allowances(usage: Sequence[QuotaUsage], my: MyPlan) -> Indicator:
    bounded = [one for one in usage if one.limit]
    plan = my.name or "No plan"
    if not bounded:
        return Indicator(plan, f"Your plan: {plan}. Open the dashboard.", 0, Level.FINE)
    most = max(bounded, key=lambda one: one.percent)
    spoken = f"{most.name}: {most.text}. Open the dashboard."
    if not most.used:
        return Indicator(plan, f"Your plan: {plan}. Open the dashboard.", 0, Level.FINE)
    label = (
        f"{in_units(most.used, most.counts_per_unit)} of {counted(most.limit or 0, most.counts_per_unit, most.unit)}"
    )
    if not most.allowed:
        text = f"{most.name}: {most.text}. It starts anew {day(most.resets_at)}."
        return Indicator(label, spoken, most.percent, Level.LOW, text, "See the plans", "/pricing", dismissable=True)
    left = 100 - most.percent
    level = Level.LOW if left <= LOW_PERCENT else Level.QUIET if left <= QUIET_PERCENT else Level.FINE
    return Indicator(label, spoken, most.percent, level)
