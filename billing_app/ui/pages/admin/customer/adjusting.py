"""The dialog in which credits are given or taken: amount, end, purpose, reason; a preview; then it is done once."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import reflex as rx

from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import current
from billing_app.errors import InvalidInput
from billing_app.support.adjusting import AdjustmentPreview, Category
from billing_app.ui.format import day, number, signed
from billing_app.ui.pages.admin.customer.dialogs import PreviewState, preview_dialog
from billing_app.ui.pages.admin.customer.fields import choice, labelled, read_day, read_number, tick

CATEGORIES = tuple((one.value, one.label) for one in Category)


class AdjustState(PreviewState, rx.State):
    """What is asked for, and what it would do."""

    _role: ClassVar[Role] = Role.SUPPORT

    @rx.event
    async def begin(self) -> None:
        """Open the dialog."""
        await self._show()

    async def _begin(self, me: Principal, about: Any) -> None:
        """An empty form."""

    async def _preview(self, me: Principal) -> list[str]:
        credits, ends = _amount(self.filled), _end(self.filled)
        self._reason("Say why: the customer sees it beside the credits.")
        found = await current().support.adjust_preview(me, self.customer, credits, expires_at=ends)
        return effects_of(found, mailed="mail" in self.filled)

    async def _make(self, me: Principal) -> str:
        made = await current().support.adjust(
            me,
            self.customer,
            _amount(self.filled),
            reason=self.filled.get("reason", ""),
            category=_category(self.filled),
            key=self._key,
            expires_at=_end(self.filled),
            mail="mail" in self.filled,
        )
        told = " They are told by mail." if made.mailed else ""
        return f"{signed(made.credits)} credits; {number(made.available)} are available now.{told}"


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


def _category(form: dict[str, str]) -> Category:
    """What it is for.

    Raises:
        InvalidInput: none that we know.
    """
    try:
        return Category(form.get("category", Category.GOODWILL.value))
    except ValueError:
        raise InvalidInput("Choose what it is for.", field="category") from None


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
    return preview_dialog(AdjustState, _fields(), title="Adjust credits", name="adjust", go="Adjust")


def _fields() -> list[rx.Component]:
    filled = AdjustState.filled
    return [
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
    ]
