"""What content sits on: pages, cards, badges, notices, tables."""

from typing import Any, Literal

import reflex as rx


def page(*children: Any, width: str = "max-w-[1120px]", **props: Any) -> rx.Component:
    """The main column of a page."""
    return rx.el.main(
        *children, id="main", class_name=f"mx-auto w-full {width} px-4 pt-5 pb-12 sm:px-6 sm:pt-8 sm:pb-16", **props
    )


def card(*children: Any, title: str | rx.Var | None = None, aside: Any = None, flush: bool = False) -> rx.Component:
    """A surface with an optional header; `flush` leaves the padding to the content, for tables."""
    header = (
        rx.el.header(
            rx.el.h2(title, class_name="text-h2"),
            rx.el.span(class_name="flex-1"),
            aside,
            class_name="flex min-h-[3.125rem] flex-wrap items-center gap-2.5 border-b border-line px-[18px] py-2.5",
        )
        if title is not None
        else None
    )
    body = rx.el.div(*children, class_name="" if flush else "p-[18px]")
    return rx.el.section(
        header, body, class_name="min-w-0 overflow-hidden rounded-card border border-line bg-surface shadow-lift"
    )


def section(title: str | rx.Var, lead: Any, *content: Any) -> rx.Component:
    """A part of the page under its heading."""
    return rx.el.section(
        rx.el.header(
            rx.el.h2(title, class_name="text-section"),
            rx.el.p(lead, class_name="text-ink-2") if lead is not None else None,
            class_name="mb-3.5 flex flex-wrap items-baseline gap-x-3 gap-y-1",
        ),
        *content,
        class_name="mt-12",
    )


_TONES = {
    "": "bg-sunken text-ink-2",
    "good": "bg-good-soft text-good",
    "warn": "bg-warn-soft text-warn",
    "bad": "bg-bad-soft text-bad",
    "accent": "bg-accent-soft text-accent-text",
}


def badge(*children: Any, tone: str | rx.Var = "") -> rx.Component:
    """A short word about a thing's state; never colour alone."""
    base = "inline-flex h-5 items-center rounded-[6px] px-[7px] text-tiny font-[560] whitespace-nowrap "
    if isinstance(tone, str):
        return rx.el.span(*children, class_name=base + _TONES[tone])
    classes = rx.match(tone, *[(name, base + look) for name, look in _TONES.items() if name], base + _TONES[""])
    return rx.el.span(*children, class_name=classes)


def notice(*children: Any, tone: str = "", role: Literal["status", "alert"] = "status", **props: Any) -> rx.Component:
    """A message in the flow of the page."""
    tones = {
        "": "border-line bg-surface",
        "good": "border-transparent bg-good-soft",
        "warn": "border-transparent bg-warn-soft",
        "bad": "border-transparent bg-bad-soft",
        "accent": "border-transparent bg-accent-soft",
    }
    return rx.el.div(
        *children,
        role=role,
        class_name=f"flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-card border px-4 py-3 {tones[tone]}",
        **props,
    )


_SIDES = "px-2.5 first:pl-[18px] last:pr-[18px] sm:px-[18px] "
HEAD = _SIDES + "border-b border-line py-[9px] text-left text-tiny font-[520] text-ink-3 whitespace-nowrap "
CELL = _SIDES + "border-b border-line py-2.5 align-middle group-last:border-b-0 "
ROOMY = "max-sm:hidden "
"""Of a cell that a phone has no room for; what it says stands in another cell there."""
LEADING = "max-sm:pl-[18px] "
"""Of the cell that comes first where a roomy one before it is left out."""
NUMBER = "tabular-nums text-right whitespace-nowrap "


def table(caption: str, columns: list[tuple[str, str]], body: Any, *, scrolls: bool = True) -> rx.Component:
    """A real table. `columns` are (heading, "", "number" or "roomy"); the caption is for screen readers.

    A roomy column is left out on phones.
    """
    kinds = {"": "", "number": "!text-right", "roomy": ROOMY}
    head = rx.el.thead(
        rx.el.tr(
            *[
                rx.el.th(
                    label,
                    scope="col",
                    class_name=HEAD + kinds[kind] + (LEADING if number and columns[number - 1][1] == "roomy" else ""),
                )
                for number, (label, kind) in enumerate(columns)
            ]
        )
    )
    made = rx.el.table(
        rx.el.caption(caption, class_name="sr-only"), head, body, class_name="w-full border-collapse text-base"
    )
    if not scrolls:
        return made
    return rx.el.div(
        made,
        role="region",
        tab_index=0,
        custom_attrs={"aria-label": caption},
        class_name="relative w-full overflow-x-auto",
    )


def empty(text: str | rx.Var, *actions: Any) -> rx.Component:
    """What stands where there is nothing yet: the fact, and what to do about it."""
    return rx.el.div(
        rx.el.p(text, class_name="text-ink-2"),
        rx.el.div(*actions, class_name="mt-3 flex justify-center gap-2") if actions else None,
        class_name="px-6 py-9 text-center",
    )
