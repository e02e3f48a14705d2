"""What a customer has, what comes next, and why each charge was made (DB1-DB8)."""

import asyncio
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.errors import DomainError, Unauthenticated
from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.dialog import dialog
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import CELL, NUMBER, badge, card, empty, page, table
from billing_app.ui.format import number
from billing_app.ui.pages.dashboard_view import (
    ActivityRow,
    DayBar,
    LotRow,
    PurchaseRow,
    Share,
    Why,
    activity_row,
    day_bars,
    lot_row,
    next_event,
    purchase_row,
    shares,
    why,
)
from billing_app.ui.session import Shell, customer_of

LOTS_SHOWN, ACTIVITY_SHOWN, PURCHASES_SHOWN = 50, 20, 20
USE_DAYS = 30
REFRESH_S, REFRESH_LIMIT_S = 5, 30 * 60
NO_WHY = Why("", "", [], [], "", "", "")


class DashboardState(rx.State):
    """The figures of one customer, read afresh on load and every few seconds while the page is open."""

    loaded: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    available: rx.Field[str] = rx.field("0")
    held: rx.Field[str] = rx.field("0")
    held_by: rx.Field[str] = rx.field("")
    frozen_note: rx.Field[str] = rx.field("")
    shares: rx.Field[list[Share]] = rx.field(default_factory=list)
    next_title: rx.Field[str] = rx.field("")
    next_detail: rx.Field[str] = rx.field("")
    lots: rx.Field[list[LotRow]] = rx.field(default_factory=list)
    ended_lots: rx.Field[list[LotRow]] = rx.field(default_factory=list)
    activity: rx.Field[list[ActivityRow]] = rx.field(default_factory=list)
    more_before: rx.Field[int] = rx.field(0)
    purchases: rx.Field[list[PurchaseRow]] = rx.field(default_factory=list)
    bars: rx.Field[list[DayBar]] = rx.field(default_factory=list)
    use_total: rx.Field[str] = rx.field("")
    use_as_table: rx.Field[bool] = rx.field(False)
    as_of: rx.Field[str] = rx.field("")
    why_open: rx.Field[bool] = rx.field(False)
    why: rx.Field[Why] = rx.field(NO_WHY)
    _watch: int = 0

    @rx.event
    async def load(self) -> Any:
        """Show everything, or send a stranger to sign in and back here."""
        try:
            await self._refresh(await customer_of(self))
        except Unauthenticated:
            return rx.redirect("/login?next=/dashboard")
        except DomainError as error:
            self.error = error.detail
        self.loaded = True
        return None

    @rx.event(background=True)
    async def keep_fresh(self):
        """Follow the ledger without a reload (DB8), for half an hour at most after the page was opened."""
        async with self:
            self._watch += 1
            mine = self._watch
        for _ in range(REFRESH_LIMIT_S // REFRESH_S):
            await asyncio.sleep(REFRESH_S)
            async with self:
                if self._watch != mine or not self.router.url.path.startswith("/dashboard"):
                    return
                try:
                    await self._refresh(await customer_of(self))
                except DomainError:
                    return

    async def _refresh(self, customer_id: int) -> None:
        catalog = await current().catalog.current()
        balance = await current().credits.balance(customer_id)
        self.available, self.held = number(balance.available), number(balance.held)
        self.held_by = _held_by(len(balance.holds))
        self.frozen_note = f"{number(balance.frozen)} frozen while a payment is disputed." if balance.frozen else ""
        self.shares = shares(balance)
        self.next_title, self.next_detail = next_event(balance.next_event, catalog, has_credits=bool(balance.lots))
        now = clock.now()
        lots = [lot_row(lot, now) for lot in (await current().credits.lots(customer_id, limit=LOTS_SHOWN)).lots]
        open_first = sorted((lot for lot in balance.lots), key=lambda lot: lot.burns or len(balance.lots) + 1)
        self.lots = [lot_row(lot, now) for lot in open_first]
        self.ended_lots = [row for row in lots if row.ended]
        if len(self.activity) <= ACTIVITY_SHOWN:
            await self._show_activity(customer_id, before=None)
        purchases = await current().checkout.purchases(customer_id, limit=PURCHASES_SHOWN)
        self.purchases = [purchase_row(purchase, now) for purchase in purchases]
        await self._show_use(customer_id)
        self.as_of = f"{now:%H:%M:%S} UTC"
        shell = await self.get_state(Shell)
        await shell.show_balance(customer_id)

    async def _show_activity(self, customer_id: int, *, before: int | None) -> None:
        found = await current().credits.entries(customer_id, limit=ACTIVITY_SHOWN, before=before)
        rows = [activity_row(entry, clock.now()) for entry in found.entries]
        self.activity = rows if before is None else [*self.activity, *rows]
        self.more_before = found.next_before or 0

    async def _show_use(self, customer_id: int) -> None:
        use = await current().credits.use_by_day(customer_id, days=USE_DAYS)
        self.bars = day_bars(use)
        total = sum(one.credits for one in use)
        self.use_total = brand().credit.of(total)

    @rx.event
    async def show_more(self) -> None:
        """The next page of activity."""
        try:
            await self._show_activity(await customer_of(self), before=self.more_before or None)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def explain(self, entry_id: int) -> None:
        """Open the reasons of one entry of the customer's own."""
        try:
            catalog = await current().catalog.current()
            explanation = await current().credits.explain(await customer_of(self), entry_id)
        except DomainError as error:
            self.error = error.detail
            return
        self.why, self.why_open = why(explanation, catalog), True

    @rx.event
    def close_why(self) -> None:
        """Close the reasons."""
        self.why_open = False

    @rx.event
    def toggle_table(self) -> None:
        """Show the chart as a table, or the table as a chart."""
        self.use_as_table = not self.use_as_table


def _held_by(holds: int) -> str:
    if not holds:
        return "Nothing is running."
    return "held by 1 running session" if holds == 1 else f"held by {holds} running sessions"


def dashboard() -> rx.Component:
    """The dashboard."""
    return framed(
        page(
            rx.el.div(
                rx.el.h1("Billing", class_name="text-h1"),
                rx.el.span(class_name="flex-1"),
                link_button("Buy " + brand().credit.many, href="/pricing", kind="primary"),
                class_name="flex flex-wrap items-center gap-3",
            ),
            rx.el.div(message(DashboardState.error), class_name="mt-4 empty:hidden"),
            _tiles(),
            rx.el.div(
                rx.el.div(_use(), _activity(), class_name="grid min-w-0 content-start gap-3.5"),
                rx.el.div(_lots(), _purchases(), class_name="grid min-w-0 content-start gap-3.5"),
                class_name="grid gap-3.5 lg:grid-cols-[1.45fr_1fr]",
            ),
            _why(),
        ),
        current="/dashboard",
    )


def _tile(label: str, *content: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(label, class_name="text-small font-normal text-ink-2"),
        *content,
        class_name="rounded-card border border-line bg-surface p-[18px] shadow-lift",
    )


def _tiles() -> rx.Component:
    return rx.el.div(
        _tile(
            "Available",
            rx.el.p(DashboardState.available, class_name="mt-1 text-figure tabular-nums", id="available"),
            rx.el.div(
                rx.foreach(
                    DashboardState.shares,
                    lambda share: rx.el.span(
                        class_name="rounded", style={"flex": share.share, "background": share.colour}
                    ),
                ),
                class_name="mt-3.5 flex h-2 gap-0.5 overflow-hidden rounded bg-sunken",
                aria_hidden="true",
            ),
            rx.el.ul(
                rx.foreach(
                    DashboardState.shares,
                    lambda share: rx.el.li(
                        rx.el.span(
                            class_name="mr-1.5 inline-block h-2 w-2 rounded-[3px]", style={"background": share.colour}
                        ),
                        share.label,
                    ),
                ),
                class_name="mt-2 flex flex-wrap gap-x-3.5 gap-y-1 text-tiny text-ink-2 tabular-nums",
            ),
            rx.cond(
                DashboardState.frozen_note != "",
                rx.el.p(DashboardState.frozen_note, class_name="mt-2 text-small text-warn"),
                None,
            ),
        ),
        _tile(
            "In use now",
            rx.el.p(DashboardState.held, class_name="mt-1 text-figure tabular-nums", id="held"),
            rx.el.p(DashboardState.held_by, class_name="mt-2.5 text-small text-ink-2"),
        ),
        _tile(
            "Next",
            rx.el.p(
                DashboardState.next_title, class_name="mt-2 text-[20px] font-[620] leading-tight tracking-[-.02em]"
            ),
            rx.el.p(DashboardState.next_detail, class_name="mt-2.5 text-small text-ink-2"),
        ),
        class_name="mt-4 mb-3.5 grid gap-3.5 md:grid-cols-[1.3fr_1fr_1.3fr]",
        custom_attrs={"aria-live": "polite"},
    )


def _use() -> rx.Component:
    chart = rx.el.div(
        rx.foreach(
            DashboardState.bars,
            lambda bar: rx.el.span(
                rx.el.span(
                    class_name="block w-full rounded-[3px]", style={"height": bar.height, "background": bar.colour}
                ),
                class_name="flex h-full flex-1 flex-col justify-end",
                title=bar.spoken,
            ),
        ),
        class_name="flex h-[132px] items-end gap-[3px] px-[18px] pt-[18px] sm:gap-[5px]",
        role="img",
        custom_attrs={
            "aria-label": f"{brand().credit.many.capitalize()} used per day, {USE_DAYS} days; also as a table."
        },
    )
    rows = rx.foreach(
        DashboardState.bars,
        lambda bar: rx.el.tr(
            rx.el.th(bar.day, scope="row", class_name=CELL + "text-left font-normal"),
            rx.el.td(bar.credits, class_name=CELL + NUMBER),
            class_name="group",
        ),
    )
    as_table = rx.el.div(
        table("Use per day", [("Day (UTC)", ""), (brand().credit.many.capitalize(), "number")], rx.el.tbody(rows)),
        class_name="max-h-[260px] overflow-y-auto",
    )
    toggle = button(
        rx.cond(DashboardState.use_as_table, "Chart", "Table"),
        kind="quiet",
        size="s",
        on_click=DashboardState.toggle_table,
    )
    return card(
        rx.cond(DashboardState.use_as_table, as_table, chart),
        rx.el.p(
            rx.el.b(DashboardState.use_total, class_name="font-[560] text-ink"),
            f" in {USE_DAYS} days. Days in UTC, as of ",
            DashboardState.as_of,
            class_name="px-[18px] pt-2.5 pb-4 text-tiny text-ink-3 tabular-nums",
        ),
        title="Use",
        aside=rx.fragment(badge(f"{USE_DAYS} days"), toggle),
        flush=True,
    )


def _activity() -> rx.Component:
    rows = rx.foreach(
        DashboardState.activity,
        lambda row: rx.el.tr(
            rx.el.td(
                rx.el.time(row.when, title=row.exactly), class_name=CELL + "text-ink-2 tabular-nums whitespace-nowrap"
            ),
            rx.el.td(
                rx.el.span(row.what, class_name="block"),
                rx.cond(
                    row.explained,
                    rx.el.button(
                        "Why ",
                        row.amount,
                        "?",
                        type="button",
                        on_click=DashboardState.explain(row.id),
                        class_name="min-h-6 text-tiny text-accent-text hover:underline",
                    ),
                    None,
                ),
                class_name=CELL + "w-full",
            ),
            rx.el.td(row.amount, class_name=rx.cond(row.positive, CELL + NUMBER + "text-good", CELL + NUMBER)),
            rx.el.td(row.balance, class_name=CELL + NUMBER + "text-ink-2"),
            class_name="group",
            custom_attrs={"data-entry": row.id},
        ),
    )
    listed = rx.fragment(
        table(
            "Activity, newest first",
            [("When", ""), ("What", ""), (brand().credit.many.capitalize(), "number"), ("Balance", "number")],
            rx.el.tbody(rows),
        ),
        rx.cond(
            DashboardState.more_before > 0,
            rx.el.div(
                button("Show more", kind="quiet", size="s", on_click=DashboardState.show_more),
                class_name="border-t border-line p-2 text-center",
            ),
            None,
        ),
    )
    nothing = empty(
        "Nothing has happened yet. Buy a pack or open the playground.",
        link_button("See prices", href="/pricing", size="s"),
        link_button("Playground", href="/playground", size="s"),
    )
    return card(rx.cond(DashboardState.activity.length() > 0, listed, nothing), title="Activity", flush=True)


def _lot_rows(rows: Any) -> rx.Component:
    return rx.el.tbody(
        rx.foreach(
            rows,
            lambda lot: rx.el.tr(
                rx.el.td(badge(lot.turn, tone=lot.turn_tone), class_name=CELL),
                rx.el.td(
                    rx.el.span(lot.label, class_name="block font-[520]"),
                    rx.el.span(lot.detail, class_name="block text-tiny text-ink-3"),
                    class_name=CELL + "w-full",
                ),
                rx.el.td(lot.left, class_name=CELL + NUMBER),
                rx.el.td(lot.until, class_name=CELL + "text-right text-ink-2 whitespace-nowrap"),
                class_name="group",
            ),
        )
    )


_LOT_COLUMNS = [("Burns", ""), ("Source", ""), ("Left", "number"), ("Until", "number")]


def _lots() -> rx.Component:
    ended = rx.el.details(
        rx.el.summary(
            icon("chevron-right", size=14, class_name="transition-transform group-open:rotate-90"),
            "Used, expired and taken back",
            class_name="flex items-center gap-1.5 border-t border-line px-[18px] py-2.5 text-small text-ink-2",
        ),
        table("Lots that are used up", _LOT_COLUMNS, _lot_rows(DashboardState.ended_lots)),
        class_name="group",
    )
    return card(
        rx.cond(
            DashboardState.lots.length() > 0,
            table("Lots in the order they are used", _LOT_COLUMNS, _lot_rows(DashboardState.lots)),
            empty(f"You have no {brand().credit.many}.", link_button("See prices", href="/pricing", size="s")),
        ),
        rx.cond(DashboardState.ended_lots.length() > 0, ended, None),
        title=f"Where your {brand().credit.many} come from",
        flush=True,
    )


def _purchases() -> rx.Component:
    rows = rx.foreach(
        DashboardState.purchases,
        lambda row: rx.el.tr(
            rx.el.td(row.when, class_name=CELL + "text-ink-2 whitespace-nowrap tabular-nums"),
            rx.el.td(
                rx.el.span(row.what, class_name="block"),
                rx.cond(
                    row.receipt != "",
                    rx.el.a(
                        "Receipt", href=row.receipt, target="_blank", rel="noopener noreferrer", class_name="text-tiny"
                    ),
                    None,
                ),
                class_name=CELL + "w-full",
            ),
            rx.el.td(row.amount, class_name=CELL + NUMBER),
            rx.el.td(badge(row.state, tone=row.tone), class_name=CELL + "text-right"),
            class_name="group",
        ),
    )
    return card(
        rx.cond(
            DashboardState.purchases.length() > 0,
            table(
                "Purchases, newest first",
                [("When", ""), ("What", ""), ("Paid", "number"), ("", "number")],
                rx.el.tbody(rows),
            ),
            empty("You have not bought anything yet."),
        ),
        title="Purchases",
        flush=True,
    )


def _why_part(title: str, *content: Any) -> rx.Component:
    return rx.el.section(rx.el.h3(title, class_name="mb-1.5 text-small font-[560] text-ink-2"), *content)


def _why() -> rx.Component:
    """Why this charge: how much and by which price list, from which lots in which order and why, what paid them."""
    the = DashboardState.why
    lots = rx.el.ol(
        rx.foreach(
            the.lots,
            lambda lot: rx.el.li(
                rx.el.div(
                    rx.el.b(lot[0], class_name="font-[560]"),
                    rx.el.span(lot[1], class_name="tabular-nums"),
                    class_name="flex justify-between gap-4",
                ),
                rx.el.p(lot[2], class_name="mt-0.5 text-small text-ink-2"),
                rx.el.p(lot[3], class_name="mt-0.5 text-small text-ink-3 [overflow-wrap:anywhere]"),
                class_name="border-b border-line px-3.5 py-2.5 last:border-b-0",
            ),
        ),
        class_name="rounded-card border border-line",
    )
    return dialog(
        rx.cond(the.summary != "", rx.el.p(the.summary, class_name="text-ink-2 [overflow-wrap:anywhere]"), None),
        rx.cond(
            the.price_lines.length() > 0,
            _why_part("Why that much", rx.foreach(the.price_lines, rx.el.p)),
            None,
        ),
        rx.cond(the.lots.length() > 0, _why_part("Where it came from, in this order", lots), None),
        rx.el.p(the.balance, class_name="text-ink-2"),
        rx.el.div(
            rx.el.p(
                the.at,
                rx.cond(the.reference != "", rx.el.span(" · ", the.reference), None),
                class_name="min-w-0 flex-1 text-tiny text-ink-3 [overflow-wrap:anywhere]",
            ),
            button("Close", on_click=DashboardState.close_why),
            class_name="flex items-center gap-4",
        ),
        is_open=DashboardState.why_open,
        title=the.title,
        title_id="why-title",
        on_close=DashboardState.close_why,
    )
