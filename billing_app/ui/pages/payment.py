"""After Stripe's page: the true state of a payment by our own ledger, and the way back when nothing was paid."""

import asyncio
from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError, NotFound, Unauthenticated
from billing_app.money import Money
from billing_app.payments.progress import CheckoutProgress, Progress
from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.icons import icon
from billing_app.ui.components.shell import framed
from billing_app.ui.plan_words import begun_note
from billing_app.ui.session import customer_of, refresh_shell

POLL_S = 1.0
SLOW_AFTER_S = 30
WATCH_LIMIT_S = 15 * 60


class PaymentState(rx.State):
    """What became of one checkout. `stage` is what the page shows; it never says failed because time has passed."""

    stage: rx.Field[str] = rx.field("checking")
    thing: rx.Field[str] = rx.field("")
    paid: rx.Field[str] = rx.field("")
    gained: rx.Field[str] = rx.field("")
    balance: rx.Field[str] = rx.field("")
    reason: rx.Field[str] = rx.field("")
    on_trial: rx.Field[bool] = rx.field(False)
    plan_note: rx.Field[str] = rx.field("")
    is_plan: rx.Field[bool] = rx.field(False)
    continue_url: rx.Field[str] = rx.field("")
    retry_url: rx.Field[str] = rx.field("/pricing")
    _watch: int = 0

    @rx.event(background=True)
    async def watch(self):
        """Follow the checkout named in the address until it is settled, showing each change without a reload."""
        async with self:
            watch = self._watch
            self.reset()
            self._watch = watch
            session_id = self.router.url.query_parameters.get("session_id", "")
            self._watch += 1
            mine = self._watch
        waited = 0.0
        while waited < WATCH_LIMIT_S:
            async with self:
                if self._watch != mine or await self._look(session_id, waited):
                    return
            await asyncio.sleep(POLL_S)
            waited += POLL_S

    async def _look(self, session_id: str, waited: float) -> bool:
        """One look; True when there is nothing more to wait for."""
        try:
            customer_id = await customer_of(self)
            progress = await current().checkout.state(customer_id, session_id)
        except Unauthenticated:
            self.stage = "signed_out"
            return True
        except NotFound:
            self.stage = "unknown"
            return True
        except (DomainError, *TROUBLE):  # Stripe or the database does not answer: keep watching
            return False
        self._show(progress)
        if progress.progress is Progress.PENDING and waited >= SLOW_AFTER_S:
            self.stage = "slow"
        if progress.progress is Progress.GRANTED:
            if progress.kind == "plan":
                my = await current().subscriptions.current(customer_id)
                self.plan_note = begun_note(my, brand().credit)
            await refresh_shell(self, customer_id)
        return progress.progress in (Progress.GRANTED, Progress.FAILED, Progress.EXPIRED)

    def _show(self, progress: CheckoutProgress) -> None:
        noun = brand().credit
        self.stage = progress.progress.value
        self.thing = progress.name
        self.is_plan, self.on_trial = progress.kind == "plan", progress.trial_ends_at is not None
        self.reason = progress.reason or ""
        self.paid = Money(progress.amount_minor, progress.currency).shown()
        self.gained = noun.of(progress.credits) if progress.credits else ""
        self.balance = noun.of(progress.available) if progress.available is not None else ""
        self.continue_url = progress.continue_url or ""
        self.retry_url = progress.retry_url or "/pricing"

    @rx.event
    async def show_cancelled(self) -> None:
        """The cancel page: what was not bought, and where to try again. A foreign or unknown checkout shows neither."""
        self.reset()
        self.stage = "cancelled"
        try:
            customer_id = await customer_of(self)
            name = self.router.url.query_parameters.get("checkout", "")
            progress = await current().checkout.cancelled(customer_id, name)
        except DomainError:
            return
        self._show(progress)
        self.stage = "cancelled" if progress.progress is not Progress.GRANTED else "granted"


def _panel(sign: str, tone: str, title: Any, text: Any, *actions: Any, busy: bool = False) -> rx.Component:
    return rx.el.div(
        rx.el.span(
            icon(sign, size=22, class_name="animate-spin" if busy else ""),
            class_name=f"grid h-11 w-11 place-items-center rounded-full {tone}",
        ),
        rx.el.h1(
            title,
            class_name="mt-4 text-[1.375rem] font-[640] leading-tight tracking-[-.02em]",
            tab_index=-1,
            id="title",
        ),
        rx.el.p(text, class_name="mt-2 text-ink-2"),
        rx.el.div(*actions, class_name="mt-6 flex flex-wrap gap-2") if actions else None,
    )


