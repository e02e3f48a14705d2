"""May this customer use this now? Asked (`check`), asked and taken at once (`use`, `hold`), and listed (`summary`)."""

from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.catalog.offers import sellable
from billing_app.catalog.service import CatalogService, Published
from billing_app.credits import (
    AlreadyConsumed,
    Balance,
    Consume,
    Consumed,
    CreditService,
    Held,
    Hold,
    Price,
    succeeded,
)
from billing_app.db.engine import Database
from billing_app.entitlements import store, unlocking
from billing_app.entitlements.deciding import Question, by_credits, by_unlock
from billing_app.entitlements.decisions import Basis, Decision, OwnedUnlock, Summary, Use
from billing_app.entitlements.metering import basis_of, cheapest_operation, feature_of, offered, price_of
from billing_app.entitlements.models import Unlock
from billing_app.errors import DomainError, InsufficientCredits, InvalidInput

MAX_UNLOCKS_SHOWN = 200

Write = Callable[[AsyncSession], Awaitable[None]]
"""Rows that belong to a use, written in its transaction."""


class EntitlementService:
    """The gate. Every refusal carries what is missing and what would open it, so that page and API show one wall."""

    def __init__(self, database: Database, catalog: CatalogService, credits_: CreditService) -> None:
        self._database = database
        self._catalog = catalog
        self._credits = credits_

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
            UnknownFeature, NotOffered, InvalidInput: as `check`.
        """
        unlocking.check_units(units)
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
        """Whether the customer may use `feature` `units` times now. Takes nothing.

        Args:
            operation: which of the feature's prices, where the rate card has several.
            add_ons: how many of which of its add-ons.

        Raises:
            UnknownFeature: the catalogue has no such feature.
            NotOffered: it comes with plans, which cannot be taken yet.
            InvalidInput: `units` is not a whole number from 1 up, or the operation is unknown.
        """
        unlocking.check_units(units)
        published = await self._catalog.published()
        question = Question(customer_id, feature_of(published.catalog, feature), units)
        balance = None
        if basis_of(published.catalog, question.feature) is Basis.CREDITS:
            balance = await self._credits.balance(customer_id)
        return await self._decide(question, published, balance, operation, add_ons)

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
        """Ask and take at once, atomically: credits by the rate card, or a use of an unlock (rows A4, A11).

        Args:
            key: makes the request idempotent; bound on success only, for ever.
            reference: the business fact, such as a session's id: it is never charged twice, whatever the keys.
            operation, add_ons: as `check`.
            also: writes what was made with the use, in the transaction that takes it: both happen or neither. Not
                called for a use that was taken before. Where a feature costs nothing there is no key to be bound, so
                it must tell a repeated request by its own rows.

        Raises:
            NotEnough, Locked: refused (402); the decision is in the error and nothing was taken.
            IdempotencyMismatch: the key was used for another request.
            UnknownFeature, NotOffered, InvalidInput: as `check`.
        """
        unlocking.check_request(units, key, reference)
        published = await self._catalog.published()
        known = feature_of(published.catalog, feature)
        basis = basis_of(published.catalog, known)
        if basis is Basis.UNLOCK:
            async with self._database.transaction() as session:
                taken = await unlocking.take(session, customer_id, feature, units=units, key=key, reference=reference)
                if also is not None and taken is not None and not taken.repeated:
                    await also(session)
            if taken is not None:
                return _by_unlock(customer_id, feature, taken)
        if basis is Basis.CREDITS:
            price = price_of(published, known, units, operation, add_ons)
            if price is not None:
                request = Consume(
                    customer_id=customer_id, feature=feature, price=price, key=key, reference=reference, actor=actor
                )
                return await self._consume(request, price, units, also)
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

    async def _consume(self, request: Consume, price: Price, units: int, also: Write | None) -> Use:
        charged, repeated = 0, True
        try:
            done = await (self._credits.consume(request) if also is None else self._consume_and(request, also))
            available = done.available
            if not done.replayed:
                charged, repeated = done.credits, False
        except InsufficientCredits as short:
            raise await self._refusal(request.customer_id, request.feature, units, price, short) from None
        except AlreadyConsumed:  # the same business fact under another key: never charged twice
            available = (await self._credits.balance(request.customer_id)).available
        return Use(
            customer_id=request.customer_id,
            feature=request.feature,
            units=units,
            basis=Basis.CREDITS,
            charged=charged,
            available=available,
            remaining=available * units // price.credits,
            repeated=repeated,
        )

    async def _consume_and(self, request: Consume, also: Write) -> Consumed:
        """Not committed together with other callers' uses: what is written with this one may fail."""
        async with self._database.transaction() as session:
            (outcome,) = await self._credits.apply(session, [request])
            done = succeeded(outcome, Consumed)
            if not done.replayed:
                await also(session)
        return done

    async def hold(
        self,
        customer_id: int,
        feature: str,
        *,
        key: str,
        reference: str,
        units: int = 1,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
        ttl_s: int,
        cap_s: int,
        on_expiry: int = 0,
        actor: str = "system",
    ) -> Held:
        """Set aside the credits of something that takes a while; capture or release them through `credits`.

        Raises:
            NotEnough: refused (402), with the wall's body.
            AlreadyConsumed, HoldOpen: this reference was charged, or is under way.
            InvalidInput: the feature is not paid in credits.
        """
        unlocking.check_request(units, key, reference)
        published = await self._catalog.published()
        known = feature_of(published.catalog, feature)
        price = None
        if basis_of(published.catalog, known) is Basis.CREDITS:
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
        try:
            return await self._credits.hold(request)
        except InsufficientCredits as short:
            raise await self._refusal(customer_id, feature, units, price, short) from None

    async def summary(self, customer_id: int) -> Summary:
        """Everything a customer may do: credits, each offered feature, unlocks (row A5)."""
        published = await self._catalog.published()
        balance = await self._credits.balance(customer_id)
        catalog = published.catalog
        decisions = [
            await self._decide(
                Question(customer_id, feature, 1), published, balance, cheapest_operation(catalog, feature)
            )
            for feature in offered(catalog)
        ]
        return Summary(
            customer_id=customer_id,
            available=balance.available,
            held=balance.held,
            features=tuple(decisions),
            unlocks=await self.unlocks(customer_id),
        )

    async def unlocks(self, customer_id: int) -> tuple[OwnedUnlock, ...]:
        """What a customer unlocked, used up and taken back too, newest first."""
        async with self._database.as_customer(customer_id) as session:
            rows = await store.all_unlocks(session, customer_id, MAX_UNLOCKS_SHOWN)
        return tuple(_owned(row) for row in rows)

    async def _refusal(
        self, customer_id: int, feature: str, units: int, price: Price, short: InsufficientCredits
    ) -> DomainError:
        """The refusal with the wall's body; if credits came in just now, there is no wall: the ledger's words."""
        add_ons = {line.code: line.quantity for line in price.lines[1:]}
        decision = await self.check(customer_id, feature, units, operation=price.operation, add_ons=add_ons)
        return short if decision.allowed else decision.refusal()

    async def _decide(
        self,
        question: Question,
        published: Published,
        balance: Balance | None,
        operation: str | None,
        add_ons: Mapping[str, int] | None = None,
    ) -> Decision:
        offers = sellable(published.catalog, self._catalog.capabilities)
        feature = question.feature
        match basis_of(published.catalog, feature):
            case Basis.CREDITS:
                assert balance is not None, "read by whoever asks about a feature that is paid in credits"
                price = price_of(published, feature, question.units, operation, add_ons)
                return by_credits(question, price, balance, offers)
            case Basis.UNLOCK:
                async with self._database.transaction() as session:
                    left = await unlocking.left(session, question.customer_id, feature.code)
                return by_unlock(question, left, offers)
            case Basis.FREE:
                return question.answer(Basis.FREE, f"{feature.name} is open to everyone.")
            case other:
                return question.answer(other, f"{feature.name} comes with a plan.", allowed=False)


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


def _owned(row: Unlock) -> OwnedUnlock:
    return OwnedUnlock(
        id=row.id,
        code=row.code,
        feature=row.feature,
        granted_at=row.granted_at,
        uses_granted=row.uses_granted,
        uses_left=None if row.uses_granted is None else row.uses_granted - row.uses_taken,
        revoked_at=row.revoked_at,
    )
