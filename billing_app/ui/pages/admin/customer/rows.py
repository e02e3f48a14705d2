"""The lists of one customer's account as lines ready to be shown. Pure."""

from dataclasses import dataclass

from billing_app.credits import EntryView, LotView
from billing_app.entitlements.quotas.views import QuotaUsage
from billing_app.payments.mirroring.reading import InvoiceView
from billing_app.payments.transactions import Transaction
from billing_app.support.account import Account, EventLine, GrantView, MailLine, PlanStep
from billing_app.support.notes import NoteView
from billing_app.ui.admin.words import money
from billing_app.ui.format import day, moment, number, ordinal, signed

_LOT_STATES = {
    "open": ("", ""),
    "prepared": ("to come", "accent"),
    "frozen": ("frozen", "bad"),
    "used": ("used up", ""),
    "expired": ("expired", ""),
    "revoked": ("taken back", "warn"),
}
_PAID = {
    "succeeded": ("paid", "good"),
    "processing": ("processing", "warn"),
    "open": ("open", "warn"),
    "failed": ("failed", "bad"),
    "canceled": ("canceled", ""),
}
_INVOICES = {"paid": "good", "open": "warn", "uncollectible": "bad"}
_EVENTS = {"done": "good", "ignored": "", "received": "", "waiting": "warn", "failed": "bad", "parked": "bad"}


@dataclass
class LotRow:
    """Credits from one source."""

    turn: str
    name: str
    left: str
    of: str
    ends: str
    state: str
    tone: str
    paid: str
    source: str


@dataclass
class EntryRow:
    """A line of the ledger."""

    id: int
    at: str
    what: str
    note: str
    by: str
    credits: str
    gives: bool
    balance: str


@dataclass
class PaymentRow:
    """A payment, and whether something of it can be given back."""

    id: int
    at: str
    what: str
    intent: str
    amount: str
    refunded: str
    state: str
    tone: str
    refundable: bool


@dataclass
class InvoiceRow:
    """An invoice."""

    number: str
    at: str
    what: str
    amount: str
    state: str
    tone: str
    href: str


@dataclass
class QuotaRow:
    """A counted feature."""

    code: str
    name: str
    used: str
    resets: str
    width: str
    over: bool


@dataclass
class OwnedRow:
    """A feature that was bought, or given beside the plan."""

    code: str
    name: str
    detail: str
    state: str
    tone: str
    given: bool


@dataclass
class Line:
    """A line of a list of happenings: its moment, what it is, in which state, and what belongs to it."""

    at: str
    what: str
    detail: str
    state: str
    tone: str


@dataclass
class NoteRow:
    """A note of a member of staff."""

    id: int
    by: str
    body: str


def lot_row(lot: LotView) -> LotRow:
    """One lot."""
    state, tone = _LOT_STATES[lot.state.value]
    paid = money(lot.paid_minor, lot.currency) if lot.paid_minor and lot.currency else "given"
    return LotRow(
        turn=ordinal(lot.burns) if lot.burns else "",
        name=lot.label,
        left=number(lot.remaining),
        of=f"of {number(lot.granted)}" + (f", {number(lot.held)} held" if lot.held else ""),
        ends=day(lot.expires_at) if lot.expires_at else "never",
        state=state,
        tone=tone,
        paid=paid,
        source=lot.payment or lot.source,
    )


def entry_row(entry: EntryView) -> EntryRow:
    """One line of the ledger."""
    by = "" if entry.actor in ("system", "stripe") or entry.actor.startswith("key") else entry.actor
    return EntryRow(
        id=entry.id,
        at=moment(entry.at),
        what=entry.label,
        note=" \N{MIDDLE DOT} ".join(one for one in (entry.reference, entry.note) if one),
        by=by,
        credits=signed(entry.amount),
        gives=entry.amount > 0,
        balance=number(entry.balance_after),
    )


def payment_row(one: Transaction) -> PaymentRow:
    """One payment."""
    state, tone = _PAID.get(one.state, (one.state, ""))
    left = one.captured_minor - one.refunded_minor
    if one.refunded_minor and one.captured_minor:
        state, tone = ("refunded", "") if not left else ("part refunded", "warn")
    return PaymentRow(
        id=one.id,
        at=moment(one.created_at),
        what=one.description,
        intent=one.reference,
        amount=money(one.captured_minor or one.amount_minor, one.currency),
        refunded=f"{money(one.refunded_minor, one.currency)} given back" if one.refunded_minor else "",
        state=state,
        tone=tone,
        refundable=one.state == "succeeded" and left > 0,
    )


