"""What needs a reason and is then done at once: a fresh quota, a feature by hand or its end, a plan's end, a look."""

from datetime import UTC, datetime, timedelta
from typing import Any

import reflex as rx

from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import current
from billing_app.catalog.schema import Metering
from billing_app.errors import DomainError, InvalidInput
from billing_app.ui.admin.parts import button, message
from billing_app.ui.components.dialog import dialog
from billing_app.ui.components.forms import FIELD, hidden, post_form
from billing_app.ui.format import day
from billing_app.ui.pages.admin.customer.dialogs import DialogState, typed
from billing_app.ui.pages.admin.customer.fields import buttons, labelled, read_day, read_number

_TITLES = {
    "quota": ("Begin a window afresh", "What was used of it in this window counts no more. The window keeps its end."),
    "revoke": (
        "Take a feature back",
        "What was given of it by hand ends now. What the plan or a purchase gives stays.",
    ),
    "end": ("End the plan by hand", "Empty: it ends now, and what is left of this month's credits goes with it."),
    "grant": ("Give a feature", "Beside the plan, until the day you choose. The best of plan and gifts holds."),
    "look": ("See it as the customer", "For 30 minutes you see their pages as they do. Nothing can be changed."),
}
_ROLES = {"quota": Role.SUPPORT, "look": Role.SUPPORT}


class AskState(DialogState, rx.State):
    """What is asked about; one thing at a time."""

    kind: rx.Field[str] = rx.field("")
    code: rx.Field[str] = rx.field("")
    title: rx.Field[str] = rx.field("")
    detail: rx.Field[str] = rx.field("")
    features: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)

    @rx.event
    async def ask(self, kind: str, code: str) -> None:
        """Open the dialog for one thing; `code` is the feature's, where it is about one."""
        await self._open(_ROLES.get(kind, Role.ADMIN), (kind, code[:80]))

    async def _begin(self, me: Principal, about: Any) -> None:
        if about[0] not in _TITLES:
            raise InvalidInput("There is nothing of this kind to be done.", field="kind")
        catalog = await current().catalog.current()
        self.kind, self.code = about
        self.title, self.detail = _TITLES[self.kind]
        self.features = [(one.code, one.name) for one in catalog.features if one.metering is not Metering.CREDITS]

    @rx.event
    async def go(self, form: dict[str, Any]) -> None:
        """Do it, with the reason that was given."""
        try:
            me = await self._staff(_ROLES.get(self.kind, Role.ADMIN))
            done = await self._do(me, typed(form))
        except DomainError as error:
            self.error = error.detail
            return
        await self._done(me, done)

    async def _do(self, me: Principal, filled: dict[str, str]) -> str:
        support, customer, reason = current().support, self.customer, filled.get("reason", "")
        until = read_day(filled.get("until", ""), "ends_at")
        ends = datetime.combine(until, datetime.min.time(), UTC) + timedelta(days=1) if until else None
        match self.kind:
            case "quota":
                before = await support.reset_quota(me, customer, self.code, reason=reason)
                return f"{before.name} begins afresh."
            case "revoke":
                await support.revoke_feature(me, customer, self.code, reason=reason)
                return "What was given by hand has ended."
            case "grant":
                quota = filled.get("quota", "").strip()
                units = read_number(quota, "quota", "A quota is a whole number.") if quota else None
                await support.grant_feature(
                    me, customer, filled.get("feature", ""), reason=reason, quota=units, ends_at=ends
                )
                return "The feature is given."
            case "end":
                at = await support.end_plan(me, customer, reason=reason, at=ends)
                return f"The plan ends at the end of {day(at - timedelta(days=1))}." if ends else "The plan has ended."
            case _:
                raise InvalidInput("Open the dialog again.", field="kind")


def ask_dialog() -> rx.Component:
    """The dialog."""
    return dialog(
        rx.el.p(AskState.detail, class_name="text-ink-2"),
        rx.cond(AskState.kind == "look", _look(), _form()),
        is_open=AskState.kind != "",
        title=AskState.title,
        title_id="ask-title",
        on_close=AskState.close,
        stays=True,
    )


def _look() -> rx.Component:
    """A plain form: its answer leads to the customer's dashboard."""
    return post_form(
        hidden("customer", AskState.customer.to_string()),
        hidden("next", "/dashboard"),
        labelled("Reason", "reason", hint="Kept in the audit log with your name.", required=True, max_length=500),
        rx.el.div(
            button("Leave it", kind="quiet", on_click=AskState.close),
            button("Look as the customer", kind="primary", type="submit"),
            class_name="flex flex-wrap justify-end gap-2",
        ),
        action="/api/support/look",
        class_name="grid gap-4",
    )


def _form() -> rx.Component:
    ends = (AskState.kind == "end") | (AskState.kind == "grant")
    return rx.el.form(
        message(AskState.error),
        rx.cond(
            AskState.kind == "grant",
            rx.el.div(
                rx.el.div(
                    rx.el.label("Feature", html_for="field-feature", class_name="text-small font-[550]"),
                    rx.el.select(
                        rx.foreach(AskState.features, lambda one: rx.el.option(one[1], value=one[0])),
                        id="field-feature",
                        name="feature",
                        class_name=FIELD,
                    ),
                    class_name="grid content-start gap-1",
                ),
                labelled(
                    "Quota", "quota", hint="of a counted one; empty: no limit", input_mode="numeric", max_length=15
                ),
                class_name="grid gap-3 sm:grid-cols-2",
            ),
            None,
        ),
        rx.cond(ends, labelled("Last day", "until", type="date"), None),
        labelled("Reason", "reason", hint="Kept in the audit log with your name.", required=True, max_length=500),
        buttons(AskState.close, AskState.title),
        on_submit=AskState.go,
        class_name="grid gap-4",
    )
