"""Every SQL statement about Stripe's customers, checkouts and payments. The inbox's are in `inbox_store`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app import clock
from billing_app.payments.mirroring.models import Invoice
from billing_app.payments.models import Checkout, Fact, Payment, PaymentFailure, StripeCustomer
from billing_app.payments.stripe_objects import Charge, Intent, Settlement

UNDER_WAY = ("opening", "open")
MAX_OF_INVOICE = 20
"""Payments of one invoice that are looked at; each failed attempt has its own intent only if it was made by hand."""


async def claim_fact(session: AsyncSession, kind: str, key: str, learnt_from: str) -> bool:
    """Claim a business fact for this transaction's effect. False: it has had its effect."""
    made = await session.execute(
        insert(Fact)
        .values(kind=kind, key=key, learnt_from=learnt_from, claimed_at=clock.wall())
        .on_conflict_do_nothing()
        .returning(col(Fact.key))
    )
    return made.scalar_one_or_none() is not None


# Stripe's customers


async def stripe_customer(session: AsyncSession, customer_id: int, fresh_key: str) -> StripeCustomer:
    """The row of our customer, made with `fresh_key` as its idempotency key if there was none."""
    await session.execute(
        insert(StripeCustomer)
        .values(customer_id=customer_id, idempotency_key=fresh_key, created_at=clock.wall())
        .on_conflict_do_nothing()
    )
    found = await session.execute(select(StripeCustomer).where(col(StripeCustomer.customer_id) == customer_id))
    return found.scalar_one()


async def link_stripe_customer(session: AsyncSession, customer_id: int, key: str, stripe_customer_id: str) -> None:
    """Keep the id that Stripe gave under `key`."""
    await session.execute(
        update(StripeCustomer)
        .where(col(StripeCustomer.customer_id) == customer_id, col(StripeCustomer.idempotency_key) == key)
        .values(stripe_customer_id=stripe_customer_id)
    )


async def unlink_stripe_customer(session: AsyncSession, customer_id: int, gone: str, fresh_key: str) -> None:
    """Forget a Stripe customer that was deleted there, unless another one has taken its place already."""
    await session.execute(
        update(StripeCustomer)
        .where(col(StripeCustomer.customer_id) == customer_id, col(StripeCustomer.stripe_customer_id) == gone)
        .values(stripe_customer_id=None, idempotency_key=fresh_key)
    )


async def stripe_customer_id(session: AsyncSession, customer_id: int) -> str | None:
    """Stripe's id of our customer, if there is one."""
    return await session.scalar(
        select(col(StripeCustomer.stripe_customer_id)).where(col(StripeCustomer.customer_id) == customer_id)
    )


async def customer_of_stripe(session: AsyncSession, stripe_customer: str) -> int | None:
    """Our customer, by Stripe's id of them."""
    return await session.scalar(
        select(col(StripeCustomer.customer_id)).where(col(StripeCustomer.stripe_customer_id) == stripe_customer)
    )


# Checkouts


async def under_way(session: AsyncSession, customer_id: int, kind: str, code: str | None) -> Checkout | None:
    """The one checkout of this thing that is not settled, locked. Without a code: of any of this kind."""
    statement = select(Checkout).where(
        col(Checkout.customer_id) == customer_id,
        col(Checkout.kind) == kind,
        col(Checkout.state).in_(UNDER_WAY),
    )
    if code is not None:
        statement = statement.where(col(Checkout.code) == code)
    return (await session.execute(statement.with_for_update())).scalar_one_or_none()


async def is_pending(session: AsyncSession, customer_id: int, kind: str, code: str | None = None) -> bool:
    """Whether a completed checkout of this thing (of this kind) waits for its money or its news."""
    statement = select(col(Checkout.id)).where(
        col(Checkout.customer_id) == customer_id,
        col(Checkout.kind) == kind,
        col(Checkout.state) == "pending",
    )
    if code is not None:
        statement = statement.where(col(Checkout.code) == code)
    return await session.scalar(statement.limit(1)) is not None


