"""The questions people ask before they pay, answered from the policies, so that the page says what is so. Pure.

Only what the app can do is promised: each answer belongs to the capability that makes it true (PR19).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from billing_app.catalog import words
from billing_app.catalog.offers import RELEASED, Capability, in_order, shown_plans
from billing_app.catalog.schema import Catalog, Feature, Metering, Plan


@dataclass(frozen=True, slots=True)
class Question:
    """One entry of the FAQ."""

    question: str
    answer: str


def questions(catalog: Catalog, capabilities: frozenset[Capability] = RELEASED) -> tuple[Question, ...]:
    """Everything worth answering with this catalogue, then the seller's own entries."""
    return tuple(_questions(catalog, capabilities))


def _questions(catalog: Catalog, capabilities: frozenset[Capability]) -> Iterator[Question]:
    plans = shown_plans(catalog, capabilities)
    subscriptions = any(plan.prices for plan in plans)
    packs = in_order(catalog.packs) if Capability.ONE_TIME in capabilities else []
    plan_credits = any(plan.credits_per_month for plan in plans)
    one, many = catalog.brand.credit.one, catalog.brand.credit.many
    if packs or plan_credits:
        yield Question(f"What is a {one}?", words.credit_meaning(catalog))
        yield Question(f"Do {many} expire?", " ".join(_expiry(catalog, plan_credits=plan_credits, packs=bool(packs))))
        yield Question(
            f"Which {many} are used first?",
            f"Those that would be lost soonest: {many} with an end date go before those without, and free {many} "
            "before paid ones. Your dashboard lists them in that order.",
        )
        yield Question(f"What happens when I run out of {many}?", _running_out(many, packs=bool(packs)))
    if Capability.ONE_TIME in capabilities:
        yield from _unlocks(catalog)
        if kept := _bought_once(catalog):
            yield Question("Is a purchase a subscription?", _one_time(kept, subscriptions=subscriptions))
    if subscriptions:
        yield from _subscriptions(catalog, plans)
    if Capability.REFUNDS in capabilities:
        yield Question("How do refunds work?", _refunds(catalog, credits_sold=bool(packs) or plan_credits))
    yield Question("Are prices with or without tax?", words.tax_note(catalog.tax, catalog.currency))
    for own in catalog.faq:
        yield Question(own.question, own.answer)


def _expiry(catalog: Catalog, *, plan_credits: bool, packs: bool) -> Iterator[str]:
    many = catalog.brand.credit.many
    if plan_credits:
        yield f"{many.capitalize()} of a plan are set to the plan's amount each month on your billing day."
        yield _rollover(catalog)
    if packs:
        yield from _pack_expiry(catalog)


def _rollover(catalog: Catalog) -> str:
    many = catalog.brand.credit.many
    rollover = catalog.policies.rollover
    if rollover.kind == "none":
        return "What is left at the end of the month ends with it."
    amount = f"up to {rollover.cap:,}" if rollover.cap else "all"
    return f"Of the {many} left at the end of the month, {amount} stay for another {words.days(rollover.valid_days)}."


def _pack_expiry(catalog: Catalog) -> Iterator[str]:
    many = catalog.brand.credit.many.capitalize()
    terms = {pack.valid for pack in in_order(catalog.packs)}
    if terms == {None}:
        yield f"{many} you buy in a pack never expire."
    elif len(terms) == 1:
        yield f"{many} you buy in a pack stay valid for {words.days(terms.pop() or 0)}."
    else:
        for pack in in_order(catalog.packs):
            yield f"{pack.name}: {words.expiry(pack.valid).lower()}."


def _running_out(many: str, *, packs: bool) -> str:
    answer = f"Nothing is charged without your click. You are told how many {many} are missing before anything starts"
    more = ", and you can buy more and come back to the same place" if packs else ""
    return f"{answer}{more}. Everything you already have stays readable."


def _unlocks(catalog: Catalog) -> Iterator[Question]:
    for unlock in in_order(catalog.unlocks):
        feature = catalog.feature(unlock.feature)
        if feature is None or feature.metering is not Metering.UNLOCK:
            continue
        uses = (
            "It stays yours, without limit." if unlock.uses is None else f"It buys {words.uses(feature, unlock.uses)}."
        )
        again = "" if unlock.uses is None else " You can buy it again; uses add up."
        without = f" {feature.without}" if feature.without else ""
        yield Question(f"What do I get with {unlock.name}?", f"{uses}{again}{without}")


def _bought_once(catalog: Catalog) -> str:
    """`packs and unlocks`: what is sold beside plans."""
    kinds = {"packs": catalog.packs, "unlocks": catalog.unlocks}
    sold = [name for name, things in kinds.items() if in_order(things)]
    return words.listed(sold) if sold else ""


