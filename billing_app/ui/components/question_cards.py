"""The questions of a set as they are read: the question, what a good answer says, the sentence it comes from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.playground.question_writer import Question
from billing_app.ui.components.icons import icon
from billing_app.ui.components.surfaces import badge


@dataclass
class QuestionRow:
    """One question; `place` counts from 0, `saved` says that it is in the library."""

    place: int
    number: str
    kind: str
    text: str
    outline: list[str]
    quote: str
    saved: bool


def question_rows(questions: Iterable[Question], saved: frozenset[int] = frozenset()) -> list[QuestionRow]:
    """Questions for a page."""
    return [
        QuestionRow(place, str(place + 1), one.kind, one.text, list(one.outline), one.quote, place in saved)
        for place, one in enumerate(questions)
    ]


def question_list(rows: Any, aside: Callable[[Any], rx.Component] | None = None) -> rx.Component:
    """The list; `aside` makes what stands beside a question, such as its button."""
    return rx.el.ol(rx.foreach(rows, lambda row: _card(row, aside)), class_name="[overflow-wrap:anywhere]")


def _card(row: Any, aside: Callable[[Any], rx.Component] | None) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.number, class_name="w-5 text-small text-ink-3 tabular-nums", aria_hidden="true"),
            badge(row.kind),
            rx.el.span(class_name="flex-1"),
            aside(row) if aside is not None else None,
            class_name="flex min-h-[1.875rem] items-center gap-2",
        ),
        rx.el.div(
            rx.el.h3(row.text, class_name="mt-1 text-[.9375rem] font-[600] leading-snug"),
            rx.el.ul(
                rx.foreach(
                    row.outline,
                    lambda line: rx.el.li(
                        icon("chevron-right", size=14, class_name="mt-[4px] text-ink-3"),
                        rx.el.span(line),
                        class_name="flex gap-2",
                    ),
                ),
                class_name="mt-2 grid gap-1 text-ink-2",
            ),
            rx.cond(
                row.quote != "",
                rx.el.p(
                    "The advert says: ",
                    rx.el.q(row.quote),
                    class_name="mt-2.5 border-l-2 border-line-strong pl-2.5 text-small text-ink-3",
                ),
                None,
            ),
            class_name="sm:pl-7",
        ),
        class_name="border-b border-line px-4 py-4 last:border-b-0 sm:px-[18px]",
        custom_attrs={"data-question": row.place},
    )
