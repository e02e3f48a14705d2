"""An entry in words: what was charged, why that much, from which lots in what order and why, what paid them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from billing_app.credits.book import Entry
from billing_app.credits.kinds import EntryKind, LotKind
from billing_app.credits.lots import NEVER, Lot
from billing_app.credits.rating import Price
from billing_app.credits.views import EntryView, Explanation, LotReason
from billing_app.money import Money

_KIND_IN_WORDS = {
    LotKind.PLAN: "the plan",
    LotKind.TRIAL: "the free trial",
    LotKind.FREE: "the free credits of the month",
    LotKind.PROMOTION: "a promotion",
    LotKind.REFERRAL: "a referral",
    LotKind.GIFT: "a gift",
    LotKind.ADJUSTMENT: "an adjustment",
    LotKind.ROLLOVER: "credits carried over",
    LotKind.REVERSAL: "credits given back",
}


def entry_view(entry: Entry, lot_label: str | None, *, booked: bool = True) -> EntryView:
    """One line of the activity."""
    price = Price.from_snapshot(entry.price) if entry.price else None
    return EntryView(
        id=entry.id,
        kind=EntryKind(entry.kind),
        amount=entry.amount,
        balance_after=entry.balance_after,
        at=entry.at,
        label=entry_label(entry, lot_label, price),
        feature=entry.feature,
        reference=entry.reference,
        lot_id=entry.lot_id,
        hold_id=entry.hold_id,
        reverses=entry.reverses,
        price=price,
        details=dict(entry.details or {}),
        actor=entry.actor,
        note=entry.note,
        booked=booked,
    )


def entry_label(entry: Entry, lot_label: str | None, price: Price | None) -> str:
    """What it was, in a few words."""
    feature = (entry.feature or "").replace("_", " ")
    match entry.kind:
        case EntryKind.CONSUME:
            return ", ".join(line.name for line in price.lines) if price else feature[:1].upper() + feature[1:]
        case EntryKind.REVERSE:
            return f"Given back: {feature}"
        case EntryKind.GRANT:
            return lot_label or "Credits"
        case EntryKind.EXPIRE:
            return f"Expired: {lot_label}"
        case EntryKind.VOID:
            return f"Ended early: {lot_label}"
        case _:
            paid_a_debt = entry.kind == EntryKind.RESTORE and entry.debt_id is not None
            return _RETURNED if paid_a_debt else _OTHER_LABELS[EntryKind(entry.kind)]


_RETURNED = "Given back: it had paid what was owed"
_OTHER_LABELS = {
    EntryKind.REVOKE: "Taken back after a refund",
    EntryKind.RESTORE: "Given back after a refund was undone",
    EntryKind.COLLECT: "Owed since a refund, paid off",
    EntryKind.ADJUST: "Adjustment",
    EntryKind.CARRY: "Used before the renewal was paid",
    EntryKind.FREEZE: "Frozen while a payment is disputed",
    EntryKind.THAW: "No longer frozen",
}


def explain(
    view: EntryView, taken: Sequence[tuple[int, int]], lots: Mapping[int, Lot], others: Sequence[Lot], returned: int
) -> Explanation:
    """Explain one entry.

    Args:
        taken: its allocations, (lot id, credits), in order.
        lots: those lots, and the entry's own.
        others: lots that could be spent then and still can, to say why they were not taken first.
        returned: credits of it that were given back since.
    """
    ordered = [(lots[lot_id], credits) for lot_id, credits in taken]
    reasons = tuple(
        LotReason(
            lot_id=lot.id,
            label=lot.label,
            credits=abs(credits),
            why=_why_at_its_place(view, [one for one, _ in ordered], place, others),
            paid_by=paid_by(lot),
        )
        for place, (lot, credits) in enumerate(ordered)
    )
    summary = _summary(view, lots)
    why = _why_that_much(view)
    balance = f"After it {_count(view.balance_after)} could be spent."
    back = f"{_count(returned)} of it {'was' if returned == 1 else 'were'} given back since." if returned else None
    lines = [f"{_count(one.credits)} from {one.label}: {one.why} {one.paid_by}" for one in reasons]
    sentences = (summary, *why, *lines, balance, *([back] if back else []))
    return Explanation(view, summary, why, reasons, balance, back, sentences)


def _count(credits: int) -> str:
    return f"{credits:,} credit{'' if credits == 1 else 's'}"


def _on(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def _summary(view: EntryView, lots: Mapping[int, Lot]) -> str:
    amount, when = _count(abs(view.amount)), _on(view.at)
    own = lots.get(view.lot_id) if view.lot_id is not None else None
    name = own.label if own else "a lot"
    end = f", to be used before {_on(own.due_end)}" if own and own.due_end else ""
    what = f' ("{view.reference}")' if view.reference else ""
    said = {
        EntryKind.CONSUME: f"{amount} charged for {view.label}{what} on {when}.",
        EntryKind.GRANT: f"{amount} added on {when}: {name}{end}. {paid_by(own) if own else ''}".rstrip(),
        EntryKind.EXPIRE: f"{amount} of {name} ended unused on {when}, as was said when they were given.",
        EntryKind.REVERSE: f"{amount} given back on {when} for entry {view.reverses}.",
        EntryKind.VOID: f"{amount} of {name} ended early on {when}.",
        EntryKind.CARRY: f"{view.label}, on {when}.",
        EntryKind.FREEZE: f"{view.label}, on {when}.",
        EntryKind.THAW: f"{view.label}, on {when}.",
    }.get(view.kind, f"{view.label}: {amount} on {when}.")
    return f"{said} {view.note}" if view.note else said


def _why_that_much(view: EntryView) -> tuple[str, ...]:
    if view.kind is not EntryKind.CONSUME:
        return ()
    if view.price is None:
        return (f"The amount of {_count(-view.amount)} was set by the feature itself.",)
    lines = [
        f"{line.name}: {_count(line.credits)}"
        + (f" ({line.quantity:,} times {line.each:,})" if line.quantity > 1 else "")
        for line in view.price.lines
    ]
    total = f"Together {_count(view.price.credits)}, by price list {view.price.version}."
    if view.price.credits != -view.amount:
        total += f" Of these {_count(-view.amount)} were charged, for what was delivered."
    return (*(f"{line}." for line in lines), total)


def _why_at_its_place(view: EntryView, ordered: Sequence[Lot], place: int, others: Sequence[Lot]) -> str:
    lot = ordered[place]
    if view.kind in (EntryKind.REVERSE, EntryKind.RESTORE):
        return "It goes back where it came from."
    if view.kind not in (EntryKind.CONSUME, EntryKind.ADJUST):
        return "The entry concerns this lot."
    seen = {one.id for one in ordered}
    later = [*ordered[place + 1 :], *(one for one in others if one.id not in seen and one.burn_key > lot.burn_key)]
    if not later:
        return "It was next in the order." if place else "It was first in the order."
    return why_before(lot, min(later, key=lambda one: one.burn_key))


def why_before(first: Lot, second: Lot) -> str:
    """Why one lot burns before another: the first criterion of the order in which they differ."""
    if first.priority != second.priority:
        return f"It goes before {second.label} because its priority is {first.priority}, not {second.priority}."
    first_end, second_end = first.due_end or NEVER, second.due_end or NEVER
    if first_end != second_end:
        rest = "has no end" if second.due_end is None else f"ends on {_on(second_end)}"
        return f"It goes before {second.label} because it ends on {_on(first_end)}; the other {rest}."
    if first.promotional != second.promotional:
        return f"It goes before {second.label} because given credits go before paid ones."
    return f"It goes before {second.label} because it is older."


def paid_by(lot: Lot) -> str:
    """What paid for a lot, in a sentence."""
    if lot.paid_minor and lot.currency:
        price = Money(lot.paid_minor, lot.currency).shown()
        return f"Paid for with {price} for {_count(lot.granted)} ({lot.payment or lot.source})."
    if lot.kind == LotKind.PURCHASE:
        return "Bought, for nothing."
    return f"Not paid for: {_KIND_IN_WORDS[LotKind(lot.kind)]}."
