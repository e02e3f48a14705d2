"""Buttons and links that look like buttons. One primary action a view; the rest are plain or quiet."""

from typing import Any

import reflex as rx

_BASE = (
    "inline-flex items-center justify-center gap-1.5 rounded-control border font-[550] no-underline select-none "
    "whitespace-nowrap transition-colors hover:no-underline aria-disabled:opacity-55 aria-disabled:cursor-not-allowed "
)
_SIZES = {
    "xs": "h-[1.625rem] px-2 text-tiny ",
    "s": "h-[1.875rem] px-2.5 text-small ",
    "m": "h-9 px-3.5 text-base ",
    "l": "h-11 px-5 text-[.9375rem] ",
}
_KINDS = {
    "primary": "border-transparent bg-accent text-accent-ink shadow-lift hover:bg-accent-hover ",
    "plain": "border-line-strong bg-raised text-ink shadow-lift hover:bg-sunken ",
    "quiet": "border-transparent bg-transparent text-ink-2 hover:bg-sunken hover:text-ink ",
    "danger": "border-transparent bg-bad-soft text-bad hover:brightness-95 ",
}


def look(kind: str = "plain", size: str = "m", *, wide: bool = False) -> str:
    """The classes of a button of this kind."""
    return _BASE + _SIZES[size] + _KINDS[kind] + ("w-full" if wide else "")


def button(*children: Any, kind: str = "plain", size: str = "m", wide: bool = False, **props: Any) -> rx.Component:
    """A button that acts on this page; `type="submit"` makes it send its form."""
    props.setdefault("type", "button")
    return rx.el.button(*children, class_name=look(kind, size, wide=wide), **props)


def link_button(
    *children: Any, href: str | rx.Var, kind: str = "plain", size: str = "m", wide: bool = False, **props: Any
) -> rx.Component:
    """A link to another page that looks like a button."""
    return rx.el.a(*children, href=href, class_name=look(kind, size, wide=wide), **props)
