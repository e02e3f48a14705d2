"""Features that are paid in credits: taken at once, or set aside while something takes a while."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app.credits import AlreadyConsumed, Consume, Consumed, CreditService, Held, Hold, Price, succeeded
from billing_app.db.engine import Database
from billing_app.entitlements.decisions import Basis, Use
from billing_app.errors import DomainError, InsufficientCredits

Write = Callable[[AsyncSession], Awaitable[None]]
"""Rows that belong to a use, written in its transaction."""
Refusal = Callable[[int, str, int, Price, InsufficientCredits], Awaitable[DomainError]]
"""The wall for (customer, feature, units, price, what the ledger said)."""


class CreditPayments:
    """Spends credits on features; who has too few is refused with the wall's body."""

    def __init__(self, database: Database, credits_: CreditService, refusal: Refusal) -> None:
        self._database = database
        self._credits = credits_
        self._refusal = refusal

    async def consume(self, request: Consume, price: Price, units: int, also: Write | None) -> Use:
        """Take a price at once."""
        charged, repeated = 0, True
        entry_id: int | None = None
        try:
            done = await (self._credits.consume(request) if also is None else self._consume_and(request, also))
            available, entry_id = done.available, done.entry_id
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
            entry_id=entry_id,
        )

    async def hold(self, request: Hold, price: Price, units: int) -> Held:
        """Set a price aside."""
        try:
            return await self._credits.hold(request)
        except InsufficientCredits as short:
            raise await self._refusal(request.customer_id, request.feature, units, price, short) from None

    async def _consume_and(self, request: Consume, also: Write) -> Consumed:
        """Not committed together with other callers' uses: what is written with this one may fail."""
        async with self._database.transaction() as session:
            (outcome,) = await self._credits.apply(session, [request])
            done = succeeded(outcome, Consumed)
            if not done.replayed:
                await also(session)
        return done
