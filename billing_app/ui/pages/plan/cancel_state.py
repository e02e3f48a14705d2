"""The State of `/plan/cancel`: what cancelling does, doing it, and taking it back."""

from typing import Any

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.credits import Group
from billing_app.errors import DomainError, Unauthenticated
from billing_app.payments.subscribing.limits import CHANGE
from billing_app.payments.subscribing.views import CancelReason, Ending, MyPlan
from billing_app.ui.brand import brand
from billing_app.ui.format import day, moment
from billing_app.ui.plan_words import charged_after, free_plan, leaving_facts, price_of, titled
from billing_app.ui.session import customer_of, paced, refresh_shell

MAX_COMMENT = 500
REASONS: tuple[tuple[str, str], ...] = (
    (CancelReason.TOO_EXPENSIVE.value, "It costs too much"),
    (CancelReason.UNUSED.value, "I do not use it enough"),
    (CancelReason.MISSING_FEATURES.value, "Something is missing"),
    (CancelReason.SWITCHED_SERVICE.value, "I use something else now"),
    (CancelReason.LOW_QUALITY.value, "The quality is not good enough"),
    (CancelReason.TOO_COMPLEX.value, "It is too complicated"),
    (CancelReason.CUSTOMER_SERVICE.value, "Support did not help"),
    (CancelReason.OTHER.value, "Another reason"),
)


class CancelState(rx.State):
    """`stage`: `asking`, `cancelled` (to a date), `ended`, `resumed`, or `none` when there is nothing to cancel."""

    stage: rx.Field[str] = rx.field("loading")
    error: rx.Field[str] = rx.field("")
    busy: rx.Field[bool] = rx.field(False)
    title: rx.Field[str] = rx.field("")
    price: rx.Field[str] = rx.field("")
    last_day: rx.Field[str] = rx.field("")
    at_once: rx.Field[bool] = rx.field(False)
    past_due: rx.Field[bool] = rx.field(False)
    facts_later: rx.Field[list[str]] = rx.field(default_factory=list)
    facts_now: rx.Field[list[str]] = rx.field(default_factory=list)
    reason: rx.Field[str] = rx.field("")
    result: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> Any:
        """Show what cancelling would do, or that it is done."""
        self.reset()
        try:
            await self._show(await customer_of(self))
        except Unauthenticated:
            return rx.redirect("/login?next=/plan/cancel")
        except DomainError as error:
            self.stage, self.error = "none", error.detail
        return None

    async def _show(self, customer_id: int) -> None:
        my = await current().subscriptions.current(customer_id)
        self.title, self.price = titled(my.name, my.period), price_of(my.price, my.period)
        if not my.subscribed or not (my.can_cancel or my.ends_at):
            self.stage = "none"
            return
        last = my.ends_at or my.trial_ends_at or my.period_end
        self.last_day = day(last) if last else ""
        self.past_due = my.past_due is not None
        self.at_once = self.past_due
        await self._show_facts(customer_id, my)
        self.stage = "cancelled" if my.ends_at else "asking"
        if my.ends_at:
            self.result = f"{my.name} ends {moment(my.ends_at)}. {charged_after(my)}"

    async def _show_facts(self, customer_id: int, my: MyPlan) -> None:
        catalog = await current().catalog.current()
        balance = await current().credits.balance(customer_id)
        names = {unlock.code: unlock.name for unlock in catalog.unlocks}
        owned = await current().entitlements.unlocks(customer_id)
        of_plan = balance.groups[Group.PLAN]
        if my.status == "trialing":
            of_plan = sum(lot.remaining for lot in balance.lots if lot.kind == "trial" and lot.burns)
        self.facts_later, self.facts_now = leaving_facts(
            my,
            noun=brand().credit,
            plan_credits=of_plan,
            bought=balance.available - of_plan,
            unlocks=[names.get(one.code, one.code) for one in owned if not one.revoked_at and one.uses_left != 0],
            after=free_plan(catalog),
            at=clock.now(),
            keeps_paid=catalog.policies.cancel_now_credits == "keep_paid",
        )

    @rx.event
    def choose_when(self, when: str) -> None:
        """At the end of the period, or at once."""
        self.at_once = when == "now"

    @rx.event
    def choose_reason(self, reason: str) -> None:
        """Why; never needed."""
        self.reason = reason if reason in dict(REASONS) else ""

    @rx.event
    async def confirm(self, form: dict[str, Any]) -> Any:
        """Cancel, as chosen. `form` holds the comment."""
        if self.busy:
            return None
        self.busy, self.error = True, ""
        comment = str(form.get("comment", "")).strip()[:MAX_COMMENT]
        try:
            customer_id = await customer_of(self)
            await paced(customer_id, CHANGE)
            ending = await current().subscriptions.cancel(
                customer_id, at_once=self.at_once, reason=self.reason or None, comment=comment or None
            )
            await self._ended("ended" if self.at_once else "cancelled", ending, customer_id)
        except Unauthenticated:
            return rx.redirect("/login?next=/plan/cancel")
        except DomainError as error:
            self.error = error.detail
        finally:
            self.busy = False
        return None

    @rx.event
    async def resume(self) -> Any:
        """Take the cancellation back."""
        if self.busy:
            return None
        self.busy, self.error = True, ""
        try:
            customer_id = await customer_of(self)
            await paced(customer_id, CHANGE)
            await self._ended("resumed", await current().subscriptions.resume(customer_id), customer_id)
        except Unauthenticated:
            return rx.redirect("/login?next=/plan/cancel")
        except DomainError as error:
            self.error = error.detail
        finally:
            self.busy = False
        return None

    async def _ended(self, stage: str, ending: Ending, customer_id: int) -> None:
        self.stage, self.result = stage, ending.detail
        self.last_day = day(ending.ends_at) if ending.ends_at else ""
        await refresh_shell(self, customer_id)
