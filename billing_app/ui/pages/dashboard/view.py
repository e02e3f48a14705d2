"""The dashboard's figures in words: what each row says. Pure: from the ledger's views to what is shown."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.catalog.schema import Catalog
from billing_app.credits.kinds import Group
from billing_app.credits.views import Balance, EntryView, Explanation, LotState, LotView, NextEvent
from billing_app.entitlements.plan_credits.facts import Resets
from billing_app.money import Money
from billing_app.payments.progress import Purchase
from billing_app.payments.subscribing.views import MyPlan
from billing_app.ui.format import day, moment, number, ordinal, signed, when
from billing_app.ui.plan_words import charged_after

_GROUP_WORDS = {Group.PLAN: "plan", Group.BOUGHT: "bought", Group.PROMOTIONAL: "promotional"}
_GROUP_COLOURS = {Group.PLAN: "var(--c1)", Group.BOUGHT: "var(--c2)", Group.PROMOTIONAL: "var(--c3)"}
_STATE_WORDS = {
    LotState.PREPARED: "Not yet",
    LotState.FROZEN: "Frozen",
    LotState.USED: "Used",
    LotState.EXPIRED: "Expired",
    LotState.REVOKED: "Taken back",
}
_PURCHASE_STATES = {
    "paid": ("Paid", "good"),
    "pending": ("Confirming", "warn"),
    "refunded": ("Refunded", ""),
    "partly_refunded": ("Partly refunded", ""),
    "disputed": ("Disputed", "warn"),
    "charged_back": ("Paid back by the bank", ""),
    "failed": ("Failed", "bad"),
}


@dataclass
class Share:
    """One part of the balance: plan, bought or promotional."""

    label: str
    share: str
    colour: str


@dataclass
class LotRow:
    """One lot: its turn, what it came from, what is left, until when."""

    turn: str
    turn_tone: str
    label: str
    detail: str
    left: str
    until: str
    ended: bool


@dataclass
class ActivityRow:
    """One line of the activity; `id` opens its explanation."""

    id: int
    when: str
    exactly: str
    what: str
    amount: str
    positive: bool
    balance: str
    explained: bool


@dataclass
class PurchaseRow:
    """One purchase."""

    when: str
    what: str
    amount: str
    refunded: str
    state: str
    tone: str
    receipt: str


@dataclass
class Why:
    """An entry explained, for the dialog."""

    title: str
    summary: str
    price_lines: list[str]
    lots: list[list[str]]
    balance: str
    at: str
    reference: str


def shares(balance: Balance) -> list[Share]:
    """The split bar below the big figure: only parts that hold something."""
    return [
        Share(f"{number(credits)} {_GROUP_WORDS[group]}", str(credits), _GROUP_COLOURS[group])
        for group in Group
        if (credits := balance.groups.get(group, 0)) > 0
    ]


def next_event(
    event: NextEvent | None, catalog: Catalog, *, has_credits: bool, resets: Resets, my: MyPlan | None
) -> tuple[str, str]:
    """The third tile: what happens next by itself, and its detail.

    A plan that goes on gives fresh credits when its month is over, though their lot is made only when they are paid
    for: what would else look like the end of credits is said as the reset it is. Without credits, the plan's own next
    step is told.
    """
    noun = catalog.brand.credit
    if resets.next_at is not None and resets.amount and (event is None or event.at >= resets.next_at):
        ends = event.ends if event is not None and event.at == resets.next_at else 0
        detail = f"{noun.of(ends)} of {event.label} end then ({moment(resets.next_at)})." if event and ends else ""
        return f"{day(resets.next_at)}: {number(resets.amount)} fresh {noun.many}", detail or moment(resets.next_at)
    if event is None:
        return _next_of_plan(my) or _nothing_next(catalog, has_credits=has_credits)
    if event.kind == "begins":
        return f"{day(event.at)}: {noun.of(event.begins)} more", f"{event.label}, from {moment(event.at)}."
    if event.kind == "resets":
        return (
            f"{day(event.at)}: {number(event.begins)} fresh {noun.many}",
            f"{noun.of(event.ends)} of {event.label} end then ({moment(event.at)}).",
        )
    return f"{day(event.at)}: {noun.of(event.ends)} expire", f"From {event.label}, at {moment(event.at)}."


def _nothing_next(catalog: Catalog, *, has_credits: bool) -> tuple[str, str]:
    if has_credits:
        return "Nothing expires", f"Your {catalog.brand.credit.many} have no end date."
    what = "Buy a pack" if catalog.packs else "Choose a plan"
    return "Nothing planned", f"{what}, and what happens next is shown here."


def _next_of_plan(my: MyPlan | None) -> tuple[str, str] | None:
    """Of a plan without credits: when it ends, or when it is paid next."""
    if my is None or not my.subscribed:
        return None
    if my.ends_at is not None:
        return f"{day(my.ends_at)}: {my.name} ends", f"{charged_after(my)} You can resume until then."
    if my.next_charge_at is not None and my.next_charge is not None:
        return f"{day(my.next_charge_at)}: {my.name} renews", f"For {my.next_charge.shown()}, before tax."
    return None


def resets_line(resets: Resets) -> str:
    """When plan credits came last and come next, with the hour they are counted from (DB9, row E2)."""
    last = f"Last reset {moment(resets.last_at)}." if resets.last_at else ""
    coming = f"Next reset {moment(resets.next_at)}." if resets.next_at and resets.amount else ""
    return " ".join(part for part in (last, coming) if part)


def lot_row(lot: LotView, now: datetime) -> LotRow:
    """A lot's line; one that cannot be spent says why instead of its turn."""
    if lot.burns is not None:
        turn, tone = ordinal(lot.burns), "accent" if lot.burns == 1 else ""
    else:
        turn, tone = _STATE_WORDS.get(lot.state, "Held"), "warn" if lot.state is LotState.FROZEN else ""
    paid = Money(lot.paid_minor, lot.currency).shown() if lot.paid_minor and lot.currency else "free"
    parts = [f"{when(lot.created_at, now)}", f"{number(lot.granted)} for {paid}"]
    if lot.held:
        parts.append(f"{number(lot.held)} in use")
    for count, word in ((lot.used, "used"), (lot.expired, "expired"), (lot.revoked, "taken back with its refund")):
        if count:
            parts.append(f"{number(count)} {word}")
    if lot.state is LotState.FROZEN:
        parts.append("frozen while its payment is disputed")
    if lot.state is LotState.PREPARED:
        until = f"from {day(lot.effective_at)}"
    else:
        until = day(lot.expires_at) if lot.expires_at else "no end"
    ended = lot.state in (LotState.USED, LotState.EXPIRED, LotState.REVOKED)
    return LotRow(turn, tone, lot.label, " · ".join(parts), number(lot.remaining), until, ended)


