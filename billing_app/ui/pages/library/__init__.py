"""The library's page: one's own questions and answers. Anyone reads and downloads; the unlock opens the rest."""

from typing import Any

import reflex as rx

from billing_app.playground.library import ANSWER_MAX, QUESTION_MAX
from billing_app.playground.question_writer import EXAMPLE_JOB, write_questions
from billing_app.ui.brand import feature_for
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.dialog import dialog
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.lock_strip import lock_strip
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import badge, page
from billing_app.ui.components.trail import head
from billing_app.ui.components.wall import wall
from billing_app.ui.pages.library.state import MESSAGES, PATH, LibraryState

_FEATURE = feature_for("qa_pairs")
NAME = _FEATURE.name if _FEATURE else "Library"
_GENERATOR = "/playground/generator"
_EXPORT = "/api/v1/playground/library.csv"
_LEAD = "Your own questions with the answers you want to give. Reading them and taking them with you is always open."
_AREA = "w-full rounded-card border border-control-line bg-surface px-3.5 py-2.5 text-[.9375rem] text-ink"


def library() -> rx.Component:
    """`/playground/library`"""
    return framed(
        page(
            head(NAME, _LEAD, sign=_FEATURE.icon if _FEATURE else "list-checks"),
            rx.el.div(
                message(LibraryState.error),
                message(LibraryState.done, "good"),
                rx.cond(
                    LibraryState.asked,
                    wall(LibraryState.wall, return_to=PATH, kept="What is in your library can be read and downloaded."),
                    None,
                ),
                class_name="mt-4 grid gap-3 empty:hidden",
                id=MESSAGES,
                tab_index=-1,  # who comes back from buying is taken here (WL7), and who tried what is locked
            ),
            rx.el.div(_list(), class_name="mt-5"),
            _form(),
            _question(),
            width="max-w-[760px]",
        ),
        current="/playground",
    )


def _locked() -> Any:
    return LibraryState.wall.title != ""


def _unless_locked() -> dict[str, Any]:
    """Focusable also when locked, and saying why (WL4)."""
    return {"aria-disabled": rx.cond(_locked(), "true", "false"), "aria-describedby": "read-only"}


def _list() -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2("Your pairs", class_name="text-h2"),
            rx.el.span(LibraryState.count, class_name="text-small text-ink-3 tabular-nums", id="count"),
            rx.el.span(class_name="flex-1"),
            link_button(
                icon("download", size=14),
                "CSV",
                rx.el.span(" download of the whole library", class_name="sr-only"),
                href=_EXPORT,
                reload_document=True,  # a route of the API: the browser must go there, not the router of pages
                kind="quiet",
                size="s",
                download="library.csv",
            ),
            button(
                icon("plus", size=14),
                "Add",
                rx.el.span(" a pair", class_name="sr-only"),
                kind="primary",
                size="s",
                on_click=LibraryState.begin_new,
                id="add",
                custom_attrs=_unless_locked(),
            ),
            class_name=(
                "flex min-h-[3.125rem] flex-wrap items-center gap-x-2.5 gap-y-1.5 border-b border-line py-2.5 pr-3 "
                "pl-[18px]"
            ),
        ),
        _read_only(),
        rx.cond(
            LibraryState.pairs.length() > 0,
            rx.el.ul(rx.foreach(LibraryState.pairs, _pair), class_name="[overflow-wrap:anywhere]"),
            rx.cond(LibraryState.loaded, _nothing_yet(), rx.el.div(class_name="h-24")),
        ),
        rx.cond(LibraryState.pages > 1, _pager(), None),
        class_name="min-w-0 overflow-hidden rounded-card border border-line bg-surface shadow-lift",
        custom_attrs={"aria-label": "Your pairs"},
    )


def _read_only() -> rx.Component:
    return lock_strip(
        LibraryState.wall,
        rx.el.b("Read-only. ", class_name="font-[600] text-ink"),
        _FEATURE.without if _FEATURE else "",
        return_to=PATH,
        name="read-only",
    )


def _pair(pair: Any) -> rx.Component:
    return rx.el.li(
        rx.el.details(
            rx.el.summary(
                icon(
                    "chevron-right", size=16, class_name="mt-[3px] text-ink-3 transition-transform group-open:rotate-90"
                ),
                rx.el.h3(
                    pair.question, class_name="min-w-0 flex-1 text-[.9375rem] font-[560] leading-snug break-words"
                ),
                class_name="flex gap-2.5 px-4 pt-3.5 pb-1 sm:px-[18px]",
            ),
            rx.el.p(
                rx.cond(pair.answer != "", pair.answer, "No answer yet."),
                class_name="px-4 pt-1 pb-1.5 pl-[42px] break-words whitespace-pre-line text-ink-2 sm:pl-[44px]",
            ),
            class_name="group",
        ),
        rx.el.div(
            rx.el.span(
                rx.cond(pair.origin != "", rx.fragment(pair.origin, " \N{MIDDLE DOT} "), None),
                pair.changed,
                class_name="min-w-0 truncate text-small text-ink-3 tabular-nums",
            ),
            rx.el.span(class_name="flex-1"),
            _change("pencil", "Edit", pair, LibraryState.begin_edit(pair.id)),
            _change("trash-2", "Delete", pair, LibraryState.ask_to_delete(pair.id)),
            class_name="flex items-center gap-0.5 pr-2 pb-2 pl-[42px] sm:pl-[44px]",
        ),
        class_name="border-b border-line last:border-b-0",
        custom_attrs={"data-pair": pair.id},
    )


