"""May this customer use this now? Asked (`check`), asked and taken at once (`use`, `hold`), and listed (`summary`)."""

from collections.abc import Mapping, Sequence

from billing_app import clock
from billing_app.catalog.schema import Feature
from billing_app.catalog.service import CatalogService, Published
from billing_app.credits import Balance, Consume, CreditService, Held, Hold, Price
from billing_app.db.engine import Database
from billing_app.entitlements import unlocking
from billing_app.entitlements.deciding import Question, by_credits, by_quota, by_unlock
from billing_app.entitlements.decisions import Basis, Decision, OwnedUnlock, Summary, Use
from billing_app.entitlements.metering import basis_of, cheapest_operation, feature_of, price_of
from billing_app.entitlements.newcomers import NEWCOMER, newcomers_balance
from billing_app.entitlements.options import Market
from billing_app.entitlements.paying import CreditPayments, Write
from billing_app.entitlements.quotas import counting
from billing_app.entitlements.quotas.counting import Wanted
from billing_app.entitlements.quotas.views import QuotaUsage
from billing_app.entitlements.requests import Asked, check_key, check_request, check_units
from billing_app.entitlements.situation import Situation, market_for, read_situation
from billing_app.errors import DomainError, InsufficientCredits, InvalidInput

MAX_UNLOCKS_SHOWN = 200


