"""Which plans one can switch to, as rows to choose from. Pure."""

from dataclasses import dataclass
from urllib.parse import urlencode

from billing_app.catalog.offers import Offers, PlanCard
from billing_app.money import Money
from billing_app.payments.subscribing.views import MyPlan, Relation, RelationKind
from billing_app.ui.format import day
from billing_app.ui.plan_words import price_of, titled

SWITCHED_TO = (RelationKind.UPGRADE, RelationKind.DOWNGRADE)


@dataclass
class Choice:
    """One plan and period. `href` leads to its preview; empty where there is nothing to preview."""

    code: str
    title: str
    price: str
    detail: str
    note: str
    href: str
    chosen: bool
    held: bool


def choices(my: MyPlan, offers: Offers, *, plan: str, period: str) -> list[Choice]:
    """Every priced plan on sale, in the order of the pricing page, with how it stands to what is held.

    Args:
        plan, period: the chosen one.
    """
    cards = {card.code: card for card in offers.plans}
    found = []
    for relation in my.relations:
        card = cards.get(relation.plan)
        if card is None or relation.period is None or card.contact_only:
            continue
        found.append(_choice(relation, card, chosen=(relation.plan, relation.period) == (plan, period)))
    return found


def address(plan: str, period: str | None) -> str:
    """The page that previews a switch."""
    return f"/plan/switch?{urlencode({'plan': plan, 'period': period or ''})}"


def _choice(relation: Relation, card: PlanCard, *, chosen: bool) -> Choice:
    price = card.for_period(relation.period or "")
    return Choice(
        code=f"{relation.plan}-{relation.period}",
        title=titled(card.name, relation.period),
        price=price_of(Money(price.amount_minor, price.currency), relation.period) if price else "",
        detail=card.lines[0] if card.lines else card.description,
        note=_note(relation),
        href=address(relation.plan, relation.period) if relation.kind in SWITCHED_TO else "",
        chosen=chosen,
        held=relation.kind is RelationKind.CURRENT,
    )


def _note(relation: Relation) -> str:
    match relation.kind:
        case RelationKind.CURRENT:
            return "Your plan"
        case RelationKind.RENEW:
            return "Your plan, cancelled"
        case RelationKind.SCHEDULED:
            return f"From {day(relation.at)}" if relation.at else "Scheduled"
        case RelationKind.UPGRADE:
            return "At once"
        case RelationKind.DOWNGRADE:
            return f"From {day(relation.at)}" if relation.at else "At the end of your period"
        case _:
            return "Not now"
