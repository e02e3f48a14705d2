"""Credits spent by a host product directly: by the rate card, or at a price of its own; refused with the wall's body.

Unlike `use`, which asks whether a customer may go on, this answers in the ledger's words: which entry, from which lots.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from billing_app.catalog.service import CatalogService, Published
from billing_app.credits import Balance, Consume, Consumed, Held, Hold, Outcome, Price
from billing_app.entitlements.deciding import Question, by_credits
from billing_app.entitlements.decisions import Basis, Decision
from billing_app.entitlements.metering import basis_of, feature_of, price_of
from billing_app.entitlements.newcomers import NEWCOMER
from billing_app.entitlements.options import Market, for_credits, wait
from billing_app.entitlements.requests import Asked
from billing_app.entitlements.service import EntitlementService
from billing_app.errors import DomainError, InsufficientCredits, InvalidInput


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be paid for.

    Attributes:
        credits: a price of the host's own; `feature` is then any label, and the rate card is not asked.
        reference: the business fact: charged once, whatever the keys.
    """

    feature: str
    units: int = 1
    operation: str | None = None
    add_ons: Mapping[str, int] = field(default_factory=dict)
    credits: int | None = None
    reference: str | None = None
    details: Mapping[str, str | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paid:
    """What was taken; `consumed` None: the rate card asks for nothing."""

    price: Price | None
    consumed: Consumed | None


class DirectSpending:
    """One per process."""

    def __init__(self, catalog: CatalogService, entitlements: EntitlementService) -> None:
        self._catalog = catalog
        self._entitlements = entitlements
        self._credits = entitlements.credits

    async def price(self, wish: Wish) -> Price | None:
        """What a wish costs by the rate card; None: nothing, or a price of the host's own.

        Raises:
            UnknownFeature: the catalogue has no such feature.
            InvalidInput: it is not paid in credits, or has no such operation or add-on.
        """
        return _priced(await self._catalog.published(), wish)

    async def check(self, customer_id: int, asked: Asked) -> Decision:
        """As `EntitlementService.check`, on the shortest way: the balance alone decides, if it is enough.

        A yes by credits says when more come only where they lie prepared: the plan is read for who has too few.

        Raises:
            UnknownFeature, InvalidInput: as `EntitlementService.check`.
        """
        published = await self._catalog.published()
        feature = feature_of(published.catalog, asked.feature)
        if customer_id != NEWCOMER and basis_of(published.catalog, feature) is Basis.CREDITS:
            price = price_of(published, feature, asked.units, asked.operation, asked.add_ons)
            question = Question(customer_id, feature, asked.units)
            decision = by_credits(question, price, await self._credits.balance(customer_id), None)
            if decision.allowed:
                return decision
        (decision,) = await self._entitlements.check_all(customer_id, [asked])
        return decision

    async def consume(self, customer_id: int, wish: Wish, *, key: str, actor: str) -> Paid:
        """Take the credits at once.

        Raises:
            NotEnough, InsufficientCredits: too few, with what would help. AlreadyConsumed: the reference was charged.
            IdempotencyMismatch: the key was used for another request. UnknownFeature, InvalidInput: as `price`.
        """
        price = await self.price(wish)
        if price is None and wish.credits is None:
            return Paid(None, None)
        try:
            return Paid(price, await self._credits.consume(_consumption(customer_id, wish, price, key, actor)))
        except InsufficientCredits as short:
            raise await self._wall(customer_id, wish, price, short) from None

    async def consume_all(
        self, wishes: Sequence[tuple[int, Wish, str]], *, actor: str
    ) -> list[tuple[Price | None, Outcome | None]]:
        """Take many, each by itself: (customer, wish, key). A refusal of one does not keep the others.

        Returns:
            For each its price, and what became of it; None: it costs nothing. Refusals are without ways on.

        Raises:
            UnknownFeature, InvalidInput: as `price`; nothing was taken.
        """
        published = await self._catalog.published()
        prices = [_priced(published, wish) for _, wish, _ in wishes]
        operations = [
            _consumption(customer_id, wish, price, key, actor)
            for (customer_id, wish, key), price in zip(wishes, prices, strict=True)
            if price is not None or wish.credits is not None
        ]
        outcomes = iter(await self._credits.do_all(operations))
        return [
            (price, next(outcomes) if price is not None or wish.credits is not None else None)
            for (_, wish, _), price in zip(wishes, prices, strict=True)
        ]

    async def hold(
        self, customer_id: int, wish: Wish, *, key: str, actor: str, ttl_s: int, cap_s: int, on_expiry: int
    ) -> tuple[Price | None, Held]:
        """Set the credits aside.

        Raises:
            HoldOpen: a hold of this reference is live. InvalidInput: also, when there is nothing to set aside.
            All else as `consume`.
        """
        price = await self.price(wish)
        if price is None and wish.credits is None:
            raise InvalidInput("This costs nothing, so there is nothing to set aside.", field="feature")
        try:
            held = await self._credits.hold(
                Hold(
                    customer_id=customer_id,
                    feature=wish.feature,
                    credits=wish.credits or 0,
                    price=price,
                    reference=wish.reference,
                    details=wish.details or None,
                    key=key,
                    actor=actor,
                    ttl_s=ttl_s,
                    cap_s=cap_s,
                    on_expiry=on_expiry,
                )
            )
        except InsufficientCredits as short:
            raise await self._wall(customer_id, wish, price, short) from None
        return price, held

    async def _wall(self, customer_id: int, wish: Wish, price: Price | None, short: InsufficientCredits) -> DomainError:
        if price is not None:
            return await self._entitlements.refusal(customer_id, wish.feature, wish.units, price, short)
        market = await self._entitlements.market(customer_id)
        return _own_wall(wish.feature, short, market, await self._credits.balance(customer_id))


def _priced(published: Published, wish: Wish) -> Price | None:
    if wish.credits is not None:
        return None
    feature = feature_of(published.catalog, wish.feature)
    if basis_of(published.catalog, feature) is not Basis.CREDITS:
        raise InvalidInput(
            f"{feature.name} is not paid in credits: use POST /api/v1/features/use, or send `credits`.", field="feature"
        )
    return price_of(published, feature, wish.units, wish.operation, wish.add_ons)


def _consumption(customer_id: int, wish: Wish, price: Price | None, key: str, actor: str) -> Consume:
    return Consume(
        customer_id=customer_id,
        feature=wish.feature,
        credits=wish.credits or 0,
        price=price,
        reference=wish.reference,
        details=wish.details or None,
        key=key,
        actor=actor,
    )


def _own_wall(feature: str, short: InsufficientCredits, market: Market, balance: Balance) -> InsufficientCredits:
    """The wall of a price of the host's own: the same members, as far as they have a meaning."""
    required, shortfall = short.extra["required"], short.extra["shortfall"]
    coming = market.next_credits()
    options = for_credits(market, required=required, shortfall=shortfall)
    if coming is not None:
        options = (*options, wait(coming[0], enough=coming[1] >= shortfall))
    return InsufficientCredits(
        required=required,
        available=short.extra["available"],
        held=balance.held,
        feature=feature,
        limit_source="balance",
        resets_at=coming[0].isoformat() if coming else None,
        next_grant=coming[1] if coming else None,
        options=[option.as_json() for option in options],
    )
