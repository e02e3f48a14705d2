"""A modal dialog on the browser's own `<dialog>`: focus is kept inside, Escape closes, the page behind is inert.

Reflex's `rx.el.dialog(open=...)` shows a dialog that is not modal; this one calls `showModal()` and `close()`.
"""

from typing import Any

import reflex as rx
from reflex_base.utils.imports import ImportDict

_CODE = """
function ModalDialog({ open, stays, onClose, labelledby, className, children }) {
  const box = useRef(null);
  useEffect(() => {
    const dialog = box.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return jsx("dialog", {
    ref: box,
    className,
    "aria-labelledby": labelledby,
    // It closes when `open` says so and not before: were it ahead of the state, opening it anew at once would be lost.
    onCancel: (event) => { event.preventDefault(); if (onClose) onClose(); },
    onClose: () => { if (open && onClose) onClose(); },
    onClick: (event) => { if (!stays && event.target === box.current && onClose) onClose(); },
  }, open ? children : null);
}
"""


class ModalDialog(rx.Component):
    """The React side: follows `open`, and reports when the person closed it."""

    tag = "ModalDialog"

    open: rx.Var[bool]
    stays: rx.Var[bool]
    labelledby: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]

    def add_imports(self) -> ImportDict:
        return {"react": ["useEffect", "useRef"], "@emotion/react": ["jsx"]}

    def add_custom_code(self) -> list[str]:
        return [_CODE]


def dialog(
    *children: Any, is_open: rx.Var[bool], title: Any, title_id: str, on_close: Any, stays: bool = False
) -> rx.Component:
    """A modal with a title; `on_close` must set what `is_open` reads to false.

    Args:
        stays: a click beside it does not close it, so that what was typed is not lost by a slip.
    """
    return ModalDialog.create(
        rx.el.div(
            rx.el.h2(title, id=title_id, class_name="text-section"),
            *children,
            class_name="grid gap-4 p-6",
        ),
        open=is_open,
        stays=stays,
        labelledby=title_id,
        on_close=on_close,
        class_name=(
            "w-[min(560px,calc(100vw-32px))] rounded-panel border border-line bg-surface p-0 text-ink shadow-float"
        ),
    )
