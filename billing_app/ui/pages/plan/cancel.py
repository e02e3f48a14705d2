"""`/plan/cancel`: one page, no phone, two clicks from the dashboard; says what stays before it is done (DB12)."""

from typing import Any

import reflex as rx

from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import card, page
from billing_app.ui.pages.plan.cancel_state import MAX_COMMENT, REASONS, CancelState
from billing_app.ui.pages.plan.parts import back_to_billing, outcome


def cancel() -> rx.Component:
    """The page."""
    return framed(
        page(
            back_to_billing("Cancel plan"),
            rx.el.h1("Cancel plan", class_name="mt-2.5 text-h1"),
            rx.el.div(message(CancelState.error), class_name="mt-4 empty:hidden"),
            rx.el.div(
                rx.match(
                    CancelState.stage,
                    ("loading", rx.el.p("One moment.", class_name="text-ink-2")),
                    ("asking", _asking()),
                    ("cancelled", _cancelled()),
                    ("ended", _ended()),
                    ("resumed", _resumed()),
                    _none(),
                ),
                class_name="mt-5",
                custom_attrs={"data-stage": CancelState.stage},
                id="cancel",
            ),
            width="max-w-[640px]",
        ),
        current="/dashboard",
    )


def _asking() -> rx.Component:
    return card(
        rx.el.form(
            rx.el.div(
                rx.el.p(CancelState.title, class_name="text-[1.0625rem] font-[620] tracking-[-.01em]"),
                rx.el.p(CancelState.price, class_name="text-ink-2 tabular-nums"),
                class_name="flex flex-wrap items-baseline justify-between gap-x-4",
            ),
            _when(),
            rx.el.section(
                rx.el.h2("What happens then", class_name="text-small font-[560] text-ink-2"),
                rx.el.ul(
                    rx.foreach(
                        rx.cond(CancelState.at_once, CancelState.facts_now, CancelState.facts_later),
                        lambda fact: rx.el.li(
                            icon("check", size=15, class_name="mt-[3px] text-accent-text"),
                            rx.el.span(fact),
                            class_name="flex gap-2.5",
                        ),
                    ),
                    class_name="mt-2 grid gap-2",
                    id="facts",
                ),
                custom_attrs={"aria-live": "polite"},
            ),
            _why(),
            rx.el.div(
                button(
                    rx.cond(
                        CancelState.busy,
                        "Cancelling\N{HORIZONTAL ELLIPSIS}",
                        rx.cond(CancelState.at_once, "Cancel now", "Cancel on " + CancelState.last_day),
                    ),
                    kind="danger",
                    size="l",
                    type="submit",
                    disabled=CancelState.busy,
                    id="confirm",
                ),
                link_button("Keep my plan", href="/dashboard", kind="quiet", size="l"),
                class_name="flex flex-wrap gap-2 border-t border-line pt-5",
            ),
            on_submit=CancelState.confirm,
            class_name="grid gap-5",
        )
    )


def _when() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("When", class_name="text-small font-[560] text-ink-2"),
        rx.el.div(
            _choice(
                "later",
                "On " + CancelState.last_day,
                rx.cond(CancelState.past_due, "The open payment stays due.", "You keep everything until then."),
                ~CancelState.at_once,
            ),
            _choice(
                "now",
                "Now",
                rx.cond(CancelState.past_due, "Stops the open payment, too.", "It ends at once."),
                CancelState.at_once,
            ),
            class_name="mt-2 grid gap-2 sm:grid-cols-2",
        ),
    )


def _choice(value: str, label: Any, detail: Any, chosen: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="when",
            value=value,
            checked=chosen,
            on_change=lambda _: CancelState.choose_when(value),
            class_name="mt-1",
        ),
        rx.el.span(
            rx.el.span(label, class_name="block font-[560]"),
            rx.el.span(detail, class_name="block text-small text-ink-2"),
        ),
        class_name=(
            "flex cursor-pointer gap-3 rounded-card border border-line-strong px-3.5 py-3 "
            "has-[:checked]:border-accent has-[:checked]:bg-accent-soft"
        ),
    )


def _why() -> rx.Component:
    reasons = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name="reason",
                value=value,
                checked=CancelState.reason == value,
                on_change=lambda _, value=value: CancelState.choose_reason(value),
            ),
            label,
            class_name="flex min-h-8 cursor-pointer items-center gap-2.5",
        )
        for value, label in REASONS
    ]
    return rx.el.details(
        rx.el.summary(
            icon("chevron-right", size=14, class_name="transition-transform group-open:rotate-90"),
            "Tell us why, if you like",
            class_name="flex items-center gap-1.5 text-small text-ink-2",
        ),
        rx.el.fieldset(
            rx.el.legend("Why you cancel", class_name="sr-only"),
            rx.el.div(*reasons, class_name="grid gap-x-4 sm:grid-cols-2"),
            class_name="mt-2",
        ),
        rx.el.label(
            rx.el.span("Anything else? ", rx.el.span("We read it.", class_name="text-ink-3"), class_name="text-small"),
            rx.el.textarea(
                name="comment",
                max_length=MAX_COMMENT,
                rows="3",
                class_name=(
                    "mt-1 w-full rounded-card border border-control-line bg-surface px-3 py-2 text-[.9375rem] text-ink"
                ),
            ),
            class_name="mt-3 block",
        ),
        class_name="group",
    )


def _cancelled() -> rx.Component:
    return outcome(
        "calendar-check",
        "good",
        rx.fragment("Your plan ends ", CancelState.last_day),
        rx.fragment(CancelState.result),
        button("Resume my plan", kind="primary", on_click=CancelState.resume, disabled=CancelState.busy, id="resume"),
        link_button("Back to billing", href="/dashboard"),
    )


def _ended() -> rx.Component:
    return outcome(
        "check",
        "good",
        "Your plan has ended",
        rx.fragment(CancelState.result),
        link_button("Back to billing", href="/dashboard", kind="primary"),
        link_button("See the plans", href="/pricing"),
    )


def _resumed() -> rx.Component:
    return outcome(
        "check",
        "good",
        "Good to have you back",
        rx.fragment(CancelState.result),
        link_button("Back to billing", href="/dashboard", kind="primary"),
    )


def _none() -> rx.Component:
    return outcome(
        "circle-dashed",
        "",
        "There is nothing to cancel",
        "You are not on a paid plan that could be cancelled here.",
        link_button("Back to billing", href="/dashboard", kind="primary"),
    )
