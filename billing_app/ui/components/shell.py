"""The frame of every page: top bar, usage indicator, low-credit strip, footer."""

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.forms import hidden, post_form
from billing_app.ui.components.icons import icon
from billing_app.ui.components.sandbox_bar import sandbox_bar
from billing_app.ui.session import Shell

_NAV = [("/pricing", "Pricing"), ("/playground", "Playground"), ("/dashboard", "Dashboard")]
_NAV_LINK = (
    "rounded-[6px] px-2.5 py-1.5 font-medium text-ink-2 hover:text-ink hover:no-underline "
    "aria-[current=page]:bg-sunken aria-[current=page]:text-ink"
)


class _InPage(BaseHTML):
    """A link to a place on this page, followed by the browser, which also moves the focus there.

    Reflex's own links lead through the router of pages, which would load the page anew and lose its query.
    """

    tag = "a"

    href: rx.Var[str]


def framed(main: rx.Component, *, current: str = "", bare: bool = False) -> rx.Component:
    """A page in its frame. `bare` leaves out the navigation, for sign-in forms and their kin."""
    return rx.el.div(
        skip_link(),
        _top(current, bare=bare),
        looking_bar(),
        barred_bar(),
        None if bare else _way_back(),
        None if bare else sandbox_bar(),
        None if bare else _strip(),
        failure_note(),
        main,
        _footer(),
        class_name="flex min-h-screen flex-col",
    )


def skip_link() -> rx.Component:
    """The first stop of the keyboard: past the navigation."""
    return _InPage.create(
        "Skip to content",
        href="#main",
        class_name="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:bg-surface focus:p-2",
    )


def _top(current: str, *, bare: bool) -> rx.Component:
    return rx.el.header(
        brand_mark(),
        rx.el.span(class_name="flex-1") if bare else _nav(current, "hidden sm:flex"),
        None if bare else rx.el.span(class_name="flex-1"),
        None if bare else rx.cond(Shell.signed_in, _signed_in(current), rx.cond(Shell.barred == "", _signed_out())),
        class_name=(
            "sticky top-0 z-20 flex h-14 items-center gap-2.5 border-b border-line bg-surface px-4 sm:gap-5 sm:px-6"
        ),
    )


def looking_bar() -> rx.Component:
    """Over every page of a customer as long as staff see it with the customer's eyes; nothing closes it but its end."""
    return rx.cond(
        Shell.looking_as != "",
        rx.el.aside(
            icon("eye", size=16, class_name="shrink-0"),
            rx.el.p(
                "You see this as ",
                rx.el.strong(Shell.looking_as, class_name="font-[640]"),
                " until ",
                Shell.looking_until,
                ". Nothing can be changed.",
                class_name="min-w-0 flex-1 sm:flex-none [overflow-wrap:anywhere]",
            ),
            post_form(
                button("End the view", size="s", type="submit"), action="/api/support/look/end", class_name="shrink-0"
            ),
            class_name=(
                "sticky top-14 z-10 flex items-center justify-center gap-3 bg-warn-soft px-4 py-2 text-small text-ink"
            ),
            custom_attrs={"aria-label": "Looking as a customer"},
        ),
        None,
    )


def barred_bar() -> rx.Component:
    """For staff whose look as a customer has moved to an address they may not work from: all they can do is end it."""
    return rx.cond(
        Shell.barred != "",
        rx.el.aside(
            rx.el.p(Shell.barred, role="alert", class_name="min-w-0 flex-1 basis-60 sm:flex-none"),
            post_form(button("End the view", size="s", type="submit"), action="/api/support/look/end"),
            _leave(button("Sign out", size="s", type="submit")),
            class_name="flex flex-wrap items-center justify-center gap-3 bg-warn-soft px-4 py-2 text-small text-ink",
            custom_attrs={"aria-label": "Looking as a customer"},
        ),
        None,
    )


def _leave(sign_out: rx.Component) -> rx.Component:
    return post_form(hidden("next", "/pricing"), sign_out, action="/api/auth/sign-out")


def _way_back() -> rx.Component:
    """Whoever another product has handed over finds back to it."""
    return rx.cond(
        Shell.way_back != "",
        rx.el.div(
            rx.el.a(
                icon("arrow-left", size=14),
                "Back to ",
                Shell.way_back_name,
                href=Shell.way_back,
                class_name="inline-flex min-h-6 max-w-full items-center gap-1.5 truncate text-small",
            ),
            class_name="border-b border-line bg-surface px-4 py-1.5 sm:px-6",
        ),
        None,
    )


def brand_mark(href: str = "/") -> rx.Component:
    """The name of the product, leading home."""
    return rx.el.a(
        rx.el.span(
            class_name="h-5 w-5 rounded-[6px] bg-[linear-gradient(135deg,var(--c1),var(--c2))]", aria_hidden="true"
        ),
        rx.el.span(brand().name),
        href=href,
        class_name="flex items-center gap-2.5 font-[650] tracking-tight text-ink hover:no-underline whitespace-nowrap",
    )


def _nav(current: str, display: str) -> rx.Component:
    return rx.el.nav(
        *[
            rx.el.a(
                label,
                href=href,
                class_name=_NAV_LINK,
                custom_attrs={"aria-current": "page"} if href == current else {},
            )
            for href, label in _NAV
        ],
        class_name=f"{display} gap-1",
        custom_attrs={"aria-label": "Main"},
    )