def _granted() -> rx.Component:
    return _panel(
        "check",
        "bg-good-soft text-good",
        rx.cond(
            PaymentState.is_plan,
            "You are on " + PaymentState.thing,
            rx.cond(PaymentState.gained != "", "+" + PaymentState.gained, PaymentState.thing + " is yours"),
        ),
        rx.el.span(
            rx.cond(
                PaymentState.is_plan,
                rx.el.span(PaymentState.plan_note, id="plan-note"),
                rx.fragment("Paid: ", PaymentState.thing, "."),
            ),
            rx.cond(
                PaymentState.balance != "",
                rx.fragment(" You now have ", rx.el.b(PaymentState.balance, id="new-balance"), "."),
                None,
            ),
            rx.cond(PaymentState.on_trial, "", " The receipt is on its way to your inbox."),
        ),
        rx.cond(
            PaymentState.continue_url != "",
            # The link is a route of the API, which redirects: the browser must go there, not the router of pages.
            link_button(
                "Continue where you were",
                href=PaymentState.continue_url,
                reload_document=True,
                kind="primary",
                id="continue",
            ),
            link_button("Go to the playground", href="/playground", kind="primary"),
        ),
        link_button("See your dashboard", href="/dashboard"),
    )


_WAITING = "border-transparent bg-accent-soft text-accent-text"


def _stages() -> Any:
    return rx.match(
        PaymentState.stage,
        ("granted", _granted()),
        (
            "pending",
            _panel(
                "loader-circle",
                _WAITING,
                "Confirming your payment",
                "This takes a few seconds. You can stay or go: nothing is lost.",
                busy=True,
            ),
        ),
        (
            "slow",
            _panel(
                "clock",
                _WAITING,
                "Payment received, credits arriving",
                "The confirmation takes longer than usual. This page keeps watching; your credits come by themselves.",
                link_button("See your dashboard", href="/dashboard"),
            ),
        ),
        (
            "open",
            _panel(
                "circle-dashed",
                "bg-sunken text-ink-2",
                "Not paid yet",
                "The payment page is still open. Nothing was charged.",
                link_button("Back to the payment page", href=PaymentState.retry_url, kind="primary"),
                link_button("Other offers", href="/pricing"),
            ),
        ),
        (
            "failed",
            _panel(
                "circle-x",
                "bg-bad-soft text-bad",
                "The payment did not go through",
                rx.cond(PaymentState.reason != "", PaymentState.reason, "Your bank refused it. Nothing was charged."),
                link_button("Try again", href=PaymentState.retry_url, kind="primary"),
            ),
        ),
        (
            "expired",
            _panel(
                "clock",
                "bg-sunken text-ink-2",
                "This payment page has expired",
                "Nothing was charged.",
                link_button("Choose again", href=PaymentState.retry_url, kind="primary"),
            ),
        ),
        (
            "unknown",
            _panel(
                "circle-help",
                "bg-sunken text-ink-2",
                "We cannot find this payment",
                "It does not belong to the account you are signed in with, or the link is not complete.",
                link_button("See your purchases", href="/dashboard", kind="primary"),
            ),
        ),
        (
            "signed_out",
            _panel(
                "log-in",
                "bg-sunken text-ink-2",
                "Sign in to see your payment",
                "Your purchase is safe. Sign in with the account you bought it for.",
                link_button("Sign in", href="/login?next=/dashboard", kind="primary"),
            ),
        ),
        (
            "cancelled",
            _panel(
                "undo-2",
                "bg-sunken text-ink-2",
                "Nothing was charged",
                rx.cond(
                    PaymentState.thing != "",
                    rx.el.span("You left before paying for ", PaymentState.thing, ". It is still here if you want it."),
                    "You left before paying. All offers are still there.",
                ),
                link_button("Try again", href=PaymentState.retry_url, kind="primary"),
                link_button("See all offers", href="/pricing"),
            ),
        ),
        _panel("loader-circle", _WAITING, "Looking up your payment", "One moment.", busy=True),
    )


def _page() -> rx.Component:
    return framed(
        rx.el.main(
            rx.el.div(
                _stages(),
                role="status",
                custom_attrs={"aria-live": "polite", "data-stage": PaymentState.stage},
                id="payment",
                class_name="rounded-panel border border-line bg-surface p-7 shadow-lift sm:p-9",
            ),
            id="main",
            class_name="mx-auto w-full max-w-[520px] px-4 pt-10 pb-16 sm:pt-20",
        )
    )


def success() -> rx.Component:
    """`/payment/success?session_id=...`"""
    return _page()


def cancel() -> rx.Component:
    """`/payment/cancel?checkout=...`"""
    return _page()
