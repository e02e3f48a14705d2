"""The wall: what stopped, how much is missing, when it renews by itself, what it costs to go on (WL1).

One view for the page's own check before an action and for the server's refusal after it (WL2).
"""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.catalog.schema import Catalog
from billing_app.entitlements.decisions import Basis, Decision, Option
from billing_app.money import Money
from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.icons import icon
from billing_app.ui.components.ways_on import way_on
from billing_app.ui.format import day, number

OPTIONS_SHOWN = 4


@dataclass
class WallOption:
    """One way on, as a card with a button.

    Attributes:
        href: a page of ours, or of the seller's, where it goes on; empty: the button pays at once.
        period: of a plan.
    """

    kind: str
    code: str
    name: str
    detail: str
    label: str
    spoken: str
    enough: bool
    href: str = ""
    period: str = ""


@dataclass
class Wall:
    """What the wall says. `title` empty: nothing is in the way."""

    title: str = ""
    text: str = ""
    renews: str = ""
    options: list[WallOption] | None = None


def wall_of(decision: Decision, catalog: Catalog) -> Wall:
    """The wall of a refusal; an empty one when the decision allows."""
    if decision.allowed:
        return Wall(options=[])
    noun = catalog.brand.credit
    if decision.basis is Basis.CREDITS:
        title = f"{noun.of(decision.shortfall)} short"
        need, have = noun.of(decision.required or 0), number(decision.available or 0)
        text = f"{decision.feature_name} needs {need} and you have {have}."
        if decision.held:
            text += f" {noun.of(decision.held)} more are in use right now."
    elif decision.basis is Basis.QUOTA:
        title, text = f"{decision.feature_name}: limit reached", decision.why
    elif decision.basis is Basis.PLAN:
        title, text = "Not in your plan", decision.why
    else:
        title = f"{decision.feature_name} is locked"
        text = decision.why.removeprefix(f"{title}. ")
    renews = "" if decision.basis is not Basis.CREDITS else f"Your {noun.many} do not renew by themselves"
    if decision.resets_at and decision.basis is Basis.CREDITS:
        fresh = noun.of(decision.next_grant) if decision.next_grant else "More"
        renews = f"{fresh} on {day(decision.resets_at)}"
    ways = [option for option in decision.options if option.kind != "wait"]
    return Wall(title, text, renews, [_option(option, catalog) for option in ways[:OPTIONS_SHOWN]])


def _option(option: Option, catalog: Catalog) -> WallOption:
    label, spoken = _words(option)
    return WallOption(
        kind=option.kind,
        code=option.code,
        name=option.name,
        detail=_detail(option, catalog),
        label=label,
        spoken=spoken,
        enough=option.enough,
        href=option.url if option.kind == "pay" or option.action in ("upgrade", "contact") else "",
        period=option.period or "",
    )


def _detail(option: Option, catalog: Catalog) -> str:
    if option.kind == "pay":
        return "Your plan goes on as soon as it is paid"
    if option.kind == "plan":
        plan = catalog.plan(option.code)
        credits = f"{catalog.brand.credit.of(option.credits)} every month" if option.credits else ""
        return option.brings or credits or (plan.description if plan else "")
    if option.credits:
        return catalog.brand.credit.of(option.credits)
    if option.uses:
        return f"{number(option.uses)} use{'s' if option.uses != 1 else ''}"
    return "Without limit, for good"


def _words(option: Option) -> tuple[str, str]:
    """What stands on the button, and what it is called aloud: with the name, and with the price (PR9)."""
    price = price_of(option)
    if option.kind == "pay":
        return "See the invoice", "See the open invoice"
    if option.action == "contact":
        return "Contact us", f"Contact us about {option.name}"
    if option.kind == "plan":
        verb = "Upgrade" if option.action == "upgrade" else "Get it"
        per = f"{price} a {option.period}"
        return f"{verb} for {per}", f"{verb} for {per}: {option.name}"
    return f"Buy for {price}", f"Buy {option.name} for {price}"


def price_of(option: Option) -> str:
    """What a way on costs: `$10`; empty for what is agreed by contract."""
    return (
        Money(option.price_minor, option.currency).shown(compact=True) if option.price_minor and option.currency else ""
    )


def wall(the: Any, *, return_to: Any, kept: str) -> rx.Component:
    """The card. `return_to` brings people back to this page; `kept` says that what they wrote is not lost."""
    return rx.cond(
        the.title != "",
        rx.el.section(
            rx.el.div(
                icon("lock", size=18, class_name="text-warn"),
                rx.el.h2(the.title, class_name="min-w-[60%] flex-1 text-section", id="wall-title"),
                rx.el.span(the.renews, class_name="text-small text-ink-3"),
                class_name="flex flex-wrap items-center gap-2.5",
            ),
            rx.el.p(the.text, " ", kept, class_name="mt-1.5 text-ink-2"),
            rx.el.div(
                rx.foreach(the.options, lambda option, index: _offer(option, index, return_to)),
                class_name=rx.cond(
                    the.options.length() > 1, "mt-4 grid gap-2.5 sm:grid-cols-2", "mt-4 grid sm:max-w-[360px]"
                ),
            ),
            rx.el.p(link_button("See all prices", href="/pricing", kind="quiet", size="s"), class_name="mt-3 -ml-2.5"),
            role="alert",
            id="wall",
            custom_attrs={"aria-labelledby": "wall-title"},
            class_name="rounded-panel border border-line bg-surface p-5 shadow-float sm:p-6",
        ),
        None,
    )


def _offer(option: Any, index: Any, return_to: Any) -> rx.Component:
    base = "grid content-start gap-0.5 rounded-card border p-3.5 "
    return rx.el.div(
        rx.el.b(option.name, class_name="font-[600]"),
        rx.el.span(option.detail, class_name="text-small text-ink-2 tabular-nums"),
        rx.cond(option.enough, None, rx.el.span("Not enough by itself", class_name="text-tiny text-warn")),
        rx.el.div(
            rx.cond(
                index == 0,
                way_on(option, return_to=return_to, primary=True),
                way_on(option, return_to=return_to),
            ),
            class_name="mt-2.5",
        ),
        class_name=rx.cond(index == 0, base + "border-accent bg-accent-soft", base + "border-line"),
    )
