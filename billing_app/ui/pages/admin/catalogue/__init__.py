"""`/admin/catalogue`: what is sold, since when, to whom; the next version shown before it is applied (AD12)."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, link_button, message, stack
from billing_app.ui.components.forms import FIELD
from billing_app.ui.components.icons import icon
from billing_app.ui.components.surfaces import notice
from billing_app.ui.components.text_file import text_file
from billing_app.ui.pages.admin.catalogue.state import DRAFT, MESSAGES, CatalogueState, ItemRow, Line, VersionRow

__all__ = ["CatalogueState", "catalogue"]

EXPORT = "/api/v1/admin/catalogue.toml"


def catalogue() -> rx.Component:
    """The page."""
    return admin_page(
        "Catalogue",
        rx.el.div(
            message(CatalogueState.error),
            message(CatalogueState.done, "good"),
            id=MESSAGES,
            tab_index=-1,
            class_name="mt-4 grid gap-3 outline-none empty:hidden",
        ),
        rx.cond(
            CatalogueState.loaded,
            stack(
                rx.cond(StaffState.is_admin, _next_version(), None),
                _stripe(),
                _items(),
                _versions(),
            ),
            rx.el.div(class_name="mt-5 h-96 rounded-card border border-line bg-surface", aria_hidden="true"),
        ),
        current="/admin/catalogue",
        lead=CatalogueState.head,
        actions=(
            link_button(
                icon("download", size=14),
                "The file in force",
                href=EXPORT,
                reload_document=True,
                download="catalogue.toml",
                size="s",
            ),
        ),
    )


def _next_version() -> rx.Component:
    """From a file to the next version: its differences and whom it touches, before anything happens."""
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
        _difference(CatalogueState.preview_lines, CatalogueState.preview_cut),
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


def _difference(lines: Any, cut: Any) -> rx.Component:
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


def _stripe() -> rx.Component:
    """Whether Stripe sells the same: asked only when somebody wants to know."""
    return card(
        rx.cond(
            CatalogueState.stripe_asked,
            rx.el.div(
                rx.cond(
                    CatalogueState.stripe_agrees,
                    rx.el.p(
                        badge("In agreement", tone="good"),
                        " Products, prices, portal and endpoint in Stripe are as the catalogue wants them.",
                    ),
                    rx.el.p(
                        badge("Differs", tone="warn"),
                        " This is what ",
                        rx.el.code("python -m billing_app catalog push", class_name="font-mono text-small"),
                        " would do:",
                    ),
                ),
                rx.cond(
                    CatalogueState.stripe_lines.length() > 0,
                    rx.el.ul(
                        rx.foreach(CatalogueState.stripe_lines, rx.el.li),
                        class_name="mt-2.5 grid list-disc gap-1 pl-5 text-small text-ink-2 [overflow-wrap:anywhere]",
                    ),
                    None,
                ),
                role="status",
            ),
            rx.el.p(
                "Asks Stripe for its products, prices, portal and endpoint, and says what a push would change. "
                "Nothing is changed there.",
                class_name="text-ink-2",
            ),
        ),
        title="Stripe",
        aside=button(
            rx.cond(CatalogueState.stripe_busy, "Asking …", "Compare with Stripe"),
            size="s",
            on_click=CatalogueState.ask_stripe,
            aria_disabled=rx.cond(CatalogueState.stripe_busy, "true", "false"),
        ),
    )


def _items() -> rx.Component:
    def name(row: ItemRow) -> rx.Component:
        return rx.el.div(
            rx.el.span(row.name, class_name="block font-[560]"),
            rx.el.span(row.label, class_name="block text-tiny text-ink-3"),
        )

    def act(row: ItemRow) -> rx.Component:
        return rx.cond(
            StaffState.is_admin & row.sold,
            button(
                rx.cond(row.kind == "plan", "Retire plan", "Retire"),
                kind="quiet",
                size="xs",
                on_click=CatalogueState.retire(row.kind, row.code),
                aria_label="Retire " + row.kind + " " + row.code,
            ),
            None,
        )

    return card(
        data_table(
            [
                Column("Offer", name),
                Column("Terms", lambda row: row.terms, "roomy"),
                Column("Since", lambda row: row.since, "roomy"),
                Column("Held by", lambda row: rx.el.span(row.holders, class_name="tabular-nums")),
                Column("State", lambda row: badge(row.state, tone=row.tone)),
                Column("Change", act),
            ],
            CatalogueState.items,
            "Everything on sale, then what was retired and who keeps it",
            none="Nothing was ever sold.",
        ),
        title="Offers",
        flush=True,
    )


def _versions() -> rx.Component:
    def title(row: VersionRow) -> rx.Component:
        return rx.el.div(
            rx.el.span(row.title, class_name="font-[560]"),
            rx.cond(row.in_force, badge("in force", tone="good"), None),
            class_name="flex flex-wrap items-center gap-2",
        )

    def act(row: VersionRow) -> rx.Component:
        return rx.el.div(
            button(
                "Difference",
                kind="quiet",
                size="xs",
                on_click=CatalogueState.open_version(row.number),
                aria_label="What " + row.title + " changed",
            ),
            link_button(
                "File",
                href=EXPORT + "?version=" + row.key,
                kind="quiet",
                size="xs",
                reload_document=True,
                download="catalogue-v" + row.key + ".toml",
                aria_label="The file of " + row.title,
            ),
            class_name="flex justify-end",
        )

    return rx.fragment(
        card(
            data_table(
                [
                    Column("Version", title),
                    Column("Applied by", lambda row: rx.el.span(row.by, class_name="[overflow-wrap:anywhere]")),
                    Column("When", lambda row: rx.el.span(row.at, class_name="tabular-nums"), "roomy"),
                    Column("File", lambda row: row.file, "roomy"),
                    Column("Changed", lambda row: row.changes, "roomy number"),
                    Column("See", act, "number"),
                ],
                CatalogueState.versions,
                "Versions of the catalogue, the newest first",
            ),
            title="Versions",
            flush=True,
        ),
        rx.cond(
            CatalogueState.shown != "",
            card(
                rx.cond(
                    CatalogueState.lines.length() > 0,
                    _difference(CatalogueState.lines, CatalogueState.cut),
                    rx.el.p(CatalogueState.cut, class_name="text-ink-2"),
                ),
                title=CatalogueState.shown,
                aside=button("Close", kind="quiet", size="s", on_click=CatalogueState.close_version),
            ),
            None,
        ),
    )
