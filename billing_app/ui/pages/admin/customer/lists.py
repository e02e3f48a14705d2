"""How the cards of a customer's page list things."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.parts import badge, button, card, icon

ROW = "border-b border-line px-[18px] py-2.5 last:border-b-0 "
DOT = " \N{MIDDLE DOT} "


def facts_list(found: Any) -> rx.Component:
    """Names and what they are."""
    return rx.el.dl(
        rx.foreach(
            found,
            lambda one: rx.el.div(
                rx.el.dt(one.name, class_name="text-small text-ink-2"),
                rx.el.dd(
                    rx.cond(one.href != "", rx.el.a(one.value, href=one.href), one.value),
                    class_name="min-w-0 [overflow-wrap:anywhere]",
                ),
                class_name="grid grid-cols-[118px_1fr] items-baseline gap-x-3 " + ROW.replace("py-2.5", "py-[7px]"),
            ),
        )
    )


def happenings(title: str, found: Any, *, closed: bool = False) -> rx.Component:
    """What happened, newest first; left out when nothing did. `closed`: opened by a click."""
    made = rx.el.ul(
        rx.foreach(
            found,
            lambda one: rx.el.li(
                rx.el.p(
                    rx.el.span(one.what, class_name="font-[540] [overflow-wrap:anywhere]"),
                    rx.cond(one.state != "", badge(one.state, tone=one.tone), None),
                    rx.el.span(class_name="flex-1"),
                    rx.el.span(one.at, class_name="text-tiny text-ink-3 tabular-nums"),
                    class_name="flex flex-wrap items-center gap-x-2",
                ),
                rx.cond(
                    one.detail != "",
                    rx.el.p(one.detail, class_name="text-small text-ink-2 [overflow-wrap:anywhere]"),
                    None,
                ),
                class_name=ROW,
            ),
        )
    )
    if closed:
        return folded(title, found, made)
    return rx.cond(found.length() > 0, card(made, title=title, flush=True), None)


def folded(title: str, found: Any, inside: rx.Component) -> rx.Component:
    """A card that is closed until somebody opens it; left out when there is nothing in it."""
    return rx.cond(
        found.length() > 0,
        rx.el.details(
            rx.el.summary(
                icon("chevron-right", size=14, class_name="transition-transform group-open/card:rotate-90"),
                rx.el.span(title, class_name="text-h2"),
                rx.el.span(found.length(), class_name="text-small text-ink-3 tabular-nums"),
                class_name="flex min-h-[3.125rem] items-center gap-2 px-[18px]",
            ),
            rx.el.div(
                inside,
                role="region",
                tab_index=0,
                custom_attrs={"aria-label": title},
                class_name="max-h-[420px] overflow-y-auto border-t border-line outline-offset-[-2px]",
            ),
            class_name="group/card min-w-0 overflow-hidden rounded-card border border-line bg-surface shadow-lift",
        ),
        None,
    )


def two_lines(what: Any, at: Any, reference: Any) -> rx.Component:
    """A name with its moment and reference below."""
    return rx.fragment(
        rx.el.span(what, class_name="block font-[540] [overflow-wrap:anywhere]"),
        rx.el.span(at, DOT, reference, class_name="block text-tiny text-ink-3 [overflow-wrap:anywhere]"),
    )


def amount_with_note(amount: Any, note: Any) -> rx.Component:
    """An amount, and below it what became of it."""
    return rx.fragment(
        amount, rx.cond(note != "", rx.el.span(note, class_name="block text-tiny text-ink-3 whitespace-normal"), None)
    )


def more(there: Any, on_click: Any) -> rx.Component:
    """The button that goes on with a list."""
    return rx.cond(
        there,
        rx.el.div(
            button("Show more", size="s", on_click=on_click),
            class_name="flex justify-center border-t border-line p-3",
        ),
        None,
    )
