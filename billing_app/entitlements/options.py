"""What would open a feature for a customer who was refused: packs, unlocks, plans, or waiting. Pure.

Ways on fit the customer: nobody on a plan is offered a lesser one or their own, and the top plan gets no "Upgrade"
(WL12). A plan and a pack that both suffice stand side by side, the one that costs this customer less first (WL15).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from billing_app.catalog.offers import Capability, Offers, PlanCard, sellable
from billing_app.catalog.schema import Catalog, Period, Plan, PlanPrice
from billing_app.entitlements.decisions import Option
from billing_app.entitlements.plan_credits.periods import month
from billing_app.entitlements.subscriptions.views import PlanInForce

MAX_OPTIONS = 6
_BY_CONTRACT = 10**15  # what has no price stands after everything that has one


@dataclass(frozen=True, slots=True)
class Market:
    """What is on sale, and what the customer holds.

    Attributes:
        capabilities: what the app can sell.
        plan: the plan in force; None: there is none.
        at: now, in billing time.
    """

    catalog: Catalog
    capabilities: frozenset[Capability]
    plan: PlanInForce | None
    at: datetime

    @property
    def offers(self) -> Offers:
        """Everything on sale; worked out only for who is refused."""
        return sellable(self.catalog, self.capabilities)

    @property
    def unpaid(self) -> bool:
        """There is a subscription that gives nothing until its invoice is paid: another cannot be taken."""
        return self.plan is not None and self.plan.subscription is not None and not self.plan.access

    def better_plans(self) -> list[tuple[PlanCard, Plan]]:
        """Plans this customer could take now and get more from at once."""
        held = self.plan.subscription if self.plan else None
        own = held.plan if held else None
        found: list[tuple[PlanCard, Plan]] = []
        for card in self.offers.plans:
            plan = self.catalog.plan(card.code)
            if plan is None or plan.free or (own is not None and (plan.code == own.code or plan.sort <= own.sort)):
                continue
            if held is not None and held.by_hand and not plan.contact_only:
                continue
            found.append((card, plan))
        return found

    def price_for(self, plan: Plan) -> PlanPrice | None:
        """The price shown: for the period the customer pays by, else the one the pricing page opens with."""
        held = self.plan.subscription.period if self.plan and self.plan.subscription else None
        wanted = Period(held) if held else self.catalog.pricing.default_period
        return plan.price(wanted) or next(iter(plan.prices), None)

    def cost_minor(self, plan: Plan) -> int:
        """What taking a plan costs this customer at most: the difference, for who pays for one already."""
        price = self.price_for(plan)
        if price is None:
            return _BY_CONTRACT
        held = self.plan.subscription if self.plan else None
        paid = held.amount_minor or 0 if held is not None and held.period == price.period.value else 0
        return max(0, price.amount.minor - paid)

    def credits_gained(self, plan: Plan) -> int:
        """Credits a plan would bring at once: all of a month's, or an upgrade's share of the running month."""
        held = self.plan.subscription if self.plan else None
        if held is None or held.plan is None:
            return plan.credits_per_month
        return int(
            max(0, plan.credits_per_month - held.plan.credits_per_month) * month(self.at, held.anchor).from_(self.at)
        )

    def next_credits(self) -> tuple[datetime, int] | None:
        """When the plan brings credits again, and how many; None: it does not."""
        if self.plan is None or not self.plan.plan.credits_per_month:
            return None
        at = month(self.at, self.plan.anchor).end
        ends = self.plan.subscription.ends_at if self.plan.subscription else None
        return None if ends is not None and ends <= at else (at, self.plan.plan.credits_per_month)


def for_credits(market: Market, *, required: int, shortfall: int) -> tuple[Option, ...]:
    """Packs and plans that bring the credits that are missing; those that are too small come last."""
    found = list(_packs(market, shortfall))
    if market.unpaid:
        found.append(_pay(market))
    else:
        for card, plan in market.better_plans():
            gained = market.credits_gained(plan)
            if gained or plan.contact_only:
                held = market.plan is not None and market.plan.subscription is not None
                # Who has no plan yet loses a free month's rest with the first paid one: only the whole counts.
                found.append(_plan(market, card, plan, enough=gained >= (shortfall if held else required)))
    return _in_order(market, found)


def for_feature(
    market: Market,
    opens: Callable[[Plan], bool],
    unlocks: Iterable[Option] = (),
    *,
    brings: Callable[[Plan], str] = lambda _plan: "",
) -> tuple[Option, ...]:
    """Plans that open a feature, beside unlocks of it; `brings` says what each allows of it."""
    plans = [] if market.unpaid else market.better_plans()
    found = [replace(_plan(market, card, plan), brings=brings(plan)) for card, plan in plans if opens(plan)]
    return _in_order(market, [*unlocks, *found, *([_pay(market)] if market.unpaid else [])])


def unlocks_of(offers: Offers, feature: str, units: int) -> list[Option]:
    """Unlocks of a feature."""
    return [
        Option(
            kind="unlock",
            code=unlock.code,
            name=unlock.name,
            price_minor=unlock.amount_minor,
            currency=unlock.currency,
            url=offer_url("unlock", unlock.code),
            uses=unlock.uses,
            enough=unlock.uses is None or unlock.uses >= units,
        )
        for unlock in offers.unlocks
        if unlock.feature == feature
    ]


def wait(until: datetime, *, enough: bool = True) -> Option:
    """Buy nothing: it opens by itself."""
    return Option("wait", "", "Wait", None, None, "", enough=enough, until=until)


def offer_url(kind: str, code: str) -> str:
    """Where an offer stands on the pricing page."""
    return f"/pricing#{kind}-{code}"


def _packs(market: Market, shortfall: int) -> Iterable[Option]:
    for pack in market.offers.packs:
        yield Option(
            kind="pack",
            code=pack.code,
            name=pack.name,
            price_minor=pack.amount_minor,
            currency=pack.currency,
            url=offer_url("pack", pack.code),
            credits=pack.credits,
            enough=pack.credits >= shortfall,
        )


def _plan(market: Market, card: PlanCard, plan: Plan, *, enough: bool = True) -> Option:
    price = market.price_for(plan)
    action = "start"
    if plan.contact_only:
        action = "contact"
    elif market.plan is not None and market.plan.subscription is not None:
        action = "upgrade"
    return Option(
        kind="plan",
        code=plan.code,
        name=plan.name,
        price_minor=price.amount.minor if price else None,
        currency=price.amount.currency if price else None,
        url=_plan_url(action, card, price),
        credits=plan.credits_per_month or None,
        enough=enough or plan.contact_only,
        period=price.period.value if price else None,
        action=action,
    )


def _plan_url(action: str, card: PlanCard, price: PlanPrice | None) -> str:
    if action == "contact":
        return card.contact_url or f"/contact?{urlencode({'plan': card.code})}"
    if action == "upgrade" and price is not None:
        return f"/plan/switch?{urlencode({'plan': card.code, 'period': price.period.value})}"
    return offer_url("plan", card.code)


def _pay(market: Market) -> Option:
    held = market.plan.subscription if market.plan else None
    code = (held.plan_code if held else None) or ""
    return Option("pay", code, "Pay the open invoice", None, None, "/dashboard")


def _in_order(market: Market, options: list[Option]) -> tuple[Option, ...]:
    """What suffices before what does not, the cheaper first, and the best of another kind beside it."""

    def cost(option: Option) -> int:
        if option.kind == "plan":
            plan = market.catalog.plan(option.code)
            return market.cost_minor(plan) if plan else _BY_CONTRACT
        return option.price_minor or 0

    found = sorted(options, key=lambda option: (not option.enough, cost(option), -(option.credits or 0)))
    beside = next((place for place, option in enumerate(found) if place and option.kind != found[0].kind), 0)
    if beside > 1 and found[beside].enough and found[beside].price_minor is not None:
        found.insert(1, found.pop(beside))
    return tuple(found[:MAX_OPTIONS])
