"""The dialog in which money goes back: how much, what that would do, why; then it is done once."""

import secrets
from typing import Any

import reflex as rx

from billing_app.accounts.roles import Role
from billing_app.bootstrap import current
from billing_app.errors import DomainError, InvalidInput
from billing_app.money import Money
from billing_app.payments.refunds.quoting import RefundQuote
from billing_app.payments.refunds.service import RefundRefused
from billing_app.ui.admin.parts import button, message
from billing_app.ui.admin.words import money
from billing_app.ui.components.dialog import dialog
from billing_app.ui.format import number
from billing_app.ui.pages.admin.customer.fields import buttons, labelled, tick
from billing_app.ui.pages.admin.customer.state import CustomerState
from billing_app.ui.session import staff_of


class RefundState(rx.State):
    """Which payment, how much of it, and what giving it back would do."""

    shown: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    left: rx.Field[str] = rx.field("")
    currency: rx.Field[str] = rx.field("")
    amount: rx.Field[str] = rx.field("")
    reason: rx.Field[str] = rx.field("")
    closed: rx.Field[bool] = rx.field(False)
    offers_closed: rx.Field[bool] = rx.field(False)
    effects: rx.Field[list[str]] = rx.field(default_factory=list)
    go: rx.Field[str] = rx.field("Give back")
    _payment: int = 0
    _minor: int = 0
    _key: str = ""

    @rx.event
    async def begin(self, payment_id: int) -> None:
        """Open the dialog for a payment of this customer, with all that is left of it filled in."""
        self.reset()
        try:
            me = await staff_of(self, Role.SUPPORT)
            quote = await current().refunds.quote(me, payment_id)
        except DomainError as error:
            page = await self.get_state(CustomerState)
            page.error, page.done = error.detail, ""
            return
        self._payment, self._key, self.shown = payment_id, secrets.token_urlsafe(12), True
        self.left, self.currency = money(quote.left_minor, quote.currency), quote.currency
        self.amount = Money(quote.left_minor, quote.currency).written().partition(" ")[0]
        self.offers_closed = bool(quote.closed_windows)

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
        """Show what giving so much back would do."""
        self.error, self.effects = "", []
        self.amount, self.reason = str(form.get("amount", "")).strip(), str(form.get("reason", "")).strip()
        self.closed = "closed" in form
        try:
            me = await staff_of(self, Role.SUPPORT)
            if not self.reason:
                raise InvalidInput("Say why; it stands in the audit log.", field="reason")
            self._minor = Money.parse(f"{self.amount.replace(',', '')} {self.currency}").minor
            quote = await current().refunds.quote(me, self._payment, self._minor, closed_windows=self.closed)
        except DomainError as error:
            self.error = error.detail
            return
        self.effects, self.go = effects_of(quote), f"Give back {money(quote.amount_minor, quote.currency)}"

    @rx.event
    async def make(self) -> None:
        """Do what was shown."""
        try:
            me = await staff_of(self, Role.SUPPORT)
            made = await current().refunds.make(
                me, self._payment, self._minor, reason=self.reason, key=self._key, closed_windows=self.closed
            )
        except RefundRefused as refused:  # it binds nothing: the next attempt is a request of its own
            self._key, self.error, self.effects = secrets.token_urlsafe(12), refused.detail, []
            return
        except DomainError as error:
            self.error, self.effects = error.detail, []
            return
        self.reset()
        page = await self.get_state(CustomerState)
        await page._after(me, f"{money(made.amount_minor, made.currency)} given back: {made.status.replace('_', ' ')}.")


def effects_of(quote: RefundQuote) -> list[str]:
    """What would happen, a sentence each. Pure."""
    said = [f"{money(quote.amount_minor, quote.currency)} of {money(quote.captured_minor, quote.currency)} go back."]
    if quote.credits_granted:
        said.append(
            f"It brought {number(quote.credits_granted)} credits: {number(quote.credits_spent)} are spent, "
            f"{number(quote.credits_unspent)} are left, {number(quote.credits_expired)} have expired."
        )
    if quote.takes:
        said.append(f"{number(quote.takes)} credits are taken back.")
    if quote.waits:
        said.append(f"{number(quote.waits)} more when work under way gives them back.")
    if quote.owes:
        said.append(f"{number(quote.owes)} spent credits are owed: the next ones pay for them.")
    if quote.forgives:
        said.append(f"{number(quote.forgives)} spent or expired credits are forgiven.")
    if quote.locks:
        said.append(f"Locked again: {', '.join(quote.locks)}.")
    if quote.plan:
        said.append(f"{quote.plan} goes on: a refund cancels nothing.")
    return said


def refund_dialog() -> rx.Component:
    """The dialog."""
    return dialog(
        rx.cond(RefundState.effects.length() > 0, _preview(), _form()),
        is_open=RefundState.shown,
        title="Give money back",
        title_id="refund-title",
        on_close=RefundState.close,
        stays=True,
    )


def _form() -> rx.Component:
    return rx.el.form(
        message(RefundState.error),
        labelled(
            rx.el.span("Amount in ", RefundState.currency),
            "amount",
            hint=rx.el.span("With tax; at most ", RefundState.left, "."),
            value=RefundState.amount,
            input_mode="decimal",
            required=True,
            max_length=20,
        ),
        labelled(
            "Reason", "reason", hint="For the audit log.", value=RefundState.reason, required=True, max_length=500
        ),
        rx.cond(
            RefundState.offers_closed,
            tick("closed", "Spent credits of past months are owed too", checked=RefundState.closed),
            None,
        ),
        buttons(RefundState.close, "Preview"),
        on_submit=RefundState.preview,
        class_name="grid gap-4",
    )


def _preview() -> rx.Component:
    return rx.fragment(
        message(RefundState.error),
        rx.el.ul(
            rx.foreach(RefundState.effects, rx.el.li),
            class_name="grid list-disc gap-1.5 pl-5 tabular-nums",
            role="status",
        ),
        rx.el.div(
            button("Change it", kind="quiet", on_click=RefundState.change),
            button(RefundState.go, kind="danger", on_click=RefundState.make),
            class_name="flex flex-wrap justify-end gap-2",
        ),
    )
