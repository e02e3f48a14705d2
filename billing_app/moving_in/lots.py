"""Opening lots: each made once, by the customer's id and its place in the file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.policies import Policies
from billing_app.credits import Grant, Granted, Ledger, LotKind, LotView, succeeded
from billing_app.entitlements.plan_credits.adopting import OpeningWindow
from billing_app.entitlements.plan_credits.free_months import free_source
from billing_app.entitlements.plan_credits.periods import calendar_month
from billing_app.entitlements.plan_credits.renewing import trial_source
from billing_app.errors import DomainError
from billing_app.moving_in.adoption import Adopted
from billing_app.moving_in.arrivals import Arrival, OpeningLot, Wrong
from billing_app.payments import store as payments

FREE_MONTH = "import_free_month"
"""The fact that a customer's free month was brought along: its lot bears the month's own name, so this says it."""


@dataclass(slots=True)
class Made:
    """What was granted: in words, and the lots that stand for a plan's running window."""

    effects: list[str] = field(default_factory=list)
    opening: list[OpeningWindow] = field(default_factory=list)


def source_of(external_id: str, lot: OpeningLot) -> str:
    """What makes an opening lot, once."""
    return f"import:{external_id}:{lot.number}"


async def grant_lots(
    session: AsyncSession,
    ledger: Ledger,
    customer_id: int,
    arrival: Arrival,
    *,
    adopted: Adopted | None,
    policies: Policies,
) -> Made:
    """Grant what is not there yet.

    Raises:
        Wrong: a lot was brought in before with other facts, is over already, or does not fit the subscription.
    """
    made = Made()
    if not arrival.lots:
        return made
    named = [source_of(arrival.external_id, lot) for lot in arrival.lots]
    if adopted is not None and adopted.held.stripe_subscription_id:
        named.append(trial_source(adopted.held.stripe_subscription_id))
    there = await ledger.look(session, customer_id, named)
    for lot in arrival.lots:
        source = source_of(arrival.external_id, lot)
        if lot.kind is LotKind.TRIAL and adopted is not None and adopted.held.stripe_subscription_id:
            source = trial_source(adopted.held.stripe_subscription_id)
        if source in there:
            _check_same(lot, there[source])
            continue
        if lot.kind is LotKind.FREE:
            if not await payments.claim_fact(session, FREE_MONTH, str(customer_id), "import"):
                continue
            source = free_source(clock.now())
        grant = await _grant(
            session, ledger, lot, customer_id=customer_id, source=source, adopted=adopted, policies=policies
        )
        await _apply(session, ledger, lot, grant)
        made.effects.append(f"{lot.credits} credits ({lot.kind})")
        if lot.kind is LotKind.PLAN:
            made.opening.append(OpeningWindow(source, lot.credits, lot.paid_minor))
    return made


async def _grant(
    session: AsyncSession,
    ledger: Ledger,
    lot: OpeningLot,
    *,
    customer_id: int,
    source: str,
    adopted: Adopted | None,
    policies: Policies,
) -> Grant:
    expires_at, payment = lot.expires_at, None
    match lot.kind:
        case LotKind.FREE:
            expires_at = calendar_month(clock.now()).end
        case LotKind.TRIAL:
            expires_at = adopted.trial_end if adopted is not None else None
            if expires_at is None:
                raise Wrong(lot.line, "a lot of kind trial needs a subscription that is on trial.")
        case LotKind.PLAN:
            if adopted is None or not adopted.new:
                raise Wrong(lot.line, "its subscription moved in before: a lot of kind plan comes along with it.")
            if adopted.trial_end is not None:
                raise Wrong(lot.line, "its subscription is on trial: the kind of what is left is trial.")
            try:
                expires_at = (await adopted.window(session, ledger, policies)).end
            except DomainError as error:
                raise Wrong(lot.line, error.detail) from None
            payment = adopted.paid().invoice_id
        case _:
            pass
    try:
        return Grant(
            customer_id=customer_id,
            credits=lot.credits,
            kind=lot.kind,
            label=lot.label,
            source=source,
            payment=payment,
            paid_minor=lot.paid_minor,
            currency=lot.currency,
            expires_at=expires_at,
            actor="cli",
            note="Brought along from the system before.",
        )
    except DomainError as error:
        raise Wrong(lot.line, error.detail) from None


async def _apply(session: AsyncSession, ledger: Ledger, lot: OpeningLot, grant: Grant) -> None:
    if grant.expires_at is not None and grant.expires_at <= clock.now():
        raise Wrong(lot.line, "these credits are over already: leave the line out.")
    outcomes: Sequence[object] = await ledger.apply(session, [grant])
    try:
        succeeded(outcomes[0], Granted)  # pyright: ignore[reportArgumentType]
    except DomainError as error:
        raise Wrong(lot.line, error.detail) from None


def _check_same(lot: OpeningLot, there: LotView) -> None:
    if (lot.kind, lot.credits, lot.paid_minor) != (there.kind, there.granted, there.paid_minor):
        raise Wrong(
            lot.line,
            f"lot {lot.number} of this customer moved in before with {there.granted} credits ({there.kind}): an "
            "opening lot never changes. Put new lots behind the old ones, and correct by 'grant'.",
        )
