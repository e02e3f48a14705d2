"""What every gate does around a piece of work: take before it, keep when it succeeds, give back when it fails.

Taken first, so that parallel work never overspends; kept only after success. Credits are held and then captured; a use
of a quota or an unlock is counted and, after an exception, given back. A process that dies in between has its holds
released within two minutes; a counted use stays counted.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from billing_app.credits import (
    AlreadyConsumed,
    Capture,
    Consume,
    Extend,
    HoldEnded,
    Price,
    PriceLine,
    Release,
    UnknownHold,
)
from billing_app.credits import Held as HeldCredits
from billing_app.entitlements.decisions import Basis, Decision, PlanRequired, Use
from billing_app.entitlements.options import for_feature
from billing_app.entitlements.service import EntitlementService
from billing_app.errors import Conflict, DomainError, InsufficientCredits, NotFound

HOLD_S, BEAT_S, LONGEST_S = 120, 40, 24 * 3600
"""A hold outlives its last heartbeat by two minutes, and nothing lasts longer than a day."""
OWN_PRICE = "own"

Service = EntitlementService | Callable[[], EntitlementService]
logger = logging.getLogger(__name__)


class UnderWay(Conflict):
    """The same piece of work is being done right now."""

    code = "under_way"
    title = "Already under way"


class UnknownPlan(NotFound):
    """The catalogue has no plan of that name."""

    code = "unknown_plan"


@dataclass(frozen=True, slots=True)
class Pass:
    """That a gate let something through.

    Attributes:
        basis: what allowed it.
        charged: credits that will be taken when the work succeeds; 0 when it is not paid in credits.
        remaining: uses or counts left; None: unlimited, or paid in credits.
        repeated: the same reference was paid for before; nothing is taken.
    """

    customer_id: int
    basis: Basis
    charged: int = 0
    remaining: int | None = None
    repeated: bool = False


class Gates:
    """The gates as blocks: `async with gates.feature(customer_id, "cv_generate"): ...`"""

    def __init__(self, entitlements: Service) -> None:
        """`entitlements` may be a function that finds the service, for gates that are made before it is."""
        self._given = entitlements

    @property
    def entitlements(self) -> EntitlementService:
        """The service that decides."""
        return self._given if isinstance(self._given, EntitlementService) else self._given()

    async def plan(self, customer_id: int, code: str) -> Pass:
        """Let through who has this plan or a better one. Takes nothing.

        Raises:
            PlanRequired: the customer's plan is a lesser one (403, with the plans that would do).
            UnknownPlan: the catalogue has no such plan.
        """
        market = await self.entitlements.market(customer_id)
        required = market.catalog.plan(code)
        if required is None:
            raise UnknownPlan(f'There is no plan "{code[:60]}".')
        held = market.plan.plan if market.plan else None
        if held is not None and (held.code == required.code or held.sort > required.sort):
            return Pass(customer_id, Basis.PLAN)
        now = f"; you are on {held.name}" if held else ""
        raise PlanRequired(
            Decision(
                customer_id=customer_id,
                feature=required.code,
                feature_name=required.name,
                units=1,
                allowed=False,
                why=f"This comes with the {required.name} plan{now}.",
                basis=Basis.PLAN,
                options=for_feature(market, lambda plan: plan.code == required.code or plan.sort > required.sort),
            )
        )

    @asynccontextmanager
    async def feature(
        self,
        customer_id: int,
        code: str,
        *,
        units: int = 1,
        operation: str | None = None,
        add_ons: Mapping[str, int] | None = None,
        reference: str | None = None,
        actor: str = "system",
    ) -> AsyncIterator[Pass]:
        """Take a use of a feature around a piece of work: credits, a quota or an unlock, whatever it is paid by.

        Args:
            units, operation, add_ons: as `EntitlementService.use`.
            reference: the business fact (a session's id): paid for once, however often the work is done.

        Raises:
            NotEnough, Locked, OverQuota (402), PlanLacks (403): refused before the work; nothing was taken.
            UnderWay: the same reference is being worked on.
        """
        price = await self.entitlements.quote(code, units, operation=operation, add_ons=add_ons)
        if price is not None:
            async with self._held(_spend(customer_id, code, price, reference, actor), units) as passed:
                yield passed
            return
        key = _fresh_key()
        take = partial(
            self.entitlements.use,
            customer_id,
            code,
            units=units,
            reference=reference,
            operation=operation,
            actor=actor,
        )
        use = await take(key=key)
        try:
            yield Pass(customer_id, use.basis, remaining=use.remaining, repeated=use.repeated)
        except BaseException:
            if not use.repeated:
                await _finish(self.entitlements.give_back(customer_id, code, key))
            raise
        if use.repeated:
            await _finish(_count_after_all(take))

    @asynccontextmanager
    async def credits(
        self, customer_id: int, credits: int, *, feature: str, reference: str | None = None, actor: str = "system"
    ) -> AsyncIterator[Pass]:
        """Take so many credits around a piece of work, whatever the rate card says of the feature.

        Args:
            feature: a feature of the catalogue, which the ledger and reports name as what they were spent on.

        Raises:
            NotEnough: refused (402) before the work; nothing was taken.
            InvalidInput: no number of credits.
        """
        price = Price(feature, OWN_PRICE, (PriceLine(feature, feature.replace("_", " "), 1, credits),))
        async with self._held(_spend(customer_id, feature, price, reference, actor)) as passed:
            yield passed

    @asynccontextmanager
    async def _held(self, spend: Consume, units: int = 1) -> AsyncIterator[Pass]:
        """`spend` is what the work costs: held before it, captured after, consumed if the hold did not last."""
        customer_id, key = spend.customer_id, f"{spend.key}"
        try:
            held = await self.entitlements.hold(
                customer_id,
                spend.feature,
                key=f"{key}:hold",
                reference=spend.reference,
                units=units,
                price=spend.price,
                ttl_s=HOLD_S,
                cap_s=LONGEST_S,
                actor=spend.actor,
            )
        except AlreadyConsumed:
            yield Pass(customer_id, Basis.CREDITS, repeated=True)
            return
        if held.replayed:
            raise UnderWay("This is being worked on already. Wait for it to end.")
        heartbeat = asyncio.create_task(self._beat(held), name=f"hold {held.hold_id}")
        try:
            yield Pass(customer_id, Basis.CREDITS, charged=held.credits)
        except BaseException:
            release = Release(customer_id=customer_id, hold_id=held.hold_id, key=f"{key}:release", actor=spend.actor)
            await _finish(self.entitlements.credits.release(release))
            raise
        else:
            await _finish(self._capture(held, spend))
        finally:
            heartbeat.cancel()

    async def _capture(self, held: HeldCredits, spend: Consume) -> None:
        """Take what was held. The work is done: what cannot be taken any more is written to the log, not refused."""
        capture = Capture(
            customer_id=held.customer_id, hold_id=held.hold_id, key=f"{spend.key}:capture", actor=spend.actor
        )
        credits = self.entitlements.credits
        try:
            await credits.capture(capture)
        except (HoldEnded, UnknownHold):
            try:
                await credits.consume(spend)
            except (InsufficientCredits, AlreadyConsumed) as why:
                logger.warning("hold %s ended before its work did, and was not paid: %s", held.hold_id, why.detail)

    async def _beat(self, held: HeldCredits) -> None:
        """Keep the hold while the work goes on."""
        while True:
            await asyncio.sleep(BEAT_S)
            with contextlib.suppress(DomainError):
                await self.entitlements.credits.extend(
                    Extend(customer_id=held.customer_id, hold_id=held.hold_id, ttl_s=HOLD_S)
                )


def _spend(customer_id: int, feature: str, price: Price, reference: str | None, actor: str) -> Consume:
    return Consume(
        customer_id=customer_id, feature=feature, price=price, reference=reference, key=_fresh_key(), actor=actor
    )


def _fresh_key() -> str:
    return f"gate:{secrets.token_urlsafe(18)}"


async def _count_after_all(take: Callable[..., Awaitable[Use]]) -> None:
    """What was let through on a use of before: if that was given back meanwhile, this work is counted instead."""
    try:
        await take(key=_fresh_key())
    except DomainError as why:  # the work is done
        logger.warning("a use was let through on another that failed, and could not be counted: %s", why.detail)


async def _finish(work: Awaitable[object]) -> None:
    """Settle even if whoever asked is gone: a cancelled request still pays or is given back."""
    await asyncio.shield(asyncio.ensure_future(work))