def _change(sign: str, word: str, pair: Any, act: Any) -> rx.Component:
    return button(
        icon(sign, size=14),
        rx.el.span(word, class_name="max-sm:sr-only"),
        rx.el.span(": ", pair.question, class_name="sr-only"),
        kind="quiet",
        size="s",
        on_click=act,
        custom_attrs=_unless_locked(),
    )


def _pager() -> rx.Component:
    def turn(label: str, to: Any, possible: Any) -> rx.Component:
        return button(
            label,
            size="s",
            on_click=LibraryState.turn_to(to),
            custom_attrs={"aria-disabled": rx.cond(possible, "false", "true")},
        )

    return rx.el.nav(
        turn("Newer", LibraryState.number - 1, LibraryState.number > 1),
        rx.el.span(
            "Page ", LibraryState.number, " of ", LibraryState.pages, class_name="text-small text-ink-2 tabular-nums"
        ),
        turn("Older", LibraryState.number + 1, LibraryState.number < LibraryState.pages),
        class_name="flex items-center justify-center gap-3 border-t border-line px-[18px] py-2.5",
        custom_attrs={"aria-label": "Pages of the library"},
    )


def _nothing_yet() -> rx.Component:
    """An empty library says so, and shows what a pair looks like (WL16)."""
    example = write_questions(EXAMPLE_JOB).questions[1]
    return rx.el.div(
        rx.el.p("Nothing here yet.", class_name="text-ink-2"),
        rx.el.div(
            rx.el.div(badge("Example"), class_name="mb-2"),
            rx.el.p(example.text, class_name="text-[.9375rem] font-[560] leading-snug"),
            rx.el.p(example.answer, class_name="mt-1.5 whitespace-pre-line text-ink-2"),
            class_name="mt-3 rounded-card border border-dashed border-line-strong p-4",
        ),
        rx.el.p(
            "Write your own, or save questions from a set you ",
            rx.el.a("have made", href=_GENERATOR),
            ".",
            class_name="mt-3 text-small text-ink-2",
        ),
        class_name="px-[18px] py-5",
    )


def _form() -> rx.Component:
    return dialog(
        rx.el.form(
            rx.el.div(message(LibraryState.form_error), class_name="empty:hidden"),
            rx.el.div(
                rx.el.label("Question", html_for="pair-question", class_name="text-small font-[550]"),
                rx.el.textarea(
                    id="pair-question",
                    name="question",
                    default_value=LibraryState.form_question,
                    rows="2",
                    max_length=QUESTION_MAX,
                    required=True,
                    auto_focus=True,
                    class_name=_AREA,
                ),
                class_name="grid gap-1.5",
            ),
            rx.el.div(
                rx.el.label("Your answer", html_for="pair-answer", class_name="text-small font-[550]"),
                rx.el.textarea(
                    id="pair-answer",
                    name="answer",
                    default_value=LibraryState.form_answer,
                    rows="8",
                    max_length=ANSWER_MAX,
                    class_name=_AREA,
                ),
                class_name="grid gap-1.5",
            ),
            rx.el.div(
                button("Cancel", on_click=LibraryState.close_form),
                button("Save", kind="primary", type="submit"),
                class_name="flex justify-end gap-2",
            ),
            on_submit=LibraryState.save,
            class_name="grid gap-4",
        ),
        is_open=LibraryState.form_open,
        title=LibraryState.form_title,
        title_id="form-title",
        on_close=LibraryState.close_form,
        stays=True,
    )


def _question() -> rx.Component:
    return dialog(
        rx.el.p(LibraryState.deleting_question, class_name="[overflow-wrap:anywhere] text-ink-2"),
        rx.el.p("It is gone for good then, with its answer.", class_name="text-ink-2"),
        rx.el.div(
            button("Keep it", on_click=LibraryState.keep),
            button("Delete", kind="danger", on_click=LibraryState.delete, id="delete"),
            class_name="flex justify-end gap-2",
        ),
        is_open=LibraryState.deleting != "",
        title="Delete this pair?",
        title_id="delete-title",
        on_close=LibraryState.keep,
    )