class EntitlementService:
    """The gate. Every refusal carries what is missing and what would open it, so that page and API show one wall.

    `units` are whole uses; of a feature with `counts_per_unit` (minutes: 60) they are the finer ones, seconds.
    """

    def __init__(self, database: Database, catalog: CatalogService, credits_: CreditService) -> None:
        self._database = database
        self._catalog = catalog
        self.credits = credits_
        self._payments = CreditPayments(database, credits_, self.refusal)

    async def quote(
        self,
        feature: str,
        units: int = 1,
        *,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
    ) -> Price | None:
        """What it costs by the rate card, line by line: the very price that `use` and `hold` take (row B3).

        None: it is not paid in credits, or costs nothing.

        Raises:
            UnknownFeature, InvalidInput: as `check`.
        """
        check_units(units)
        published = await self._catalog.published()
        known = feature_of(published.catalog, feature)
        if basis_of(published.catalog, known) is not Basis.CREDITS:
            return None
        return price_of(published, known, units, operation, add_ons)

    async def check(
        self,
        customer_id: int,
        feature: str,
        units: int = 1,
        *,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
    ) -> Decision:
        """Whether the customer may use `feature` `units` times now: `can_use_feature` (row C4). Takes nothing.

        Args:
            operation: which of the feature's prices, where the rate card has several.
            add_ons: how many of which of its add-ons.

        Raises:
            UnknownFeature: the catalogue has no such feature.
            InvalidInput: `units` is not a whole number from 1 up, or the operation is unknown.
        """
        (decision,) = await self.check_all(customer_id, [Asked(feature, units, operation, add_ons)])
        return decision

    async def check_all(self, customer_id: int, asked: Sequence[Asked]) -> tuple[Decision, ...]:
        """Many checks at once, as `check`: all locks of a page in two reads (HA17)."""
        for one in asked:
            check_units(one.units)
        published = await self._catalog.published()
        questions = [Question(customer_id, feature_of(published.catalog, one.feature), one.units) for one in asked]
        paid = any(basis_of(published.catalog, one.feature) is Basis.CREDITS for one in questions)
        balance = await self._balance(customer_id, published) if paid else None
        situation = await self._situation(
            customer_id, published, list({q.feature.code: q.feature for q in questions}.values())
        )
        return tuple(
            situation.decide(question, balance, one.operation, one.add_ons)
            for question, one in zip(questions, asked, strict=True)
        )

    async def use(
        self,
        customer_id: int,
        feature: str,
        *,
        units: int = 1,
        key: str,
        reference: str | None = None,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
        actor: str = "system",
        also: Write | None = None,
    ) -> Use:
        """Ask and take at once, atomically: credits by the rate card, a use of an unlock, or of a quota (rows A4, C4).

        Args:
            key: makes the request idempotent; bound on success only, for ever.
            reference: the business fact, such as a session's id: it is never charged twice, whatever the keys.
            operation, add_ons: as `check`.
            also: writes what was made with the use, in the transaction that takes it: both happen or neither. Not
                called for a use that was taken before. Where nothing is counted there is no key to be bound, so it
                must tell a repeated request by its own rows.

        Raises:
            NotEnough, Locked, OverQuota (402), PlanLacks (403): refused; the decision is in the error and nothing was
                taken.
            IdempotencyMismatch: the key was used for another request.
            UnknownFeature, InvalidInput: as `check`.
        """
        check_request(units, key, reference)
        published = await self._catalog.published()
        known = feature_of(published.catalog, feature)
        wanted = Wanted(customer_id, known, units, key, reference, actor)
        match basis_of(published.catalog, known):
            case Basis.QUOTA:
                return await self._count(wanted, published, also)
            case Basis.UNLOCK:
                taken = await self._unlock(wanted, published, also)
                if taken is not None:
                    return taken
            case Basis.CREDITS:
                price = price_of(published, known, units, operation, add_ons)
                if price is not None:
                    request = Consume(
                        customer_id=customer_id, feature=feature, price=price, key=key, reference=reference, actor=actor
                    )
                    return await self._payments.consume(request, price, units, also)
            case _:
                pass
        decision = await self.check(customer_id, feature, units, operation=operation, add_ons=add_ons)
        if not decision.allowed:
            raise decision.refusal()
        if also is not None:
            async with self._database.transaction() as session:
                await also(session)
        return Use(
            customer_id=customer_id,
            feature=feature,
            units=units,
            basis=decision.basis,
            charged=0,
            available=decision.available,
            remaining=decision.remaining,
            repeated=False,
        )

    async def give_back(self, customer_id: int, feature: str, key: str) -> bool:
        """Undo a use of a quota or an unlock whose work failed; its key and reference may be used again.

        A quota's use is taken out of its window while that runs; a window that is over stays as it was. Credits are
        given back by `CreditService.reverse`.

        Returns:
            False: no such use, or it was given back before; nothing was changed.

        Raises:
            UnknownFeature, InvalidInput: as `use`.
        """
        check_key(key)
        published = await self._catalog.published()
        known = feature_of(published.catalog, feature)
        async with self._database.transaction() as session:
            match basis_of(published.catalog, known):
                case Basis.QUOTA:
                    return await counting.give_back(session, customer_id, feature, key)
                case Basis.UNLOCK:
                    return await unlocking.give_back(session, customer_id, feature, key)
                case _:
                    return False

    async def hold(
        self,
        customer_id: int,
        feature: str,
        *,
        key: str,
        reference: str | None,
        units: int = 1,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
        ttl_s: int,
        cap_s: int,
        on_expiry: int = 0,
        actor: str = "system",
        price: Price | None = None,
    ) -> Held:
        """Set aside the credits of something that takes a while; capture or release them through `credits`.

        Args:
            price: a price of the caller's own, instead of the rate card's.

        Raises:
            NotEnough: refused (402), with the wall's body.
            AlreadyConsumed, HoldOpen: this reference was charged, or is under way.
            InvalidInput: the feature is not paid in credits.
        """
        check_request(units, key, reference)
        published = await self._catalog.published()
        known = feature_of(published.catalog, feature)
        if price is None and basis_of(published.catalog, known) is Basis.CREDITS:
            price = price_of(published, known, units, operation, add_ons)
        if price is None:
            raise InvalidInput(f"{known.name} is not paid in credits, so none can be set aside.", field="feature")
        request = Hold(
            customer_id=customer_id,
            feature=feature,
            price=price,
            key=key,
            reference=reference,
            ttl_s=ttl_s,
            cap_s=cap_s,
            on_expiry=min(on_expiry, price.credits),
            actor=actor,
        )
        return await self._payments.hold(request, price, units)

    async def has_feature(self, customer_id: int, feature: str) -> bool:
        """Whether the customer can use a feature once now: `user_has_feature` (row A5).

        Raises:
            UnknownFeature: the catalogue has no such feature.
        """
        catalog = await self._catalog.current()
        operation = cheapest_operation(catalog, feature_of(catalog, feature))
        return (await self.check(customer_id, feature, operation=operation)).allowed

    async def summary(self, customer_id: int) -> Summary:
        """Everything a customer may do: credits, each feature, plan, quotas, unlocks (row A5)."""
        published = await self._catalog.published()
        catalog = published.catalog
        balance = await self._balance(customer_id, published)
        situation = await self._situation(customer_id, published, catalog.features)
        return Summary(
            customer_id=customer_id,
            available=balance.available,
            held=balance.held,
            features=tuple(
                situation.decide(Question(customer_id, feature, 1), balance, cheapest_operation(catalog, feature))
                for feature in catalog.features
            ),
            unlocks=await self.unlocks(customer_id),
            plan=situation.market.plan,
            quotas=situation.usage(),
        )

    async def usage(self, customer_id: int) -> tuple[QuotaUsage, ...]:
        """Every counted feature: used, limit, what is left, when it is counted anew (rows C4, D2). In catalogue order;
        those that the plan does not have are there too, with a limit of 0."""
        published = await self._catalog.published()
        counted = [one for one in published.catalog.features if basis_of(published.catalog, one) is Basis.QUOTA]
        return (await self._situation(customer_id, published, counted)).usage() if counted else ()

    async def market(self, customer_id: int) -> Market:
        """The plan a customer has, and what is on sale for them: what gates by plan ask."""
        published = await self._catalog.published()
        async with self._database.as_customer(customer_id) as session:
            return await market_for(session, customer_id, published, self._catalog.capabilities)

    async def unlocks(self, customer_id: int) -> tuple[OwnedUnlock, ...]:
        """What a customer unlocked, used up and taken back too, newest first."""
        async with self._database.as_customer(customer_id) as session:
            return await unlocking.owned(session, customer_id, MAX_UNLOCKS_SHOWN)

    async def _balance(self, customer_id: int, published: Published) -> Balance:
        if customer_id == NEWCOMER:
            return newcomers_balance(published.catalog.free_plan, clock.now())
        return await self.credits.balance(customer_id)

    async def _situation(self, customer_id: int, published: Published, features: Sequence[Feature]) -> Situation:
        async with self._database.as_customer(customer_id) as session:
            return await read_situation(session, customer_id, published, self._catalog.capabilities, features)

    async def _count(self, wanted: Wanted, published: Published, also: Write | None) -> Use:
        async with self._database.transaction() as session:
            market = await market_for(session, wanted.customer_id, published, self._catalog.capabilities)
            counted, before = await counting.take(session, wanted, market.plan, market.at)
            if also is not None and counted is not None and not counted.repeated:
                await also(session)
        if counted is None:
            question = Question(wanted.customer_id, wanted.feature, wanted.units)
            raise by_quota(question, before, market).refusal()
        return Use(
            customer_id=wanted.customer_id,
            feature=wanted.feature.code,
            units=counted.units,
            basis=Basis.QUOTA,
            charged=0,
            available=None,
            remaining=counted.remaining,
            repeated=counted.repeated,
            over=counted.over,
        )

    async def _unlock(self, wanted: Wanted, published: Published, also: Write | None) -> Use | None:
        """None: the feature comes with the customer's plan, and nothing of an unlock is used."""
        customer_id, feature, units = wanted.customer_id, wanted.feature, wanted.units
        async with self._database.transaction() as session:
            situation = await read_situation(session, customer_id, published, self._catalog.capabilities, (feature,))
            if situation.has(feature):
                return None
            taken = await unlocking.take(
                session, customer_id, feature.code, units=units, key=wanted.key, reference=wanted.reference
            )
            if also is not None and taken is not None and not taken.repeated:
                await also(session)
            left = await unlocking.left(session, customer_id, feature.code) if taken is None else None
        if taken is None:
            raise by_unlock(Question(customer_id, feature, units), left, situation.market).refusal()
        return _by_unlock(customer_id, feature.code, taken)

    async def refusal(
        self, customer_id: int, feature: str, units: int, price: Price, short: InsufficientCredits
    ) -> DomainError:
        """The refusal with the wall's body; if credits came in just now, there is no wall: the ledger's words."""
        market = await self.market(customer_id)
        question = Question(customer_id, feature_of(market.catalog, feature), units)
        decision = by_credits(question, price, await self.credits.balance(customer_id), market)
        return short if decision.allowed else decision.refusal()


def _by_unlock(customer_id: int, feature: str, taken: unlocking.Taken) -> Use:
    return Use(
        customer_id=customer_id,
        feature=feature,
        units=taken.units,
        basis=Basis.UNLOCK,
        charged=0,
        available=None,
        remaining=taken.remaining,
        repeated=taken.repeated,
    )
