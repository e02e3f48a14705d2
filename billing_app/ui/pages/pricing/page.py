"""The page, section by section."""

import reflex as rx

from billing_app.catalog import jsonld
from billing_app.catalog.offers import sellable
from billing_app.settings import get_settings
from billing_app.ui.brand import brand, built_catalog
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.offers import buy_form, pack_card, pack_row, unlock_card
from billing_app.ui.components.plans import period_choice, plan_cards, subscribe_form
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import notice, page, section
from billing_app.ui.pages.pricing.state import PricingState
from billing_app.ui.pages.pricing.tables import compared, what_a_credit_is


def pricing() -> rx.Component:
    """The pricing page."""
    return framed(
        page(
            _head(),
            rx.el.div(message(PricingState.error), class_name="mx-auto mb-5 max-w-[620px]", id="pricing-error"),
            _chosen(),
            _plans(),
            _packs(),
            _unlocks(),
            what_a_credit_is(),
            compared(),
            _faq(),
            _structured_data(),
        ),
        current="/pricing",
    )


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.h1(
            brand().headline,
            class_name="text-[2rem] sm:text-display font-[640] leading-[1.1] tracking-[-.03em] text-balance",
        ),
        rx.el.p(brand().introduction, class_name="mt-3 text-[1rem] leading-relaxed text-ink-2 text-balance"),
        rx.cond(
            PricingState.periods.length() > 0, rx.el.div(period_choice(PricingState.periods), class_name="mt-6"), None
        ),
        class_name="mx-auto mt-4 mb-8 max-w-[640px] text-center sm:mt-6",
    )


def _chosen() -> rx.Component:
    label = PricingState.chosen_label
    return rx.cond(
        label != "",
        rx.el.div(
            notice(
                rx.el.span("You are signed in. Go on with what you chose:", class_name="flex-1 text-small"),
                rx.cond(
                    PricingState.chosen_kind == "plan",
                    subscribe_form(
                        PricingState.chosen_code, PricingState.chosen_period, label, primary=True, small=True
                    ),
                    buy_form(
                        PricingState.chosen_kind, PricingState.chosen_code, label, label, primary=True, small=True
                    ),
                ),
                tone="accent",
            ),
            id="resume-choice",
            class_name="mx-auto mb-5 max-w-[720px]",
        ),
        None,
    )


def _plans() -> rx.Component:
    return rx.cond(
        PricingState.plans.length() > 0,
        rx.el.section(
            rx.el.h2("Plans", class_name="sr-only"),
            plan_cards(PricingState.plans),
            _tax_note(),
            id="plans",
        ),
        None,
    )


def _tax_note() -> rx.Component:
    return rx.el.p(PricingState.tax_note, class_name="mt-3 text-center text-tiny text-ink-3")


def _packs() -> rx.Component:
    """Beside plans, packs are a line each; where they are all there is, they are the cards of the page."""
    cards = rx.el.section(
        rx.el.h2("Credit packs", class_name="sr-only"),
        rx.el.div(
            rx.foreach(PricingState.packs, pack_card),
            class_name=(
                "grid gap-px overflow-hidden rounded-panel border border-line bg-line shadow-lift "
                "grid-cols-1 sm:grid-cols-[repeat(auto-fit,minmax(220px,1fr))]"
            ),
        ),
        _tax_note(),
    )
    rows = section(
        f"{brand().credit.one.capitalize()} packs",
        "One payment, no subscription.",
        rx.el.div(rx.foreach(PricingState.packs, pack_row), class_name="grid gap-3.5 md:grid-cols-3"),
    )
    return rx.cond(
        PricingState.packs.length() > 0,
        rx.cond(PricingState.plans.length() > 0, rows, cards),
        None,
    )


def _unlocks() -> rx.Component:
    return rx.cond(
        PricingState.unlocks.length() > 0,
        section(
            "Unlocks",
            "Pay once, keep it.",
            rx.el.div(
                rx.foreach(
                    PricingState.unlocks,
                    lambda unlock: unlock_card(unlock, PricingState.owned.contains(unlock.code)),
                ),
                class_name="grid gap-3.5 lg:grid-cols-2",
            ),
        ),
        None,
    )


def _structured_data() -> rx.Component:
    address = f"{get_settings().public_url.rstrip('/')}/pricing"
    catalog = built_catalog()
    document = jsonld.product(sellable(catalog), catalog.brand, catalog.tax, address)
    return rx.fragment(
        rx.el.link(rel="canonical", href=address),
        rx.el.script(
            custom_attrs={"type": "application/ld+json", "dangerouslySetInnerHTML": {"__html": jsonld.script(document)}}
        ),
    )


def _faq() -> rx.Component:
    return section(
        "Questions",
        None,
        rx.el.div(
            rx.foreach(
                PricingState.questions,
                lambda entry: rx.el.details(
                    rx.el.summary(
                        rx.el.span(entry.question, class_name="flex-1"),
                        icon("chevron-down", class_name="mt-0.5 text-ink-3 transition-transform group-open:rotate-180"),
                        class_name="flex items-start gap-3 px-[18px] py-3.5 font-[560]",
                    ),
                    rx.el.p(entry.answer, class_name="max-w-[72ch] px-[18px] pb-4 text-ink-2 whitespace-pre-line"),
                    class_name="group border-b border-line last:border-b-0",
                ),
            ),
            class_name="rounded-card border border-line bg-surface shadow-lift",
        ),
    )
