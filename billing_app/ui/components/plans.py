"""Plan cards, and the choice between monthly and yearly prices.

The page holds the prices of both periods; the browser shows those of the chosen one by a rule of style alone. So the
choice works before the page is live, without its connection and without scripts (PR16).
"""

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportDict

from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.forms import hidden, post_form
from billing_app.ui.components.icons import icon
from billing_app.ui.components.offers import tick
from billing_app.ui.components.surfaces import badge

SUBSCRIBE = "/api/v1/subscription/checkout"

# Remembers the choice in the page's address, takes it from there, and announces the prices it leads to (PR5, PR9).
_CODE = """
function PeriodChoice({ className, children }) {
  const box = useRef(null);
  const [said, say] = useState("");
  useEffect(() => {
    const wanted = new URLSearchParams(window.location.search).get("period");
    const radio = [...box.current.querySelectorAll("input")].find((each) => each.value === wanted);
    if (radio) radio.checked = true;
  });
  const changed = (event) => {
    const address = new URL(window.location.href);
    address.searchParams.set("period", event.target.value);
    window.history.replaceState(window.history.state, "", address);
    say(event.target.dataset.said);
  };
  return jsx("div", { ref: box, className, onChange: changed },
    children, jsx("p", { className: "sr-only", "aria-live": "polite" }, said));
}
"""


class _PeriodChoice(rx.Component):
    """The React side. Its radio buttons are the browser's own: it keeps no state of the choice."""

    tag = "PeriodChoice"

    def add_imports(self) -> ImportDict:
        return {"react": ["useEffect", "useRef", "useState"], "@emotion/react": ["jsx"]}

    def add_custom_code(self) -> list[str]:
        return [_CODE]


def by_period(period: rx.Var) -> dict[str, Any]:
    """Marks an element that belongs to one choice of period; an empty one belongs to both."""
    return {"data-for-period": period}


def period_choice(options: Any) -> rx.Component:
    """Two labels, always visible, as a native radio group (PR2)."""
    return _PeriodChoice.create(
        rx.el.fieldset(
            rx.el.legend("Billing period", class_name="sr-only"),
            rx.foreach(
                options,
                lambda option: rx.el.label(
                    rx.el.input(
                        type="radio",
                        name="period",
                        value=option.value,
                        default_checked=option.chosen,
                        custom_attrs={"data-said": option.said, "autoComplete": "off"},
                        class_name="sr-only",
                    ),
                    option.label,
                    rx.cond(option.saving != "", rx.el.span(option.saving, class_name="text-good"), None),
                    class_name=(
                        "flex min-h-9 cursor-pointer items-center gap-1.5 rounded-full px-4 py-1.5 font-[550] "
                        "text-ink-2 select-none has-checked:bg-raised has-checked:text-ink has-checked:shadow-lift "
                        "has-checked:outline has-checked:outline-1 has-checked:outline-control-line "
                        "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 "
                        "has-focus-visible:outline-accent"
                    ),
                ),
            ),
            class_name="inline-flex flex-wrap justify-center rounded-[24px] border border-line bg-sunken p-[3px]",
        ),
        class_name="flex justify-center",
    )


_PANEL = "grid gap-px overflow-hidden rounded-panel border border-line bg-surface shadow-lift "


def plan_cards(plans: Any) -> rx.Component:
    """All plans in one panel. Their parts line up across it, whatever each has to say."""
    columns = rx.match(
        plans.length(),
        (1, _PANEL + "sm:max-w-[420px] sm:mx-auto"),
        (2, _PANEL + "sm:grid-cols-2"),
        (3, _PANEL + "md:grid-cols-3"),
        (4, _PANEL + "sm:grid-cols-2 lg:grid-cols-4"),
        _PANEL + "sm:grid-cols-2 lg:grid-cols-3",
    )
    return rx.el.div(rx.foreach(plans, plan_card), class_name=columns)


