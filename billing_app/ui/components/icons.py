"""Icons, drawn by Lucide, decorative unless a label is given."""

import reflex as rx


def icon(name: str, *, size: int = 16, label: str = "", class_name: str = "") -> rx.Component:
    """One icon in the text's colour."""
    described = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return rx.icon(name, size=size, stroke_width=1.8, class_name=f"shrink-0 {class_name}", custom_attrs=described)
