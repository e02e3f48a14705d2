"""The questions people ask before they pay, answered from the policies, so that the page says what is so. Pure.

Only what the app can do is promised: each answer belongs to the capability that makes it true (PR19).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from billing_app.catalog import words
from billing_app.catalog.offers import RELEASED, Capability, in_order, shown_plans
from billing_app.catalog.schema import Catalog, Metering


@dataclass(frozen=True, slots=True)
class Question:
    """One entry of the FAQ."""

    question: str
    answer: str


def questions(catalog: Catalog, capabilities: frozenset[Capability] = RELEASED) -> tuple[Question, ...]:
    """Everything worth answering with this catalogue, then the seller's own entries."""
    return tuple(_questions(catalog, capabilities))


def _questions(catalog: Catalog, capabilities: frozenset[Capability]) -> Iterator[Question]:
    subscriptions = bool(shown_plans(catalog, capabilities))
    packs = in_order(catalog.packs) if Capability.ONE_TIME in capabilities else []
    plan_credits = subscriptions and any(plan.credits_per_month for plan in shown_plans(catalog, capabilities))
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
        if packs or in_order(catalog.unlocks):
            yield Question("Is a purchase a subscription?", _one_time(subscriptions=subscriptions))
    if subscriptions:
        yield from _subscriptions(catalog, plan_credits=plan_credits)
    if Capability.REFUNDS in capabilities:
        yield Question("How do refunds work?", _refunds(catalog))
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


def _one_time(*, subscriptions: bool) -> str:
    if subscriptions:
        return "Packs and unlocks are paid once and never renew. Only plans renew."
    return "No. Everything here is paid once and never renews."


def _subscriptions(catalog: Catalog, *, plan_credits: bool) -> Iterator[Question]:
    policies, many = catalog.policies, catalog.brand.credit.many
    kept = "You keep the plan until the end of the period you paid for"
    cancel = f"{kept}; {many} you bought in packs and unlocks stay yours." if plan_credits else f"{kept}."
    if plan_credits:
        at_once = {
            "keep_paid": f" If you end it at once, this month's {many} stay until their date.",
            "void": f" If you end it at once, this month's {many} of the plan end too.",
        }[policies.cancel_now_credits]
        cancel += at_once
    yield Question("What happens when I cancel?", cancel)
    upgrade = "An upgrade starts at once and you pay only the difference for the rest of the period"
    more = f", with the difference in {many} at once" if plan_credits else ""
    yield Question(
        "Can I change plans?",
        f"Yes. {upgrade}{more}. A downgrade starts at the end of the period. You see money "
        f"{'and ' + many + ' ' if plan_credits else ''}before you confirm.",
    )
    grace = policies.past_due_grace_days
    access = (
        f"You keep access for {words.days(grace)} while we try again." if grace else "Access ends until it is paid."
    )
    yield Question("What if a renewal payment fails?", f"You get an e-mail. {access}")


def _refunds(catalog: Catalog) -> str:
    many = catalog.brand.credit.many
    spent = {
        "debt": f"If they were spent already, the missing {many} are taken from later ones.",
        "write_off": f"{many.capitalize()} that were spent already are not taken back.",
    }[catalog.policies.refund_of_spent]
    return (
        f"Write to {catalog.brand.support_email}. With a refund, the same share of the {many} it bought is taken back; "
        f"an unlock goes with a full refund. {spent}"
    )
