"""The frame of every staff page: navigation at the side, or in a menu on a phone; and who may be here at all."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import reflex as rx

from billing_app.accounts.roles import Role
from billing_app.errors import DomainError, Unauthenticated
from billing_app.ui.brand import brand
from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.forms import hidden, post_form
from billing_app.ui.components.icons import icon
from billing_app.ui.components.sandbox_bar import sandbox_bar
from billing_app.ui.components.shell import barred_bar, brand_mark, failure_note, skip_link
from billing_app.ui.session import Shell, staff_of

# (group, ((address, name, icon, lowest role that may see it), ...)): a page gets its line here with its route.
NAVIGATION: tuple[tuple[str, tuple[tuple[str, str, str, Role], ...]], ...] = (
    (
        "Business",
        (
            ("/admin", "Overview", "layout-dashboard", Role.VIEWER),
            ("/admin/margins", "Margins", "percent", Role.VIEWER),
            ("/admin/money", "Money", "landmark", Role.VIEWER),
            ("/admin/plans", "Plans", "layers", Role.VIEWER),
            ("/admin/features", "Features", "blocks", Role.VIEWER),
            ("/admin/models", "Models", "cpu", Role.VIEWER),
            ("/admin/funnel", "Funnel", "funnel", Role.VIEWER),
        ),
    ),
    (
        "People",
        (
            ("/admin/customers", "Customers", "users", Role.VIEWER),
            ("/admin/enquiries", "Enquiries", "message-square", Role.VIEWER),
            ("/admin/people", "People and roles", "user-cog", Role.ADMIN),
        ),
    ),
    (
        "System",
        (
            ("/admin/audit", "Audit log", "scroll-text", Role.VIEWER),
            ("/admin/catalogue", "Catalogue", "tags", Role.VIEWER),
            ("/admin/webhooks", "Webhooks", "webhook", Role.VIEWER),
            ("/admin/reconcile", "Reconcile", "scale", Role.VIEWER),
            ("/admin/self-audit", "Self-audit", "shield-check", Role.VIEWER),
            ("/admin/health", "Health", "activity", Role.VIEWER),
            ("/admin/keys", "API keys", "key-round", Role.ADMIN),
        ),
    ),
)

_LINK = (
    "flex min-h-8 items-center gap-2.5 rounded-[6px] px-2.5 py-1 font-[520] text-ink-2 hover:bg-sunken "
    "hover:text-ink hover:no-underline aria-[current=page]:bg-[color-mix(in_srgb,var(--ink)_7%,transparent)] "
    "aria-[current=page]:text-ink "
)


class StaffState(rx.State):
    """Whether whoever looks may look. It only decides what is drawn: every handler and service asks for itself."""

    checked: rx.Field[bool] = rx.field(False)
    allowed: rx.Field[bool] = rx.field(False)
    is_support: rx.Field[bool] = rx.field(False)
    is_admin: rx.Field[bool] = rx.field(False)
    words: rx.Field[str] = rx.field("")

    @rx.event
    async def enter(self) -> Any:
        """Let staff in; send a stranger to sign in and back here; tell a customer whose page this is."""
        self.reset()
        try:
            role = (await staff_of(self)).role
        except Unauthenticated:
            url = self.router.url
            return rx.redirect(f"/login?next={quote(url.path + (f'?{url.query}' if url.query else ''))}")
        except DomainError as error:
            self.checked, self.words = True, error.detail
            return None
        self.checked = self.allowed = True
        self.is_support, self.is_admin = role.rank >= Role.SUPPORT.rank, role is Role.ADMIN
        return None


def admin_page(
    title: str | rx.Var,
    *sections: Any,
    current: str,
    actions: Sequence[Any] = (),
    lead: Any = None,
    above: Any = None,
) -> rx.Component:
    """A staff page under its title. Nothing of `sections` is drawn for who is not staff.

    Args:
        current: the address in NAVIGATION that this page belongs to.
        actions: what stands at the right of the title: period, CSV, buttons.
        lead: one line below the title.
        above: what stands over the title, such as the way back to a list.
    """
    return rx.el.div(
        skip_link(),
        _phone_bar(current),
        rx.el.div(
            _side(current),
            rx.el.div(
                sandbox_bar(),
                barred_bar(),
                failure_note(),
                rx.el.main(
                    rx.cond(StaffState.allowed, above, None),
                    _head(title, lead, actions),
                    rx.cond(StaffState.allowed, rx.fragment(*sections), _refused()),
                    id="main",
                    class_name="mx-auto w-full max-w-[1240px] px-4 pt-5 pb-16 sm:px-6 lg:px-8 lg:pt-7",
                ),
                class_name="min-w-0",
            ),
            class_name="flex-1 lg:grid lg:grid-cols-[208px_minmax(0,1fr)]",
        ),
        class_name="flex min-h-screen flex-col",
    )


def _head(title: str | rx.Var, lead: Any, actions: Sequence[Any]) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1(
                title,
                class_name="min-w-0 flex-1 basis-[180px] text-[1.5rem] leading-tight font-[640] tracking-[-.02em]",
            ),
            rx.cond(StaffState.allowed, rx.el.div(*actions, class_name="flex flex-wrap items-center gap-2"), None)
            if actions
            else None,
            class_name="flex flex-wrap items-center gap-x-4 gap-y-3",
        ),
        rx.cond(StaffState.allowed, rx.el.p(lead, class_name="mt-2.5 max-w-[90ch] text-ink-2 sm:mt-1"), None)
        if lead is not None
        else None,
    )


def _refused() -> rx.Component:
    """For a customer, and while nobody has been looked at yet."""
    return rx.cond(
        StaffState.checked,
        rx.el.div(
            rx.el.p(StaffState.words, role="alert"),
            rx.el.p(
                f"This page is for the people who run {brand().name}. What you bought and used is on your own page.",
                class_name="mt-1 text-ink-2",
            ),
            rx.el.div(link_button("Open my billing", href="/dashboard"), class_name="mt-4"),
            class_name="mt-6 max-w-[640px] rounded-card border border-line bg-surface p-6 shadow-lift",
        ),
        rx.el.div(class_name="mt-6 h-40 rounded-card border border-line bg-surface", aria_hidden="true"),
    )


def _side(current: str) -> rx.Component:
    return rx.el.aside(
        rx.el.div(brand_mark("/admin"), class_name="px-2.5 pt-1 pb-1"),
        rx.cond(StaffState.allowed, _navigation(current, "Staff pages"), None),
        rx.el.span(class_name="flex-1"),
        rx.cond(Shell.signed_in, rx.el.div(_account(), class_name="border-t border-line pt-2"), None),
        class_name=(
            "sticky top-0 hidden h-screen flex-col gap-1 overflow-y-auto border-r border-line bg-surface px-2.5 py-3.5 "
            "lg:flex"
        ),
        custom_attrs={"aria-label": "Staff"},
    )


def _phone_bar(current: str) -> rx.Component:
    return rx.el.header(
        brand_mark("/admin"),
        rx.el.span(class_name="flex-1"),
        rx.cond(
            Shell.signed_in,
            rx.el.details(
                rx.el.summary(
                    icon("menu", size=16),
                    "Menu",
                    class_name=(
                        "inline-flex h-9 items-center gap-2 rounded-control border border-line-strong bg-raised px-3 "
                        "text-small font-[550]"
                    ),
                ),
                rx.el.div(
                    rx.cond(StaffState.allowed, _navigation(current, "Staff pages, short"), None),
                    rx.el.div(_account(), class_name="mt-2 border-t border-line pt-2"),
                    class_name=(
                        "absolute inset-x-3 top-[52px] z-30 max-h-[calc(100vh-68px)] overflow-y-auto rounded-card "
                        "border border-line bg-surface p-2 shadow-float"
                    ),
                ),
                # A page led to by the menu is another page: it closes by being built anew.
                key=current,
            ),
            rx.cond(Shell.barred == "", link_button("Sign in", href="/login?next=/admin", size="s")),
        ),
        class_name="sticky top-0 z-40 flex h-14 items-center gap-3 border-b border-line bg-surface px-4 lg:hidden",
    )


def _navigation(current: str, label: str) -> rx.Component:
    return rx.el.nav(
        *[
            rx.fragment(
                rx.el.p(group, class_name="px-2.5 pt-3.5 pb-1 text-tiny text-ink-3"),
                *[_entry(*page, current=current) for page in pages],
            )
            for group, pages in NAVIGATION
            if pages
        ],
        class_name="grid",
        custom_attrs={"aria-label": label},
    )


def _entry(address: str, name: str, sign: str, lowest: Role, *, current: str) -> rx.Component:
    made = rx.el.a(
        icon(sign, size=15, class_name="text-ink-3"),
        name,
        href=address,
        class_name=_LINK,
        custom_attrs={"aria-current": "page"} if address == current else {},
    )
    may = {Role.SUPPORT: StaffState.is_support, Role.ADMIN: StaffState.is_admin}.get(lowest)
    return made if may is None else rx.cond(may, made, None)


def _account() -> rx.Component:
    item = _LINK + "w-full text-left text-small"
    return rx.el.div(
        rx.el.p(Shell.email, class_name="truncate px-2.5 py-1 text-tiny text-ink-3", title=Shell.email),
        rx.el.a("Account", href="/account", class_name=item),
        rx.el.a("Pricing page", href="/pricing", class_name=item),
        rx.cond(Shell.sandbox, rx.el.a("Mailbox", href="/mailbox", class_name=item), None),
        post_form(
            hidden("next", "/login"),
            rx.el.button("Sign out", type="submit", class_name=item),
            action="/api/auth/sign-out",
        ),
    )
