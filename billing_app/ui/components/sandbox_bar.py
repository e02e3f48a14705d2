"""The SANDBOX bar of signed-in pages: no money moves here, and time can be moved on (sandbox mode only)."""

import reflex as rx

from billing_app.ui.components.buttons import button
from billing_app.ui.components.icons import icon
from billing_app.ui.session import Shell
from billing_app.ui.time_travel import TravelState


def sandbox_bar() -> rx.Component:
    """Calm, and clearly not part of the product: what founders and their team use to try things out."""
    return rx.cond(
        Shell.sandbox & Shell.is_customer,
        rx.el.aside(
            rx.el.div(
                rx.el.span("SANDBOX", class_name="font-[620] tracking-[.06em] text-ink-3"),
                rx.el.span("no money moves", class_name="hidden text-ink-3 md:inline"),
                rx.el.span(
                    icon("calendar-clock", size=14, class_name="text-ink-3"),
                    rx.el.span("Billing time ", class_name="hidden sm:inline"),
                    rx.el.time(
                        rx.cond(TravelState.busy, TravelState.now, Shell.billing_day),
                        rx.cond(
                            TravelState.busy,
                            None,
                            rx.el.span(", ", Shell.billing_hour, class_name="hidden sm:inline"),
                        ),
                        id="billing-time",
                        class_name="tabular-nums text-ink",
                    ),
                    class_name="flex items-center gap-1.5",
                ),
                rx.el.span(class_name="flex-1"),
                rx.cond(
                    TravelState.busy,
                    rx.el.span(
                        icon("loader-circle", size=14, class_name="animate-spin"),
                        rx.el.span("Moving on\N{HORIZONTAL ELLIPSIS}", class_name="sr-only sm:not-sr-only"),
                        class_name="flex items-center gap-1.5",
                    ),
                    None,
                ),
                _go("+ 1 day", "Advance a day", "advance-day", TravelState.advance_a_day),
                _go("+ 1 month", "Advance a month", "advance-month", TravelState.advance_a_month),
                class_name=(
                    "mx-auto flex max-w-[1120px] flex-wrap items-center gap-x-2 gap-y-1 px-4 py-1 sm:gap-x-3 sm:px-6"
                ),
            ),
            _result(),
            class_name="border-b border-dashed border-line-strong bg-sunken text-tiny text-ink-2",
            custom_attrs={"aria-label": "Sandbox"},
        ),
        None,
    )


def _go(label: str, spoken: str, name: str, handler: object) -> rx.Component:
    return button(
        rx.el.span(label, aria_hidden="true"),
        rx.el.span(spoken, class_name="sr-only"),
        size="xs",
        id=name,
        on_click=handler,
        disabled=TravelState.busy,
        title=spoken,
    )


def _result() -> rx.Component:
    return rx.el.div(
        rx.cond(
            (TravelState.result != "") | (TravelState.error != ""),
            rx.el.div(
                rx.el.div(
                    rx.el.p(TravelState.result, id="travelled", class_name="tabular-nums"),
                    rx.cond(
                        TravelState.error != "", rx.el.p(TravelState.error, class_name="text-bad", role="alert"), None
                    ),
                    rx.el.a("Open the mailbox", href="/mailbox"),
                    rx.cond(
                        TravelState.happenings.length() > 0,
                        rx.el.details(
                            rx.el.summary("What happened", class_name="w-fit text-accent-text hover:underline"),
                            rx.el.ul(
                                rx.foreach(TravelState.happenings, rx.el.li),
                                class_name="mt-1 grid max-h-48 w-full gap-0.5 overflow-y-auto [overflow-wrap:anywhere]",
                            ),
                        ),
                        None,
                    ),
                    class_name="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-4 gap-y-0.5",
                ),
                button(icon("x", size=14, label="Close"), kind="quiet", size="s", on_click=TravelState.close),
                class_name="mx-auto flex max-w-[1120px] items-start gap-3 px-4 pb-2 sm:px-6",
            ),
            None,
        ),
        role="status",
    )
