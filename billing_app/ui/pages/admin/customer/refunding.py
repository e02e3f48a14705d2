"""The dialog in which money goes back: how much, what that would do, why; then it is done once."""

import secrets
from typing import Any, ClassVar

import reflex as rx

from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import current
from billing_app.errors import NotFound
from billing_app.money import Money
from billing_app.payments.refunds.quoting import RefundQuote
from billing_app.payments.refunds.service import RefundRefused
from billing_app.ui.admin.words import money
from billing_app.ui.format import number
from billing_app.ui.pages.admin.customer.dialogs import PreviewState, preview_dialog
from billing_app.ui.pages.admin.customer.fields import labelled, tick
from billing_app.ui.pages.admin.customer.state import CustomerState


class RefundState(PreviewState, rx.State):
    """Which payment, how much of it, and what giving it back would do."""

    left: rx.Field[str] = rx.field("")
    currency: rx.Field[str] = rx.field("")
    offers_closed: rx.Field[bool] = rx.field(False)
    go: rx.Field[str] = rx.field("Give back")
    _payment: int = 0
    _role: ClassVar[Role] = Role.SUPPORT

    @rx.event
    async def begin(self, payment_id: int) -> None:
        """Open the dialog for a payment of this customer, with all that is left of it filled in."""
        await self._show(payment_id)

    async def _begin(self, me: Principal, about: Any) -> None:
        quote = await current().refunds.quote(me, about)
        if quote.customer_id != (await self.get_state(CustomerState)).number:  # the number comes from the browser
            raise NotFound("There is no such payment of this customer.")
        self._payment = about
        self.left, self.currency = money(quote.left_minor, quote.currency), quote.currency
        self.filled = {"amount": Money(quote.left_minor, quote.currency).written().partition(" ")[0]}
        self.offers_closed = bool(quote.closed_windows)

    async def _preview(self, me: Principal) -> list[str]:
        self._reason("Say why; it stands in the audit log.")
        quote = await current().refunds.quote(me, self._payment, self._minor(), closed_windows=self._closed())
        self.go = f"Give back {money(quote.amount_minor, quote.currency)}"
        return effects_of(quote)

    async def _make(self, me: Principal) -> str:
        try:
            made = await current().refunds.make(
                me,
                self._payment,
                self._minor(),
                reason=self._reason("Say why; it stands in the audit log."),
                key=self._key,
                closed_windows=self._closed(),
            )
        except RefundRefused:  # it binds nothing: the next attempt is a request of its own
            self._key = secrets.token_urlsafe(12)
            raise
        return f"{money(made.amount_minor, made.currency)} given back: {made.status.replace('_', ' ')}."

    def _minor(self) -> int:
        amount = self.filled.get("amount", "").strip().replace(",", "")
        return Money.parse(f"{amount} {self.currency}").minor

    def _closed(self) -> bool:
        return "closed" in self.filled


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
    return preview_dialog(
        RefundState, _fields(), title="Give money back", name="refund", go=RefundState.go, kind="danger"
    )


def _fields() -> list[rx.Component]:
    filled = RefundState.filled
    return [
        labelled(
            rx.el.span("Amount in ", RefundState.currency),
            "amount",
            hint=rx.el.span("With tax; at most ", RefundState.left, "."),
            value=filled.get("amount", ""),
            input_mode="decimal",
            required=True,
            max_length=20,
        ),
        labelled(
            "Reason",
            "reason",
            hint="For the audit log.",
            value=filled.get("reason", ""),
            required=True,
            max_length=500,
        ),
        rx.cond(
            RefundState.offers_closed,
            tick("closed", "Spent credits of past months are owed too", checked=filled.contains("closed")),
            None,
        ),
    ]
