"""The chat: priced before it is sent, answered as a stream, charged for what was delivered (rows B3, B4, B8)."""

from typing import Any

import reflex as rx

from billing_app.playground.chat import QUESTION_MAX
from billing_app.ui.brand import feature_for
from billing_app.ui.components.buttons import button
from billing_app.ui.components.chat_answer import (
    ANSWER,
    ARTICLE,
    ASKED,
    EXCERPT,
    FOOT,
    NUMBER,
    PLACE,
    SOURCE,
    SOURCES,
    TITLE,
    chat_answer,
)
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import page
from billing_app.ui.components.trail import head
from billing_app.ui.components.wall import wall
from billing_app.ui.pages.chat.state import PATH, ChatState
from billing_app.ui.pages.dashboard.why import why_dialog

_FEATURE = feature_for("chat")
NAME = _FEATURE.name if _FEATURE else "Chat"
_LEAD = "The price is shown before you send. It is set aside while the answer comes, and you pay for what is sent."
_RULE = (
    "Sending sets the price aside. The question itself is charged once the first of its answer is sent, each "
    "thing you added once its results are. What finds nothing costs nothing, and so does an answer that never comes. "
    "If you stop, or the line breaks, what had been sent is charged and the rest is given back."
)


def chat() -> rx.Component:
    """`/playground/chat`"""
    return framed(
        page(
            head(NAME, _LEAD, sign=_FEATURE.icon if _FEATURE else "message-circle"),
            rx.el.div(
                message(ChatState.error),
                message(ChatState.done, "good"),
                class_name="mt-4 grid gap-3 empty:hidden",
                id="messages",
                tab_index=-1,  # who comes back from buying is taken here (WL7)
            ),
            rx.cond(
                ChatState.missing,
                None,
                rx.el.div(
                    _composer(),
                    _smaller(),
                    wall(ChatState.wall, return_to=PATH, kept="Your question is kept; you come back right here."),
                    _rule(),
                    rx.cond(ChatState.asking.contains("id"), _answering(), None),
                    _answers(),
                    class_name="mt-5 grid gap-4",
                ),
            ),
            why_dialog(ChatState),
            width="max-w-[760px]",
        ),
        current="/playground",
    )


def _composer() -> rx.Component:
    return rx.el.form(
        rx.el.label("Your question", html_for="question", class_name="text-small font-[550]"),
        rx.el.textarea(
            id="question",
            name="question",
            default_value=ChatState.question,
            key="question-" + ChatState.page_of.to_string(),
            placeholder="What would you like to know?",
            rows="3",
            max_length=QUESTION_MAX,
            on_blur=ChatState.keep_draft,
            enter_key_submit=True,
            class_name="w-full rounded-card border border-control-line bg-surface px-3.5 py-3 text-[.9375rem] text-ink",
        ),
        rx.cond(ChatState.extras.length() > 0, _extras(), None),
        rx.el.div(
            rx.el.span(
                "This question: ",
                rx.el.b(ChatState.total, class_name="font-[600] text-ink tabular-nums", id="total"),
                " ",
                rx.el.span(ChatState.parts, class_name="text-ink-3 tabular-nums"),
                class_name="min-w-0 text-small text-ink-2",
                id="price",
                aria_live="polite",
            ),
            rx.el.span(class_name="flex-1"),
            button(
                icon("send", size=15),
                "Send",
                kind="primary",
                type="submit",
                id="send",
                custom_attrs={
                    "aria-disabled": rx.cond(ChatState.short | ChatState.asking.contains("id"), "true", "false"),
                    "aria-describedby": "price",
                },
            ),
            class_name="mt-1.5 flex flex-wrap items-center gap-3",
        ),
        on_submit=ChatState.send,
        class_name="grid gap-1.5",
    )


def _extras() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Let it look further", class_name="mb-1.5 text-small font-[550]"),
        rx.el.div(rx.foreach(ChatState.extras, _extra), class_name="flex flex-wrap gap-2"),
        class_name="mt-2.5",
    )


