"""Who a customer is and how they stand, as facts and figures ready to be shown. Pure."""

from dataclasses import dataclass

from billing_app.support.account import Account, Identity
from billing_app.ui.admin.words import cost, money
from billing_app.ui.format import day, moment, number

DASH = "\N{EN DASH}"


@dataclass
class Fact:
    """A name and what it is; `href` leads to it, where it leads somewhere."""

    name: str
    value: str
    href: str = ""


@dataclass
class Figure:
    """A number on top of the page, with a note below."""

    name: str
    value: str
    note: str
    tone: str = ""


def name_of(who: Identity) -> str:
    """What the customer is called."""
    return who.name or who.email or who.external_id or f"Customer {who.id}"


def identity_facts(who: Identity, stripe_home: str) -> list[Fact]:
    """Who it is. `stripe_home`: where Stripe's own pages of customers begin; empty in the sandbox."""
    found = [
        Fact("Our id", str(who.id)),
        Fact("Id in your product", who.external_id or DASH),
        Fact("E-mail", who.email or DASH, f"mailto:{who.email}" if who.email else ""),
        Fact("Customer since", day(who.created_at)),
        *([Fact("Erased on", day(who.erased_at))] if who.erased_at else []),
        Fact(
            "At Stripe",
            who.in_stripe or "not yet",
            f"{stripe_home}{who.in_stripe}" if who.in_stripe and stripe_home else "",
        ),
    ]
    for user in who.users:
        state = "shut out" if user.disabled else "" if user.verified else "e-mail not confirmed"
        seen = f"last seen {moment(user.seen_at)}" if user.seen_at else "never signed in"
        found.append(Fact("Signs in", ", ".join(one for one in (user.email, seen, state) if one)))
    found.append(Fact("Margin", "entry by entry", f"/admin/margins/customer?id={who.id}"))
    if who.enquiries:
        found.append(Fact("Enquiries", ", ".join(who.enquiries), "/admin/enquiries"))
    return found


def figures_of(account: Account) -> list[Figure]:
    """The numbers on top."""
    balance, plan = account.balance, account.plan
    soon = balance.next_event
    going = {"expires": "expire", "resets": "reset", "begins": "begin"}
    next_words = f"{number(soon.ends or soon.begins)} {going[soon.kind]} {day(soon.at)}" if soon else "nothing expires"
    spent = [cost(one.cost, one.currency) for one in account.costs if one.currency]
    unknown = sum(one.unknown for one in account.costs)
    mrr = money(account.mrr_minor, account.mrr_currency) if account.mrr_currency else DASH
    found = [
        Figure("Available", number(balance.available), next_words),
        Figure("Held", number(balance.held), "by work under way" if balance.held else "nothing under way"),
        Figure("Plan", plan.name or "none", plan_state(account)),
        Figure("MRR", mrr, "after discounts, without tax"),
        Figure(
            "Cost, 30 days", ", ".join(spent) or DASH, f"{number(unknown)} calls unknown" if unknown else "of calls"
        ),
    ]
    if balance.owed:
        found.insert(2, Figure("Owed", number(balance.owed), "of the next credits", "bad"))
    if balance.frozen:
        found.insert(2, Figure("Frozen", number(balance.frozen), "while disputed", "bad"))
    return found


def plan_state(account: Account) -> str:
    """The state of the plan in a few words."""
    plan = account.plan
    if plan.by_hand:
        return f"by hand, until {day(plan.ends_at)}" if plan.ends_at else "by hand"
    if plan.status in ("free", "none"):
        return "nothing is paid" if plan.status == "free" else "there is no free plan"
    words = plan.status.replace("_", " ")
    return f"{words}, ends {day(plan.ends_at)}" if plan.ends_at else words


def plan_facts(account: Account) -> list[Fact]:
    """What the plan is, costs and gives."""
    plan, hand, resets = account.plan, account.hand, account.resets
    found = [Fact("Plan", plan.name or "none"), Fact("State", plan_state(account))]
    if plan.price is not None:
        found.append(Fact("Price", f"{plan.price.shown()} a {plan.period}"))
    if plan.credits_per_month:
        found.append(Fact("Credits", f"{number(plan.credits_per_month)} a month"))
    if resets.next_at is not None:
        found.append(Fact("Next reset", f"{moment(resets.next_at)}, {number(resets.amount)}"))
    if plan.next_charge is not None and plan.next_charge_at is not None:
        found.append(Fact("Next charge", f"{plan.next_charge.shown()}, {day(plan.next_charge_at)}"))
    if account.stripe_subscription:
        found.append(Fact("At Stripe", account.stripe_subscription))
    if hand is not None:
        found.append(Fact("Agreed", hand.reason))
        found += [
            Fact(name, "unlimited" if units is None else f"{number(units)} a window") for name, units in hand.quotas
        ]
        if hand.features:
            found.append(Fact("Features", ", ".join(hand.features)))
    return found


def warnings_of(account: Account) -> list[str]:
    """What somebody who helps this customer should know first."""
    found: list[str] = []
    past_due = account.plan.past_due
    if past_due is not None:
        until = f" They keep the plan until {day(past_due.access_ends_at)}." if past_due.access_ends_at else ""
        found.append(f"The last renewal could not be collected.{until}")
    found += [
        f"A payment of {money(one.amount_minor, one.currency)} is disputed ({one.reason or one.status})."
        for one in account.disputes
        if one.outcome is None
    ]
    if account.balance.owed:
        found.append(f"{number(account.balance.owed)} credits are owed after a refund; the next ones pay for them.")
    found += [f"{one.email} is shut out." for one in account.identity.users if one.disabled]
    return found
