"""Writes subscriptions as Stripe tells them now, absolute; journals what is new, tells plan credits and the mails."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.entitlements import plan_credits
from billing_app.entitlements.subscriptions import store
from billing_app.entitlements.subscriptions.journal import Look, Step
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.recording import look_of, record
from billing_app.entitlements.subscriptions.standing import LIVE, OVER
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.journal.audit import STRIPE, audit
from billing_app.payments import store as payments
from billing_app.payments import subscription_mails as mails
from billing_app.payments.checkout import customer_lock
from billing_app.payments.gateway_subscriptions import CustomerSubscriptions
from billing_app.payments.mirroring.second import superseded
from billing_app.payments.mirroring.terms import Terms, terms_of
from billing_app.payments.rules import Context
from billing_app.payments.settlement import MissingParent, NotOurs
from billing_app.payments.subscription_discounts import net_minor
from billing_app.payments.subscription_objects import Told

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Written:
    """A row as it was, as it is, and the steps between."""

    row: Subscription
    was: Look | None
    steps: tuple[Step, ...]
    changed: bool


async def mirror(
    session: AsyncSession, told: CustomerSubscriptions, context: Context, *, adopting: str | None = None
) -> list[str]:
    """Bring every subscription of one Stripe customer to where Stripe says it is. Joins the caller's transaction.

    Args:
        adopting: one that is taken over now from an older system: its customer has had its mails and its credits, and
            what was paid before gives nothing.

    Returns:
        What changed, in words.

    Raises:
        NotOurs: a customer of somebody else. MissingParent: ours, but not in this database (yet).
    """
    customer_id = await owner_of(session, told)
    await store.lock_customer(session, customer_id)
    effects: list[str] = []
    # What is over makes room first, so that a subscription after it is not taken for a second one.
    for one in sorted(told.subscriptions, key=lambda each: (each.status in LIVE, each.created)):
        effects += await _mirror_one(session, customer_id, one, told, context, adopting=one.id == adopting)
    return effects


async def owner_of(session: AsyncSession, told: CustomerSubscriptions) -> int:
    """Our customer, by Stripe's; for one that was deleted at Stripe, by what we know of its subscriptions.

    Raises:
        NotOurs, MissingParent.
    """
    found = await payments.customer_of_stripe(session, told.customer)
    if found is not None:
        return found
    for one in told.subscriptions:
        held = await store.by_stripe_id(session, one.id)
        if held is not None:
            return held.customer_id
    if any(one.ours for one in told.subscriptions):
        raise MissingParent(f"The customer {told.customer} is not in this database (yet).")
    raise NotOurs("The subscription belongs to no customer of this product.")


async def _mirror_one(
    session: AsyncSession,
    customer_id: int,
    told: Told,
    others: CustomerSubscriptions,
    context: Context,
    *,
    adopting: bool,
) -> list[str]:
    row = await store.row_for_update(session, told.id)
    if row is None and not told.ours and told.status not in LIVE:
        return []
    if row is not None and row.asked_at > others.asked_at:
        return []
    terms = await terms_of(session, told, known_as_ours=row is not None and row.ours)
    rival = await _rival(session, customer_id, row, told, others)
    if rival is not None and row is not None and not row.ours and row.status in LIVE:
        # It ran beside ours all the time; only now somebody hands it over. Nobody's old payments are refunded for that.
        terms, told, rival = terms.refused(rival.id), told.disowned(), None
    written = await _write(session, customer_id, row, told, terms, second=rival is not None, asked_at=others.asked_at)
    await _tell_drift(session, written)
    if rival is not None and not (row is not None and written.was is not None and not written.was.counts):
        await superseded(session, told, customer_id=customer_id, subscription_id=written.row.id, held=rival.id)
    if not written.changed:
        return []
    effects = [f"subscription {told.id}: {', '.join(_in_words(written)) or told.status}"]
    if adopting:
        await store.write(session, written.row.id, {"handed_over_at": clock.now()})
        return effects
    held = await store.by_id(session, written.row.id)
    assert held is not None, "it was written just now"
    if held.ours and not held.superseded:
        effects += await _tell_credits(session, held, told, written.steps, context)
        unpaid = written.was is not None and written.was.status in ("past_due", "unpaid")
        for step in written.steps:
            await mails.owe_change(session, held.id, step.kind, from_item_id=step.from_item_id, unpaid=unpaid)
    return effects


async def _rival(
    session: AsyncSession, customer_id: int, row: Subscription | None, told: Told, others: CustomerSubscriptions
) -> Subscription | None:
    """The live subscription beside which this one is a second; None: it is the one, or counts for nothing anyway."""
    ours = told.ours or (row is not None and row.ours)
    held = row is not None and row.ours and row.status in LIVE
    if told.status not in LIVE or not ours or held or (row is not None and row.superseded):
        return None
    rival = await store.other_live(session, customer_id, told.id)
    if rival is None or rival.stripe_subscription_id is None or others.named(rival.stripe_subscription_id):
        return rival
    # Of another Stripe customer, so it was not asked about: the reconciler looks whether it is over.
    raise MissingParent(f"Whether {rival.stripe_subscription_id} is over must be known before {told.id} is mirrored.")


async def _write(
    session: AsyncSession,
    customer_id: int,
    row: Subscription | None,
    told: Told,
    terms: Terms,
    *,
    second: bool,
    asked_at: datetime,
) -> _Written:
    values = _values(row, told, terms, second=second)
    was = look_of(row) if row is not None else None
    if row is None:
        row = await store.add(
            session,
            {"customer_id": customer_id, "stripe_subscription_id": told.id, "asked_at": asked_at, **values},
        )
        changed = True
    else:
        changed = any(getattr(row, name) != value for name, value in values.items())
        await store.write(session, row.id, {"asked_at": asked_at, **(values if changed else {})})
        for name, value in values.items():
            setattr(row, name, value)
    return _Written(row, was, await record(session, row, was), changed)


def _values(row: Subscription | None, told: Told, terms: Terms, *, second: bool) -> dict[str, Any]:
    line = told.items[0] if told.items else None
    failing = told.status in ("past_due", "unpaid")
    since = told.failing_since or (row.past_due_since if row is not None else None) or clock.now()
    ours = told.ours or (row is not None and row.ours)
    coming = told.next_phase if terms.next_item is not None else None
    held: dict[str, Any] = _held(row, told, terms) if ours else dict.fromkeys(_HELD)
    if terms.next_item is not None and terms.next_item.item_id == held["item_id"]:
        coming = None
    return {
        **held,
        "status": told.status,
        "started_at": told.created,
        "anchor": told.anchor,
        "current_period_start": line.period_start if line else told.created,
        "current_period_end": line.period_end if line else None,
        "trial_start": told.trial_start,
        "trial_end": told.trial_end,
        "cancel_at_period_end": told.cancel_at_period_end,
        "cancel_at": told.cancel_at,
        "canceled_at": told.canceled_at,
        "ended_at": told.ended_at,
        "past_due_since": since if failing else None,
        "lapsed_at": _lapsed_at(row, told, since),
        "paused": told.paused_how is not None,
        "stripe_schedule_id": told.schedule,
        "next_item_id": terms.next_item.item_id if terms.next_item and coming else None,
        "next_at": coming.at if coming else None,
        "pending_update_until": told.pending_until,
        "default_payment_method": told.default_payment_method,
        "latest_invoice": told.latest_invoice,
        "drift": list(terms.drift) if told.status in LIVE else [],
        "ours": ours,
        "handed_over_at": _handed_over_at(row, told),
        "superseded": second or (row is not None and row.superseded),
    }


def _lapsed_at(row: Subscription | None, told: Told, since: datetime) -> datetime | None:
    """Stays while it is the same payment that fails."""
    same = row is not None and told.status == row.status == "past_due" and row.past_due_since == since
    return row.lapsed_at if row is not None and same else None


def _handed_over_at(row: Subscription | None, told: Told) -> datetime | None:
    if row is None or row.ours or not told.ours:
        return row.handed_over_at if row is not None else None
    return clock.now()


_HELD = ("item_id", "plan_code", "period", "amount_minor", "net_minor", "currency")


def _held(row: Subscription | None, told: Told, terms: Terms) -> dict[str, Any]:
    """The terms told; where they do not fit the catalogue, the last known ones stay."""
    item = terms.item
    if item is None:
        return {name: getattr(row, name) if row is not None else None for name in _HELD}
    period = item.period.value if item.period else None
    amount, currency = item.terms.amount_minor, item.currency
    # What is over keeps the price it had: its discounts may have gone with it.
    net = net_minor(amount or 0, currency or "", told.discounts, clock.now(), without_tax=told.without_tax)
    if told.status in OVER and row is not None and row.item_id == item.item_id:
        net = row.net_minor
    return {
        "item_id": item.item_id,
        "plan_code": item.code,
        "period": period,
        "amount_minor": amount,
        "net_minor": None if amount is None else net,
        "currency": currency,
    }


async def _tell_drift(session: AsyncSession, written: _Written) -> None:
    """Loud, once each time it changes: in the log, and in the audit log for the admin."""
    row, was = written.row, written.was
    before = was.drift if was is not None else ()
    if tuple(row.drift) == before:
        return
    if row.drift:
        logger.error("subscription %s does not fit the catalogue: %s", row.stripe_subscription_id, "; ".join(row.drift))
    await audit(
        session,
        STRIPE,
        "subscription.drifted" if row.drift else "subscription.drift_cleared",
        f"subscription:{row.id}",
        before={"drift": list(before)},
        after={"drift": row.drift},
    )


async def _tell_credits(
    session: AsyncSession, held: HeldSubscription, told: Told, made: tuple[Step, ...], context: Context
) -> list[str]:
    kinds = {step.kind for step in made}
    effects: list[str] = []
    if "trial_started" in kinds:
        if await _trial_is_theirs(session, held, told, context):
            effects += await plan_credits.trial_started(session, context.ledger, held)
        else:
            effects.append(f"trial of {told.id} refused: one was taken before")
    elif held.status == "trialing" and not await context.trials.card_known(
        session, held, card_fingerprint=told.card_fingerprint, lock=customer_lock(told.customer)
    ):
        effects.append(f"trial of {told.id} refused: its card had one before")
    if "ended" in kinds:
        at, voids = held.ended_at or clock.now(), credits_go(held, context)
        effects += await plan_credits.subscription_ended(session, context.ledger, held, at, voids=voids)
    return effects + await plan_credits.plan_changed(session, context.ledger, held, context.policies)


def credits_go(held: HeldSubscription, context: Context) -> bool:
    """Whether what is left of an ended subscription's credits goes with it: it was cut off, and the policy says so."""
    cut_off = held.period_end is not None and (held.ended_at or clock.now()) < held.period_end
    return cut_off and context.policies.cancel_now_credits == "void"


async def _trial_is_theirs(session: AsyncSession, held: HeldSubscription, told: Told, context: Context) -> bool:
    return await context.trials.begin(
        session,
        customer_id=held.customer_id,
        stripe_subscription_id=told.id,
        plan_code=held.plan_code,
        card_fingerprint=told.card_fingerprint,
        checkout=told.metadata.get("checkout"),
        lock=customer_lock(told.customer),
    )


def _in_words(written: _Written) -> list[str]:
    return [step.kind.replace("_", " ") for step in written.steps]
