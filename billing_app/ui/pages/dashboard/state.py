"""The dashboard's State: one customer's figures, read afresh on load and while the page is open."""

import asyncio
from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError, Unauthenticated, Unavailable
from billing_app.ui.brand import brand, built_catalog
from billing_app.ui.format import number
from billing_app.ui.indicator import counts_credits
from billing_app.ui.pages.dashboard.activity import ActivityState
from billing_app.ui.pages.dashboard.banners import Banner, banners
from billing_app.ui.pages.dashboard.limits import LimitsState
from billing_app.ui.pages.dashboard.plan import PlanState
from billing_app.ui.pages.dashboard.use import UseState
from billing_app.ui.pages.dashboard.view import (
    LotRow,
    PurchaseRow,
    Share,
    lot_row,
    next_event,
    purchase_row,
    resets_line,
    shares,
)
from billing_app.ui.pages.invoices.state import InvoicesState
from billing_app.ui.session import NoCustomer, customer_of, refresh_shell

LOTS_SHOWN, PURCHASES_SHOWN = 50, 20
REFRESH_S, REFRESH_LIMIT_S = 5, 30 * 60


class DashboardState(rx.State):
    """What one customer has, and where it came from; the other cards have States of their own, refreshed from here."""

    loaded: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    with_credits: rx.Field[bool] = rx.field(counts_credits(built_catalog()))
    available: rx.Field[str] = rx.field("0")
    held: rx.Field[str] = rx.field("0")
    held_by: rx.Field[str] = rx.field("")
    frozen_note: rx.Field[str] = rx.field("")
    shares: rx.Field[list[Share]] = rx.field(default_factory=list)
    next_title: rx.Field[str] = rx.field("")
    next_detail: rx.Field[str] = rx.field("")
    resets: rx.Field[str] = rx.field("")
    banners: rx.Field[list[Banner]] = rx.field(default_factory=list)
    lots: rx.Field[list[LotRow]] = rx.field(default_factory=list)
    ended_lots: rx.Field[list[LotRow]] = rx.field(default_factory=list)
    purchases: rx.Field[list[PurchaseRow]] = rx.field(default_factory=list)
    as_of: rx.Field[str] = rx.field("")
    _watch: int = 0

    @rx.event
    async def load(self) -> Any:
        """Show everything, or send a stranger to sign in and back here."""
        self.error = ""
        try:
            await self._refresh(await customer_of(self))
        except Unauthenticated:
            return rx.redirect("/login?next=/dashboard")
        except NoCustomer:
            return rx.redirect("/admin")
        except DomainError as error:
            self.error = error.detail
        self.loaded = True
        return PlanState.ask_upcoming

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
        services = current()
        catalog = await services.catalog.current()
        balance = await services.credits.balance(customer_id)
        resets = await services.plan_credits.resets(customer_id)
        now = clock.now()
        self.with_credits = counts_credits(catalog) or bool(balance.lots)
        self.available, self.held = number(balance.available), number(balance.held)
        self.held_by = _held_by(len(balance.holds))
        self.frozen_note = f"{number(balance.frozen)} frozen while a payment is disputed." if balance.frozen else ""
        self.shares = shares(balance)
        self.resets = resets_line(resets)
        lots = [lot_row(lot, now) for lot in (await services.credits.lots(customer_id, limit=LOTS_SHOWN)).lots]
        open_first = sorted((lot for lot in balance.lots), key=lambda lot: lot.burns or len(balance.lots) + 1)
        self.lots = [lot_row(lot, now) for lot in open_first]
        self.ended_lots = [row for row in lots if row.ended]
        purchases = await services.checkout.purchases(customer_id, limit=PURCHASES_SHOWN)
        # A plan is billed again and again: its invoices have a card of their own.
        self.purchases = [purchase_row(purchase, now) for purchase in purchases if purchase.kind != "plan"]
        await (await self.get_state(ActivityState))._refresh(customer_id)
        await (await self.get_state(UseState))._refresh(customer_id, balance, resets.next_at)
        limits = await self.get_state(LimitsState)
        await limits._refresh(customer_id)
        await (await self.get_state(InvoicesState))._refresh(customer_id)
        plan = await self.get_state(PlanState)
        await plan._refresh(customer_id, available=balance.available)
        self.next_title, self.next_detail = next_event(
            balance.next_event, catalog, has_credits=bool(balance.lots), resets=resets, my=plan._my
        )
        if not self.with_credits and limits.starts_anew:
            self.next_title, self.next_detail = limits.starts_anew, self.next_title if plan.plan.subscribed else ""
        back = await services.money_back.of(customer_id)
        self.banners = banners(plan._my, balance, plan._card, brand().credit, now, back=back)
        self.as_of = f"{now:%H:%M:%S} UTC"
        await refresh_shell(self, customer_id)


def _held_by(holds: int) -> str:
    if not holds:
        return "Nothing is running."
    return "held by 1 running session" if holds == 1 else f"held by {holds} running sessions"
