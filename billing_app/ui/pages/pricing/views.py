"""Plan cards as the page draws them: for each period a price, and a button by how the plan stands to the visitor (PR6).

Pure. The first HTML is drawn for a visitor of whom nothing is known; a customer's relations come when the page lives.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from billing_app.catalog.offers import Offers, PeriodPrice, PlanCard
from billing_app.catalog.schema import Period
from billing_app.catalog.words import BILLED
from billing_app.payments.subscribing.views import MyPlan, Relation, RelationKind
from billing_app.ui.format import day

SWITCH, DASHBOARD, CANCEL, SIGN_UP = "/plan/switch", "/dashboard", "/plan/cancel", "/signup"
_LATER = "From {}; until then you keep what you have."
_ONLY = {"month": "Monthly only.", "year": "Yearly only."}


@dataclass
class PlanButton:
    """What a card's button does: `buy` posts the form to checkout, `link` leads to `href`, `still` does nothing.

    `spoken` goes on from `label` for those who hear the page: of which plan, at what price (PR9).
    """

    kind: Literal["buy", "link", "still"]
    label: str
    spoken: str = ""
    href: str = ""
    current: bool = False


@dataclass
class PlanBlock:
    """A plan for one choice of period. `shown_for` is empty where the choice makes no difference to it."""

    shown_for: str
    period: str
    price: str
    billing: str
    saving: str
    unit_price: str
    terms: str
    button: PlanButton


@dataclass
class PlanView:
    """A plan card."""

    code: str
    name: str
    description: str
    badge: str
    highlighted: bool
    held: bool
    lines: list[str]
    blocks: list[PlanBlock]


@dataclass
class PeriodOption:
    """One of the two labels of the choice of period. `said` is announced when it is chosen (PR9)."""

    value: str
    label: str
    saving: str
    said: str
    chosen: bool


def plan_views(offers: Offers, my: MyPlan | None = None, *, signed_in: bool = False) -> list[PlanView]:
    """All cards.

    Args:
        my: the customer's plan; None for a stranger, and for staff, who have none.
        signed_in: whoever it is needs no account any more.
    """
    return [_view(card, offers.periods, my, signed_in) for card in offers.plans]


def period_options(offers: Offers) -> list[PeriodOption]:
    """The choice of period; empty when there is nothing to choose (PR4)."""
    if len(offers.periods) < 2:
        return []
    return [
        PeriodOption(
            value=period,
            label=BILLED[Period(period)].capitalize(),
            saving=offers.best_yearly_saving if period == "year" else "",
            said=_said(offers, period),
            chosen=period == offers.default_period,
        )
        for period in offers.periods
    ]


def choices(offers: Offers) -> dict[str, str]:
    """What `?buy=` may name, with the button's words: a pack, an unlock, or a plan with its period (PR7)."""
    known = {f"pack-{pack.code}": pack.buy_label for pack in offers.packs}
    known |= {f"unlock-{unlock.code}": unlock.buy_label for unlock in offers.unlocks}
    known |= {
        f"plan-{card.code}-{price.period}": f"{card.name}, {price.trial or price.billed}"
        for card in offers.plans
        for price in card.prices
    }
    return known


def _said(offers: Offers, period: str) -> str:
    prices = [(card.name, card.for_period(period)) for card in offers.plans]
    named = ", ".join(f"{name} {price.price} {price.per_period}" for name, price in prices if price)
    return f"{BILLED[Period(period)].capitalize()} prices: {named}."


def _view(card: PlanCard, periods: tuple[str, ...], my: MyPlan | None, signed_in: bool) -> PlanView:
    blocks = list(_blocks(card, periods, my, signed_in))
    return PlanView(
        code=card.code,
        name=card.name,
        description=card.description,
        badge=card.badge,
        highlighted=card.highlighted,
        held=my is not None and my.plan == card.code,
        lines=list(card.lines),
        blocks=blocks,
    )


def _blocks(card: PlanCard, periods: tuple[str, ...], my: MyPlan | None, signed_in: bool) -> Iterator[PlanBlock]:
    if not card.prices:
        relation = my.relation(card.code, None) if my else None
        price, note = (
            ("Let\N{RIGHT SINGLE QUOTATION MARK}s talk", "") if card.contact_only else (card.price, "for good")
        )
        yield PlanBlock(
            shown_for="",
            period="",
            price=price,
            billing=note,
            saving="",
            unit_price="",
            terms=_free_terms(relation) if card.free else "",
            button=_unpriced_button(card, relation, signed_in),
        )
        return
    for period in periods:
        price = card.for_period(period) or card.prices[0]
        relation = my.relation(card.code, price.period) if my else None
        yield PlanBlock(
            shown_for=period if len(periods) > 1 else "",
            period=price.period,
            price=price.price,
            billing=price.billing,
            saving=_saving(card, price),
            unit_price=price.unit_price,
            terms=_terms(price, relation, only=len(periods) > 1 == len(card.prices)),
            button=_button(card, price, relation, held=my is not None and my.plan == card.code),
        )