def activity_row(entry: EntryView, now: datetime) -> ActivityRow:
    """An entry's line."""
    return ActivityRow(
        id=entry.id,
        when=when(entry.at, now),
        exactly=moment(entry.at),
        what=entry.label,
        amount=signed(entry.amount),
        positive=entry.amount > 0,
        balance=number(entry.balance_after),
        explained=entry.booked,
    )


def why(explanation: Explanation, catalog: Catalog) -> Why:
    """The dialog of "why?"."""
    entry = explanation.entry
    return Why(
        title=f"{signed(entry.amount)}: {entry.label}",
        summary=entry.note if explanation.why_that_much else explanation.summary,
        price_lines=list(explanation.why_that_much),
        lots=[[lot.label, catalog.brand.credit.of(lot.credits), lot.why, lot.paid_by] for lot in explanation.lots],
        balance=" ".join(part for part in (explanation.balance, explanation.returned) if part),
        at=moment(entry.at),
        reference=entry.reference or "",
    )


def purchase_row(purchase: Purchase, now: datetime) -> PurchaseRow:
    """A purchase's line; amounts with tax, as paid."""
    word, tone = _PURCHASE_STATES.get(purchase.state, (purchase.state.capitalize(), ""))
    return PurchaseRow(
        when=when(purchase.settled_at or purchase.created_at, now),
        what=purchase.name,
        amount=Money(purchase.paid_minor or purchase.amount_minor, purchase.currency).shown(),
        refunded=f"{Money(purchase.refunded_minor, purchase.currency).shown()} refunded"
        if purchase.refunded_minor
        else "",
        state=word,
        tone=tone,
        receipt=purchase.receipt_url or "",
    )
