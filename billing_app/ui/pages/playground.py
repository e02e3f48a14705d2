"""The host product in miniature: one card for each feature of the catalogue, with its lock."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.catalog.schema import Catalog, Feature
from billing_app.entitlements.decisions import Basis, Decision
from billing_app.errors import DomainError, Unauthenticated
from billing_app.ui.components.buttons import link_button
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import badge, page
from billing_app.ui.components.wall import price_of
from billing_app.ui.pages.practice.state import address, left_of
from billing_app.ui.session import customer_of

# The features with a page of their own; those that are only counted share one (`pages/practice`).
PAGES = {
    "interview": "/playground/interview",
    "chat": "/playground/chat",
    "qa_generator": "/playground/generator",
    "qa_pairs": "/playground/library",
}


@dataclass
class FeatureCard:
    """A feature, whether it is open, and why."""

    code: str
    name: str
    description: str
    icon: str
    open: bool
    tag: str
    why: str
    href: str


def cards(catalog: Catalog, decisions: tuple[Decision, ...]) -> list[FeatureCard]:
    """The features with a page, in the catalogue's order."""
    by_code = {decision.feature: decision for decision in decisions}
    return [
        FeatureCard(
            code=feature.code,
            name=feature.name,
            description=feature.description,
            icon=feature.icon,
            open=by_code[feature.code].allowed,
            tag=_tag(by_code[feature.code], feature, catalog),
            why=by_code[feature.code].why,
            href=PAGES.get(feature.playground) or address(feature.code),
        )
        for feature in catalog.features
        if feature.playground is not None and feature.code in by_code
    ]


def _tag(decision: Decision, feature: Feature, catalog: Catalog) -> str:
    if decision.required is not None:
        return catalog.brand.credit.of(decision.required)
    if decision.basis is Basis.QUOTA:
        return left_of(decision, feature.counts_per_unit)
    if decision.basis is Basis.PLAN and not decision.allowed:
        return "Not in your plan"
    if decision.basis is Basis.UNLOCK and decision.allowed:
        return "Unlocked"
    if decision.allowed:
        return "Included"
    price = price_of(decision.options[0]) if decision.options else ""
    return f"Locked \N{MIDDLE DOT} {price}" if price else "Locked"


class PlaygroundState(rx.State):
    """The cards for whoever is signed in."""

    cards: rx.Field[list[FeatureCard]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> Any:
        """Read what this customer may do, or send a stranger to sign in and back here."""
        try:
            customer_id = await customer_of(self)
            summary = await current().entitlements.summary(customer_id)
            self.cards = cards(await current().catalog.current(), summary.features)
        except Unauthenticated:
            return rx.redirect("/login?next=/playground")
        except DomainError as error:
            self.error = error.detail
        return None


def playground() -> rx.Component:
    """`/playground`"""
    return framed(
        page(
            rx.el.h1("Playground", class_name="text-h1"),
            rx.el.p(
                "The product as your customers meet it: each feature asks the same gate, whatever it is paid by.",
                class_name="mt-1.5 text-ink-2",
            ),
            rx.el.div(message(PlaygroundState.error), class_name="mt-4"),
            rx.el.div(
                rx.foreach(PlaygroundState.cards, _card),
                class_name="mt-5 grid gap-3.5 sm:grid-cols-2 lg:grid-cols-3",
            ),
        ),
        current="/playground",
    )


def _card(feature: Any) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            rx.el.h2(feature.name, class_name="text-h2"),
            rx.el.span(class_name="flex-1"),
            rx.cond(
                feature.open,
                badge(feature.tag, tone="accent"),
                badge(icon("lock", size=12, class_name="mr-1"), feature.tag, tone="warn"),
            ),
            class_name="flex items-center gap-2",
        ),
        rx.el.p(feature.description, class_name="mt-1.5 text-ink-2"),
        rx.el.p(feature.why, class_name="mt-2 text-small text-ink-3"),
        rx.el.div(
            link_button(rx.cond(feature.open, "Open", "See how to open it"), href=feature.href),
            class_name="mt-auto pt-4",
        ),
        class_name="flex flex-col rounded-card border border-line bg-surface p-[18px] shadow-lift",
        custom_attrs={"data-feature": feature.code},
    )
