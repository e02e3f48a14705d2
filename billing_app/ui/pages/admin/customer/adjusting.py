"""The dialog in which credits are given or taken: amount, end, purpose, reason; a preview; then it is done once."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import reflex as rx

from billing_app.accounts.roles import Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError, InvalidInput
from billing_app.support.adjusting import AdjustmentPreview, Category
from billing_app.ui.admin.parts import button, message
from billing_app.ui.components.dialog import dialog
from billing_app.ui.format import day, number, signed
from billing_app.ui.pages.admin.customer.fields import buttons, choice, labelled, read_day, read_number, tick
from billing_app.ui.pages.admin.customer.state import CustomerState
from billing_app.ui.session import staff_of

CATEGORIES = tuple((one.value, one.label) for one in Category)


class AdjustState(rx.State):
    """What is asked for, and what it would do."""

    shown: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    effects: rx.Field[list[str]] = rx.field(default_factory=list)
    filled: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    _key: str = ""
    _customer: int = 0

    @rx.event
    async def begin(self) -> None:
        """Open the dialog, with a key of its own: a click too many makes nothing twice."""
        self.reset()
        page = await self.get_state(CustomerState)
        try:
            await staff_of(self, Role.SUPPORT)
        except DomainError as error:
            page.error, page.done = error.detail, ""
            return
        self._customer = page.number
        self._key, self.shown = secrets.token_urlsafe(12), True

    @rx.event
    async def close(self) -> None:
        """Leave everything as it is."""
        self.reset()

    @rx.event
    async def change(self) -> None:
        """Back from the preview to the form."""
        self.effects = []

    @rx.event
    async def preview(self, form: dict[str, Any]) -> None:
        """Show what it would do."""
        self.error, self.effects = "", []
        self.filled = {name: str(value) for name, value in form.items() if isinstance(value, (str, int, float, bool))}
        try:
            me = await staff_of(self, Role.SUPPORT)
            credits, ends = _amount(self.filled), _end(self.filled)
            if not self.filled.get("reason", "").strip():
                raise InvalidInput("Say why: the customer sees it beside the credits.", field="reason")
            found = await current().support.adjust_preview(me, self._customer, credits, expires_at=ends)
        except DomainError as error:
            self.error = error.detail
            return
        self.effects = effects_of(found, mailed="mail" in self.filled)

    @rx.event
    async def make(self) -> None:
        """Do what was shown."""
        try:
            me = await staff_of(self, Role.SUPPORT)
            made = await current().support.adjust(
                me,
                self._customer,
                _amount(self.filled),
                reason=self.filled.get("reason", ""),
                category=Category(self.filled.get("category", Category.GOODWILL.value)),
                key=self._key,
                expires_at=_end(self.filled),
                mail="mail" in self.filled,
            )
        except (DomainError, ValueError) as error:
            self.error = error.detail if isinstance(error, DomainError) else "Choose what it is for."
            self.effects = []
            return
        self.reset()
        told = " They are told by mail." if made.mailed else ""
        page = await self.get_state(CustomerState)
        await page._after(me, f"{signed(made.credits)} credits; {number(made.available)} are available now.{told}")


def _amount(form: dict[str, str]) -> int:
    """The signed number.

    Raises:
        InvalidInput: it is none.
    """
    credits = read_number(form.get("credits", ""), "credits", "How many credits? A whole number.")
    return -abs(credits) if form.get("direction") == "take" else abs(credits)


def _end(form: dict[str, str]) -> datetime | None:
    """The last moment of the day that was chosen; None: no end."""
    if form.get("direction") == "take":
        return None
    day_of = read_day(form.get("expires", ""), "expires")
    return datetime.combine(day_of, datetime.min.time(), UTC) + timedelta(days=1) if day_of else None


def effects_of(found: AdjustmentPreview, *, mailed: bool) -> list[str]:
    """What would happen, a sentence each. Pure."""
    said = [f"Available: {number(found.available_before)} before, {number(found.available_after)} after."]
    if found.credits > 0:
        last = found.expires_at - timedelta(days=1) if found.expires_at else None
        said.append(f"The credits can be used until the end of {day(last)}." if last else "The credits have no end.")
    if found.collected:
        said.append(f"{number(found.collected)} of them pay off what the customer owes.")
    said += [f"{number(credits)} leave {name}." for name, credits in found.from_lots]
    said.append("The reason stands in the customer's activity" + (" and goes to them by mail." if mailed else "."))
    return said


def adjust_dialog() -> rx.Component:
    """The dialog."""
    return dialog(
        rx.cond(AdjustState.effects.length() > 0, _preview(), _form()),
        is_open=AdjustState.shown,
        title="Adjust credits",
        title_id="adjust-title",
        on_close=AdjustState.close,
        stays=True,
    )


def _form() -> rx.Component:
    filled = AdjustState.filled
    return rx.el.form(
        message(AdjustState.error),
        choice("direction", "What", (("give", "Give"), ("take", "Take")), filled.get("direction", "give")),
        rx.el.div(
            labelled(
                "Credits",
                "credits",
                value=filled.get("credits", ""),
                input_mode="numeric",
                required=True,
                max_length=15,
            ),
            labelled("Usable until", "expires", hint="empty: no end", value=filled.get("expires", ""), type="date"),
            class_name="grid gap-3 min-[440px]:grid-cols-2",
        ),
        choice("category", "What for", CATEGORIES, filled.get("category", Category.GOODWILL.value)),
        labelled(
            "Reason",
            "reason",
            hint="The customer sees it, in these words.",
            value=filled.get("reason", ""),
            required=True,
            max_length=500,
        ),
        tick("mail", "Tell the customer by mail", checked=filled.contains("mail")),
        buttons(AdjustState.close, "Preview"),
        on_submit=AdjustState.preview,
        class_name="grid gap-4",
    )


def _preview() -> rx.Component:
    return rx.fragment(
        message(AdjustState.error),
        rx.el.ul(
            rx.foreach(AdjustState.effects, rx.el.li),
            class_name="grid list-disc gap-1.5 pl-5 tabular-nums",
            role="status",
        ),
        rx.el.div(
            button("Change it", kind="quiet", on_click=AdjustState.change),
            button("Adjust", kind="primary", on_click=AdjustState.make),
            class_name="flex flex-wrap justify-end gap-2",
        ),
    )
