"""What alerts ask about cards, answered from the mirror of payment methods."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.notifications.alerts.service import ExpiringCard
from billing_app.payments.mirroring.models import PaymentMethod


class MirroredCards:
    """Reads in the caller's transaction."""

    async def has_card(self, session: AsyncSession, customer_id: int) -> bool:
        """Whether the customer keeps a default way to pay at Stripe."""
        kept = exists().where(col(PaymentMethod.customer_id) == customer_id, col(PaymentMethod.is_default))
        return bool(await session.scalar(select(kept)))

    async def expiring(
        self, session: AsyncSession, year: int, month: int, *, after: int, limit: int
    ) -> list[ExpiringCard]:
        """Default cards that expire in a month, of customers with a live subscription."""
        holding = exists().where(
            col(Subscription.customer_id) == col(PaymentMethod.customer_id),
            col(Subscription.status).in_(LIVE),
            col(Subscription.ours),
            col(Subscription.superseded).is_(False),
        )
        found = await session.execute(
            select(PaymentMethod)
            .where(
                col(PaymentMethod.is_default),
                col(PaymentMethod.exp_year) == year,
                col(PaymentMethod.exp_month) == month,
                col(PaymentMethod.customer_id) > after,
                holding,
            )
            .order_by(col(PaymentMethod.customer_id))
            .limit(limit)
        )
        return [
            ExpiringCard(row.customer_id, (row.brand or "bank").title(), row.last4 or "????", month, year)
            for row in found.scalars()
        ]
