"""Every SQL statement behind one customer's account, each bounded and over an index that leads with the customer."""

from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.accounts.models import Customer, SignInSession, User
from billing_app.catalog.schema import Catalog
from billing_app.credits.models import CreditDebt
from billing_app.entitlements.enquiries.models import Enquiry
from billing_app.entitlements.quotas.models import FeatureGrant
from billing_app.errors import NotFound
from billing_app.journal.models import MailDelivery, OutboxMail
from billing_app.payments.models import PaymentFailure, StripeCustomer, WebhookEvent
from billing_app.payments.refunds.models import Dispute, Refund
from billing_app.support.account import (
    CostLine,
    DebtView,
    DisputeLine,
    EventLine,
    FailedCharge,
    GrantView,
    Identity,
    MailLine,
    RefundLine,
    UserOfCustomer,
)

MANY, FEW = 50, 20


async def identity(session: AsyncSession, customer_id: int) -> Identity:
    """Who it is.

    Raises:
        NotFound: there is no such customer.
    """
    customer = await session.get(Customer, customer_id)
    if customer is None:
        raise NotFound("There is no such customer.")
    seen = (
        select(func.max(col(SignInSession.last_seen_at)))
        .where(col(SignInSession.user_id) == col(User.id))
        .scalar_subquery()
    )
    people = await session.execute(
        select(User, seen).where(col(User.customer_id) == customer_id).order_by(col(User.id)).limit(FEW)
    )
    users = tuple(
        UserOfCustomer(
            user.id or 0,
            user.email,
            user.name,
            user.verified_at is not None,
            user.disabled_at is not None,
            user.created_at,
            seen_at,
        )
        for user, seen_at in people
    )
    in_stripe = await session.scalar(
        select(col(StripeCustomer.stripe_customer_id)).where(col(StripeCustomer.customer_id) == customer_id)
    )
    asked = await session.scalars(
        select(col(Enquiry.number))
        .where(col(Enquiry.customer_id) == customer_id)
        .order_by(col(Enquiry.id).desc())
        .limit(FEW)
    )
    return Identity(
        customer_id,
        customer.external_id,
        customer.name,
        customer.email,
        customer.created_at,
        users,
        in_stripe,
        tuple(asked),
        customer.erased_at,
    )


async def debts(session: AsyncSession, customer_id: int) -> tuple[DebtView, ...]:
    """Debts, open and settled, newest first."""
    rows = await session.scalars(
        select(CreditDebt)
        .where(col(CreditDebt.customer_id) == customer_id)
        .order_by(col(CreditDebt.id).desc())
        .limit(FEW)
    )
    return tuple(
        DebtView(
            row.id,
            row.payment,
            row.credits,
            row.collected,
            row.cancelled,
            row.credits - row.collected - row.cancelled if row.state == "open" else 0,
            row.state,
            row.created_at,
        )
        for row in rows
    )


async def grants(session: AsyncSession, customer_id: int, catalog: Catalog, at: datetime) -> tuple[GrantView, ...]:
    """Features given beside the plan that are in force."""
    rows = await session.scalars(
        select(FeatureGrant)
        .where(
            col(FeatureGrant.customer_id) == customer_id,
            col(FeatureGrant.revoked_at).is_(None),
            (col(FeatureGrant.ends_at).is_(None)) | (col(FeatureGrant.ends_at) > at),
        )
        .order_by(col(FeatureGrant.id).desc())
        .limit(FEW)
    )
    found: list[GrantView] = []
    for row in rows:
        feature = catalog.feature(row.feature)
        quota = row.quota if row.quota is None or feature is None else row.quota // feature.counts_per_unit
        name = feature.name if feature is not None else row.feature
        found.append(GrantView(row.feature, name, quota, row.reason, row.granted_by, row.granted_at, row.ends_at))
    return tuple(found)


async def refunds(session: AsyncSession, customer_id: int) -> tuple[RefundLine, ...]:
    """Money given back, newest first."""
    rows = await session.scalars(
        select(Refund).where(col(Refund.customer_id) == customer_id).order_by(col(Refund.id).desc()).limit(MANY)
    )
    return tuple(
        RefundLine(
            row.payment_id,
            row.stripe_refund_id,
            row.amount_minor,
            row.currency,
            row.status,
            row.reason,
            row.failure_reason,
            row.by,
            row.created_at,
        )
        for row in rows
    )


async def disputes(session: AsyncSession, customer_id: int) -> tuple[DisputeLine, ...]:
    """Disputed payments, newest first."""
    rows = await session.scalars(
        select(Dispute).where(col(Dispute.customer_id) == customer_id).order_by(col(Dispute.id).desc()).limit(FEW)
    )
    return tuple(
        DisputeLine(
            row.payment_id,
            row.stripe_dispute_id,
            row.amount_minor,
            row.currency,
            row.status,
            row.reason,
            row.outcome,
            row.opened_at,
        )
        for row in rows
    )


async def failures(session: AsyncSession, customer_id: int) -> tuple[FailedCharge, ...]:
    """Refused charges, newest first."""
    rows = await session.scalars(
        select(PaymentFailure)
        .where(col(PaymentFailure.customer_id) == customer_id)
        .order_by(col(PaymentFailure.id).desc())
        .limit(FEW)
    )
    return tuple(FailedCharge(row.code, row.message, row.stripe_payment_intent, row.failed_at) for row in rows)


async def events(session: AsyncSession, in_stripe: str | None) -> tuple[EventLine, ...]:
    """What Stripe told about this customer, newest first."""
    if in_stripe is None:
        return ()
    rows = await session.execute(
        select(
            col(WebhookEvent.id),
            col(WebhookEvent.type),
            col(WebhookEvent.state),
            col(WebhookEvent.effects),
            col(WebhookEvent.error),
            col(WebhookEvent.received_at),
        )
        .where(col(WebhookEvent.stripe_customer_id) == in_stripe)
        .order_by(col(WebhookEvent.received_at).desc())
        .limit(MANY)
    )
    return tuple(EventLine(row[0], row[1], row[2], tuple(row[3]), row[4], row[5]) for row in rows)


async def mails(session: AsyncSession, addresses: list[str]) -> tuple[MailLine, ...]:
    """Mails to any of these addresses, newest first."""
    if not addresses:
        return ()
    rows = await session.execute(
        select(OutboxMail, MailDelivery)
        .join(MailDelivery, col(MailDelivery.outbox_id) == col(OutboxMail.id))
        .where(col(MailDelivery.recipient).in_(addresses))
        .order_by(col(OutboxMail.id).desc())
        .limit(MANY)
    )
    return tuple(
        MailLine(mail.id or 0, mail.kind, sent.recipient, sent.state, mail.created_at, sent.sent_at)
        for mail, sent in rows
    )


_COSTS = text(
    "SELECT currency, sum(calls)::bigint AS calls, sum(unknown)::bigint AS unknown, sum(cost) AS cost "
    "FROM cost_sums_customer WHERE customer_id = :id AND day >= :since GROUP BY currency ORDER BY currency LIMIT 50"
)


async def costs(session: AsyncSession, customer_id: int, since: date) -> tuple[CostLine, ...]:
    """What their calls cost since a day, by currency."""
    rows = await session.execute(_COSTS, {"id": customer_id, "since": since})
    return tuple(CostLine(row.currency, row.calls, row.unknown, row.cost) for row in rows)
