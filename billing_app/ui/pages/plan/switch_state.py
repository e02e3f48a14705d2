"""The State of `/plan/switch`: the choice in the address, its preview, and what became of it."""

import asyncio
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from billing_app.bootstrap import current
from billing_app.catalog.offers import sellable
from billing_app.db.reach import TROUBLE
from billing_app.errors import DomainError, Unauthenticated
from billing_app.payments.subscribing.errors import PreviewExpired
from billing_app.payments.subscribing.limits import CHANGE, PREVIEW
from billing_app.payments.subscribing.views import ChangePreview, ChangeState, MyPlan
from billing_app.ui.brand import brand
from billing_app.ui.format import day, moment
from billing_app.ui.pages.plan.choices import Choice, choices
from billing_app.ui.plan_words import Line, charge_lines, credit_lines, price_of, titled
from billing_app.ui.session import customer_of, paced, refresh_shell

MAX_FIELD = 60
WATCH_EVERY_S, WATCH_LIMIT_S = 2, 15 * 60

_WAITING = ("needs_action", "under_way")
_STAGES = {
    ChangeState.DONE: "done",
    ChangeState.SCHEDULED: "scheduled",
    ChangeState.UNDER_WAY: "under_way",
}


class SwitchState(rx.State):
    """`stage`: `choosing`, `previewed`, `done`, `scheduled`, `needs_action`, `under_way`, `failed`; `none`: nothing to
    switch."""

    stage: rx.Field[str] = rx.field("loading")
    error: rx.Field[str] = rx.field("")
    busy: rx.Field[bool] = rx.field(False)
    from_title: rx.Field[str] = rx.field("")
    from_price: rx.Field[str] = rx.field("")
    to_title: rx.Field[str] = rx.field("")
    to_price: rx.Field[str] = rx.field("")
    options: rx.Field[list[Choice]] = rx.field(default_factory=list)
    at_once: rx.Field[bool] = rx.field(True)
    due_today: rx.Field[str] = rx.field("")
    lines: rx.Field[list[Line]] = rx.field(default_factory=list)
    credited: rx.Field[str] = rx.field("")
    begins: rx.Field[str] = rx.field("")
    next_charge: rx.Field[str] = rx.field("")
    credits: rx.Field[list[Line]] = rx.field(default_factory=list)
    notes: rx.Field[list[str]] = rx.field(default_factory=list)
    confirm_label: rx.Field[str] = rx.field("")
    result: rx.Field[str] = rx.field("")
    pay_url: rx.Field[str] = rx.field("")
    _token: str = ""
    _watch: int = 0

    @rx.event
    async def load(self) -> Any:
        """Show the choice of the address, or all there is to choose from."""
        watch = self._watch
        self.reset()
        self._watch = watch + 1
        try:
            await self._show(await customer_of(self))
        except Unauthenticated:
            return rx.redirect("/login?" + urlencode({"next": self._here()}))
        except DomainError as error:
            self._choose_anew(error.detail)
        return None

    def _choose_anew(self, why: str) -> None:
        self.stage, self.error = "choosing" if self.options else "none", why
        self.options = [replace(option, chosen=False) for option in self.options]

    def _here(self) -> str:
        plan, period = self._chosen()
        return "/plan/switch" + (f"?{urlencode({'plan': plan, 'period': period})}" if plan else "")

    def _chosen(self) -> tuple[str, str]:
        query = self.router.url.query_parameters
        return query.get("plan", "")[:MAX_FIELD], (query.get("period", "") or "month")[:MAX_FIELD]

    async def _show(self, customer_id: int) -> None:
        plan, period = self._chosen()
        my = await current().subscriptions.current(customer_id)
        self.from_title, self.from_price = titled(my.name, my.period), price_of(my.price, my.period)
        if not my.subscribed:
            self.stage = "none"
            return
        if my.waiting_url:
            self._wait_for_bank(my.waiting_url, "A switch you asked for waits for its payment.")
            return
        offers = sellable(await current().catalog.current())
        self.options = choices(my, offers, plan=plan, period=period)
        if not plan:
            self.stage = "choosing"
            return
        await paced(customer_id, PREVIEW)
        self._show_preview(await current().subscriptions.preview(customer_id, plan, period), my)

    def _show_preview(self, preview: ChangePreview, my: MyPlan) -> None:
        self._token = preview.token
        self.stage = "previewed"
        self.to_title, self.to_price = titled(preview.name, preview.period), price_of(preview.price, preview.period)
        self.at_once = preview.now
        self.due_today = preview.due_today.shown()
        self.lines = charge_lines(preview)
        self.credited = preview.credited_today.shown() if preview.credited_today.minor else ""
        self.begins = "Now" if preview.now else moment(preview.effective_at)
        self.next_charge = f"{preview.next_charge.shown()} on {day(preview.next_charge_at)}"
        self.credits = credit_lines(preview, brand().credit)
        self.notes = _notes(preview, my)
        self.confirm_label = (
            f"Pay {self.due_today} and switch"
            if preview.due_today.minor
            else "Switch now"
            if preview.now
            else f"Switch on {day(preview.effective_at)}"
        )

    @rx.event
    async def confirm(self) -> Any:
        """Do what is shown: nothing else, and nothing if things have changed since."""
        if self.busy or not self._token:
            return None
        self.busy, self.error = True, ""
        try:
            customer_id = await customer_of(self)
            await paced(customer_id, CHANGE)
            changed = await current().subscriptions.switch(customer_id, self._token)
            await refresh_shell(self, customer_id)
        except Unauthenticated:
            return rx.redirect("/login?next=/plan/switch")
        except PreviewExpired as error:
            await self._look_again(error.detail)
            return None
        except DomainError as error:
            self.error = error.detail
            return None
        finally:
            self.busy = False
        self._token = ""
        self.result = changed.detail
        if changed.state is ChangeState.NEEDS_ACTION and changed.url:
            self._wait_for_bank(changed.url, changed.detail)
        else:
            self.stage = _STAGES.get(changed.state, "failed")
        return SwitchState.watch if self.stage in _WAITING else None

    async def _look_again(self, why: str) -> None:
        try:
            await self._show(await customer_of(self))
        except DomainError as error:
            self._choose_anew(error.detail)
            return
        self.error = why

    def _wait_for_bank(self, url: str, why: str) -> None:
        self.stage, self.pay_url, self.result = "needs_action", url, why

    @rx.event(background=True)
    async def watch(self):
        """While it waits: see by our own books when the switch has happened, or was given up."""
        async with self:
            if self.stage not in _WAITING:
                return
            mine = self._watch
        for _ in range(WATCH_LIMIT_S // WATCH_EVERY_S):
            await asyncio.sleep(WATCH_EVERY_S)
            async with self:
                if self._watch != mine or self.stage not in _WAITING:
                    return
                try:
                    customer_id = await customer_of(self)
                    my = await current().subscriptions.current(customer_id)
                except (DomainError, *TROUBLE):
                    continue
                if my.waiting_until is None:
                    switched = titled(my.name, my.period) != self.from_title
                    self.stage = "done" if switched else "failed"
                    self.result = (
                        f"You are on {titled(my.name, my.period)} now."
                        if switched
                        else "The payment did not come through. Nothing was charged, and your plan is as it was."
                    )
                    await refresh_shell(self, customer_id)
                    return


def _notes(preview: ChangePreview, my: MyPlan) -> list[str]:
    notes = []
    if preview.trial_until:
        notes.append(f"Your trial goes on until {moment(preview.trial_until)}.")
    if preview.replaces:
        notes.append(f"This takes the place of the change to {preview.replaces} that was planned.")
    if not preview.now:
        notes.append(f"Until then {my.name} stays as it is, and you can take the change back at any time.")
    return notes
