"""Reflex's configuration."""

import reflex as rx

from billing_app.ui.theme import TAILWIND

config = rx.Config(
    app_name="billing_app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    cors_allowed_origins=["http://localhost:3000"],
    plugins=[rx.plugins.TailwindV4Plugin(config=TAILWIND)],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
