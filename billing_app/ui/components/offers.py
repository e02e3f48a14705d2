"""How packs and unlocks are offered, on the pricing page and on the wall: the same card, the same form."""

from typing import Any

import reflex as rx

from billing_app.ui.components.buttons import button
from billing_app.ui.components.forms import hidden, post_form
from billing_app.ui.components.icons import icon
from billing_app.ui.components.surfaces import badge

CHECKOUT = "/api/v1/checkout"


def buy_form(
    kind: str | rx.Var,
    code: str | rx.Var,
    label: Any,
    spoken: Any,
    *,
    primary: bool = False,
    return_to: Any = "",
    small: bool = False,
    via: str = "",
) -> rx.Component:
    """One offer's button. A plain form: it works before the page is live, and for those not signed in.

    Args:
        small: within a line of text, not as wide as its card.
        via: where it stands, for the funnel: `wall`.
    """
    return post_form(
        hidden("kind", kind),
        hidden("code", code),
        hidden("return_to", return_to),
        *([hidden("via", via)] if via else []),
        button(
            label,
            kind="primary" if primary else "plain",
            size="s" if small else "l",
            wide=not small,
            type="submit",
            custom_attrs={"aria-label": spoken},
        ),
        action=CHECKOUT,
        class_name="" if small else "w-full",
    )


def tick(text: Any) -> rx.Component:
    """One line of what is included."""
    return rx.el.li(
        icon("check", size=15, class_name="mt-[3px] text-accent-text"),
        rx.el.span(text),
        class_name="flex gap-2.5 text-ink-2",
    )


def pack_card(pack: Any) -> rx.Component:
    """A pack: price, credits, price per credit, saving, expiry in words, one payment (PR15)."""
    return rx.el.article(
        rx.el.div(
            rx.el.h3(pack.name, class_name="text-[.9375rem] font-[620]"),
            rx.cond(pack.badge != "", badge(pack.badge, tone="accent"), None),
            class_name="flex min-h-6 items-center gap-2",
        ),
        rx.el.p(
            pack.price,
            class_name="text-[2.125rem] font-[640] leading-none tracking-[-.03em] tabular-nums",
        ),
        rx.el.p(pack.credits_text, class_name="text-[.9375rem] font-[560] tabular-nums"),
        rx.el.p(
            rx.el.span(pack.unit_price),
            rx.cond(pack.saving != "", rx.el.span(", ", pack.saving, class_name="text-good"), None),
            class_name="min-h-10 text-small text-ink-2 tabular-nums",
        ),
        rx.cond(
            pack.highlighted,
            buy_form("pack", pack.code, rx.fragment("Buy ", pack.name), pack.buy_label, primary=True),
            buy_form("pack", pack.code, rx.fragment("Buy ", pack.name), pack.buy_label),
        ),
        rx.el.ul(
            tick(pack.expiry),
            tick(pack.terms),
            rx.cond(pack.description != "", tick(pack.description), None),
            class_name="mt-1 grid gap-2 text-small",
        ),
        class_name=rx.cond(
            pack.highlighted,
            _CARD + "bg-[linear-gradient(180deg,var(--accent-soft),transparent_52%)]",
            _CARD,
        ),
        id="pack-" + pack.code,
    )


def pack_row(pack: Any) -> rx.Component:
    """A pack beside plans, in three lines; the price is on its button (PR15)."""

    def buy(*, primary: bool) -> rx.Component:
        label = rx.fragment("Buy for ", pack.price)
        return buy_form("pack", pack.code, label, pack.buy_label, primary=primary, small=True)

    return rx.el.article(
        rx.el.div(
            rx.el.h3(pack.credits_text, class_name="text-[.9375rem] font-[620] tabular-nums"),
            rx.cond(pack.badge != "", badge(pack.badge, tone="accent"), None),
            class_name="flex flex-wrap items-center gap-2",
        ),
        rx.el.div(
            rx.cond(pack.highlighted, buy(primary=True), buy(primary=False)), class_name="row-span-3 self-center"
        ),
        rx.el.p(
            rx.el.span(pack.unit_price),
            rx.cond(pack.saving != "", rx.el.span(", ", pack.saving_percent, "% less", class_name="text-good"), None),
            class_name="text-small text-ink-2 tabular-nums",
        ),
        rx.el.p(pack.name, " · ", pack.expiry, class_name="text-small text-ink-3"),
        class_name=rx.cond(pack.highlighted, _ROW + "border-accent", _ROW + "border-line"),
        id="pack-" + pack.code,
    )


_ROW = "grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 rounded-card border bg-surface p-[18px] shadow-lift "
_CARD = "flex flex-col gap-3 p-[22px] pb-6 bg-surface "


def unlock_card(unlock: Any, owned: Any) -> rx.Component:
    """An unlock: what it opens, for how long, what works without it; never "Buy" for what one owns (PR6)."""
    return rx.el.article(
        rx.el.div(
            rx.el.div(
                rx.el.h3(unlock.name, class_name="text-[.9375rem] font-[620]"),
                rx.cond(unlock.badge != "", badge(unlock.badge, tone="accent"), None),
                class_name="flex items-center gap-2",
            ),
            rx.el.p(unlock.description, class_name="mt-1 text-ink-2"),
            rx.el.p(
                unlock.uses_text,
                rx.cond(unlock.without != "", rx.el.span(" · ", unlock.without), None),
                class_name="mt-2 text-small text-ink-3",
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.el.div(
            rx.el.p(unlock.price, class_name="text-[1.375rem] font-[640] leading-none tracking-[-.02em] tabular-nums"),
            rx.el.p(unlock.terms, class_name="mt-1 text-tiny text-ink-3"),
            rx.el.div(
                rx.cond(
                    owned,
                    rx.el.span(
                        icon("check", size=15),
                        "Yours",
                        class_name="inline-flex h-11 items-center gap-1.5 text-small font-[560] text-good",
                    ),
                    buy_form("unlock", unlock.code, rx.fragment("Buy for ", unlock.price), unlock.buy_label),
                ),
                class_name="mt-3",
            ),
            class_name="sm:w-44 sm:text-right",
        ),
        class_name=(
            "flex flex-col gap-4 rounded-card border border-line bg-surface p-[18px] shadow-lift "
            "sm:flex-row sm:items-start"
        ),
        id="unlock-" + unlock.code,
    )
