"""Reflex's entry: the app, its pages, and the HTTP API mounted beside them."""

import reflex as rx

from billing_app.ui.theme import STYLESHEETS

app = rx.App(stylesheets=STYLESHEETS, html_lang="en", toaster=None)


def index() -> rx.Component:
    return rx.el.main(rx.el.h1("Pricing", class_name="text-h1 text-ink"), class_name="mx-auto max-w-[1120px] p-8")


app.add_page(index, route="/", title="Pricing")
