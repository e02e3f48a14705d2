"""`/admin/catalogue`: what is sold, since when, to whom; the next version shown before it is applied (AD12)."""

import reflex as rx

from billing_app.ui.admin.frame import StaffState, admin_page
from billing_app.ui.admin.parts import Column, badge, button, card, data_table, link_button, message, stack
from billing_app.ui.components.icons import icon
from billing_app.ui.pages.admin.catalogue.next_version import difference, next_version
from billing_app.ui.pages.admin.catalogue.state import MESSAGES, CatalogueState, ItemRow, VersionRow

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
                rx.cond(StaffState.is_admin, next_version(), None),
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
                Column("Held by", lambda row: rx.el.span(row.holders, class_name="tabular-nums"), "roomy"),
                Column("State", lambda row: badge(row.state, tone=row.tone)),
                Column("Change", act, "number"),
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
                    difference(CatalogueState.lines, CatalogueState.cut),
                    rx.el.p(CatalogueState.cut, class_name="text-ink-2"),
                ),
                title=CatalogueState.shown,
                aside=button("Close", kind="quiet", size="s", on_click=CatalogueState.close_version),
            ),
            None,
        ),
    )
