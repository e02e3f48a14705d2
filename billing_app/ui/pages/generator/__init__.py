"""The question generator's page: paste an advert, make a set, read it, save from it."""

from typing import Any

import reflex as rx

from billing_app.playground.advert import MAX_CHARS
from billing_app.playground.question_writer import EXAMPLE_JOB, write_questions
from billing_app.ui.brand import feature_for
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.lock_strip import lock_strip
from billing_app.ui.components.question_cards import question_list, question_rows
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import badge, card, page
from billing_app.ui.components.trail import head
from billing_app.ui.components.wall import wall
from billing_app.ui.pages.generator.state import MESSAGES, PATH, WAY_ON, GeneratorState

_FEATURE = feature_for("qa_generator")
NAME = _FEATURE.name if _FEATURE else "Question generator"
_LEAD = (
    "Paste the advert. You get questions an interviewer would ask for that job, each with an outline of a good answer "
    "and the sentence it comes from."
)
_EXAMPLES = (1, 5, 7)
_LIBRARY = "/playground/library"
_PAIRS = feature_for("qa_pairs")
_LIBRARY_NAME = _PAIRS.name if _PAIRS else "the library"


def generator() -> rx.Component:
    """`/playground/generator`"""
    return framed(
        page(
            rx.cond(
                GeneratorState.set_id != "",
                head(GeneratorState.set_title, GeneratorState.set_detail, parents=((NAME, PATH),)),
                head(NAME, _LEAD, sign=_FEATURE.icon if _FEATURE else "wand-sparkles"),
            ),
            rx.el.div(
                message(GeneratorState.error),
                message(GeneratorState.done, "good"),
                rx.cond(GeneratorState.asked, _library_wall(), None),
                class_name="mt-4 grid gap-3 empty:hidden",
                id=MESSAGES,
                tab_index=-1,  # who comes back from buying is taken here (WL7)
            ),
            rx.el.div(rx.cond(GeneratorState.set_id != "", _set(), _start()), class_name="mt-5"),
            width="max-w-[760px]",
        ),
        current="/playground",
    )


# Making one


def _start() -> rx.Component:
    return rx.el.div(
        _form(),
        rx.el.div(
            wall(GeneratorState.wall, return_to=PATH, kept="What you write here is kept; you come back right here."),
            id=WAY_ON,
            tab_index=-1,  # who tries what is locked is taken here
            class_name="empty:hidden",
        ),
        rx.cond(GeneratorState.sets.length() > 0, _sets(), _example()),
        class_name="grid gap-5",
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="ticket", default_value=GeneratorState.ticket, key=GeneratorState.ticket),
        rx.el.label("The job advert", html_for="job", class_name="text-small font-[550]"),
        rx.el.textarea(
            id="job",
            name="job",
            default_value=GeneratorState.job,
            key="job-" + GeneratorState.ticket,
            placeholder="Paste the whole advert: what the job is, what you would do, what they ask for.",
            rows="9",
            max_length=MAX_CHARS,
            on_blur=GeneratorState.keep_draft,
            class_name="w-full rounded-card border border-control-line bg-surface px-3.5 py-3 text-[.9375rem] text-ink",
        ),
        rx.el.div(
            rx.cond(
                _locked(),
                rx.el.span(
                    icon("lock", size=14, class_name="text-warn"),
                    "Locked. You can write; making a set needs the unlock below.",
                    class_name="flex items-center gap-1.5 text-small text-ink-2",
                    id="allowance",
                ),
                rx.el.span(
                    "One set: ",
                    rx.el.b(GeneratorState.allowance, class_name="font-[600] text-ink tabular-nums"),
                    class_name="text-small text-ink-2",
                    id="allowance",
                ),
            ),
            rx.el.span(class_name="flex-1"),
            button(
                icon("wand-sparkles", size=16),
                "Make the set",
                kind="primary",
                type="submit",
                id="make",
                custom_attrs={
                    "aria-disabled": rx.cond(_locked(), "true", "false"),
                    "aria-describedby": "allowance",
                },
            ),
            class_name="mt-1 flex flex-wrap items-center gap-3",
        ),
        on_submit=GeneratorState.make,
        class_name="grid gap-1.5",
    )


