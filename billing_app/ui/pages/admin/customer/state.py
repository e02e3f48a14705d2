"""The State of `/admin/customers/[number]`: what is shown of one customer, read anew after each thing that is done."""

from dataclasses import dataclass

import reflex as rx

from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import current
from billing_app.credits import Explanation
from billing_app.errors import DomainError, NotFound
from billing_app.settings import Mode
from billing_app.support.account import Account
from billing_app.ui.pages.admin.audit.rows import AuditRow, audit_row
from billing_app.ui.pages.admin.customer.facts import (
    Fact,
    Figure,
    figures_of,
    identity_facts,
    name_of,
    plan_facts,
    warnings_of,
)
from billing_app.ui.pages.admin.customer.rows import (
    EntryRow,
    InvoiceRow,
    Line,
    LotRow,
    NoteRow,
    OwnedRow,
    PaymentRow,
    QuotaRow,
    entry_row,
    event_line,
    invoice_row,
    lot_row,
    mail_line,
    money_lines,
    note_row,
    owned_rows,
    payment_row,
    quota_row,
    step_line,
)
from billing_app.ui.session import staff_of

MOST_SHOWN = 500
_STRIPE = "https://dashboard.stripe.com/"


@dataclass
class Why:
    """An entry explained."""

    summary: str
    sentences: list[str]


class CustomerState(rx.State):
    """One customer."""

    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    number: rx.Field[int] = rx.field(0)
    loaded: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    about: rx.Field[str] = rx.field("")
    by_hand: rx.Field[bool] = rx.field(False)
    subscribed: rx.Field[bool] = rx.field(False)
    facts: rx.Field[list[Fact]] = rx.field(default_factory=list)
    figures: rx.Field[list[Figure]] = rx.field(default_factory=list)
    plan: rx.Field[list[Fact]] = rx.field(default_factory=list)
    warnings: rx.Field[list[str]] = rx.field(default_factory=list)
    lots: rx.Field[list[LotRow]] = rx.field(default_factory=list)
    entries: rx.Field[list[EntryRow]] = rx.field(default_factory=list)
    older: rx.Field[int] = rx.field(0)
    why_id: rx.Field[int] = rx.field(0)
    why: rx.Field[Why] = rx.field(default_factory=lambda: Why("", []))
    payments: rx.Field[list[PaymentRow]] = rx.field(default_factory=list)
    moves: rx.Field[list[Line]] = rx.field(default_factory=list)
    invoices: rx.Field[list[InvoiceRow]] = rx.field(default_factory=list)
    quotas: rx.Field[list[QuotaRow]] = rx.field(default_factory=list)
    owned: rx.Field[list[OwnedRow]] = rx.field(default_factory=list)
    steps: rx.Field[list[Line]] = rx.field(default_factory=list)
    events: rx.Field[list[Line]] = rx.field(default_factory=list)
    mails: rx.Field[list[Line]] = rx.field(default_factory=list)
    audit: rx.Field[list[AuditRow]] = rx.field(default_factory=list)
    notes: rx.Field[list[NoteRow]] = rx.field(default_factory=list)

    @rx.event
    async def load(self) -> None:
        """The customer of the address."""
        self.reset()
        asked = self.router.url.path.rstrip("/").rpartition("/")[2]
        try:
            me = await staff_of(self)
            if not (asked.isascii() and asked.isdecimal() and len(asked) <= 18):
                raise NotFound("There is no such customer.")
            self.number = int(asked)
            await self._read(me)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def show_older(self) -> None:
        """Entries of the ledger before those shown."""
        try:
            me = await staff_of(self)
            page = await current().support.ledger(me, self.number, before=self.older or None)
        except DomainError as error:
            self.error = error.detail
            return
        self.entries = [*self.entries, *[entry_row(one) for one in page.entries]]
        self.older = (page.next_before or 0) if len(self.entries) < MOST_SHOWN else 0

    @rx.event
    async def explain(self, entry_id: int) -> None:
        """Why an entry is what it is, below it; asked again, it closes."""
        if self.why_id == entry_id:
            self.why_id = 0
            return
        try:
            me = await staff_of(self)
            found = await current().support.explain(me, self.number, entry_id)
        except DomainError as error:
            self.error = error.detail
            return
        self.why_id, self.why = entry_id, _why(found)

    @rx.event
    async def add_note(self, form: dict[str, str]) -> None:
        """Write something down."""
        try:
            me = await staff_of(self, Role.SUPPORT)
            await current().support.note(me, self.number, str(form.get("body", "")))
        except DomainError as error:
            self.error, self.done = error.detail, ""
            return
        await self._after(me, "The note is written down.")

    @rx.event
    async def dismiss(self) -> None:
        """Close the message of what was done."""
        self.done = self.error = ""

    async def _after(self, me: Principal, done: str) -> None:
        """Show how things stand after something was done. The caller has authorised itself."""
        self.error, self.done = "", done
        await self._read(me)

    async def _read(self, me: Principal) -> None:
        support = current().support
        account = await support.customer(me, self.number)
        page = await support.ledger(me, self.number)
        self._show(account)
        self.entries, self.older = [entry_row(one) for one in page.entries], page.next_before or 0
        self.why_id, self.loaded = 0, True

    def _show(self, account: Account) -> None:
        who = account.identity
        self.name = name_of(who)
        self.about = " \N{MIDDLE DOT} ".join(
            one for one in (who.email if who.name else "", who.external_id or "", f"#{who.id}") if one
        )
        self.by_hand, self.subscribed = account.plan.by_hand, account.plan.subscribed
        self.facts, self.figures = identity_facts(who, _stripe_home()), figures_of(account)
        self.plan, self.warnings = plan_facts(account), warnings_of(account)
        open_lots = {lot.id: lot for lot in account.balance.lots}
        past = [lot for lot in account.lots.lots if lot.id not in open_lots]
        self.lots = [lot_row(lot) for lot in (*account.balance.lots, *past)]
        self.payments = [payment_row(one) for one in account.payments.transactions]
        self.moves, self.invoices = money_lines(account), [invoice_row(one) for one in account.invoices.invoices]
        self.quotas, self.owned = [quota_row(one) for one in account.quotas], owned_rows(account)
        self.steps = [step_line(one) for one in account.steps]
        self.events = [event_line(one) for one in account.events]
        self.mails = [mail_line(one) for one in account.mails]
        self.audit = [audit_row(line) for line in account.audit]
        self.notes = [note_row(one) for one in account.notes]


def _why(found: Explanation) -> Why:
    return Why(found.summary, list(found.sentences[1:]))


def _stripe_home() -> str:
    """Where Stripe shows its customers; the sandbox has no such pages."""
    services = current()
    if services.settings.stripe_api_base or not services.settings.stripe_secret_key.get_secret_value():
        return ""
    live = services.settings.mode is Mode.LIVE and services.gateway.livemode
    return f"{_STRIPE}{'' if live else 'test/'}customers/"
