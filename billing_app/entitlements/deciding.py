"""From what the catalogue asks and what a customer has to a decision, in words a customer understands. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from billing_app.catalog import words
from billing_app.catalog.schema import Feature, Plan
from billing_app.credits import Balance, Price
from billing_app.entitlements.decisions import Basis, Decision, Smaller
from billing_app.entitlements.options import Market, for_credits, for_feature, unlocks_of, wait
from billing_app.entitlements.quotas.limits import Allowance, quota_in, rule_of
from billing_app.entitlements.quotas.views import counted, in_units

_THIS_WINDOW = {"day": "today", "week": "this week", "month": "this month"}


@dataclass(frozen=True, slots=True)
class Question:
    """Whether this customer may use this feature so many times now."""

    customer_id: int
    feature: Feature
    units: int

    def answer(self, basis: Basis, why: str, *, allowed: bool = True) -> Decision:
        """A decision with neither figures nor ways on."""
        return Decision(self.customer_id, self.feature.code, self.feature.name, self.units, allowed, why, basis)

    def amount(self, counts: int, *, left: bool = False) -> str:
        """So many of what the feature counts: `3 CVs`, `12.5 AI minutes`."""
        return counted(counts, self.feature.counts_per_unit, self.feature.unit, left=left)


# Credits


def by_credits(question: Question, price: Price | None, balance: Balance, market: Market | None) -> Decision:
    """Paid in credits: `price` None costs nothing. `market` is needed only for who has too few."""
    feature = question.feature
    if price is None:
        return question.answer(Basis.FREE, f"{feature.name} costs nothing.")
    allowed = balance.available >= price.credits
    need = f"{price.credits} credit{'s' if price.credits != 1 else ''}"
    have = f"{balance.available} {'is' if balance.available == 1 else 'are'} available"
    told = Decision(
        customer_id=question.customer_id,
        feature=feature.code,
        feature_name=feature.name,
        units=question.units,
        allowed=allowed,
        why=f"{feature.name} takes {need}; {have}." if allowed else f"This needs {need}; {have}.",
        basis=Basis.CREDITS,
        required=price.credits,
        available=balance.available,
        held=balance.held,
        remaining=balance.available * question.units // price.credits,
    )
    coming = _coming(balance, market)
    if coming is not None:
        told = replace(told, resets_at=coming[0], next_grant=coming[1])
    if allowed or market is None:
        return told
    options = for_credits(market, required=price.credits, shortfall=told.shortfall)
    if coming is not None:
        options = (*options, wait(coming[0], enough=coming[1] >= told.shortfall))
    return replace(told, options=options, smaller=_smaller(price, balance.available))


def _coming(balance: Balance, market: Market | None) -> tuple[datetime, int] | None:
    """When credits come by themselves: a lot that is prepared, else the plan's next month."""
    prepared = balance.next_event if balance.next_event and balance.next_event.begins else None
    if prepared is not None:
        return prepared.at, prepared.begins
    return market.next_credits() if market else None


def _smaller(price: Price, available: int) -> Smaller | None:
    less = price.within(available)
    if less is None:
        return None
    kept = {line.code: line.quantity for line in less.lines}
    return Smaller(
        credits=less.credits,
        add_ons={line.code: kept[line.code] for line in price.lines[1:] if line.code in kept},
        without=tuple(line.name for line in price.lines if kept.get(line.code, 0) < line.quantity),
    )


# Unlocks


def by_unlock(question: Question, left: int | None, market: Market) -> Decision:
    """Opened by an unlock; `left` uses of it, None = unlimited."""
    code = question.feature.code
    allowed = left is None or left >= question.units
    told = replace(
        question.answer(Basis.UNLOCK, _why_unlocked(question, left, allowed=allowed), allowed=allowed), remaining=left
    )
    if allowed:
        return told
    unlocks = unlocks_of(market.offers, code, question.units)
    return replace(told, options=for_feature(market, lambda plan: code in plan.features, unlocks))


def _why_unlocked(question: Question, left: int | None, *, allowed: bool) -> str:
    feature = question.feature
    if left is None:
        return f"{feature.name} is yours, without limit."
    if not left:
        return f"{feature.name} is locked. {feature.without or 'Buy it to use it.'}"
    uses = feature.unit.of(left) if feature.unit else f"{left:,} use{'s' if left != 1 else ''}"
    if allowed:
        return f"{feature.name} is unlocked: {uses} left."
    return f"{feature.name} has {uses} left; this needs {question.units:,}."


# Plans


def by_plan(question: Question, market: Market, *, included: bool) -> Decision:
    """A feature that a plan has or has not, uncounted."""
    if included:
        return question.answer(Basis.PLAN, f"{question.feature.name} is part of your plan.")
    code = question.feature.code
    return _lacking(question, market, lambda plan: code in plan.features)


def by_quota(question: Question, allowance: Allowance, market: Market) -> Decision:
    """Counted against what the plan allows in a window (rows C2, C3)."""
    feature, units = question.feature, question.units

    def opens(plan: Plan) -> bool:
        quota = quota_in(plan, feature)
        return quota is None or (quota > 0 and allowance.used + units <= quota)

    if not allowance.included:
        return _lacking(question, market, opens)
    allowed = allowance.allows(units)
    told = replace(
        question.answer(Basis.QUOTA, _why_counted(question, allowance, allowed=allowed), allowed=allowed),
        remaining=allowance.remaining,
        limit=allowance.limit,
        used=allowance.used,
        over=allowance.beyond(units),
        resets_at=None if allowance.limit is None else allowance.window.end,
    )
    if allowed:
        return told
    fits = units <= (allowance.quota or 0)
    ways = for_feature(market, opens, brings=lambda plan: _brought(feature, plan))
    return replace(told, options=(*ways, wait(allowance.window.end, enough=fits)))


def _lacking(question: Question, market: Market, opens: Callable[[Plan], bool]) -> Decision:
    name, without = question.feature.name, question.feature.without
    if market.unpaid:
        why = f"{name} is paused until your open invoice is paid."
    elif market.plan is None:
        why = f"{name} comes with a plan."
    else:
        why = f"{name} is not in the {market.plan.plan.name} plan."
    told = question.answer(Basis.PLAN, f"{why} {without}".strip(), allowed=False)
    return replace(told, options=for_feature(market, opens, brings=lambda plan: _brought(question.feature, plan)))


def _brought(feature: Feature, plan: Plan) -> str:
    """What a plan that opens a feature has of it."""
    if feature.code in plan.quotas:
        return words.quota(feature, plan.quotas[feature.code])
    return f"{feature.name} included"


def _why_counted(question: Question, allowance: Allowance, *, allowed: bool) -> str:
    feature = question.feature
    if allowance.limit is None:
        return f"{feature.name} is in your plan, without limit."
    left, now = allowance.remaining or 0, _THIS_WINDOW[rule_of(feature).window]
    anew = f"Counted anew on {_moment(allowance.window.end)}."
    if not allowed and left:
        return f"This needs {question.amount(question.units)}; {question.amount(left, left=True)} left {now}. {anew}"
    if not allowed:
        return f"You have used all of {now}'s {question.amount(allowance.limit)}. {anew}"
    if question.units > left:
        return f"You are beyond {now}'s {question.amount(allowance.limit)}; you can go on, and it is noted. {anew}"
    amount = in_units(left, feature.counts_per_unit, left=True)
    return f"{amount} of {question.amount(allowance.limit)} left {now}. {anew}"


def _moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