async def insert_checkout(session: AsyncSession, values: dict[str, Any]) -> Checkout | None:
    """A new checkout; None if another one of the same thing came first."""
    made = await session.execute(insert(Checkout).values(**values).on_conflict_do_nothing().returning(Checkout))
    return made.scalar_one_or_none()


async def update_checkout(
    session: AsyncSession, checkout_id: int, *, only_in: Sequence[str] | None = None, **values: Any
) -> bool:
    """Write fields of a checkout, only while it is in one of the given states. False: it was in another."""
    statement = update(Checkout).where(col(Checkout.id) == checkout_id).values(**values)
    if only_in is not None:
        statement = statement.where(col(Checkout.state).in_(only_in))
    done = await session.execute(statement.returning(col(Checkout.id)))
    return done.scalar_one_or_none() is not None


async def checkout_of_customer(
    session: AsyncSession, customer_id: int, *, session_id: str | None = None, public_id: str | None = None
) -> Checkout | None:
    """A checkout by Stripe's id or ours, if it is this customer's."""
    assert session_id or public_id
    statement = select(Checkout).where(col(Checkout.customer_id) == customer_id)
    if session_id:
        statement = statement.where(col(Checkout.stripe_session_id) == session_id)
    if public_id:
        statement = statement.where(col(Checkout.public_id) == public_id)
    found = await session.execute(statement)
    return found.scalar_one_or_none()


async def checkout_called(session: AsyncSession, public_id: str) -> Checkout | None:
    """A checkout by our name of it, whoever's it is."""
    return await session.scalar(select(Checkout).where(col(Checkout.public_id) == public_id))


async def checkout_for_update(
    session: AsyncSession, *, session_id: str | None = None, public_id: str | None = None, intent: str | None = None
) -> Checkout | None:
    """The checkout that any of these names, locked for what is about to be applied to it."""
    names = [
        column == value
        for column, value in (
            (col(Checkout.stripe_session_id), session_id),
            (col(Checkout.public_id), public_id),
            (col(Checkout.stripe_payment_intent), intent),
        )
        if value
    ]
    if not names:
        return None
    found = await session.execute(select(Checkout).where(or_(*names)).order_by(col(Checkout.id)).with_for_update())
    return found.scalars().first()


async def take_watch(session: AsyncSession, checkout_id: int, not_since: datetime) -> bool:
    """Take the right to ask Stripe about a checkout, given at most once per moment `not_since`."""
    taken = await session.execute(
        update(Checkout)
        .where(
            col(Checkout.id) == checkout_id,
            or_(col(Checkout.watched_at).is_(None), col(Checkout.watched_at) <= not_since),
        )
        .values(watched_at=clock.wall())
        .returning(col(Checkout.id))
    )
    return taken.scalar_one_or_none() is not None


async def use_return(session: AsyncSession, checkout_id: int) -> bool:
    """Use up the way back of a checkout. False: it was used before."""
    used = await session.execute(
        update(Checkout)
        .where(col(Checkout.id) == checkout_id, col(Checkout.returned_at).is_(None))
        .values(returned_at=clock.wall())
        .returning(col(Checkout.id))
    )
    return used.scalar_one_or_none() is not None


async def unsettled(session: AsyncSession, older_than: datetime, limit: int) -> Sequence[Checkout]:
    """Checkouts that should have been settled by now, the longest unwatched first."""
    found = await session.execute(
        select(Checkout)
        .where(
            col(Checkout.state).in_((*UNDER_WAY, "pending")),
            col(Checkout.opened_at) < older_than,
            or_(col(Checkout.watched_at).is_(None), col(Checkout.watched_at) < older_than),
        )
        .order_by(col(Checkout.watched_at).nulls_first(), col(Checkout.id))
        .limit(limit)
    )
    return found.scalars().all()


