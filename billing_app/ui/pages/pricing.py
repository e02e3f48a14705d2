"""What is for sale: packs and unlocks, what a credit is, how they compare, and the questions people ask."""

from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.catalog import jsonld
from billing_app.catalog.comparison import Comparison, comparison
from billing_app.catalog.credit_table import CreditTable, credit_table
from billing_app.catalog.faq import Question, questions
from billing_app.catalog.offers import Offers, PackCard, UnlockCard, sellable
from billing_app.catalog.schema import Catalog
from billing_app.errors import DomainError
from billing_app.settings import get_settings
from billing_app.ui.brand import brand, built_catalog
from billing_app.ui.components.entry import message
from billing_app.ui.components.icons import icon
from billing_app.ui.components.offers import buy_form, pack_card, unlock_card
from billing_app.ui.components.shell import framed
from billing_app.ui.components.surfaces import CELL, HEAD, NUMBER, notice, page
from billing_app.ui.session import principal_of

# What the checkout route reports back in `?error=`.
_ERRORS = {
    "not_for_sale": "That offer is no longer for sale. These are today's.",
    "payment_provider_refused": "The payment page could not be opened. Nothing was charged; please write to us.",
    "foreign_origin": "The form was sent from another site. Reload this page and try again.",
    "already_yours": "You own that already; there is no need to buy it twice.",
    "checkout_under_way": "Your payment page is being opened in another tab. Try again in a few seconds.",
    "rate_limited": "Too many attempts. Wait a minute, then try again.",
    "unavailable": "The payment page could not be opened. Nothing was charged; try again in a moment.",
}
_OTHER_ERROR = "The payment page could not be opened. Nothing was charged."


def _built() -> Offers:
    return sellable(built_catalog())


