"""What a customer has when a feature is asked for, read in one transaction, and the decision that follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.offers import Capability
from billing_app.catalog.schema import Feature
from billing_app.catalog.service import Published
from billing_app.credits import Balance
from billing_app.entitlements import unlocking
from billing_app.entitlements.deciding import Question, by_credits, by_plan, by_quota, by_unlock
from billing_app.entitlements.decisions import Basis, Decision
from billing_app.entitlements.metering import basis_of, price_of
from billing_app.entitlements.options import Market
from billing_app.entitlements.quotas import counting, store
from billing_app.entitlements.quotas.limits import Allowance
from billing_app.entitlements.quotas.views import QuotaUsage, usage_view
from billing_app.entitlements.subscriptions.in_force import plan_in_force


@dataclass(frozen=True, slots=True)
class Situation:
    """What a customer has, as far as some features depend on it.

    Attributes:
        allowances: of the counted features.
        unlocked: uses left of the features that are unlocked; None: without limit.
        granted: features that an admin gave beside the plan.
    """

    published: Published
    market: Market
    allowances: Mapping[str, Allowance]
    unlocked: Mapping[str, int | None]
    granted: frozenset[str]

    def decide(
        self,
        question: Question,
        balance: Balance | None,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
    ) -> Decision:
        """May this customer use this now?

        Args:
            balance: of the customer; only features that are paid in credits need it.
        """
        feature = question.feature
        match basis_of(self.published.catalog, feature):
            case Basis.CREDITS:
                assert balance is not None, "read by whoever asks about a feature that is paid in credits"
                price = price_of(self.published, feature, question.units, operation, add_ons)
                return by_credits(question, price, balance, self.market)
            case Basis.UNLOCK:
                if self.has(feature):
                    return by_plan(question, self.market, included=True)
                return by_unlock(question, self.unlocked[feature.code], self.market)
            case Basis.QUOTA:
                return by_quota(question, self.allowances[feature.code], self.market)
            case Basis.PLAN:
                return by_plan(question, self.market, included=self.has(feature))
            case Basis.FREE:
                return question.answer(Basis.FREE, f"{feature.name} is open to everyone.")

    def has(self, feature: Feature) -> bool:
        """Whether a feature comes with the plan, or was granted beside it."""
        plan = self.market.plan.plan if self.market.plan else None
        return feature.code in self.granted or (plan is not None and feature.code in plan.features)

    def usage(self) -> tuple[QuotaUsage, ...]:
        """Of every counted feature asked about: used, limit, what is left; in the catalogue's order."""
        return tuple(
            usage_view(feature, self.allowances[feature.code])
            for feature in self.published.catalog.features
            if feature.code in self.allowances
        )


async def market_for(
    session: AsyncSession, customer_id: int, published: Published, capabilities: frozenset[Capability]
) -> Market:
    """What is on sale, and which plan the customer has now."""
    at = clock.now()
    catalog = published.catalog
    return Market(
        catalog=catalog,
        capabilities=capabilities,
        plan=await plan_in_force(session, customer_id, at, catalog),
        at=at,
    )


async def read_situation(
    session: AsyncSession,
    customer_id: int,
    published: Published,
    capabilities: frozenset[Capability],
    features: Sequence[Feature],
) -> Situation:
    """Everything about a customer that decides on these features, but their credits."""
    market = await market_for(session, customer_id, published, capabilities)
    of: dict[Basis, list[Feature]] = {}
    for feature in features:
        of.setdefault(basis_of(published.catalog, feature), []).append(feature)
    counted = of.get(Basis.QUOTA, [])
    by_plans = [feature.code for feature in [*of.get(Basis.PLAN, []), *of.get(Basis.UNLOCK, [])]]
    return Situation(
        published=published,
        market=market,
        allowances=await counting.look(session, customer_id, counted, market.plan, market.at) if counted else {},
        unlocked={
            feature.code: await unlocking.left(session, customer_id, feature.code)
            for feature in of.get(Basis.UNLOCK, [])
        },
        granted=frozenset(await store.grants(session, customer_id, by_plans, market.at)) if by_plans else frozenset(),
    )
