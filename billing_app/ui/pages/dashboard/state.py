"""The dashboard's State: one customer's figures, read afresh on load and while the page is open."""

import asyncio
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError, Unauthenticated, Unavailable
from billing_app.ui.brand import brand
from billing_app.ui.format import number
from billing_app.ui.pages.dashboard.view import (
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
from billing_app.ui.session import customer_of, refresh_shell

LOTS_SHOWN, ACTIVITY_SHOWN, PURCHASES_SHOWN = 50, 20, 20
ACTIVITY_MOST = 500
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
                except (Unavailable, *TROUBLE):
                    continue
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
        await refresh_shell(self, customer_id)

    async def _show_activity(self, customer_id: int, *, before: int | None) -> None:
        found = await current().credits.entries(customer_id, limit=ACTIVITY_SHOWN, before=before)
        rows = [activity_row(entry, clock.now()) for entry in found.entries]
        self.activity = rows if before is None else [*self.activity, *rows]
        self.more_before = (found.next_before or 0) if len(self.activity) < ACTIVITY_MOST else 0

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
