"""`/admin/audit`: who did what to what, before and after, and why (AD10). Append-only: nothing here changes it."""

from typing import Any

import reflex as rx

from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import button, card, csv_link, empty, icon, link_button, message, stack
from billing_app.ui.pages.admin.audit.rows import AuditRow
from billing_app.ui.pages.admin.audit.state import AuditState

__all__ = ["AuditState", "audit", "audit_line"]

_INPUT = (
    "h-9 w-full min-w-0 rounded-control border border-control-line bg-surface px-2.5 text-base text-ink "
    "outline-offset-0 focus-visible:border-accent"
)


def audit() -> rx.Component:
    """The page."""
    return admin_page(
        "Audit log",
        _filter(),
        rx.el.div(message(AuditState.error), class_name="mt-4 empty:hidden"),
        stack(
            card(
                rx.cond(
                    AuditState.rows.length() > 0,
                    rx.el.ul(rx.foreach(AuditState.rows, audit_line)),
                    empty("No line fits this filter."),
                ),
                rx.cond(
                    AuditState.next_before > 0,
                    rx.el.div(
                        button("Show more", size="s", on_click=AuditState.show_more),
                        class_name="flex justify-center border-t border-line p-3",
                    ),
                    None,
                ),
                flush=True,
            )
        ),
        current="/admin/audit",
        lead="Every change that staff, keys, Stripe and the product itself have made. Nobody can change a line.",
        actions=(csv_link(AuditState.csv, "the lines of this filter", name="audit-log.csv"),),
    )


def _filter() -> rx.Component:
    return rx.el.form(
        _text("actor", "Who", AuditState.actor, "user:12, stripe"),
        rx.el.div(
            _text("action", "Action", AuditState.action, "plan.given, role.", custom_attrs={"list": "audit-actions"}),
            rx.el.datalist(rx.foreach(AuditState.actions, lambda one: rx.el.option(value=one)), id="audit-actions"),
        ),
        _text("object", "Object", AuditState.object, "customer:7"),
        _text("first", "From", AuditState.first, "", type="date"),
        _text("last", "To", AuditState.last, "", type="date"),
        rx.el.div(
            button("Show", kind="primary", type="submit"),
            rx.cond(
                AuditState.filtered, link_button("Clear", href="/admin/audit", kind="quiet", reload_document=True), None
            ),
            class_name="flex items-end gap-2",
        ),
        on_submit=AuditState.apply,
        class_name=(
            "mt-4 grid grid-cols-2 gap-x-3 gap-y-2.5 rounded-card border border-line bg-surface p-3.5 shadow-lift "
            "lg:grid-cols-[1fr_1.2fr_1fr_150px_150px_auto]"
        ),
    )


def _text(name: str, label: str, value: Any, placeholder: str, **props: Any) -> rx.Component:
    props.setdefault("type", "text")
    return rx.el.div(
        rx.el.label(label, html_for=f"audit-{name}", class_name="text-tiny text-ink-2"),
        rx.el.input(
            id=f"audit-{name}",
            name=name,
            default_value=value,
            key=value,
            placeholder=placeholder,
            auto_complete="off",
            class_name=_INPUT,
            **props,
        ),
        class_name="grid min-w-0 gap-1",
    )


def audit_line(row: Any) -> rx.Component:
    """One line; what changed is opened by a click."""
    head = rx.el.div(
        rx.el.div(
            rx.el.p(
                rx.el.span(row.what, class_name="font-[560]"),
                rx.el.span(" by ", row.who, class_name="text-ink-2 [overflow-wrap:anywhere]"),
                rx.cond(
                    row.href != "",
                    rx.el.span(" \N{MIDDLE DOT} ", rx.el.a(row.object, href=row.href), class_name="text-ink-2"),
                    rx.el.span(" \N{MIDDLE DOT} ", row.object, class_name="text-ink-2"),
                ),
                class_name="[overflow-wrap:anywhere]",
            ),
            class_name="min-w-0 flex-1 basis-[260px]",
        ),
        rx.el.span(
            row.at,
            rx.cond(row.ip != "", rx.el.span(" \N{MIDDLE DOT} ", row.ip), None),
            class_name="text-tiny text-ink-3 tabular-nums",
        ),
        class_name="flex flex-wrap items-baseline gap-x-4 gap-y-0.5",
    )
    return rx.el.li(
        head,
        rx.el.div(
            rx.cond(
                row.reason != "",
                rx.el.p(
                    "\N{LEFT DOUBLE QUOTATION MARK}",
                    row.reason,
                    "\N{RIGHT DOUBLE QUOTATION MARK}",
                    class_name="min-w-0 text-small text-ink-2 [overflow-wrap:anywhere]",
                ),
                None,
            ),
            rx.cond(
                row.changes.length() > 0,
                rx.el.details(
                    rx.el.summary(
                        icon("chevron-right", size=13, class_name="transition-transform group-open:rotate-90"),
                        "What changed",
                        class_name="flex min-h-6 w-fit items-center gap-1.5 text-small text-ink-2 hover:text-ink",
                    ),
                    rx.el.dl(rx.foreach(row.changes, _change), class_name="mt-1.5 mb-1 grid gap-1 pl-5 text-small"),
                    class_name="group min-w-0 open:basis-full",
                ),
                None,
            ),
            class_name="flex flex-wrap items-center gap-x-4 empty:hidden",
        ),
        class_name="border-b border-line px-[18px] py-2.5 last:border-b-0",
        custom_attrs={"data-action": row.action},
    )


def _change(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(one.name, class_name="text-ink-3"),
        rx.el.dd(
            rx.cond(
                one.before != "",
                rx.el.span(
                    rx.el.span("was ", class_name="sr-only"),
                    rx.el.del_(one.before, class_name="text-ink-3"),
                    rx.el.span(" \N{RIGHTWARDS ARROW} ", class_name="text-ink-3", aria_hidden="true"),
                ),
                None,
            ),
            rx.cond(one.after != "", one.after, rx.el.span("none", class_name="text-ink-3")),
            class_name="min-w-0 tabular-nums [overflow-wrap:anywhere]",
        ),
        class_name="grid gap-x-3 sm:grid-cols-[150px_1fr]",
    )


__all__ += ["AuditRow"]