def invoice_row(one: InvoiceView) -> InvoiceRow:
    """One invoice."""
    return InvoiceRow(
        number=one.number or one.stripe_invoice_id,
        at=day(one.created_at),
        what=one.description,
        amount=money(one.total_minor, one.currency),
        state=one.status,
        tone=_INVOICES.get(one.status, ""),
        href=one.hosted_url or "",
    )


def quota_row(one: QuotaUsage) -> QuotaRow:
    """One counted feature."""
    return QuotaRow(
        code=one.feature,
        name=one.name,
        used=one.text,
        resets=f"resets {moment(one.resets_at)}" if one.limit != 0 else "",
        width=f"{one.percent}%",
        over=bool(one.over),
    )


def owned_rows(account: Account) -> list[OwnedRow]:
    """Features beside the plan: given by hand, then bought."""
    bought: list[OwnedRow] = []
    for one in account.unlocks:
        left = "for ever" if one.uses_left is None else f"{one.uses_left} of {one.uses_granted} uses left"
        state = ("", "")
        if one.revoked_at is not None:
            state = ("disputed", "bad") if one.disputed else ("taken back", "warn")
        bought.append(OwnedRow(one.feature, one.code, f"bought {day(one.granted_at)}, {left}", *state, given=False))
    return [*[_granted(one) for one in account.grants], *bought]


def _granted(one: GrantView) -> OwnedRow:
    quota = f"{number(one.quota)} a window" if one.quota is not None else ""
    until = f"until {day(one.ends_at)}" if one.ends_at else ""
    words = ", ".join(word for word in (quota, until, one.reason) if word)
    return OwnedRow(one.feature, one.name, words, "by hand", "accent", given=True)


def event_line(one: EventLine) -> Line:
    """What Stripe told."""
    return Line(
        moment(one.received_at),
        one.type,
        "; ".join(one.effects) or one.error or "no change",
        one.state,
        _EVENTS.get(one.state, ""),
    )


def mail_line(one: MailLine) -> Line:
    """A mail."""
    tone = {"sent": "good", "kept": "", "refused": "bad"}.get(one.state, "warn")
    at = one.sent_at or one.created_at
    return Line(moment(at), one.kind.replace("_", " ").capitalize(), f"to {one.recipient}", one.state, tone)


def step_line(one: PlanStep) -> Line:
    """A step in the life of the plan."""
    moved = ""
    if one.currency and one.mrr_before_minor != one.mrr_after_minor:
        before, after = money(one.mrr_before_minor, one.currency), money(one.mrr_after_minor, one.currency)
        moved = f"MRR {before} to {after}"
    return Line(moment(one.at), one.kind.replace("_", " ").capitalize(), moved, "", "")


def note_row(one: NoteView) -> NoteRow:
    """A note."""
    return NoteRow(one.id, f"{one.author}, {moment(one.at)}", one.body)


def money_lines(account: Account) -> list[Line]:
    """Refunds, disputes and refused charges, newest first."""
    found = [
        (
            one.created_at,
            Line(
                moment(one.created_at),
                f"Refund of {money(one.amount_minor, one.currency)}",
                one.failure or one.reason or one.stripe_refund_id or "",
                one.status.replace("_", " "),
                {"succeeded": "good", "failed": "bad", "canceled": "bad"}.get(one.status, "warn"),
            ),
        )
        for one in account.refunds
    ]
    found += [
        (
            one.opened_at,
            Line(
                moment(one.opened_at),
                f"Dispute of {money(one.amount_minor, one.currency)}",
                one.reason or one.stripe_dispute_id,
                one.outcome or one.status.replace("_", " "),
                {"won": "good", "closed": ""}.get(one.outcome or "", "bad"),
            ),
        )
        for one in account.disputes
    ]
    found += [
        (one.failed_at, Line(moment(one.failed_at), "Charge refused", one.message or one.code or "", "failed", "bad"))
        for one in account.failures
    ]
    return [line for _, line in sorted(found, key=lambda each: each[0], reverse=True)]
