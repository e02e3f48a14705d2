"""How the dialogs on a customer's page work: opened over one customer, filled in, shown as a preview, then done once.

A dialog stays with the customer it was opened over: what a page shows by then may be another.
"""

import secrets
from collections.abc import Sequence
from typing import Any, ClassVar

import reflex as rx

from billing_app.accounts.roles import Principal, Role
from billing_app.errors import DomainError, InvalidInput
from billing_app.ui.admin.parts import button, message
from billing_app.ui.components.dialog import dialog
from billing_app.ui.pages.admin.customer.fields import buttons
from billing_app.ui.pages.admin.customer.state import CustomerState
from billing_app.ui.session import staff_of


class DialogState(rx.State, mixin=True):
    """A dialog over one customer."""

    error: rx.Field[str] = rx.field("")
    customer: rx.Field[int] = rx.field(0)

    @rx.event
    async def close(self) -> None:
        """Leave everything as it is."""
        self.reset()

    async def _open(self, role: Role, about: Any = None) -> None:
        """Forget what was asked last and begin anew; the page says why somebody may not."""
        self.reset()
        page = await self.get_state(CustomerState)
        try:
            await self._begin(await staff_of(self, role), about)
        except DomainError as error:
            page.error, page.done = error.detail, ""
            return
        self.customer = page.number

    async def _begin(self, me: Principal, about: Any) -> None:
        """What the dialog shows at first, `about` what it was opened for. Raising, it stays closed."""
        raise NotImplementedError

    async def _staff(self, role: Role) -> Principal:
        """Who acts here.

        Raises:
            InvalidInput: the page has gone on to another customer.
        """
        me = await staff_of(self, role)
        if (await self.get_state(CustomerState)).number != self.customer:
            raise InvalidInput("This page shows another customer by now. Open the dialog again.", field="customer")
        return me

    async def _done(self, me: Principal, said: str) -> None:
        """Close it, and show how things stand now."""
        self.reset()
        await (await self.get_state(CustomerState))._after(me, said)


class PreviewState(DialogState, mixin=True):
    """A dialog whose form is shown as a preview before it is done. Its States say what, in `_preview` and `_make`."""

    shown: rx.Field[bool] = rx.field(False)
    effects: rx.Field[list[str]] = rx.field(default_factory=list)
    filled: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    _key: str = ""
    _role: ClassVar[Role] = Role.ADMIN

    async def _show(self, about: Any = None) -> None:
        """Open it, with a key of its own: a click too many makes nothing twice."""
        await self._open(self._role, about)
        if self.customer:
            self._key, self.shown = secrets.token_urlsafe(12), True

    @rx.event
    async def change(self) -> None:
        """Back from the preview to the form."""
        self.effects = []

    @rx.event
    async def preview(self, form: dict[str, Any]) -> None:
        """Show what it would do."""
        self.error, self.effects = "", []
        self.filled = typed(form)
        try:
            self.effects = await self._preview(await self._staff(self._role))
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def make(self) -> None:
        """Do what was shown."""
        try:
            me = await self._staff(self._role)
            said = await self._make(me)
        except DomainError as error:
            self.error, self.effects = error.detail, []
            return
        await self._done(me, said)

    async def _preview(self, me: Principal) -> list[str]:
        """What would happen, a sentence each."""
        raise NotImplementedError

    async def _make(self, me: Principal) -> str:
        """Do it; says in a sentence what was done."""
        raise NotImplementedError

    def _reason(self, why: str) -> str:
        """The reason given.

        Raises:
            InvalidInput: none; says `why` it is needed.
        """
        if not (reason := self.filled.get("reason", "").strip()):
            raise InvalidInput(why, field="reason")
        return reason


def typed(form: dict[str, Any]) -> dict[str, str]:
    """What was typed into a form, as text. Pure."""
    return {name: str(value) for name, value in form.items() if isinstance(value, (str, int, float, bool))}


def preview_dialog(
    state: type[PreviewState], fields: Sequence[Any], *, title: str, name: str, go: Any, kind: str = "primary"
) -> rx.Component:
    """The form, or the preview of what was filled in; `go` is what the last button says, `name` its own on the page."""
    return dialog(
        message(state.error),
        rx.cond(
            state.effects.length() > 0,
            _effects(state, go, kind),
            rx.el.form(*fields, buttons(state.close, "Preview"), on_submit=state.preview, class_name="grid gap-4"),
        ),
        is_open=state.shown,
        title=title,
        title_id=f"{name}-title",
        on_close=state.close,
        stays=True,
    )


def _effects(state: type[PreviewState], go: Any, kind: str) -> rx.Component:
    return rx.fragment(
        rx.el.ul(
            rx.foreach(state.effects, rx.el.li),
            class_name="grid list-disc gap-1.5 pl-5 tabular-nums",
            role="status",
        ),
        rx.el.div(
            button("Change it", kind="quiet", on_click=state.change),
            button(go, kind=kind, on_click=state.make),
            class_name="flex flex-wrap justify-end gap-2",
        ),
    )