def usage_chip() -> rx.Component:
    """Credits left, as figure and bar, on every signed-in page (row B7, WL3)."""
    tones = {"low": "border-warn", "empty": "border-bad", "due": "border-bad"}
    base = (
        "inline-flex h-8 min-w-0 items-center gap-2 rounded-full border bg-surface px-2.5 font-[520] text-ink "
        "tabular-nums hover:no-underline hover:bg-sunken whitespace-nowrap "
    )
    fill = {"low": "bg-warn", "empty": "bg-bad", "due": "bg-bad"}
    return rx.el.a(
        rx.el.span(
            rx.el.span(
                class_name=rx.match(
                    Shell.level,
                    *[(level, f"block h-full rounded-full {colour}") for level, colour in fill.items()],
                    "block h-full rounded-full bg-accent",
                ),
                style={"width": Shell.bar_width},
            ),
            class_name="hidden h-[5px] w-16 shrink-0 overflow-hidden rounded-full bg-line min-[26.25rem]:block",
            aria_hidden="true",
        ),
        rx.el.span(Shell.available_label, class_name="truncate"),
        href="/dashboard",
        id="usage",
        class_name=rx.match(
            Shell.level, *[(level, base + colour) for level, colour in tones.items()], base + "border-line"
        ),
        custom_attrs={"data-available": Shell.available, "aria-label": Shell.available_spoken},
    )


def _signed_in(current: str) -> rx.Component:
    return rx.fragment(rx.cond(Shell.is_customer, usage_chip(), None), _account_menu(current))


def _account_menu(current: str) -> rx.Component:
    item = "block w-full rounded-[6px] px-2.5 py-1.5 text-left text-ink hover:bg-sunken hover:no-underline"
    return rx.el.details(
        rx.el.summary(
            rx.el.span(Shell.initial, aria_hidden="true"),
            rx.el.span("Account menu", class_name="sr-only"),
            class_name=(
                "flex h-8 w-8 items-center justify-center rounded-full bg-accent-soft text-small font-[620] "
                "text-accent-text"
            ),
        ),
        rx.el.div(
            rx.el.p(Shell.email, class_name="truncate px-2.5 pt-1 pb-2 text-small text-ink-2"),
            rx.el.div(_nav_items(current, item), class_name="border-t border-line py-1 sm:hidden"),
            rx.el.div(
                rx.el.a("Account", href="/account", class_name=item),
                rx.cond(Shell.is_staff, rx.el.a("Staff pages", href="/admin", class_name=item), None),
                rx.cond(Shell.sandbox, rx.el.a("Mailbox", href="/mailbox", class_name=item), None),
                _leave(rx.el.button("Sign out", type="submit", class_name=item)),
                class_name="border-t border-line pt-1",
            ),
            class_name=(
                "absolute right-0 z-30 mt-2 w-60 rounded-card border border-line bg-surface p-1.5 shadow-float"
            ),
        ),
        class_name="relative",
    )


def _nav_items(current: str, item: str) -> rx.Component:
    return rx.el.nav(
        *[
            rx.el.a(label, href=href, class_name=item, custom_attrs={"aria-current": "page"} if href == current else {})
            for href, label in _NAV
        ],
        custom_attrs={"aria-label": "Main, short"},
    )


def _signed_out() -> rx.Component:
    return rx.fragment(
        link_button("Sign in", href="/login", kind="quiet", size="s"),
        rx.el.span(
            link_button("Sign up", href="/signup", kind="primary", size="s"), class_name="hidden min-[22.5rem]:inline"
        ),
    )


def _strip() -> rx.Component:
    """What stops a customer: running low (a banner that can be closed), nothing left, a payment that failed."""
    return rx.cond(
        Shell.signed_in & (Shell.strip_text != ""),
        rx.el.div(
            rx.cond(
                Shell.level == "due",
                icon("circle-alert", class_name="text-bad"),
                icon("circle-alert", class_name="text-warn"),
            ),
            rx.el.span(Shell.strip_text, class_name="min-w-0 flex-1 text-small sm:flex-none"),
            rx.cond(
                Shell.strip_outward,
                link_button(
                    Shell.strip_action,
                    icon("external-link", size=13),
                    href=Shell.strip_href,
                    target="_blank",
                    rel="noopener noreferrer",
                    size="s",
                ),
                link_button(Shell.strip_action, href=Shell.strip_href, size="s"),
            ),
            rx.cond(
                Shell.strip_dismissable,
                button(icon("x", label="Dismiss"), kind="quiet", size="s", on_click=Shell.dismiss_strip),
                None,
            ),
            role="status",
            id="low-credit-strip",
            class_name=rx.cond(Shell.level == "due", _STRIP + "bg-bad-soft", _STRIP + "bg-warn-soft"),
        ),
        None,
    )


_STRIP = "flex flex-wrap items-center justify-center gap-x-3 gap-y-1.5 px-4 py-2 "


def failure_note() -> rx.Component:
    """What the last action came to, when it failed in a way nobody foresaw."""
    return rx.cond(
        Shell.failure != "",
        rx.el.div(
            icon("circle-alert", class_name="text-bad"),
            rx.el.span(Shell.failure, class_name="text-small"),
            button("Close", kind="quiet", size="s", on_click=Shell.dismiss_failure),
            role="alert",
            class_name="flex flex-wrap items-center justify-center gap-3 bg-bad-soft px-4 py-2",
        ),
        None,
    )


def _footer() -> rx.Component:
    return rx.el.footer(
        rx.el.div(
            rx.el.span(brand().seller, class_name="text-ink-3"),
            rx.el.span(class_name="flex-1"),
            rx.el.a("Pricing", href="/pricing", class_name="text-ink-2"),
            rx.el.a("Help", href=f"mailto:{brand().support_email}", class_name="text-ink-2"),
            class_name="mx-auto flex max-w-[1120px] flex-wrap gap-x-5 gap-y-1 px-4 py-5 text-small sm:px-6",
        ),
        class_name="mt-auto border-t border-line",
    )
