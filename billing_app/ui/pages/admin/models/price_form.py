"""The dialog in which a price is written."""

import reflex as rx

from billing_app.ui.admin.parts import button, message
from billing_app.ui.components.dialog import dialog
from billing_app.ui.components.forms import FIELD
from billing_app.ui.pages.admin.models.form import CLASSES
from billing_app.ui.pages.admin.models.state import ModelsState

_LABEL = "text-small font-[550]"


def price_form() -> rx.Component:
    """A new price, or a right one in the place of a wrong one."""
    correcting = ModelsState.wrong_id > 0
    return dialog(
        rx.el.form(
            message(ModelsState.form_error),
            rx.el.div(
                _text("model", "Model", "As its vendor calls it.", required=True, read_only=correcting),
                _text("currency", "Currency", "", required=True, max_length=3),
                class_name="grid gap-3 sm:grid-cols-[1fr_110px]",
            ),
            _per(),
            rx.el.div(
                *[_text(name, label, empty, required=not empty, numeric=True) for name, label, empty in CLASSES],
                class_name="grid grid-cols-2 gap-3 sm:grid-cols-3",
            ),
            _text("valid_from", "Holds from", "UTC; empty: from now on.", kind="date"),
            rx.el.div(
                rx.el.label("Reason", html_for="price-reason", class_name=_LABEL),
                rx.el.input(id="price-reason", name="reason", max_length=2_000, required=correcting, class_name=FIELD),
                rx.el.p("Kept in the audit log with your name.", class_name="text-tiny text-ink-2"),
                class_name="grid gap-1",
            ),
            rx.el.div(
                button("Leave it", kind="quiet", on_click=ModelsState.close_form),
                button(rx.cond(correcting, "Correct the price", "Set the price"), kind="primary", type="submit"),
                class_name="flex flex-wrap justify-end gap-2",
            ),
            on_submit=ModelsState.write,
            class_name="grid gap-4",
        ),
        is_open=ModelsState.form_open,
        title=rx.cond(correcting, "Correct a price", "New price"),
        title_id="price-title",
        on_close=ModelsState.close_form,
        stays=True,
    )


def _per() -> rx.Component:
    options = (("1m", "1,000,000 tokens"), ("1k", "1,000 tokens"))
    return rx.el.fieldset(
        rx.el.legend("Prices are for", class_name=_LABEL),
        rx.el.div(
            *[
                rx.el.label(
                    rx.el.input(
                        type="radio",
                        name="per",
                        value=value,
                        default_checked=value == "1m",
                    ),
                    label,
                    class_name="flex min-h-7 cursor-pointer items-center gap-2",
                )
                for value, label in options
            ],
            class_name="mt-1 flex flex-wrap gap-x-5",
        ),
    )


def _text(
    name: str,
    label: str,
    hint: str,
    *,
    required: bool = False,
    numeric: bool = False,
    kind: str = "text",
    max_length: int = 200,
    read_only: bool | rx.Var[bool] = False,
) -> rx.Component:
    field_id = f"price-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=field_id, class_name=_LABEL),
        rx.el.input(
            id=field_id,
            name=name,
            type="date" if kind == "date" else "text",
            input_mode="decimal" if numeric else "text",
            default_value=ModelsState.filled.get(name, ""),
            required=required,
            read_only=read_only,
            max_length=max_length,
            auto_complete="off",
            class_name=FIELD + (" tabular-nums" if numeric else ""),
            custom_attrs={"aria-describedby": f"{field_id}-hint"} if hint else {},
        ),
        rx.el.p(hint, id=f"{field_id}-hint", class_name="text-tiny text-ink-2") if hint else None,
        class_name="grid min-w-0 content-start gap-1",
    )
