"""How an offered plan stands to what is held, and when a change to it takes effect. Pure: no clock, no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from billing_app.catalog.offers import RELEASED, shown_plans
from billing_app.catalog.schema import Catalog, Plan, PlanPrice
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.payments.subscribing.views import ChangeKind, ChangeState, Relation, RelationKind

_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """A change from one plan and period to another. `now`: at once, else when the period ends."""

    kind: ChangeKind
    now: bool


def step_to(
    plan: Plan,
    price: PlanPrice,
    *,
    from_plan: Plan,
    from_period: str,
    from_amount_minor: int,
    from_currency: str,
) -> ChangeStep | None:
    """What a switch to a plan's price is; None: it cannot be made, for it is in another currency.

    At once goes what is better or the same, not for a shorter period, and not cheaper: so nobody is given money back in
    the middle of a period. Everything else waits for its end (domain rules "upgrade" and "downgrade").
    """
    if price.amount.currency != from_currency:
        return None
    months, held_months = _MONTHS[price.period.value], _MONTHS[from_period]
    better = plan.sort >= from_plan.sort or plan.code == from_plan.code
    now = better and months >= held_months and price.amount.minor >= from_amount_minor
    if plan.code == from_plan.code:
        return ChangeStep(ChangeKind.PERIOD, now)
    if plan.sort == from_plan.sort:  # no order between them: the dearer month is the better plan
        better = price.amount.minor * held_months >= from_amount_minor * months
    return ChangeStep(ChangeKind.UPGRADE if better else ChangeKind.DOWNGRADE, now and better)


def waits_for(intents: Iterable[str]) -> ChangeState:
    """What a switch waits for, by the states of its invoice's payment intents: the bank, the money, or nothing more.

    Money that is `processing` may take days and mostly comes: such a switch is under way, and its invoice must stay
    (https://docs.stripe.com/payments/paymentintents/lifecycle).
    """
    states = set(intents)
    if "processing" in states:
        return ChangeState.UNDER_WAY
    return ChangeState.NEEDS_ACTION if "requires_action" in states else ChangeState.PAYMENT_FAILED


def obstacle(held: HeldSubscription) -> str | None:
    """Why a plan cannot be switched now, as a sentence that says what to do; None: it can."""
    unknown = held.item is None or held.plan is None or held.period is None or held.amount_minor is None
    for stands, why in (
        (held.by_hand, "Your plan was agreed with us. Write to us to change it."),
        (held.status in ("past_due", "unpaid"), "A payment for your plan is open. Pay it first, then switch."),
        (
            held.status == "paused",
            "Your plan is paused because no card is on file. Add a card first, then switch.",
        ),
        (held.ends_at is not None, "Your plan is cancelled. Resume it first, then switch."),
        (
            held.pending_update_until is not None,
            "A switch waits for its payment. Let that come to an end first: it lapses within a day if it is not paid.",
        ),
        (unknown, "Your plan was changed outside of this site. Write to us to change it."),
    ):
        if stands:
            return why
    return None


def relations(
    catalog: Catalog,
    held: HeldSubscription | None,
    *,
    next_code: str | None,
    next_period: str | None,
    trial_taken: bool,
) -> tuple[Relation, ...]:
    """How every plan and period on sale stands to a customer, in the order of the pricing page (PR6).

    Args:
        next_code, next_period: what a scheduled change brings.
        trial_taken: their trial was used before.
    """
    made: list[Relation] = []
    for plan in shown_plans(catalog, RELEASED):
        if plan.contact_only:
            held_by_hand = held is not None and held.plan_code == plan.code
            made.append(Relation(plan.code, None, RelationKind.CURRENT if held_by_hand else RelationKind.CONTACT))
        elif plan.free:
            made.append(_to_free(plan, held))
        for price in plan.prices:
            if held is None:
                made.append(_to_start(plan, price, trial_taken))
            elif (plan.code, price.period.value) == (next_code, next_period):
                made.append(Relation(plan.code, price.period.value, RelationKind.SCHEDULED, at=held.next_at))
            else:
                made.append(_to_switch(plan, price, held))
    return tuple(made)


def _to_free(plan: Plan, held: HeldSubscription | None) -> Relation:
    if held is None:
        return Relation(plan.code, None, RelationKind.CURRENT)
    if held.ends_at is not None:
        return Relation(plan.code, None, RelationKind.SCHEDULED, at=held.ends_at)
    return Relation(plan.code, None, RelationKind.DOWNGRADE, at=held.period_end)


def _to_start(plan: Plan, price: PlanPrice, trial_taken: bool) -> Relation:
    if price.trial_days and not trial_taken:
        return Relation(plan.code, price.period.value, RelationKind.TRIAL, trial_days=price.trial_days)
    return Relation(plan.code, price.period.value, RelationKind.START)


def _to_switch(plan: Plan, price: PlanPrice, held: HeldSubscription) -> Relation:
    period = price.period.value
    if (plan.code, period) == (held.plan_code, held.period):
        if held.ends_at is not None:
            return Relation(plan.code, period, RelationKind.RENEW, at=held.ends_at)
        return Relation(plan.code, period, RelationKind.CURRENT)
    step = None if obstacle(held) else step_from(held, plan, price)
    if step is None:
        return Relation(plan.code, period, RelationKind.MANAGE)
    up = step.kind is ChangeKind.UPGRADE or (step.kind is ChangeKind.PERIOD and step.now)
    at: datetime | None = None if step.now else held.period_end
    return Relation(plan.code, period, RelationKind.UPGRADE if up else RelationKind.DOWNGRADE, at=at)


def step_from(held: HeldSubscription, plan: Plan, price: PlanPrice) -> ChangeStep | None:
    """`step_to`, from a subscription that has no `obstacle`."""
    assert held.plan is not None and held.period is not None, "asked only without an obstacle"  # noqa: PT018
    assert held.amount_minor is not None and held.currency is not None, "asked only without an obstacle"  # noqa: PT018
    return step_to(
        plan,
        price,
        from_plan=held.plan,
        from_period=held.period,
        from_amount_minor=held.amount_minor,
        from_currency=held.currency,
    )
