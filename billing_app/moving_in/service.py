"""Moves customers in, one transaction each: what Stripe knows is asked first, and told last what is ours now."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.credits import Ledger
from billing_app.db.engine import Database
from billing_app.errors import DomainError
from billing_app.moving_in.arrivals import Arrival, Problem, Wrong
from billing_app.moving_in.at_stripe import AtStripe, look, mark
from billing_app.moving_in.bringing import Brought, bring
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.rules import Context
from billing_app.payments.subscribing.following import follow
from billing_app.payments.subscribing.trials import Trials


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one customer. Without effects and problem: it was all there before."""

    line: int
    customer: str
    effects: tuple[str, ...] = ()
    problem: Problem | None = None


class MovingIn:
    """One per process, made in bootstrap."""

    def __init__(
        self, database: Database, gateway: StripeGateway, catalog: CatalogService, *, ledger: Ledger, trials: Trials
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._catalog = catalog
        self._ledger = ledger
        self._trials = trials

    async def move(self, arrivals: Sequence[Arrival], *, dry_run: bool = False) -> AsyncIterator[Moved]:
        """Bring customers in, one after the other; who cannot come changes nothing and keeps nobody else out.

        Safe to repeat with the same file: what is here stays as it is.

        Args:
            dry_run: find out everything, then take it back. Stripe is only read.

        Raises:
            NoCatalog: nothing is for sale yet, so nothing can be told of plans and unlocks.
        """
        await self._catalog.current()
        for arrival in arrivals:
            who = arrival.external_id[:80]
            try:
                effects = await self._one(arrival, dry_run=dry_run)
            except DomainError as error:
                line = error.line if isinstance(error, Wrong) else arrival.line
                yield Moved(arrival.line, who, problem=Problem(line, who, error.detail))
            else:
                yield Moved(arrival.line, who, effects)

    async def _one(self, arrival: Arrival, *, dry_run: bool) -> tuple[str, ...]:
        async with self._database.transaction():
            now = clock.now()  # in sandbox mode a transaction reads the clock that all processes share
        at_stripe = await look(self._gateway, arrival, now)
        if dry_run:
            return (await self._try(arrival, at_stripe)).effects
        published = await self._catalog.published()
        context = Context(self._ledger, published.catalog.policies, self._trials)
        async with self._database.transaction() as session:
            brought = await bring(session, arrival, at_stripe, published, context)
        try:
            told = await self._tell_stripe(brought, at_stripe)
        except DomainError as error:
            what = f"everything moved in, but Stripe was not told ({error.detail}) Run the same file again."
            raise Wrong(arrival.line, what) from error
        return (*brought.effects, *told)

    async def _try(self, arrival: Arrival, at_stripe: AtStripe | None) -> Brought:
        published = await self._catalog.published()
        context = Context(self._ledger, published.catalog.policies, self._trials)
        async with self._database.transaction() as session:
            brought = await bring(session, arrival, at_stripe, published, context)
            await session.rollback()
        return brought

    async def _tell_stripe(self, brought: Brought, at_stripe: AtStripe | None) -> tuple[str, ...]:
        """Mark the subscription as ours, and have its invoices read. Missing after a crash: the next run does it."""
        told = at_stripe.subscription if at_stripe else None
        if brought.adopted is None or told is None or told.ours:
            return ()
        await self._gateway.mark_subscription(told.id, mark(brought.adopted.item_id))
        await follow(self._database, brought.customer_id, told.id)
        return () if brought.adopted.new else (f"{told.id} marked as ours at Stripe",)
