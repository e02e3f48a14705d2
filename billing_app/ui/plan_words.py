"""A customer's plan in words: what the plan card says in each state, and what a switch would do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from billing_app.catalog.schema import Catalog, Noun, Period, Plan
from billing_app.catalog.words import PER_PERIOD
from billing_app.money import Money
from billing_app.payments.subscribing.views import CardView, ChangePreview, MyPlan, UpcomingCharge
from billing_app.ui.format import MINUS, day, moment, number, signed

_STATUS = {
    "trialing": ("Trial", "accent"),
    "active": ("Active", "good"),
    "past_due": ("Past due", "bad"),
    "unpaid": ("Unpaid", "bad"),
    "paused": ("Paused", "warn"),
    "incomplete": ("Not paid yet", "warn"),
}
_PERIOD_WORD = {"month": "monthly", "year": "yearly"}
_BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover"}


@dataclass
class Line:
    """A label and its figure: of an invoice, or of what happens to credits."""

    label: str
    figure: str
    detail: str = ""


@dataclass
class PlanView:
    """The plan card. Empty strings are left out; `tone` is of the badge."""

    known: bool = False
    subscribed: bool = False
    code: str = ""
    title: str = ""
    badge: str = ""
    tone: str = ""
    price: str = ""
    gives: str = ""
    next_line: str = ""
    upcoming: list[Line] = field(default_factory=list)
    ends_note: str = ""
    scheduled_note: str = ""
    waiting_note: str = ""
    waiting_url: str = ""
    due_note: str = ""
    pay_url: str = ""
    other_note: str = ""
    can_cancel: bool = False
    can_resume: bool = False
    can_undo: bool = False
    can_switch: bool = False
    has_portal: bool = False


def price_of(price: Money | None, period: str | None) -> str:
    """`$29.00 a month`; `Free` without a price."""
    if price is None:
        return "Free"
    return f"{price.shown()} {PER_PERIOD[Period(period)]}" if period else price.shown()


def titled(name: str | None, period: str | None) -> str:
    """`Pro, yearly`."""
    return ", ".join(part for part in (name or "No plan", _PERIOD_WORD.get(period or "", "")) if part)


def plan_view(
    my: MyPlan, noun: Noun, *, upcoming: UpcomingCharge | None = None, card: CardView | None = None
) -> PlanView:
    """What the plan card says now.

    Args:
        upcoming: the next invoice as Stripe would write it, where it is known; else the price we know.
        card: what the next charge is taken from.
    """
    badge, tone = _STATUS.get(my.status, ("", ""))
    if my.ends_at and my.status in ("active", "trialing"):
        badge, tone = f"Ends {day(my.ends_at)}", "warn"
    due = my.past_due
    return PlanView(
        known=True,
        subscribed=my.subscribed,
        code=my.plan or "",
        title=titled(my.name, my.period),
        badge=badge,
        tone=tone,
        price=_price_line(my),
        gives=f"{noun.of(my.credits_per_month)} a month" if my.credits_per_month else "",
        next_line=_next_line(my, upcoming, card),
        upcoming=charge_lines(upcoming) if upcoming and len(upcoming.lines) > 1 and not my.ends_at else [],
        ends_note=_ends_note(my),
        scheduled_note=_scheduled_note(my),
        waiting_note=_waiting_note(my),
        waiting_url=my.waiting_url or "",
        due_note=due_note(my),
        pay_url=(due.pay_url or "") if due else "",
        other_note=_other_note(my),
        can_cancel=my.can_cancel,
        can_resume=my.can_resume,
        can_undo=my.can_undo,
        can_switch=my.can_switch,
        has_portal=my.has_portal,
    )


def begun_note(my: MyPlan, noun: Noun) -> str:
    """After paying: what has begun, what it gives, when it is paid next."""
    gives = f"{noun.of(my.credits_per_month)} come with it each month." if my.credits_per_month else ""
    if my.trial_ends_at is not None:
        return " ".join(part for part in (f"Your trial runs until {moment(my.trial_ends_at)}.", gives) if part)
    renews = f"It renews {day(my.next_charge_at)}." if my.next_charge_at else ""
    return " ".join(part for part in (gives, renews) if part)


def _price_line(my: MyPlan) -> str:
    if my.price is not None:
        return price_of(my.price, my.period)
    if my.by_hand:
        return "By agreement"
    return "No charge" if my.status == "free" else ""


def _next_line(my: MyPlan, upcoming: UpcomingCharge | None, card: CardView | None) -> str:
    at = upcoming.at if upcoming else my.next_charge_at
    charge = upcoming.due if upcoming else my.next_charge
    if my.ends_at or at is None or charge is None or my.past_due is not None:
        return ""
    tax = f", {upcoming.tax.shown()} tax in it" if upcoming and upcoming.tax.minor else ""
    word = "First charge" if my.status == "trialing" else "Renews"
    source = f" from {card_name(card)}" if card and charge.minor else ""
    return f"{word} {day(at)}: {charge.shown()}{tax}{source}."


def card_name(card: CardView) -> str:
    """`Visa •••• 4242`; another way to pay by its name."""
    if card.last4 is None:
        return card.type.replace("_", " ").capitalize()
    brand = _BRANDS.get(card.brand or "", (card.brand or "Card").capitalize())
    return f"{brand} \N{BULLET}\N{BULLET}\N{BULLET}\N{BULLET} {card.last4}"


def _ends_note(my: MyPlan) -> str:
    if my.ends_at is not None and my.past_due is not None:
        return f"Cancelled. {my.name} ends {moment(my.ends_at)}. {charged_after(my)}"
    if my.ends_at is not None:
        return f"Cancelled. {my.name} stays yours until {moment(my.ends_at)}, and is not charged again."
    if my.status == "trialing" and my.trial_ends_at:
        return f"Trial until {moment(my.trial_ends_at)}. Nothing is charged before."
    if not my.subscribed and my.ended_at:
        return f"Your last plan ended {day(my.ended_at)}."
    return ""


def _scheduled_note(my: MyPlan) -> str:
    change = my.scheduled
    if change is None:
        return ""
    name, price = titled(change.name, change.period), price_of(change.price, change.period)
    return f"Changes to {name} on {day(change.at)}, at {price}."


def _waiting_note(my: MyPlan) -> str:
    if my.waiting_until is None:
        return ""
    return f"A switch waits for its payment until {moment(my.waiting_until)}. Until it is paid nothing changes."


def due_note(my: MyPlan) -> str:
    """What is wrong with the payment, until when the plan holds, when the next try is (DB18). Empty: nothing is."""
    due = my.past_due
    if due is None:
        return ""
    amount = f" of {due.due.shown()}" if due.due else ""
    parts = [f"The last payment{amount} for {my.name} did not go through."]
    if not my.access:
        parts.append(f"{my.name} is switched off until it is paid.")
    elif due.access_ends_at:
        parts.append(f"You keep {my.name} until {day(due.access_ends_at)}.")
    if due.next_try_at:
        parts.append(f"The card is tried again on {day(due.next_try_at)}.")
    return " ".join(parts)


def _other_note(my: MyPlan) -> str:
    if my.collection_paused:
        return "Charging is paused; the plan goes on."
    if my.by_hand:
        return "Agreed with us in person: write to us to change it."
    if my.status == "paused":
        return "The plan is paused, and gives nothing until it goes on."
    return ""


def charge_lines(charge: UpcomingCharge | ChangePreview) -> list[Line]:
    """The lines of an invoice to come, tax last."""
    tax = charge.tax if isinstance(charge, UpcomingCharge) else charge.tax_today
    lines = [Line(line.description, line.amount.shown().replace("-", MINUS)) for line in charge.lines]
    return [*lines, Line("Tax", tax.shown())] if tax.minor else lines


def credit_lines(preview: ChangePreview, noun: Noun) -> list[Line]:
    """What a switch does to plan credits: granted now, carried, lost, and what each month gives (DB11)."""
    lines = []
    if preview.credits_now:
        lines.append(Line("Added at once", signed(preview.credits_now)))
    if preview.credits_carried:
        lines.append(Line("Kept", number(preview.credits_carried), f"until {day(preview.credits_next_at)}"))
    if preview.credits_lost:
        lines.append(Line("Taken back", signed(-preview.credits_lost), "for the time you do not pay any more"))
    if preview.credits_next:
        lines.append(Line("Each month", noun.of(preview.credits_next), f"from {day(preview.credits_next_at)}"))
    return lines


def free_plan(catalog: Catalog) -> Plan | None:
    """What everyone has who has no other plan."""
    return next((plan for plan in catalog.plans if plan.free), None)


def charged_after(my: MyPlan) -> str:
    """What is still charged of a plan that was cancelled to its period's end: a payment that is open goes on."""
    if my.past_due is None:
        return "Nothing is charged again."
    return "The payment that is open stays due and may still be collected. Nothing else is charged."