async def purchases(
    session: AsyncSession, customer_id: int, *, before: int | None, limit: int
) -> Sequence[tuple[Checkout, Payment | None]]:
    """A customer's checkouts that were paid or are being paid, newest first, with their payments."""
    statement = (
        select(Checkout, Payment)
        .outerjoin(Payment, col(Payment.checkout_id) == col(Checkout.id))
        .where(col(Checkout.customer_id) == customer_id, col(Checkout.state).in_(("paid", "pending", "failed")))
        .order_by(col(Checkout.id).desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(col(Checkout.id) < before)
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def owed_credits(session: AsyncSession, customer_id: int) -> int:
    """Credits this customer owes since payments were given back."""
    owed = await session.scalar(
        text(
            "SELECT coalesce(sum(credits - collected - cancelled), 0) FROM credit_debts "
            "WHERE customer_id = :customer AND state = 'open'"
        ),
        {"customer": customer_id},
    )
    return int(owed or 0)


# Payments


async def write_payment(
    session: AsyncSession, made_by: Checkout | Invoice, intent: Intent, charge: Charge | None
) -> tuple[Payment, bool]:
    """Write a payment as Stripe tells it now, never back from what is final. Refunds are not written here.

    Args:
        made_by: the checkout or the invoice that it pays.

    Returns:
        The payment, and whether its state is new.
    """
    before = await payment_for_update(session, intent.id)
    state = "succeeded" if before is not None and before.state == "succeeded" else state_of(intent)
    captured = max(charge.captured_minor if charge else intent.received_minor, before.captured_minor if before else 0)
    values = {
        "stripe_charge": (charge.id if charge else None) or intent.latest_charge,
        "state": state,
        "amount_minor": intent.amount_minor,
        "captured_minor": captured,
        "receipt_url": (charge.receipt_url if charge else None) or (before.receipt_url if before else None),
        "updated_at": clock.wall(),
    }
    if charge is not None and charge.settlement is not None:
        values |= settlement_values(charge.settlement)
    written = await session.execute(
        insert(Payment)
        .values(
            customer_id=made_by.customer_id,
            checkout_id=made_by.id if isinstance(made_by, Checkout) else None,
            invoice_id=made_by.id if isinstance(made_by, Invoice) else None,
            stripe_payment_intent=intent.id,
            currency=intent.currency,
            created_at=clock.now(),
            **values,
        )
        .on_conflict_do_update(index_elements=["stripe_payment_intent"], set_=values)
        .returning(Payment)
        .execution_options(populate_existing=True)
    )
    known = before.state if before is not None else None
    return written.scalar_one(), known != state


async def payment_for_update(session: AsyncSession, intent_id: str) -> Payment | None:
    """A payment by its payment intent, locked; as it was when read."""
    found = await session.execute(
        select(Payment).where(col(Payment.stripe_payment_intent) == intent_id).with_for_update()
    )
    return found.scalar_one_or_none()


def state_of(intent: Intent) -> str:
    """Stripe's status of a payment intent in our words."""
    match intent.status:
        case "succeeded" | "processing" | "canceled":
            return intent.status
        case "requires_payment_method" if intent.failure_code or intent.failure_message:
            return "failed"
        case _:
            return "open"


def settlement_values(told: Settlement) -> dict[str, Any]:
    """What a payment cost and came to, as its row keeps it."""
    return {
        "fee_minor": told.fee_minor,
        "fee_currency": told.currency,
        "settled_minor": told.gross_minor,
        "settled_currency": told.currency,
    }


async def payments_of_invoice(session: AsyncSession, invoice_id: int) -> Sequence[Payment]:
    """The payments of an invoice, oldest first."""
    found = await session.execute(
        select(Payment).where(col(Payment.invoice_id) == invoice_id).order_by(col(Payment.id)).limit(MAX_OF_INVOICE)
    )
    return found.scalars().all()


async def captured_for_invoice(session: AsyncSession, invoice_id: int) -> int:
    """What was captured by all payments of an invoice, in minor units."""
    total = await session.scalar(
        select(func.coalesce(func.sum(col(Payment.captured_minor)), 0)).where(col(Payment.invoice_id) == invoice_id)
    )
    return int(total or 0)


async def add_failure(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Record a refused charge once per event. False: it is recorded."""
    made = await session.execute(
        insert(PaymentFailure).values(**values).on_conflict_do_nothing().returning(col(PaymentFailure.id))
    )
    return made.scalar_one_or_none() is not None
