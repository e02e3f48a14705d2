"""What the pricing page shows, and what of it is the visitor's already."""

import reflex as rx

from billing_app.bootstrap import current
from billing_app.catalog.comparison import Comparison, comparison
from billing_app.catalog.credit_table import CreditTable, credit_table
from billing_app.catalog.faq import Question, questions
from billing_app.catalog.offers import Offers, PackCard, UnlockCard, sellable
from billing_app.catalog.schema import Catalog
from billing_app.errors import DomainError
from billing_app.payments.subscribing.views import MyPlan
from billing_app.ui.brand import built_catalog
from billing_app.ui.funnel import pricing_seen
from billing_app.ui.pages.pricing.views import PeriodOption, PlanView, choices, period_options, plan_views
from billing_app.ui.session import principal_of

# What the checkout routes report back in `?error=`.
_ERRORS = {
    "not_for_sale": "That offer is no longer for sale. These are today's.",
    "payment_provider_refused": "The payment page could not be opened. Nothing was charged; please write to us.",
    "foreign_origin": "The form was sent from another site. Reload this page and try again.",
    "already_yours": "You own that already; there is no need to buy it twice.",
    "already_subscribed": "You have a plan already. Choose another one here to switch; nothing was charged.",
    "by_contact": "That plan is agreed by contact. Write to us.",
    "no_checkout_needed": "The free plan needs no payment: you have it already.",
    "checkout_under_way": "Your payment page is being opened in another tab. Try again in a few seconds.",
    "rate_limited": "Too many attempts. Wait a minute, then try again.",
    "unavailable": "The payment page could not be opened. Nothing was charged; try again in a moment.",
}
_OTHER_ERROR = "The payment page could not be opened. Nothing was charged."


def _built() -> Offers:
    return sellable(built_catalog())


class PricingState(rx.State):
    """Starts from the catalogue the page was built with, so that the first HTML holds every name and price."""

    plans: rx.Field[list[PlanView]] = rx.field(default_factory=lambda: plan_views(_built()))
    periods: rx.Field[list[PeriodOption]] = rx.field(default_factory=lambda: period_options(_built()))
    packs: rx.Field[list[PackCard]] = rx.field(default_factory=lambda: list(_built().packs))
    unlocks: rx.Field[list[UnlockCard]] = rx.field(default_factory=lambda: list(_built().unlocks))
    credit_is: rx.Field[str] = rx.field(default_factory=lambda: _built().credit_is)
    credit_table: rx.Field[CreditTable] = rx.field(default_factory=lambda: credit_table(built_catalog()))
    comparison: rx.Field[Comparison] = rx.field(default_factory=lambda: comparison(built_catalog()))
    questions: rx.Field[list[Question]] = rx.field(default_factory=lambda: list(questions(built_catalog())))
    tax_note: rx.Field[str] = rx.field(default_factory=lambda: _built().tax_note)
    chosen_kind: rx.Field[str] = rx.field("")
    chosen_code: rx.Field[str] = rx.field("")
    chosen_period: rx.Field[str] = rx.field("")
    chosen_label: rx.Field[str] = rx.field("")
    owned: rx.Field[list[str]] = rx.field(default_factory=list)
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Take over what was published since the build, and what the visitor owns."""
        code = self.router.url.query_parameters.get("error", "")
        self.error = _ERRORS.get(code, _OTHER_ERROR) if code else ""
        try:
            catalog = await current().catalog.current()
            my: MyPlan | None = None
            who = await principal_of(self)
            if who and who.customer_id:
                my = await current().subscriptions.current(who.customer_id)
                summary = await current().entitlements.summary(who.customer_id)
                self.owned = [u.code for u in summary.unlocks if u.revoked_at is None and u.uses_granted is None]
            self._show(catalog, my, signed_in=who is not None)
            if who is None or who.customer_id:
                await pricing_seen(self, who.customer_id if who else None)
        except DomainError as error:
            self.error = error.detail

    def _show(self, catalog: Catalog, my: MyPlan | None, *, signed_in: bool) -> None:
        offers = sellable(catalog)
        self.plans = plan_views(offers, my, signed_in=signed_in)
        self.periods = period_options(offers)
        self.packs, self.unlocks = list(offers.packs), list(offers.unlocks)
        self.credit_is, self.tax_note = offers.credit_is, offers.tax_note
        self.credit_table = credit_table(catalog)
        self.comparison = comparison(catalog)
        self.questions = list(questions(catalog))
        self._resume(offers, my)

    def _resume(self, offers: Offers, my: MyPlan | None) -> None:
        """What was chosen before signing in (PR7): `pack-popular`, `plan-pro-year`.

        Anything else is as if nothing had been chosen; so is a plan when one is held already.
        """
        choice = self.router.url.query_parameters.get("buy", "")
        kind, _, code = choice.partition("-")
        period = ""
        if kind == "plan":
            code, _, period = code.partition("-")
        taken = kind == "plan" and my is not None and my.subscribed
        label = "" if taken else choices(offers).get(choice, "")
        self.chosen_label = label
        self.chosen_kind, self.chosen_code, self.chosen_period = (kind, code, period) if label else ("", "", "")