class PricingState(rx.State):
    """Starts from the catalogue the page was built with, so that the first HTML holds every name and price."""

    packs: rx.Field[list[PackCard]] = rx.field(default_factory=lambda: list(_built().packs))
    unlocks: rx.Field[list[UnlockCard]] = rx.field(default_factory=lambda: list(_built().unlocks))
    credit_is: rx.Field[str] = rx.field(default_factory=lambda: _built().credit_is)
    credit_table: rx.Field[CreditTable] = rx.field(default_factory=lambda: credit_table(built_catalog()))
    comparison: rx.Field[Comparison] = rx.field(default_factory=lambda: comparison(built_catalog()))
    questions: rx.Field[list[Question]] = rx.field(default_factory=lambda: list(questions(built_catalog())))
    tax_note: rx.Field[str] = rx.field(default_factory=lambda: _built().tax_note)
    chosen_kind: rx.Field[str] = rx.field("")
    chosen_code: rx.Field[str] = rx.field("")
    chosen_label: rx.Field[str] = rx.field("")
    owned: rx.Field[list[str]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Take over what was published since the build, and what the visitor owns."""
        code = self.router.url.query_parameters.get("error", "")
        self.error = _ERRORS.get(code, _OTHER_ERROR) if code else ""
        try:
            self._show(await current().catalog.current())
            self._resume(self.router.url.query_parameters.get("buy", ""))
            who = await principal_of(self)
            if who and who.customer_id:
                summary = await current().entitlements.summary(who.customer_id)
                self.owned = [u.code for u in summary.unlocks if u.revoked_at is None and u.uses_granted is None]
        except DomainError as error:
            self.error = error.detail

    def _resume(self, choice: str) -> None:
        """What was chosen before signing in (PR7): `pack-popular`. Anything else is as if nothing had been chosen."""
        labels = {f"pack-{pack.code}": pack.buy_label for pack in self.packs}
        labels |= {f"unlock-{unlock.code}": unlock.buy_label for unlock in self.unlocks}
        self.chosen_label = labels.get(choice, "")
        self.chosen_kind, _, self.chosen_code = choice.partition("-") if self.chosen_label else ("", "", "")

    def _show(self, catalog: Catalog) -> None:
        offers = sellable(catalog)
        self.packs, self.unlocks = list(offers.packs), list(offers.unlocks)
        self.credit_is, self.tax_note = offers.credit_is, offers.tax_note
        self.credit_table = credit_table(catalog)
        self.comparison = comparison(catalog)
        self.questions = list(questions(catalog))


def pricing() -> rx.Component:
    """The pricing page."""
    return framed(
        page(
            _head(),
            rx.el.div(message(PricingState.error), class_name="mx-auto mb-5 max-w-[620px]", id="pricing-error"),
            _chosen(),
            _packs(),
            rx.el.p(PricingState.tax_note, class_name="mt-3 text-center text-tiny text-ink-3"),
            _unlocks(),
            _what_a_credit_is(),
            _compared(),
            _faq(),
            _structured_data(),
        ),
        current="/pricing",
    )


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.h1(
            brand().headline,
            class_name="text-[32px] sm:text-display font-[640] leading-[1.1] tracking-[-.03em] text-balance",
        ),
        rx.el.p(brand().introduction, class_name="mt-3 text-[16px] leading-relaxed text-ink-2 text-balance"),
        class_name="mx-auto mt-4 mb-8 max-w-[640px] text-center sm:mt-6",
    )


def _chosen() -> rx.Component:
    return rx.cond(
        PricingState.chosen_label != "",
        rx.el.div(
            notice(
                rx.el.span("You are signed in. Go on with what you chose:", class_name="flex-1 text-small"),
                rx.el.div(
                    buy_form(
                        PricingState.chosen_kind,
                        PricingState.chosen_code,
                        PricingState.chosen_label,
                        PricingState.chosen_label,
                        primary=True,
                    ),
                ),
                tone="accent",
            ),
            id="resume-choice",
            class_name="mx-auto mb-5 max-w-[720px]",
        ),
        None,
    )


def _packs() -> rx.Component:
    return rx.cond(
        PricingState.packs.length() > 0,
        rx.el.section(
            rx.el.h2("Credit packs", class_name="sr-only"),
            rx.el.div(
                rx.foreach(PricingState.packs, pack_card),
                class_name=(
                    "grid gap-px overflow-hidden rounded-panel border border-line bg-line shadow-lift "
                    "grid-cols-1 sm:grid-cols-[repeat(auto-fit,minmax(220px,1fr))]"
                ),
            ),
        ),
        None,
    )


def _section(title: str, lead: Any, *content: Any) -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h2(title, class_name="text-section"),
            rx.el.p(lead, class_name="text-ink-2") if lead is not None else None,
            class_name="mb-3.5 flex flex-wrap items-baseline gap-x-3 gap-y-1",
        ),
        *content,
        class_name="mt-12",
    )


def _unlocks() -> rx.Component:
    return rx.cond(
        PricingState.unlocks.length() > 0,
        _section(
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
    return rx.el.script(
        custom_attrs={"type": "application/ld+json", "dangerouslySetInnerHTML": {"__html": jsonld.script(document)}}
    )


def _region(label: str, made: rx.Component) -> rx.Component:
    """A table that scrolls sideways on a phone, reachable by keyboard, its first column staying in place (PR8)."""
    return rx.el.div(
        made,
        role="region",
        tab_index=0,
        custom_attrs={"aria-label": label},
        class_name="overflow-x-auto rounded-card border border-line bg-surface shadow-lift",
    )


_STICKY = "sticky left-0 z-10 bg-surface "
_COLUMN_HEAD = "border-b border-line px-[18px] py-3 text-left whitespace-nowrap "


def _what_a_credit_is() -> rx.Component:
    the = PricingState.credit_table
    head = rx.el.thead(
        rx.el.tr(
            rx.el.th("Action", scope="col", class_name=HEAD + _STICKY),
            rx.el.th(brand().credit.many.capitalize(), scope="col", class_name=HEAD + "!text-right"),
            rx.foreach(the.columns, lambda name: rx.el.th("with ", name, scope="col", class_name=HEAD + "!text-right")),
        )
    )
    rows = rx.foreach(
        the.rows,
        lambda row: rx.el.tr(
            rx.el.th(row.action, scope="row", class_name=CELL + _STICKY + "text-left font-[520] min-w-36"),
            rx.el.td(row.credits_text, class_name=CELL + NUMBER),
            rx.foreach(row.amounts, lambda amount: rx.el.td(amount, class_name=CELL + NUMBER + "text-ink-2")),
            class_name="group",
        ),
    )
    made = rx.el.table(
        rx.el.caption("What each action costs, in credits and in money", class_name="sr-only"),
        head,
        rx.el.tbody(rows),
        class_name="w-full border-collapse",
    )
    return rx.cond(
        the.rows.length() > 0,
        _section(f"What is a {brand().credit.one}?", PricingState.credit_is, _region("What each action costs", made)),
        None,
    )


def _compared() -> rx.Component:
    head = rx.el.thead(
        rx.el.tr(
            rx.el.td(class_name=HEAD + _STICKY),
            rx.foreach(
                PricingState.comparison.columns,
                lambda column: rx.el.th(
                    rx.el.span(column.name, class_name="block text-small font-[620] text-ink"),
                    rx.el.span(column.price, class_name="block text-tiny font-normal text-ink-3 tabular-nums"),
                    scope="col",
                    class_name=_COLUMN_HEAD,
                ),
            ),
        )
    )
    rows = rx.foreach(
        PricingState.comparison.rows,
        lambda row: rx.el.tr(
            rx.el.th(row.name, scope="row", class_name=CELL + _STICKY + "text-left font-[520] min-w-36"),
            rx.foreach(row.cells, _cell),
            class_name="group",
        ),
    )
    made = rx.el.table(
        rx.el.caption("What each offer includes", class_name="sr-only"),
        head,
        rx.el.tbody(rows),
        class_name="w-full border-collapse",
    )
    return rx.cond(
        PricingState.comparison.rows.length() > 0,
        _section("Compare", None, _region("What each offer includes", made)),
        None,
    )


def _cell(cell: Any) -> rx.Component:
    """The mark is for the eye; the words say the same, so that no mark stands alone."""
    return rx.el.td(
        rx.el.span(
            rx.cond(
                cell.included,
                icon("check", size=15, class_name="mt-[3px] text-accent-text"),
                icon("minus", size=15, class_name="mt-[3px] text-ink-3"),
            ),
            cell.text,
            class_name=rx.cond(cell.included, "flex gap-2 text-ink", "flex gap-2 text-ink-3"),
        ),
        class_name=CELL + "text-small tabular-nums min-w-32",
    )


def _faq() -> rx.Component:
    return _section(
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
