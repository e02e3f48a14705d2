"""The list of customers: who pays what, has what and costs what, newest first, by page (for staff)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.roles import Principal
from billing_app.entitlements.subscriptions.standing import LIVE, mrr_minor
from billing_app.reports.list_margins import NO_MARGIN, ListMargin, margins_of
from billing_app.reports.period import Period
from billing_app.support.desk import MAX_PAGE, Desk, checked_limit, reading

Only = Literal["", "paying", "trialing", "past_due", "by_hand", "free", "owing", "disputed"]
MARGIN_DAYS = 30
_LIVE = ", ".join(f"'{status}'" for status in LIVE)

_ONLY: dict[str, str] = {
    "": "true",
    "paying": "s.status IN ('active', 'past_due') AND coalesce(s.net_minor, s.amount_minor, 0) > 0",
    "trialing": "s.status = 'trialing'",
    "past_due": "s.status IN ('past_due', 'unpaid')",
    "by_hand": "s.id IS NOT NULL AND s.stripe_subscription_id IS NULL",
    "free": "s.id IS NULL",
    "owing": "EXISTS (SELECT FROM credit_debts d WHERE d.customer_id = c.id AND d.state = 'open')",
    "disputed": "EXISTS (SELECT FROM disputes d WHERE d.customer_id = c.id AND d.outcome IS NULL)",
}
_PAGE = f"""
    SELECT c.id, c.name, c.email, c.external_id, c.created_at, s.status, s.plan_code, s.period, s.lapsed_at,
        s.stripe_subscription_id IS NULL AS by_hand, coalesce(s.net_minor, s.amount_minor) AS net_minor, s.currency,
        coalesce(s.terms ->> 'name', i.definition ->> 'name') AS plan_name
    FROM customers c
    LEFT JOIN subscriptions s ON s.customer_id = c.id AND s.status IN ({_LIVE}) AND s.ours AND NOT s.superseded
    LEFT JOIN catalog_items i ON i.id = s.item_id
    WHERE c.id < :before AND (:plan = '' OR s.plan_code = :plan) AND {{only}}
    ORDER BY c.id DESC LIMIT :limit"""  # noqa: S608 - own words
_CREDITS = text(
    """SELECT l.customer_id, sum(l.remaining)::bigint - coalesce((SELECT sum(p.credits) FROM credit_holds h
            JOIN credit_hold_lots p ON p.customer_id = h.customer_id AND p.hold_id = h.id
            WHERE h.customer_id = l.customer_id AND h.state = 'live' AND h.expires_at > :at), 0)::bigint AS available
    FROM credit_lots l WHERE l.customer_id = ANY(:ids) AND l.open AND l.frozen_at IS NULL AND l.effective_at <= :at
        AND (l.expires_at IS NULL OR l.expires_at > :at)
    GROUP BY l.customer_id"""
)


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One customer.

    Attributes:
        plan: its name; None: on the free plan, or none. `status`: Stripe's word; None without a subscription.
        mrr_minor: of `currency`.
        available: credits as far as they are booked; the customer's own page is exact to the second.
        margin: of the last 30 days, with what they cost.
    """

    id: int
    name: str | None
    email: str | None
    external_id: str | None
    created_at: datetime
    plan: str | None
    status: str | None
    by_hand: bool
    mrr_minor: int
    currency: str | None
    available: int
    margin: ListMargin


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Customers, newest first. `next_before` continues the list; None at its end."""

    customers: tuple[CustomerLine, ...]
    next_before: int | None


class Listing(Desk):
    """For every member of staff."""

    async def customers(
        self, by: Principal, *, only: Only = "", plan: str = "", before: int | None = None, limit: int = 50
    ) -> CustomerPage:
        """A page of the customers.

        Args:
            only: those of one kind: paying, in trouble, by hand, owing credits.
            plan: code of the plan they hold.

        Raises:
            NotPermitted: no staff. InvalidInput: `limit` is not 1 to 100.
        """
        with reading(by):
            checked_limit(limit)
            values: dict[str, Any] = {"before": before or 2**62, "plan": plan, "limit": limit + 1}
            statement = text(_PAGE.format(only=_ONLY.get(only, "true")))
            async with self._database.transaction() as session:
                rows = (await session.execute(statement, values)).all()
                ids = [row.id for row in rows[:limit]]
                available = await _available(session, ids)
                margins = await margins_of(session, ids, lately())
        lines = tuple(_line(row, available.get(row.id, 0), margins.get(row.id, NO_MARGIN)) for row in rows[:limit])
        return CustomerPage(lines, lines[-1].id if len(rows) > limit else None)

    async def every_customer(self, by: Principal, *, only: Only = "", plan: str = "") -> AsyncIterator[CustomerLine]:
        """All of them, newest first, page by page: for CSV."""
        before: int | None = None
        while True:
            page = await self.customers(by, only=only, plan=plan, before=before, limit=MAX_PAGE)
            for line in page.customers:
                yield line
            if page.next_before is None:
                return
            before = page.next_before


def lately() -> Period:
    """The days of a list's margins: today and the 29 before."""
    today = clock.now().date()
    return Period(today - timedelta(days=MARGIN_DAYS - 1), today)


async def _available(session: AsyncSession, ids: list[int]) -> dict[int, int]:
    rows = await session.execute(_CREDITS, {"ids": ids, "at": clock.now()})
    return {row.customer_id: max(0, row.available) for row in rows}


def _line(row: Any, available: int, margin: ListMargin) -> CustomerLine:
    lapsed = row.status == "past_due" and row.lapsed_at is not None
    return CustomerLine(
        id=row.id,
        name=row.name,
        email=row.email,
        external_id=row.external_id,
        created_at=row.created_at,
        plan=row.plan_name if row.status else None,
        status=row.status,
        by_hand=bool(row.status and row.by_hand),
        mrr_minor=0 if lapsed or not row.status else mrr_minor(row.status, row.period, row.net_minor),
        currency=row.currency,
        available=available,
        margin=margin,
    )
