"""Brings one customer in, within the caller's transaction: all of it, or an error and nothing.

Opening credits go through a ledger without due grants, so that a free month in the file comes before the one that
would be made by itself.
"""

import secrets
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.customers import customer_by_external_id, ensure_customer
from billing_app.catalog import store as catalog_store
from billing_app.catalog.items import ItemKind
from billing_app.catalog.service import Published
from billing_app.credits import Ledger
from billing_app.entitlements import unlocking
from billing_app.entitlements.decisions import Basis
from billing_app.entitlements.metering import basis_of, feature_of
from billing_app.entitlements.quotas import counting
from billing_app.entitlements.quotas.counting import Wanted
from billing_app.entitlements.subscriptions.in_force import plan_in_force
from billing_app.entitlements.unlocking import NewUnlock
from billing_app.errors import DomainError, IdempotencyMismatch
from billing_app.journal.audit import CLI, audit
from billing_app.moving_in.adoption import Adopted, adopt_subscription, settle_windows
from billing_app.moving_in.arrivals import Arrival, OpeningUnlock, Wrong
from billing_app.moving_in.at_stripe import AtStripe
from billing_app.moving_in.lots import grant_lots
from billing_app.payments import store as payments
from billing_app.payments.mirroring.cards import mirror_cards
from billing_app.payments.rules import Context

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Brought:
    """What was done, in words; nothing: it was all there. `adopted`: the subscription, old or new here."""

    customer_id: int
    effects: tuple[str, ...]
    adopted: Adopted | None


async def bring(
    session: AsyncSession, arrival: Arrival, at_stripe: AtStripe | None, published: Published, context: Context
) -> Brought:
    """Everything about one customer. Done before: no change.

    Raises:
        Wrong: something does not fit; the transaction must be rolled back.
    """
    effects: list[str] = []
    known = await customer_by_external_id(session, arrival.external_id)
    customer = await _at_line(
        arrival.line,
        ensure_customer(session, arrival.external_id, name=arrival.name, email=arrival.email),
    )
    if known is None:
        effects.append("customer made")
    ledger, adopted = Ledger(), None
    if at_stripe is not None:
        effects += await _link(session, customer.id, arrival, at_stripe)
        if at_stripe.subscription is not None:
            adopted = await _at_line(
                arrival.line, adopt_subscription(session, customer.id, at_stripe, arrival.plan, context)
            )
            effects += adopted.effects
    made = await grant_lots(session, ledger, customer.id, arrival, adopted=adopted, policies=context.policies)
    effects += made.effects
    if adopted is not None and adopted.new:
        effects += await _at_line(
            arrival.line, settle_windows(session, ledger, adopted, made.opening, context.policies)
        )
    for unlock in arrival.unlocks:
        effects += await _unlock(session, customer.id, arrival.external_id, unlock)
    effects += await _usage(session, customer.id, arrival, published)
    if effects:
        await ledger.forget_due(session, [customer.id])
        await audit(session, CLI, "customer.moved_in", f"customer:{customer.id}", after={"effects": effects})
    return Brought(customer.id, tuple(effects), adopted)


async def _at_line(line: int, work: Awaitable[T]) -> T:
    """The same, with the line of the file in what it refuses."""
    try:
        return await work
    except Wrong:
        raise
    except DomainError as error:
        raise Wrong(line, error.detail) from error


async def _link(session: AsyncSession, customer_id: int, arrival: Arrival, at_stripe: AtStripe) -> list[str]:
    stripe_id = at_stripe.cards.customer
    row = await payments.stripe_customer(session, customer_id, secrets.token_urlsafe(24))
    if row.stripe_customer_id == stripe_id:
        return []
    if row.stripe_customer_id is not None:
        raise Wrong(arrival.line, f"this customer is {row.stripe_customer_id} at Stripe already, not {stripe_id}.")
    other = await payments.customer_of_stripe(session, stripe_id)
    if other is not None:
        raise Wrong(arrival.line, f"{stripe_id} is customer {other} here already.")
    await payments.link_stripe_customer(session, customer_id, row.idempotency_key, stripe_id)
    await mirror_cards(session, at_stripe.cards)
    return [f"{stripe_id} linked"]


async def _unlock(session: AsyncSession, customer_id: int, external_id: str, unlock: OpeningUnlock) -> list[str]:
    offer = await catalog_store.last_definition(session, ItemKind.UNLOCK, unlock.code)
    if offer is None or offer.terms.feature is None:
        raise Wrong(unlock.line, f'The catalogue has no unlock "{unlock.code}".')
    new = NewUnlock(
        customer_id=customer_id,
        code=unlock.code,
        feature=offer.terms.feature,
        uses=unlock.uses_left,
        source=f"import:{external_id}:unlock:{unlock.number}",
        payment=None,
        paid_minor=0,
        currency=None,
    )
    if not await unlocking.grant(session, new):
        return []
    return [f"unlock {unlock.code} ({'unlimited' if unlock.uses_left is None else f'{unlock.uses_left} uses'})"]


async def _usage(session: AsyncSession, customer_id: int, arrival: Arrival, published: Published) -> Sequence[str]:
    effects: list[str] = []
    for one in arrival.usage:
        try:
            feature = feature_of(published.catalog, one.feature)
        except DomainError as error:
            raise Wrong(one.line, error.detail) from None
        if basis_of(published.catalog, feature) is not Basis.QUOTA:
            raise Wrong(one.line, f"{feature.name} is not counted against a quota, so it has no use in a window.")
        if not one.units:
            continue
        at = clock.now()
        plan = await plan_in_force(session, customer_id, at, published.catalog)
        wanted = Wanted(customer_id, feature, one.units, f"import:{feature.code}", None, "cli")
        try:
            counted = await counting.bring_in(session, wanted, plan, at)
        except IdempotencyMismatch:
            raise Wrong(one.line, f"the use of {feature.code} moved in before, with another number.") from None
        if counted:
            effects.append(f"{one.units} of {feature.code} used")
    return effects
