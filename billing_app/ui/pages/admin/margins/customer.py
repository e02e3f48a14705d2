"""`/admin/margins/customer?id=`: one customer's margin, entry by entry, from credits to lots to what was paid (AD2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError, InvalidInput
from billing_app.reports.views import CustomerEntry, PaidBy
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import Column, button, card, data_table, icon, message, period_bar, stack
from billing_app.ui.admin.period import PeriodState, chosen
from billing_app.ui.admin.words import cost, money
from billing_app.ui.format import moment, number
from billing_app.ui.pages.admin.margins.columns import margin_columns
from billing_app.ui.pages.admin.margins.rows import NO_ROW, MarginRow, margin_row
from billing_app.ui.session import staff_of

SHOWN, MOST = 50, 500


@dataclass
class EntryRow:
    """One entry of the ledger: what it earned, out of which lots, and what its calls cost."""

    at: str
    what: str
    credits: str
    lots: list[str]
    revenue: str
    cost: str
    calls: str
    left: str
    loses: bool
    note: str


def entry_row(one: CustomerEntry, currency: str, names: Mapping[str, str]) -> EntryRow:
    """The line of one entry; `names` are those of features."""
    return EntryRow(
        at=moment(one.at),
        what=names.get(one.feature, one.feature) or one.kind.capitalize(),
        credits=number(one.credits),
        lots=[_lot(paid, currency) for paid in one.paid_by],
        revenue=money(one.revenue_minor, currency),
        cost=cost(one.cost, currency),
        calls=f"{number(one.calls)} {'call' if one.calls == 1 else 'calls'}" if one.calls else "",
        left=cost(one.gross, currency),
        loses=one.gross < 0,
        note=f"{number(one.unknown)} of {number(one.calls)} calls have no known cost" if one.unknown else "",
    )


def _lot(paid: PaidBy, currency: str) -> str:
    price = money(paid.lot_paid_minor, paid.currency or currency) if paid.lot_paid_minor else "nothing"
    payment = f", payment {paid.payment}" if paid.payment else ""
    name = paid.item.name or paid.lot_kind
    return f"{number(paid.credits)} of {number(paid.lot_credits)} from {name}, bought for {price}{payment}"


class CustomerMarginState(rx.State):
    """The customer of the address."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    page_of: rx.Field[str] = rx.field("")
    summary: rx.Field[list[MarginRow]] = rx.field(default_factory=list)
    entries: rx.Field[list[EntryRow]] = rx.field(default_factory=list)
    unlinked: rx.Field[str] = rx.field("")
    more_before: rx.Field[int] = rx.field(0)

    @rx.event
    async def load(self) -> None:
        """Read the newest entries."""
        self.error, self.entries, self.more_before = "", [], 0
        await self._read(None)

    @rx.event
    async def show_more(self) -> None:
        """The entries before those."""
        self.error = ""
        await self._read(self.more_before or None)

    async def _read(self, before: int | None) -> None:
        try:
            me = await staff_of(self)
            asked = self.router.url.query_parameters.get("id", "")
            if not asked.isdigit() or len(asked) > 18:
                raise InvalidInput("Choose a customer in the list of margins.", field="id")
            shown = await chosen(self, me)
            found = await current().reports.margin_of_customer(
                me, int(asked), shown.period, shown.currency, before=before, limit=SHOWN
            )
        except DomainError as error:
            self.error = error.detail
            return
        row = margin_row(found.margin, shown.currency, by="")
        self.name, self.page_of = found.margin.name or f"Customer {asked}", f"/admin/customers/{asked}"
        self.summary = [row if row.name else NO_ROW]
        names = {one.code: one.name for one in (await current().catalog.current()).features}
        self.entries = [*self.entries, *[entry_row(one, shown.currency, names) for one in found.entries]]
        self.more_before = (found.next_before or 0) if len(self.entries) < MOST else 0
        self.unlinked = (
            f"{number(found.unlinked_calls)} more calls belong to no entry of the ledger, as those of features that "
            f"are part of a plan; they cost {cost(found.unlinked_cost, shown.currency)}."
            if found.unlinked_calls
            else ""
        )
        self.loaded = True


def customer_margin() -> rx.Component:
    """The page."""
    return admin_page(
        rx.cond(CustomerMarginState.name != "", CustomerMarginState.name, "Margin of a customer"),
        rx.el.div(message(CustomerMarginState.error), class_name="mt-4 empty:hidden"),
        rx.cond(
            CustomerMarginState.loaded,
            stack(
                card(
                    data_table(margin_columns("Customer"), CustomerMarginState.summary, "The customer's margin"),
                    flush=True,
                ),
                _entries(),
            ),
            None,
        ),
        current="/admin/margins",
        above=rx.el.a(
            icon("arrow-left", size=14),
            "All customers",
            href="/admin/margins?by=customer&" + PeriodState.query,
            class_name="mb-2 inline-flex items-center gap-1.5 text-small",
        ),
        lead=rx.fragment(
            "Each entry earned its share of what was paid for the credits it took. ",
            rx.cond(
                CustomerMarginState.page_of != "",
                rx.el.a("Open the customer", href=CustomerMarginState.page_of),
                None,
            ),
        ),
        actions=(period_bar(),),
    )


def _entries() -> rx.Component:
    return card(
        data_table(
            [
                Column("What", _what),
                Column("When", lambda row: rx.el.time(row.at, class_name="whitespace-nowrap text-ink-2"), "roomy"),
                Column("Credits", lambda row: row.credits, "roomy number"),
                Column("Recognised", lambda row: row.revenue, "number"),
                Column(
                    "Cost",
                    lambda row: rx.fragment(row.cost, rx.el.span(row.calls, class_name="block text-tiny text-ink-3")),
                    "roomy number",
                ),
                Column(
                    "Left",
                    lambda row: rx.el.span(row.left, class_name=rx.cond(row.loses, "text-bad", "text-ink")),
                    "number",
                ),
            ],
            CustomerMarginState.entries,
            "Entries of the ledger, newest first",
            none="No credits were used in these days.",
            tall=False,
        ),
        rx.cond(
            CustomerMarginState.unlinked != "",
            rx.el.p(
                CustomerMarginState.unlinked,
                class_name="border-t border-line px-[18px] py-2.5 text-small text-ink-2",
            ),
            None,
        ),
        rx.cond(
            CustomerMarginState.more_before > 0,
            rx.el.div(
                button("Show more", kind="quiet", size="s", on_click=CustomerMarginState.show_more),
                class_name="border-t border-line p-2 text-center",
            ),
            None,
        ),
        title="Entry by entry",
        flush=True,
    )


def _what(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(row.what, class_name="block font-[560]"),
        rx.el.span(row.at, ", cost ", row.cost, class_name="block text-tiny text-ink-2 tabular-nums sm:hidden"),
        rx.el.ul(
            rx.foreach(row.lots, rx.el.li),
            class_name="text-tiny text-ink-3 tabular-nums [overflow-wrap:anywhere]",
        ),
        rx.cond(row.note != "", rx.el.span(row.note, class_name="block text-tiny text-warn"), None),
    )