def _locked() -> Any:
    return GeneratorState.wall.title != ""


def _sets() -> rx.Component:
    return card(
        rx.el.ul(
            rx.foreach(
                GeneratorState.sets,
                lambda made: rx.el.li(
                    rx.el.a(
                        icon("file-text", size=16, class_name="text-ink-3"),
                        rx.el.span(
                            rx.el.b(made.title, class_name="block truncate font-[560] text-ink"),
                            rx.el.span(made.detail, class_name="block text-small text-ink-2 tabular-nums"),
                            class_name="min-w-0 flex-1",
                        ),
                        icon("chevron-right", size=16, class_name="text-ink-3"),
                        href=made.href,
                        class_name="flex items-center gap-3 px-[18px] py-3 hover:bg-sunken hover:no-underline",
                    ),
                    class_name="border-b border-line last:border-b-0",
                ),
            ),
        ),
        title="Your sets",
        aside=rx.el.span("They stay yours", class_name="text-small text-ink-3"),
        flush=True,
    )


def _example() -> rx.Component:
    """What it does, shown before it is bought: made by the same engine from an advert of nobody's (WL16)."""
    made = write_questions(EXAMPLE_JOB)
    rows = [question_rows(made.questions)[place] for place in _EXAMPLES if place < len(made.questions)]
    return card(
        rx.el.p(
            f"Three of the {len(made.questions)} questions made from an advert for a {made.title}.",
            class_name="border-b border-line px-4 py-3 text-small text-ink-2 sm:px-[18px]",
        ),
        question_list(rows),
        title="What a set looks like",
        aside=badge("Example"),
        flush=True,
    )


# Reading one


def _set() -> rx.Component:
    return rx.el.div(
        card(
            rx.cond(GeneratorState.saving, _saving_is_locked(), None),
            question_list(GeneratorState.questions, _save_button),
            title="Questions",
            aside=rx.cond(
                GeneratorState.saving,
                button("Save all", size="s", on_click=GeneratorState.save_all, custom_attrs=_unless_locked()),
                None,
            ),
            flush=True,
        ),
        rx.el.details(
            rx.el.summary(
                icon("chevron-right", size=15, class_name="text-ink-3 transition-transform group-open:rotate-90"),
                "The advert it was made from",
                class_name="flex items-center gap-2 px-[18px] py-3 font-[550]",
            ),
            rx.el.p(
                GeneratorState.set_job,
                class_name="border-t border-line px-[18px] py-3 break-words whitespace-pre-line text-ink-2",
            ),
            class_name="group rounded-card border border-line bg-surface shadow-lift",
        ),
        rx.el.div(
            link_button(icon("arrow-left", size=16), "All sets", href=PATH),
            rx.cond(GeneratorState.saving, link_button("Open the library", href=_LIBRARY, kind="quiet"), None),
            class_name="flex flex-wrap gap-2",
        ),
        class_name="grid gap-3.5",
    )


def _saving_is_locked() -> rx.Component:
    return lock_strip(
        GeneratorState.library_wall,
        f"To save questions and work on your answers, unlock {_LIBRARY_NAME}.",
        return_to=_here(),
        name="saving",
    )


def _library_wall() -> rx.Component:
    return wall(GeneratorState.library_wall, return_to=_here(), kept="This set stays readable without it.")


def _here() -> Any:
    return f"{PATH}?set=" + GeneratorState.set_id


def _save_button(row: Any) -> rx.Component:
    saved = rx.el.span(
        icon("check", size=14), "In your library", class_name="flex items-center gap-1 text-small text-good"
    )
    save = button(
        icon("bookmark", size=14),
        "Save",
        rx.el.span(" question ", row.number, " to the library", class_name="sr-only"),
        kind="quiet",
        size="s",
        on_click=GeneratorState.save(row.place),
        custom_attrs=_unless_locked(),
    )
    return rx.cond(row.saved, saved, rx.cond(GeneratorState.saving, save, None))


def _library_locked() -> Any:
    return GeneratorState.library_wall.title != ""


def _unless_locked() -> dict[str, Any]:
    """Focusable also when locked, and saying why (WL4)."""
    return {"aria-disabled": rx.cond(_library_locked(), "true", "false"), "aria-describedby": "saving"}