def _one_time(kept: str, *, subscriptions: bool) -> str:
    if subscriptions:
        return f"{kept.capitalize()} are paid once and never renew. Only plans renew."
    return "No. Everything here is paid once and never renews."


def _subscriptions(catalog: Catalog, plans: Sequence[Plan]) -> Iterator[Question]:
    policies, many = catalog.policies, catalog.brand.credit.many
    plan_credits = any(plan.credits_per_month for plan in plans)
    yield Question("How do I cancel, and what happens then?", _cancelling(catalog, plan_credits=plan_credits))
    if any(price.trial_days for plan in plans for price in plan.prices):
        yield Question("How do trials work?", _trials(plans))
    if sum(not plan.free and not plan.contact_only for plan in plans) > 1:
        yield Question("Can I change plans?", _changing(many if plan_credits else ""))
    yield from _limits(catalog, plans)
    grace = policies.past_due_grace_days
    access = (
        f"You keep access for {words.days(grace)} while we try again." if grace else "Access ends until it is paid."
    )
    yield Question("What if a renewal payment fails?", f"You get an e-mail. {access}")
    yield Question("Where are my invoices?", "On your dashboard, each with its PDF.")


def _cancelling(catalog: Catalog, *, plan_credits: bool) -> str:
    many, bought = catalog.brand.credit.many, _bought_once(catalog)
    answer = "On your dashboard, in two clicks. You keep the plan until the end of the period you paid for"
    answer += f"; what you bought in {bought} stays yours." if bought else "."
    if not plan_credits:
        return answer
    at_once = {
        "keep_paid": f"If you end it at once, this month's {many} stay until their date.",
        "void": f"If you end it at once, this month's {many} of the plan end too.",
    }[catalog.policies.cancel_now_credits]
    return f"{answer} {at_once}"


def _trials(plans: Sequence[Plan]) -> str:
    prices = [price for plan in plans for price in plan.prices if price.trial_days]
    if all(price.trial_needs_card for price in prices):
        card = "A trial needs a card"
    elif any(price.trial_needs_card for price in prices):
        card = "Most trials need a card" if len(prices) > 2 else "Some trials need a card"
    else:
        card = "A trial needs no card"
    return (
        f"{card}; nothing is charged until it ends, and nothing at all if you cancel before. We write to you before "
        "the first payment. There is one trial for each customer."
    )


def _changing(many: str) -> str:
    """`many`: what plans bring, if they bring credits."""
    upgrade = "An upgrade starts at once and you pay only the difference for the rest of the period"
    more = f", with the difference in {many} at once" if many else ""
    return (
        f"Yes. {upgrade}{more}. A downgrade, or a change from yearly to monthly, starts at the end of the period. You "
        f"see the amount{f' and the {many}' if many else ''} before you confirm."
    )


def _limits(catalog: Catalog, plans: Sequence[Plan]) -> Iterator[Question]:
    """When what a plan allows begins anew, and what carries over."""
    limited = [
        feature
        for feature in catalog.features
        if feature.quota and any(plan.quotas.get(feature.code) for plan in plans)
    ]
    starts = {
        "day": "Daily limits start afresh at midnight UTC.",
        "week": "Weekly limits start afresh on Monday, midnight UTC.",
        "month": "Monthly limits start afresh on your billing day; on a free plan, on the first of the month (UTC).",
    }
    said = [text for window, text in starts.items() if any(f.quota and f.quota.window == window for f in limited)]
    if not said:
        return
    carried = [feature.unit.many if feature.unit else feature.name for feature in limited if _carries(feature)]
    if carried:
        said.append(f"What you have not used of {words.listed(carried)} carries over once.")
    soft = [feature.unit.many if feature.unit else feature.name for feature in limited if _soft(feature)]
    if soft:
        said.append(f"You may go over the limit of {words.listed(soft)}; we only mark it.")
    yield Question("When do my limits start afresh?", " ".join(said))


def _carries(feature: Feature) -> bool:
    return feature.quota is not None and feature.quota.rollover


def _soft(feature: Feature) -> bool:
    return feature.quota is not None and feature.quota.cap == "soft"


def _refunds(catalog: Catalog, *, credits_sold: bool) -> str:
    many = catalog.brand.credit.many
    parts = [f"Write to {catalog.brand.support_email}."]
    if credits_sold:
        parts.append(f"With a refund, the same share of the {many} it bought is taken back.")
        parts.append(
            {
                "debt": f"If they were spent already, the missing {many} are taken from later ones.",
                "write_off": f"{many.capitalize()} that were spent already are not taken back.",
            }[catalog.policies.refund_of_spent]
        )
    if in_order(catalog.unlocks):
        parts.append("An unlock goes with a full refund.")
    parts.append("The money goes back to where it came from.")
    return " ".join(parts)
