"""`/plan/switch?plan=&period=`: what a switch costs and gives, shown before it happens; then its result (DB11)."""

from typing import Any

import reflex as rx

from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import badge, card, page
from billing_app.ui.pages.plan.parts import back_to_billing, figures, outcome
from billing_app.ui.pages.plan.switch_state import SwitchState


def switch() -> rx.Component:
    """The page."""
    return framed(
        page(
            back_to_billing("Switch plan"),
            rx.el.h1("Switch plan", class_name="mt-2.5 text-h1"),
            rx.el.div(message(SwitchState.error), class_name="mt-4 empty:hidden"),
            rx.el.div(
                rx.match(
                    SwitchState.stage,
                    ("loading", rx.el.p("One moment.", class_name="text-ink-2")),
                    ("none", _none()),
                    ("choosing", _options()),
                    ("previewed", rx.el.div(_preview(), _options(), class_name="grid gap-3.5")),
                    ("needs_action", _needs_action()),
                    ("under_way", _under_way()),
                    ("failed", _failed()),
                    _done(),
                ),
                class_name="mt-5",
                custom_attrs={"data-stage": SwitchState.stage},
                id="switch",
            ),
            width="max-w-[720px]",
        ),
        current="/dashboard",
    )


def _from_to() -> rx.Component:
    def side(label: str, title: Any, price: Any) -> rx.Component:
        return rx.el.div(
            rx.el.p(label, class_name="text-tiny text-ink-3"),
            rx.el.p(title, class_name="mt-0.5 text-[1.0625rem] font-[620] tracking-[-.01em]"),
            rx.el.p(price, class_name="text-small text-ink-2 tabular-nums"),
        )

    return rx.el.div(
        side("From", SwitchState.from_title, SwitchState.from_price),
        icon("arrow-right", size=18, class_name="text-ink-3"),
        side("To", SwitchState.to_title, SwitchState.to_price),
        class_name="flex flex-wrap items-center gap-x-6 gap-y-3",
    )


def _preview() -> rx.Component:
    today = rx.el.section(
        rx.el.div(
            rx.el.h2("Due today", class_name="text-small font-[560] text-ink-2"),
            rx.el.p(
                SwitchState.due_today,
                id="due-today",
                class_name="text-[1.625rem] font-[640] leading-none tracking-[-.02em] tabular-nums",
            ),
            class_name="flex items-end justify-between gap-4",
        ),
        figures(SwitchState.lines),
        rx.cond(
            SwitchState.credited != "",
            rx.el.p(
                SwitchState.credited,
                " is kept for you and taken off your next invoices.",
                class_name="mt-2 text-small text-ink-2",
            ),
            None,
        ),
    )
    later = rx.el.dl(
        _fact("New plan begins", SwitchState.begins, "begins"),
        _fact("Next charge", SwitchState.next_charge, "next-charge"),
        class_name="grid gap-2 border-t border-line pt-4",
    )
    credits = rx.cond(
        SwitchState.credits.length() > 0,
        rx.el.section(
            rx.el.h2("Your credits", class_name="text-small font-[560] text-ink-2"),
            figures(SwitchState.credits, name="credit-effect"),
            class_name="border-t border-line pt-4",
        ),
        None,
    )
    return card(
        rx.el.div(
            _from_to(),
            rx.el.div(today, class_name="border-t border-line pt-4"),
            later,
            credits,
            rx.foreach(SwitchState.notes, lambda note: rx.el.p(note, class_name="text-small text-ink-2")),
            rx.el.div(
                button(
                    rx.cond(SwitchState.busy, "Switching\N{HORIZONTAL ELLIPSIS}", SwitchState.confirm_label),
                    kind="primary",
                    size="l",
                    on_click=SwitchState.confirm,
                    disabled=SwitchState.busy,
                    id="confirm",
                ),
                link_button("Keep what I have", href="/dashboard", kind="quiet", size="l"),
                class_name="flex flex-wrap gap-2 border-t border-line pt-4",
            ),
            class_name="grid gap-4",
        )
    )


def _fact(label: str, value: Any, name: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="text-ink-2"),
        rx.el.dd(value, class_name="font-[520] tabular-nums", id=name),
        class_name="flex flex-wrap justify-between gap-x-4",
    )


def _options() -> rx.Component:
    def row(choice: Any) -> rx.Component:
        inside = rx.fragment(
            rx.el.span(
                rx.el.span(
                    choice.title,
                    rx.cond(choice.note != "", badge(choice.note, tone=rx.cond(choice.held, "accent", "")), None),
                    class_name="flex flex-wrap items-center gap-2 font-[560] text-ink",
                ),
                rx.el.span(choice.detail, class_name="block text-small text-ink-2"),
                class_name="min-w-0 flex-1",
            ),
            rx.el.span(choice.price, class_name="text-ink-2 tabular-nums whitespace-nowrap"),
        )
        line = "flex items-center gap-4 px-[18px] py-3 "
        return rx.el.li(
            rx.cond(
                (choice.href != "") & ~choice.chosen,
                rx.el.a(
                    inside,
                    icon("chevron-right", class_name="text-ink-3"),
                    href=choice.href,
                    class_name=line + "hover:bg-sunken hover:no-underline",
                ),
                rx.el.div(
                    inside, class_name=line, custom_attrs={"aria-current": rx.cond(choice.chosen, "true", "false")}
                ),
            ),
            class_name="border-b border-line last:border-b-0",
        )

    return card(
        rx.el.ul(rx.foreach(SwitchState.options, row)),
        title=rx.cond(SwitchState.stage == "previewed", "All plans", "Which plan?"),
        flush=True,
    )


def _none() -> rx.Component:
    return outcome(
        "circle-dashed",
        "",
        "There is no plan to switch",
        "You are not on a paid plan. Choose one, and it begins at once.",
        link_button("See the plans", href="/pricing", kind="primary"),
        link_button("Back to billing", href="/dashboard"),
    )


def _needs_action() -> rx.Component:
    return outcome(
        "shield-check",
        "accent",
        "Your bank wants to hear from you",
        rx.fragment(
            SwitchState.result,
            " Confirm the payment on the next page. This page follows by itself, and until then nothing changes.",
        ),
        link_button(
            "Confirm the payment",
            icon("external-link", size=14),
            href=SwitchState.pay_url,
            target="_blank",
            rel="noopener noreferrer",
            kind="primary",
        ),
        link_button("Back to billing", href="/dashboard"),
    )


def _under_way() -> rx.Component:
    return outcome(
        "clock",
        "accent",
        "Your payment is on its way",
        rx.fragment(SwitchState.result, " You can close this page."),
        link_button("Back to billing", href="/dashboard", kind="primary"),
    )


def _failed() -> rx.Component:
    return outcome(
        "circle-x",
        "bad",
        "The switch did not go through",
        rx.fragment(SwitchState.result),
        link_button("Try again", href="/plan/switch", kind="primary"),
        link_button("Back to billing", href="/dashboard"),
    )


def _done() -> rx.Component:
    return outcome(
        "check",
        "good",
        rx.cond(SwitchState.stage == "scheduled", "The change is planned", "Your plan is switched"),
        rx.fragment(SwitchState.result),
        link_button("See your billing", href="/dashboard", kind="primary"),
        link_button("Go to the playground", href="/playground"),
    )
