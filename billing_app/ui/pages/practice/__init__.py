"""The page of a counted feature: its meter, one field or a timer, what came of it, the wall when nothing is left."""

from typing import Any

import reflex as rx

from billing_app.playground.note_writer import MAX_CHARS
from billing_app.ui.components.buttons import button
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.meters import meter_row
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import card, empty, page
from billing_app.ui.components.trail import head
from billing_app.ui.components.wall import wall
from billing_app.ui.pages.practice.state import PATH, RESULT, WAY_ON, PracticeState

__all__ = ["PATH", "PracticeState", "practice"]

_HONEST = "The playground has no model: it picks the telling lines of your text. What it counts is real."
_HONEST_TIMER = "The playground has no tutor: the timer runs as if one talked. What it counts is real."


def practice() -> rx.Component:
    """`/playground/practice?feature=...`"""
    return framed(
        page(
            rx.cond(
                PracticeState.code != "",
                head(PracticeState.name, PracticeState.description, sign="sparkles"),
                head("Playground", "", sign="sparkles"),
            ),
            rx.el.div(
                message(PracticeState.error),
                message(PracticeState.done, "good"),
                class_name="mt-4 grid gap-3 empty:hidden",
                id=RESULT,
                tab_index=-1,  # who comes back, or has just used it, is taken here (WL7)
            ),
            rx.cond(PracticeState.code != "", _feature(), _nowhere()),
            width="max-w-[760px]",
        ),
        current="/playground",
    )


def _feature() -> rx.Component:
    return rx.el.div(
        rx.cond(
            PracticeState.meters.length() > 0,
            card(rx.el.ul(rx.foreach(PracticeState.meters, meter_row)), flush=True),
            None,
        ),
        rx.cond(PracticeState.timed, _timer(), _form()),
        rx.el.div(
            wall(
                PracticeState.wall,
                return_to=PracticeState.here,
                kept="What you write here is kept; you come back right here.",
            ),
            id=WAY_ON,
            tab_index=-1,
            class_name="empty:hidden",
        ),
        rx.cond(PracticeState.runs.length() > 0, _runs(), None),
        class_name="mt-5 grid gap-5",
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="ticket", default_value=PracticeState.ticket, key=PracticeState.ticket),
        rx.el.label("Your text", html_for="text", class_name="text-small font-[550]"),
        rx.el.textarea(
            id="text",
            name="text",
            default_value=PracticeState.text,
            key="text-" + PracticeState.ticket,
            placeholder="A few sentences to work from, in your own words.",
            rows="5",
            max_length=MAX_CHARS,
            on_blur=PracticeState.keep_draft,
            class_name="w-full rounded-card border border-control-line bg-surface px-3.5 py-3 text-[.9375rem] text-ink",
        ),
        rx.el.div(
            _takes(),
            rx.el.span(class_name="flex-1"),
            button(icon("sparkles", size=16), "Make it", kind="primary", type="submit", id="make", **_unless_locked()),
            class_name="mt-1 flex flex-wrap items-center gap-3",
        ),
        rx.el.p(_HONEST, class_name="text-tiny text-ink-3"),
        on_submit=PracticeState.make,
        class_name="grid gap-1.5",
    )


def _timer() -> rx.Component:
    return card(
        rx.el.div(
            rx.el.span(
                PracticeState.elapsed,
                class_name="text-[2.125rem] font-[640] leading-none tracking-[-.03em] tabular-nums",
                role="timer",
                id="elapsed",
            ),
            rx.el.span(class_name="flex-1"),
            rx.cond(
                PracticeState.running,
                button(icon("square", size=14), "Stop", on_click=PracticeState.stop, id="stop"),
                button(
                    icon("play", size=16),
                    "Start talking",
                    kind="primary",
                    on_click=PracticeState.start,
                    id="start",
                    **_unless_locked(),
                ),
            ),
            class_name="flex items-center gap-3",
        ),
        rx.el.div(_takes(), class_name="mt-3"),
        rx.el.p(_HONEST_TIMER, class_name="mt-1 text-tiny text-ink-3"),
    )


def _takes() -> rx.Component:
    return rx.cond(
        PracticeState.takes != "",
        rx.el.span(
            "Takes: ",
            rx.el.b(PracticeState.takes, class_name="font-[600] text-ink tabular-nums"),
            class_name="text-small text-ink-2",
            id="takes",
        ),
        rx.el.span(
            icon("lock", size=14, class_name="text-warn"),
            "Locked. What opens it stands below.",
            class_name="flex items-center gap-1.5 text-small text-ink-2",
            id="takes",
        ),
    )


def _unless_locked() -> dict[str, Any]:
    """Focusable also when locked, and saying why (WL4)."""
    locked = PracticeState.wall.title != ""
    return {"custom_attrs": {"aria-disabled": rx.cond(locked, "true", "false"), "aria-describedby": "takes"}}


def _runs() -> rx.Component:
    return card(
        rx.el.ul(rx.foreach(PracticeState.runs, _run)),
        title=rx.cond(PracticeState.timed, "Your sessions", "What you made here"),
        flush=True,
    )


def _run(run: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(run.title, class_name="min-w-0 flex-1 font-[560] [overflow-wrap:anywhere]"),
            rx.el.span(run.detail, class_name="text-small whitespace-nowrap text-ink-3 tabular-nums"),
            class_name="flex flex-wrap items-baseline gap-x-3",
        ),
        rx.cond(
            run.lines.length() > 0,
            rx.el.ul(
                rx.foreach(run.lines, lambda line: rx.el.li(line, class_name="[overflow-wrap:anywhere]")),
                class_name="mt-1.5 grid list-disc gap-1 pl-5 text-ink-2",
            ),
            None,
        ),
        class_name="border-b border-line px-[18px] py-3 last:border-b-0",
        custom_attrs={"data-run": run.id},
    )


def _nowhere() -> rx.Component:
    return rx.cond(
        PracticeState.loaded,
        rx.el.div(
            card(empty("Choose a feature in the playground.", rx.el.a("To the playground", href="/playground"))),
            class_name="mt-5",
        ),
        None,
    )
