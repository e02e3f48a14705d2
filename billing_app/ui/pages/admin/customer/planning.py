"""The dialog in which an administrator gives a plan by hand (C12): terms, a preview, a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import reflex as rx

from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import current
from billing_app.catalog.schema import Catalog, Metering, Plan
from billing_app.entitlements.hand_plans.terms import HandPlan
from billing_app.money import Money
from billing_app.ui.admin.words import money
from billing_app.ui.components.forms import FIELD
from billing_app.ui.format import day, number
from billing_app.ui.pages.admin.customer.dialogs import PreviewState, preview_dialog
from billing_app.ui.pages.admin.customer.fields import choice, labelled, read_day, read_number

_PERIODS = (("month", "a month"), ("year", "a year"))


class PlanState(PreviewState, rx.State):
    """What is to be given."""

    plans: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    counted: rx.Field[list[tuple[str, str]]] = rx.field(default_factory=list)
    currency: rx.Field[str] = rx.field("")
    _role: ClassVar[Role] = Role.ADMIN

    @rx.event
    async def begin(self) -> None:
        """Open the dialog."""
        await self._show()

    async def _begin(self, me: Principal, about: Any) -> None:
        catalog = await current().catalog.current()
        self.plans = [(plan.code, plan.name) for plan in catalog.plans if not plan.free]
        self.counted = [(one.code, one.name) for one in catalog.features if one.metering is Metering.QUOTA]
        self.currency = catalog.currency

    async def _preview(self, me: Principal) -> list[str]:
        self._reason("Say what was agreed; it stands in the audit log.")
        catalog = await current().catalog.current()
        wish = wish_of(self.filled, catalog)
        return effects_of(wish, await current().support.plan_preview(me, wish), catalog)

    async def _make(self, me: Principal) -> str:
        wish = wish_of(self.filled, await current().catalog.current())
        given = await current().support.give_plan(me, self.customer, wish, reason=self.filled.get("reason", ""))
        return f"{given.name} holds from now on."


def wish_of(form: dict[str, str], catalog: Catalog) -> HandPlan:
    """What a form asks for. Empty fields are as the plan has them. Pure.

    Raises:
        InvalidInput: a field cannot be read.
    """
    price, credits = form.get("price", "").strip(), form.get("credits", "").strip()
    until = read_day(form.get("until", ""), "ends_at")
    return HandPlan(
        plan=form.get("plan") or None,
        name=form.get("name", "").strip() or None,
        price_minor=Money.parse(f"{price.replace(',', '')} {catalog.currency}").minor if price else None,
        currency=catalog.currency if price else None,
        period=form.get("period", "month") if price else None,
        credits_per_month=read_number(credits, "credits", "Credits a month are a whole number.") if credits else None,
        quotas={
            code: _quota(given)
            for feature in catalog.features
            if (given := form.get(f"quota_{(code := feature.code)}", "").strip())
        },
        ends_at=datetime.combine(until, datetime.min.time(), UTC) + timedelta(days=1) if until else None,
    )


def _quota(text: str) -> int | None:
    if text.lower() == "unlimited":
        return None
    return read_number(text, "quotas", "A quota is a whole number, or the word unlimited.")


def effects_of(wish: HandPlan, plan: Plan, catalog: Catalog) -> list[str]:
    """What would happen, a sentence each. Pure."""
    said = [f"{plan.name} holds from now on, without Stripe."]
    if wish.price_minor and wish.currency:
        said.append(f"{money(wish.price_minor, wish.currency)} a {wish.period}, in MRR. You invoice it yourself.")
    else:
        said.append("For nothing: it is not in MRR.")
    if plan.credits_per_month:
        said.append(
            f"{number(plan.credits_per_month)} credits now and on this day of each month; what is left then goes."
        )
    for code, units in plan.quotas.items():
        feature = catalog.feature(code)
        name = feature.name if feature is not None else code
        said.append(f"{name}: {'unlimited' if units is None else number(units)} a window.")
    names = [feature.name for code in plan.features if (feature := catalog.feature(code)) is not None]
    if names:
        said.append(f"Features: {', '.join(names)}.")
    if wish.ends_at is not None:
        said.append(f"It ends by itself at the end of {day(wish.ends_at - timedelta(days=1))}.")
    else:
        said.append("It goes on until somebody ends it.")
    return said


def plan_dialog() -> rx.Component:
    """The dialog."""
    return preview_dialog(PlanState, _fields(), title="Give a plan by hand", name="plan", go="Give the plan")


def _fields() -> list[rx.Component]:
    filled = PlanState.filled
    return [
        rx.el.div(
            rx.el.div(
                rx.el.label("Plan", html_for="field-plan", class_name="text-small font-[550]"),
                rx.el.select(
                    rx.foreach(PlanState.plans, lambda one: rx.el.option(one[1], value=one[0])),
                    rx.el.option("Terms of their own", value=""),
                    id="field-plan",
                    name="plan",
                    default_value=filled.get("plan", ""),
                    key=PlanState.plans.length(),
                    class_name=FIELD,
                ),
                class_name="grid content-start gap-1",
            ),
            labelled("Name", "name", hint="empty: as the plan", value=filled.get("name", ""), max_length=80),
            labelled(
                rx.el.span("Price in ", PlanState.currency),
                "price",
                hint="net; empty: for nothing",
                value=filled.get("price", ""),
                input_mode="decimal",
                max_length=20,
            ),
            choice("period", "Paid", _PERIODS, filled.get("period", "month")),
            labelled(
                "Credits a month",
                "credits",
                hint="empty: as the plan",
                value=filled.get("credits", ""),
                input_mode="numeric",
                max_length=15,
            ),
            labelled("Last day", "until", hint="empty: no end", value=filled.get("until", ""), type="date"),
            rx.foreach(
                PlanState.counted,
                lambda one: labelled(
                    rx.el.span(one[1], " a window"),
                    "quota_" + one[0],
                    hint="empty: as the plan; or unlimited",
                    value=filled.get("quota_" + one[0], ""),
                    max_length=15,
                ),
            ),
            class_name="grid gap-3 sm:grid-cols-2",
        ),
        labelled(
            "Reason", "reason", hint="What was agreed.", value=filled.get("reason", ""), required=True, max_length=500
        ),
    ]