def _extra(extra: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=extra.chosen,
            on_change=ChatState.toggle(extra.code),
            class_name="peer sr-only",
            custom_attrs={"data-extra": extra.code},
        ),
        rx.el.span(
            rx.cond(extra.chosen, icon("check", size=14), icon("plus", size=14)),
            extra.name,
            rx.el.span(extra.price, class_name="text-ink-3 tabular-nums"),
            class_name=(
                "flex min-h-8 items-center gap-1.5 rounded-full border border-control-line bg-surface px-3 text-small "
                "font-[520] text-ink-2 select-none hover:bg-sunken peer-checked:border-accent "
                "peer-checked:bg-accent-soft peer-checked:text-accent-text peer-checked:hover:bg-accent-soft "
                "peer-focus-visible:outline-2 "
                "peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent"
            ),
        ),
        title=extra.what,
        class_name="cursor-pointer",
    )


def _smaller() -> rx.Component:
    return rx.cond(
        ChatState.smaller != "",
        rx.el.div(
            rx.el.span("You have enough for a smaller question.", class_name="min-w-0 flex-1 text-small text-ink-2"),
            button(ChatState.smaller, size="s", on_click=ChatState.take_smaller, id="smaller"),
            class_name="flex flex-wrap items-center gap-3 rounded-card bg-sunken px-4 py-2.5",
        ),
        None,
    )


def _rule() -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            icon("chevron-right", size=14, class_name="text-ink-3 transition-transform group-open:rotate-90"),
            "What is charged, and when",
            class_name="inline-flex min-h-6 items-center gap-1.5 text-small text-ink-2 hover:text-ink",
        ),
        rx.el.p(_RULE, class_name="mt-1.5 pl-5 text-small text-ink-2"),
        class_name="group -mt-1",
        id="rule",
    )


def _answering() -> rx.Component:
    return chat_answer(
        ask=ChatState.asking,
        held=ChatState.held,
        on_done=ChatState.answered,
        on_refused=ChatState.refused,
        on_lost=ChatState.lost,
    )


def _answers() -> rx.Component:
    return rx.el.section(
        rx.foreach(ChatState.answers, _answer),
        class_name="grid gap-4 empty:hidden",
        custom_attrs={"aria-label": "Questions so far, newest first"},
    )


def _answer(answer: Any) -> rx.Component:
    return rx.el.article(
        rx.el.h2(answer.question, class_name=ASKED),
        rx.cond(answer.text != "", rx.el.div(answer.text, class_name=ANSWER), None),
        rx.cond(
            answer.sources.length() > 0,
            rx.el.ul(
                rx.foreach(answer.sources, _source), class_name=SOURCES, custom_attrs={"aria-label": "What was found"}
            ),
            None,
        ),
        rx.el.div(
            rx.el.span(answer.cost, class_name="font-[560] text-ink tabular-nums", custom_attrs={"data-cost": "true"}),
            rx.cond(
                answer.entry > 0,
                rx.el.button(
                    "Why?",
                    type="button",
                    on_click=ChatState.explain(answer.entry),
                    class_name="min-h-6 px-1 text-accent-text underline-offset-2 hover:underline",
                ),
                None,
            ),
            rx.cond(answer.note != "", rx.el.span(answer.note), None),
            rx.el.span(class_name="flex-1"),
            rx.cond(answer.again != "", button(answer.again, size="s", on_click=ChatState.ask_again(answer.id)), None),
            rx.el.span(answer.asked, title=answer.exactly, class_name="text-tiny text-ink-3"),
            class_name=FOOT,
        ),
        class_name=ARTICLE,
        custom_attrs={"data-question": answer.id},
    )


def _source(source: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(source.sign, class_name=NUMBER),
        rx.el.span(
            rx.el.span(source.title, class_name=TITLE),
            rx.el.span(source.place, class_name=PLACE),
            rx.el.span(source.text, class_name=EXCERPT),
        ),
        class_name=SOURCE,
    )