def plan_card(plan: Any) -> rx.Component:
    """A plan: price, terms, what it brings, and the button that fits how it stands to the visitor."""
    return rx.el.article(
        rx.el.div(
            rx.el.h3(plan.name, class_name="text-[.9375rem] font-[620]"),
            rx.cond(plan.badge != "", badge(plan.badge, tone="accent"), None),
            rx.cond(plan.held, badge("Your plan", tone="good"), None),
            class_name="flex min-h-6 flex-wrap items-center gap-2",
        ),
        rx.el.p(plan.description, class_name="mt-1 text-small text-ink-2"),
        rx.el.div(rx.foreach(plan.blocks, _price), class_name="mt-4"),
        rx.el.div(rx.foreach(plan.blocks, lambda block: _action(plan, block)), class_name="mt-4"),
        rx.el.ul(
            rx.foreach(plan.lines, tick),
            rx.foreach(plan.blocks, _unit_price),
            class_name="mt-5 grid content-start gap-2",
        ),
        class_name=rx.cond(
            plan.highlighted,
            _CARD + "bg-[linear-gradient(180deg,var(--accent-soft),transparent_46%)]",
            _CARD,
        ),
        id="plan-" + plan.code,
    )


_CARD = "row-span-5 grid grid-rows-subgrid gap-y-0 p-[22px] pb-6 shadow-[0_0_0_1px_var(--line)] "


def _price(block: Any) -> rx.Component:
    """One sentence in two lines: what is charged, and how often (PR3)."""
    return rx.el.div(
        rx.el.p(
            rx.el.span(block.price, class_name="block text-[2rem] font-[640] leading-none tracking-[-.03em] text-ink"),
            rx.cond(block.billing != "", rx.el.span(" ", block.billing, class_name="mt-1.5 block"), None),
            class_name="text-small text-ink-2 tabular-nums",
        ),
        rx.cond(block.saving != "", rx.el.p(block.saving, class_name="text-small text-good"), None),
        custom_attrs=by_period(block.shown_for),
    )


def _unit_price(block: Any) -> rx.Component:
    return rx.cond(
        block.unit_price != "",
        rx.el.li(
            icon("check", size=15, class_name="mt-[3px] text-accent-text"),
            block.unit_price,
            class_name="flex gap-2.5 text-ink-2 tabular-nums",
            custom_attrs=by_period(block.shown_for),
        ),
        None,
    )


def _action(plan: Any, block: Any) -> rx.Component:
    return rx.el.div(
        rx.match(
            block.button.kind,
            ("buy", subscribe_form(plan.code, block.period, _named(block.button), primary=plan.highlighted)),
            ("link", _link(block.button, plan.highlighted)),
            _still(block.button),
        ),
        rx.cond(block.terms != "", rx.el.p(block.terms, class_name="mt-2 text-tiny text-ink-3"), None),
        custom_attrs=by_period(block.shown_for),
    )


def subscribe_form(
    plan: str | rx.Var, period: str | rx.Var, label: Any, *, primary: Any = False, small: bool = False
) -> rx.Component:
    """A plan's button. A plain form: it works before the page is live, and for those not signed in."""
    size = "s" if small else "l"

    def submit(kind: str) -> rx.Component:
        return button(label, kind=kind, size=size, wide=not small, type="submit")

    return post_form(
        hidden("plan", plan),
        hidden("period", period),
        rx.cond(primary, submit("primary"), submit("plain")),
        action=SUBSCRIBE,
        class_name="" if small else "w-full",
    )


def _link(made: Any, primary: Any) -> rx.Component:
    def link(kind: str) -> rx.Component:
        current = {"aria-current": rx.cond(made.current, "true", "false")}
        return link_button(_named(made), href=made.href, kind=kind, size="l", wide=True, custom_attrs=current)

    return rx.cond(primary, link("primary"), link("plain"))


def _still(made: Any) -> rx.Component:
    """It can be reached and read, and does nothing (WL4)."""
    return button(
        rx.cond(made.current, icon("check", size=15), None),
        _named(made),
        size="l",
        wide=True,
        custom_attrs={"aria-disabled": "true", "aria-current": rx.cond(made.current, "true", "false")},
    )


def _named(made: Any) -> rx.Component:
    """Visible words first, then of which plan and at what price, so that the name says what the eye sees (PR9)."""
    return rx.el.span(made.label, " ", rx.el.span(made.spoken, class_name="sr-only"), class_name="min-w-0 truncate")
