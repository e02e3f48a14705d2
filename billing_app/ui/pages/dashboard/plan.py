"""The plan card: what one has, what it costs, what happens next, and what can be done about it (DB10)."""

from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError, Unauthenticated
from billing_app.payments.subscribing.limits import CHANGE, PORTAL, PREVIEW
from billing_app.payments.subscribing.views import CardView, Ending, MyPlan, UpcomingCharge
from billing_app.ui.brand import brand, built_catalog
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.surfaces import badge, card, empty
from billing_app.ui.pages.plan.parts import figures
from billing_app.ui.plan_words import PlanView, card_name, plan_view
from billing_app.ui.session import customer_of, paced, refresh_shell


class PlanState(rx.State):
    """One's plan and how it is paid."""

    plan: rx.Field[PlanView] = rx.field(default_factory=PlanView)
    error: rx.Field[str] = rx.field("")
    done: rx.Field[str] = rx.field("")
    busy: rx.Field[bool] = rx.field(False)
    no_plan: rx.Field[str] = rx.field("")
    card_title: rx.Field[str] = rx.field("")
    card_expiry: rx.Field[str] = rx.field("")
    card_mark: rx.Field[str] = rx.field("")
    card_tone: rx.Field[str] = rx.field("")
    card_note: rx.Field[str] = rx.field("")
    _my: MyPlan | None = None
    _card: CardView | None = None
    _upcoming: UpcomingCharge | None = None

    async def _refresh(self, customer_id: int, *, available: int) -> None:
        """Read it afresh. The caller has authorised itself for this customer."""
        my = await current().subscriptions.current(customer_id)
        self._card = await current().subscriptions.payment_method(customer_id)
        if self._my is None or _charge_of(my) != _charge_of(self._my):
            self._upcoming = None
        self._my = my
        self.plan = plan_view(my, brand().credit, upcoming=self._upcoming, card=self._card)
        self.no_plan = f"You have {brand().credit.of(available)} and no subscription."
        self._show_card(my)

    def _show_card(self, my: MyPlan) -> None:
        card = self._card
        self.card_title = card_name(card) if card else ""
        self.card_expiry = f"{card.exp_month:02}/{card.exp_year}" if card and card.exp_month else ""
        self.card_mark, self.card_tone = "", ""
        if card and card.expired:
            self.card_mark, self.card_tone = "Expired", "bad"
        elif card and card.expires_soon:
            self.card_mark, self.card_tone = "Expires soon", "warn"
        if my.subscribed and not my.by_hand:
            self.card_note = "" if card else "No card is on file. Add one, or the next payment fails."
        elif card:
            self.card_note = "Kept by Stripe for your next purchase. Nothing is charged by itself."
        else:
            self.card_note = (
                "You pay each purchase as you make it. No card is kept, and nothing is charged by itself."
                if built_catalog().packs or built_catalog().unlocks
                else "No card is kept, and nothing is charged."
            )

    @rx.event(background=True)
    async def ask_upcoming(self):
        """Ask Stripe for the exact next charge, with tax and prorations; without an answer the known price stays."""
        async with self:
            try:
                customer_id = await customer_of(self)
            except (DomainError, *TROUBLE):
                return
        try:
            await paced(customer_id, PREVIEW)
            upcoming = await current().subscriptions.upcoming(customer_id)
        except (DomainError, *TROUBLE):
            return
        async with self:
            self._upcoming = upcoming
            if self._my is not None:
                self.plan = plan_view(self._my, brand().credit, upcoming=upcoming, card=self._card)

    @rx.event
    async def resume(self) -> Any:
        """Take a cancellation back."""
        return await self._change("resume")

    @rx.event
    async def undo(self) -> Any:
        """Take a scheduled change back."""
        return await self._change("undo_change")

    async def _change(self, name: str) -> Any:
        if self.busy:
            return None
        self.busy, self.error, self.done = True, "", ""
        try:
            customer_id = await customer_of(self)
            await paced(customer_id, CHANGE)
            ending: Ending = await getattr(current().subscriptions, name)(customer_id)
            self.done = ending.detail
            await self._refresh(customer_id, available=(await current().credits.balance(customer_id)).available)
            await refresh_shell(self, customer_id)
        except Unauthenticated:
            return rx.redirect("/login?next=/dashboard")
        except DomainError as error:
            self.error = error.detail
        finally:
            self.busy = False
        return PlanState.ask_upcoming

    @rx.event
    async def portal(self) -> Any:
        """On to Stripe's portal, and back here from there."""
        return await self._leave("portal")

    @rx.event
    async def update_card(self) -> Any:
        """On to Stripe's page for the card, and back here from there."""
        return await self._leave("update_payment_method_url")

    async def _leave(self, name: str) -> Any:
        self.error = ""
        try:
            customer_id = await customer_of(self)
            await paced(customer_id, PORTAL)
            return rx.redirect(await getattr(current().subscriptions, name)(customer_id, "/dashboard"))
        except Unauthenticated:
            return rx.redirect("/login?next=/dashboard")
        except DomainError as error:
            self.error = error.detail
            return None


def _charge_of(my: MyPlan) -> tuple[Any, ...]:
    return (my.plan, my.period, my.status, my.next_charge, my.next_charge_at, my.ends_at, my.scheduled)