def _saving(card: PlanCard, price: PeriodPrice) -> str:
    """What the year saves, in both positions (PR4)."""
    yearly = card.for_period("year")
    if yearly is None or not yearly.saving:
        return ""
    return yearly.saving if price is yearly else f"{yearly.saving} if paid yearly"


def _terms(price: PeriodPrice, relation: Relation | None, *, only: bool) -> str:
    """What stands next to the button: how it renews and ends (PR21), or when a change takes effect.

    Args:
        only: there is a choice of period, and this is the one period the plan has.
    """
    at = day(relation.at) if relation and relation.at else ""
    before = f"{_ONLY[price.period]} " if only else ""
    later = _LATER.format(at or "the end of your period")
    own = {
        RelationKind.START: before + price.terms_without_trial,
        RelationKind.TRIAL: before + price.terms,
        RelationKind.UPGRADE: later if at else f"At once; you see the difference before you confirm. {price.renewal}",
        RelationKind.DOWNGRADE: later,
        RelationKind.SCHEDULED: "You can take this back on your dashboard.",
        RelationKind.RENEW: f"Cancelled; it ends on {at}." if at else "Cancelled.",
        RelationKind.CURRENT: "Change or cancel it on your dashboard.",
        RelationKind.MANAGE: "Change or cancel it on your dashboard.",
    }
    kind = relation.kind if relation else RelationKind.TRIAL if price.trial else RelationKind.START
    return own.get(kind, "")


def _free_terms(relation: Relation | None) -> str:
    """What stands next to the free plan's button."""
    if relation and relation.kind is RelationKind.DOWNGRADE:
        return _LATER.format(day(relation.at) if relation.at else "the end of your period")
    return "No card needed."


def _button(card: PlanCard, price: PeriodPrice, relation: Relation | None, *, held: bool) -> PlanButton:
    """The button of a plan with a price. `held`: the customer has this plan, for this period or the other."""
    kind = relation.kind if relation else RelationKind.TRIAL if price.trial_days else RelationKind.START
    days = (relation.trial_days if relation else 0) or price.trial_days
    switch = f"{SWITCH}?{urlencode({'plan': card.code, 'period': price.period})}"
    other_period = f"Switch to {BILLED[Period(price.period)]}" if held else ""
    made = {
        RelationKind.START: PlanButton("buy", "Get started", f"with {card.name}"),
        RelationKind.TRIAL: PlanButton("buy", f"Start {days}-day trial", f"of {card.name}"),
        RelationKind.UPGRADE: PlanButton("link", other_period or f"Upgrade to {card.name}", href=switch),
        RelationKind.DOWNGRADE: PlanButton("link", other_period or f"Downgrade to {card.name}", href=switch),
    }.get(kind) or _held_button(card, relation)
    return replace(made, spoken=f"{made.spoken or _unnamed(card, made)}, {price.billed}".removeprefix(", "))


def _unpriced_button(card: PlanCard, relation: Relation | None, signed_in: bool) -> PlanButton:
    """The button of the free plan, and of one by contact."""
    kind = relation.kind if relation else None
    if kind in (None, RelationKind.START, RelationKind.TRIAL) and card.free:
        made = PlanButton("link", "Get started", f"with {card.name}", DASHBOARD if signed_in else SIGN_UP)
    elif kind is RelationKind.DOWNGRADE and card.free:
        made = PlanButton("link", f"Downgrade to {card.name}", href=CANCEL)
    else:
        made = _held_button(card, relation)
    return replace(made, spoken=made.spoken or _unnamed(card, made))


def _unnamed(card: PlanCard, made: PlanButton) -> str:
    """The plan's name, where the label does not say it."""
    return "" if card.name in made.label else card.name


def _held_button(card: PlanCard, relation: Relation | None) -> PlanButton:
    """The button of what one has, or will have, already; and of what is agreed by contact."""
    at = f"Scheduled for {day(relation.at)}" if relation and relation.at else "Scheduled"
    made = {
        RelationKind.CURRENT: PlanButton("still", "Current plan", current=True),
        RelationKind.SCHEDULED: PlanButton("still", at),
        RelationKind.RENEW: PlanButton("link", f"Renew {card.name}", href=DASHBOARD, current=True),
        RelationKind.MANAGE: PlanButton("link", "Manage", href=DASHBOARD),
    }.get(relation.kind if relation else RelationKind.CONTACT)
    if made is not None:
        return made
    if card.contact_only:
        return PlanButton("link", "Contact us", href=card.contact_url)
    return PlanButton("link", "Manage", href=DASHBOARD)