def leaving_facts(
    my: MyPlan,
    *,
    noun: Noun,
    plan_credits: int,
    bought: int,
    unlocks: Sequence[str],
    after: Plan | None,
    at: datetime,
    keeps_paid: bool,
) -> tuple[list[str], list[str]]:
    """What cancelling does (DB12): at the period's end, and at once.

    Args:
        plan_credits, bought: credits there are of the plan, and apart from it.
        unlocks: names of what was bought for good.
        after: the free plan, which comes next.
        at: now.
        keeps_paid: policy `cancel_now_credits`.
    """
    name = my.name or "your plan"
    last = my.trial_ends_at or my.period_end or at
    stays = []
    if bought:
        stays.append(f"{noun.of(bought)} that do not come from the plan stay yours and can be used.")
    if unlocks:
        stays.append(f"What you bought for good stays open: {', '.join(unlocks)}.")
    if after is not None:
        gives = f", with {noun.of(after.credits_per_month)} a month" if after.credits_per_month else ""
        stays.append(f"After that you are on {after.name}{gives}.")
    stays.append("Everything you made stays. You can always read it and take it with you.")
    later = [f"{name} works until {moment(last)}, your last day. Nothing is charged again."]
    now = [f"{name} ends at once. The time that is left is not paid back."]
    if plan_credits:
        later.append(f"Your {number(plan_credits)} plan {noun.many} can be used until they end.")
        now.append(
            f"Your {number(plan_credits)} plan {noun.many} stay until they would have ended."
            if keeps_paid and my.status != "trialing"
            else f"Your {number(plan_credits)} plan {noun.many} are gone at once."
        )
    if my.past_due is not None:
        later[0] = f"{name} ends {moment(last)}. {charged_after(my)}"
        now[0] = f"{name} ends at once, and what is open is not collected any more."
    return [*later, *stays], [*now, *stays]
