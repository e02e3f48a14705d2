"""From a file to the next version: its differences and whom it touches, before anything happens."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.parts import button, card
from billing_app.ui.components.forms import FIELD
from billing_app.ui.components.icons import icon
from billing_app.ui.components.surfaces import notice
from billing_app.ui.components.text_file import text_file
from billing_app.ui.pages.admin.catalogue.state import DRAFT, CatalogueState, Line


def next_version() -> rx.Component:
    """The card: a file is chosen, looked at, and applied with a reason."""
    return card(
        rx.el.div(
            rx.el.label("Choose a file", html_for="catalogue-file", class_name="text-small font-[550]"),
            text_file(
                id="catalogue-file",
                accept=".toml,text/plain",
                on_text=CatalogueState.take_file,
                describedby="catalogue-file-hint",
                class_name=(
                    "text-small file:mr-3 file:h-9 file:cursor-pointer file:rounded-control file:border "
                    "file:border-solid file:border-line-strong file:bg-raised file:px-3.5 file:font-[550] file:text-ink"
                ),
            ),
            rx.el.p(
                "A catalogue file (TOML). It is only looked at: nothing is sold differently until you apply it.",
                id="catalogue-file-hint",
                class_name="text-small text-ink-2",
            ),
            class_name="grid gap-1.5",
        ),
        rx.cond(CatalogueState.draft != "", _draft(), None),
        title="The next version",
    )


def _draft() -> rx.Component:
    return rx.el.div(
        _refused(),
        rx.cond(CatalogueState.preview_title != "", _preview(), None),
        rx.el.details(
            rx.el.summary(
                icon("chevron-right", size=14, class_name="text-ink-3 transition-transform group-open:rotate-90"),
                "The text of ",
                rx.el.span(CatalogueState.draft_name, class_name="font-mono"),
                class_name="flex cursor-pointer items-center gap-1.5 text-small font-[550]",
            ),
            rx.el.form(
                rx.el.textarea(
                    name="text",
                    default_value=CatalogueState.draft,
                    key=CatalogueState.draft_of.to(str),
                    spell_check=False,
                    rows="18",
                    aria_label="The catalogue's text",
                    class_name=FIELD + " h-auto w-full py-2 font-mono text-small whitespace-pre",
                ),
                rx.el.div(
                    button("Look at it again", type="submit"),
                    button("Put it away", kind="quiet", on_click=CatalogueState.put_away),
                    class_name="mt-2.5 flex flex-wrap gap-2",
                ),
                on_submit=CatalogueState.show,
                class_name="mt-2.5",
            ),
            class_name="group",
        ),
        id=DRAFT,
        tab_index=-1,
        class_name="mt-5 grid gap-4 border-t border-line pt-5 outline-none",
    )


def _refused() -> rx.Component:
    return rx.cond(
        CatalogueState.refusals.length() > 0,
        notice(
            rx.el.p("This file cannot be used; nothing was changed.", class_name="w-full font-[600]"),
            rx.el.ul(
                rx.foreach(CatalogueState.refusals, rx.el.li),
                class_name="grid w-full gap-1 font-mono text-small [overflow-wrap:anywhere]",
            ),
            tone="bad",
            role="alert",
        ),
        None,
    )


def _preview() -> rx.Component:
    return rx.el.div(
        rx.el.h3(CatalogueState.preview_title, class_name="text-h2"),
        rx.cond(
            CatalogueState.touched.length() > 0,
            notice(
                rx.el.p("Who is touched", class_name="w-full font-[600]"),
                rx.el.ul(
                    rx.foreach(CatalogueState.touched, rx.el.li),
                    class_name="grid w-full gap-1 tabular-nums",
                ),
                tone="warn",
            ),
            rx.cond(
                CatalogueState.previewed,
                rx.el.p("Nobody holds what this version takes off sale.", class_name="text-ink-2"),
                None,
            ),
        ),
        difference(CatalogueState.preview_lines, CatalogueState.preview_cut),
        rx.cond(
            CatalogueState.effects.length() > 0,
            rx.el.ul(
                rx.foreach(CatalogueState.effects, rx.el.li),
                class_name="grid list-disc gap-1 pl-5 text-small text-ink-2",
            ),
            None,
        ),
        rx.cond(CatalogueState.previewed, _apply(), None),
        class_name="grid gap-3.5",
    )


def _apply() -> rx.Component:
    return rx.el.form(
        rx.el.label("Why", html_for="catalogue-reason", class_name="text-small font-[550]"),
        rx.el.input(
            id="catalogue-reason",
            name="reason",
            required=True,
            max_length=500,
            auto_complete="off",
            placeholder="The audit log keeps it",
            class_name=FIELD + " sm:max-w-[420px]",
        ),
        rx.el.div(
            button("Make it the version in force", kind="primary", type="submit"),
            button("Put it away", kind="quiet", on_click=CatalogueState.put_away),
            class_name="mt-1.5 flex flex-wrap gap-2",
        ),
        on_submit=CatalogueState.apply,
        class_name="grid gap-1.5",
    )


def difference(lines: Any, cut: Any) -> rx.Component:
    """Differences, one a line; `cut` says how many are left out."""
    return rx.cond(
        lines.length() > 0,
        rx.el.div(
            rx.el.ul(
                rx.foreach(lines, _line),
                class_name="grid max-h-[420px] overflow-auto rounded-card border border-line bg-sunken py-1.5",
                tab_index=0,
                custom_attrs={"aria-label": "Differences"},
            ),
            rx.cond(cut != "", rx.el.p(cut, class_name="mt-1.5 text-tiny text-ink-3"), None),
        ),
        None,
    )


def _line(of: Line) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            of.sign,
            class_name=rx.match(
                of.tone,
                ("good", "w-4 shrink-0 text-center font-[700] text-good"),
                ("bad", "w-4 shrink-0 text-center font-[700] text-bad"),
                "w-4 shrink-0 text-center font-[700] text-warn",
            ),
        ),
        rx.el.span(of.text, class_name="min-w-0 [overflow-wrap:anywhere]"),
        class_name="flex gap-2 px-3 py-[3px] font-mono text-small",
    )