def sells_plans() -> bool:
    """Whether there is anything to subscribe to; without it no plan card is shown."""
    return any(plan.active for plan in built_catalog().plans)


def plan_card() -> rx.Component:
    """The card."""
    the = PlanState.plan
    return card(
        message(PlanState.error),
        message(PlanState.done, "good"),
        rx.cond(the.known & (the.subscribed | (the.code != "")), _plan(), _without()),
        title="Plan",
        aside=rx.cond(the.badge != "", badge(the.badge, tone=the.tone), None),
        flush=True,
    )


def _plan() -> rx.Component:
    the = PlanState.plan
    return rx.el.div(
        rx.el.div(
            rx.el.p(the.title, class_name="text-[1.0625rem] font-[620] tracking-[-.01em]", id="plan-name"),
            rx.el.p(the.price, class_name="tabular-nums", id="plan-price"),
            class_name="flex flex-wrap items-baseline justify-between gap-x-4",
        ),
        _words(the.gives),
        _note(the.due_note, "bad", _outward("Pay now", the.pay_url, "pay-now"), the.pay_url != ""),
        _note(the.waiting_note, "warn", _outward("Pay", the.waiting_url, "pay-switch"), the.waiting_url != ""),
        _words(the.ends_note, "plan-ends"),
        _words(the.next_line, "next-charge"),
        rx.cond(the.upcoming.length() > 0, figures(the.upcoming, name="upcoming"), None),
        _note(
            the.scheduled_note,
            "accent",
            button("Undo", size="s", on_click=PlanState.undo, disabled=PlanState.busy, id="undo"),
            the.can_undo,
        ),
        _words(the.other_note),
        _actions(),
        class_name="grid gap-2.5 p-[18px]",
    )


def _words(text: Any, name: str = "") -> rx.Component:
    return rx.cond(text != "", rx.el.p(text, class_name="text-small text-ink-2 tabular-nums", id=name), None)


_NOTES = {"bad": "bg-bad-soft", "warn": "bg-warn-soft", "accent": "bg-accent-soft"}


def _note(text: Any, tone: str, action: rx.Component, shown: Any) -> rx.Component:
    return rx.cond(
        text != "",
        rx.el.div(
            rx.el.p(text, class_name="min-w-0 flex-1 basis-48 text-small"),
            rx.cond(shown, action, None),
            class_name=f"flex flex-wrap items-center gap-x-3 gap-y-2 rounded-control px-3 py-2.5 {_NOTES[tone]}",
        ),
        None,
    )


def _outward(label: str, href: Any, name: str) -> rx.Component:
    """A page of Stripe's, in a tab of its own: it leads nowhere back, and this one follows what happens there."""
    return link_button(
        label,
        icon("external-link", size=13),
        href=href,
        target="_blank",
        rel="noopener noreferrer",
        size="s",
        kind="primary",
        id=name,
    )


def _actions() -> rx.Component:
    the = PlanState.plan
    return rx.el.div(
        rx.cond(
            the.can_resume,
            button("Resume", size="s", kind="primary", on_click=PlanState.resume, disabled=PlanState.busy, id="resume"),
            None,
        ),
        rx.cond(the.can_switch, link_button("Switch plan", href="/plan/switch", size="s"), None),
        rx.cond(~the.subscribed, link_button("See the plans", href="/pricing", size="s"), None),
        rx.cond(
            the.has_portal, button("Manage", size="s", kind="quiet", on_click=PlanState.portal, title="At Stripe"), None
        ),
        rx.cond(
            the.can_cancel, link_button("Cancel", href="/plan/cancel", size="s", kind="quiet", id="cancel-plan"), None
        ),
        class_name="mt-1 flex flex-wrap gap-2",
    )


def _without() -> rx.Component:
    return empty(
        rx.cond(PlanState.plan.ends_note != "", PlanState.plan.ends_note, PlanState.no_plan),
        link_button("See the plans", href="/pricing", size="s"),
    )


def payment_method() -> rx.Component:
    """How it is paid (DB14)."""
    return card(
        rx.cond(
            PlanState.card_title != "",
            rx.el.div(
                icon("credit-card", size=18, class_name="text-ink-3"),
                rx.el.div(
                    rx.el.p(PlanState.card_title, class_name="font-[520] tabular-nums", id="card"),
                    rx.cond(
                        PlanState.card_expiry != "",
                        rx.el.p("Valid to ", PlanState.card_expiry, class_name="text-small text-ink-2 tabular-nums"),
                        None,
                    ),
                    class_name="min-w-0 flex-1",
                ),
                rx.cond(PlanState.card_mark != "", badge(PlanState.card_mark, tone=PlanState.card_tone), None),
                class_name="flex items-center gap-3",
            ),
            None,
        ),
        rx.cond(
            PlanState.card_note != "",
            rx.el.p(
                PlanState.card_note,
                class_name=rx.cond(PlanState.card_title != "", "mt-2.5 text-small text-ink-2", "text-small text-ink-2"),
            ),
            None,
        ),
        rx.cond(
            PlanState.plan.has_portal,
            rx.el.div(
                button(
                    rx.cond(PlanState.card_title != "", "Update card", "Add a card"),
                    size="s",
                    on_click=PlanState.update_card,
                    id="update-card",
                ),
                class_name="mt-3",
            ),
            None,
        ),
        title="Payment method",
    )
