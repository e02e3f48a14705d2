"""Every SQL statement of the alerts. Each list is bounded and read over an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, exists, func, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from billing_app.credits.models import CreditLot
from billing_app.entitlements.subscriptions.models import Subscription
from billing_app.entitlements.subscriptions.standing import LIVE
from billing_app.notifications.alerts import rules
from billing_app.notifications.alerts.models import Alert, BalanceWatch, SweepMark

# Entries of a stretch of time are found by a block index on their time; the rest is looked up by key.
_SPENT = text(
    """SELECT t.customer_id, l.id AS last_entry, l.balance_after AS available,
        coalesce(g.id, w.period_entry, 0) AS period_entry, coalesce(g.balance_after, w.base, 0) AS base
    FROM (SELECT customer_id, max(id) AS last FROM credit_entries
            WHERE at >= :since AND at <= :until AND kind = 'consume' AND customer_id > :after
            GROUP BY customer_id ORDER BY customer_id LIMIT :limit) t
    LEFT JOIN balance_watches w ON w.customer_id = t.customer_id
    CROSS JOIN LATERAL (SELECT id, balance_after FROM credit_entries e
        WHERE e.customer_id = t.customer_id ORDER BY id DESC LIMIT 1) l
    LEFT JOIN LATERAL (SELECT id, balance_after FROM credit_entries e
        WHERE e.customer_id = t.customer_id AND e.id > coalesce(w.entry_id, 0) AND e.kind = 'grant'
        ORDER BY id DESC LIMIT 1) g ON true
    ORDER BY t.customer_id"""
)

period_end = col(Subscription.current_period_end)


@dataclass(frozen=True, slots=True)
class Spender:
    """Somebody who used credits lately."""

    customer_id: int
    last_entry: int
    available: int
    period_entry: int
    base: int


async def mark(session: AsyncSession, name: str) -> datetime | None:
    """Up to when a sweep has read; the row stays locked until the transaction ends."""
    found = await session.execute(select(SweepMark).where(col(SweepMark.name) == name).with_for_update())
    row = found.scalar_one_or_none()
    return row.at if row else None


async def set_mark(session: AsyncSession, name: str, at: datetime) -> None:
    """A sweep has read up to here; it never goes back."""
    row = insert(SweepMark).values(name=name, at=at)
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["name"], set_={"at": row.excluded.at}, where=col(SweepMark.at) < row.excluded.at
        )
    )


async def spenders(
    session: AsyncSession, since: datetime, until: datetime, *, after: int, limit: int
) -> Sequence[Spender]:
    """Customers who used credits in a stretch of time, by id from `after` on, and what they have now."""
    asked = {"since": since, "until": until, "after": after, "limit": limit}
    return [Spender(*row) for row in await session.execute(_SPENT, asked)]


async def watch(session: AsyncSession, who: Spender) -> None:
    """Note how far a customer's entries were read."""
    row = insert(BalanceWatch).values(
        customer_id=who.customer_id, entry_id=who.last_entry, period_entry=who.period_entry, base=who.base
    )
    kept = {name: row.excluded[name] for name in ("entry_id", "period_entry", "base")}
    await session.execute(row.on_conflict_do_update(index_elements=["customer_id"], set_=kept))


async def told(session: AsyncSession, customer_id: int, kind: str, *, limit: int = 20) -> dict[str, datetime]:
    """The last alerts of a kind that a customer had: key and billing time, newest first."""
    found = await session.execute(
        select(col(Alert.key), col(Alert.at))
        .where(col(Alert.customer_id) == customer_id, col(Alert.kind) == kind)
        .order_by(col(Alert.at).desc(), col(Alert.id).desc())
        .limit(limit)
    )
    return {row.key: row.at for row in found}


async def claim(session: AsyncSession, customer_id: int, kind: str, key: str, at: datetime) -> int | None:
    """Decide on an alert, once: its id; None if it was decided on before."""
    made = await session.execute(
        insert(Alert)
        .values(customer_id=customer_id, kind=kind, key=key, at=at)
        .on_conflict_do_nothing(index_elements=["customer_id", "kind", "key"])
        .returning(col(Alert.id))
    )
    return made.scalar_one_or_none()


async def set_mail(session: AsyncSession, alert_id: int, outbox_id: int) -> None:
    """The mail an alert became."""
    alert = await session.get_one(Alert, alert_id)
    alert.outbox_id = outbox_id
    await session.flush()


def lots_ending(days: int, window: tuple[datetime, datetime], longer_than: timedelta) -> Select[CreditLot]:
    """Lots with something left that end after the first and up to the second moment, and were not told of.

    Only those that were valid for longer than said, and that do not come again by themselves.
    """
    was_told = exists().where(
        col(Alert.customer_id) == col(CreditLot.customer_id),
        col(Alert.kind) == "credits_expiring",
        col(Alert.key) == func.concat(col(CreditLot.id), f":{days}"),
    )
    return select(CreditLot).where(
        col(CreditLot.open),
        col(CreditLot.booked),
        col(CreditLot.frozen_at).is_(None),
        col(CreditLot.expires_at) > window[0],
        col(CreditLot.expires_at) <= window[1],
        col(CreditLot.expires_at) - col(CreditLot.effective_at) >= longer_than,
        col(CreditLot.kind).in_(rules.TOLD_OF_EXPIRY),
        ~was_told,
    )


async def lots_after(
    session: AsyncSession, ending: Select[CreditLot], after: tuple[datetime, int, int], limit: int
) -> Sequence[CreditLot]:
    """A page of them, the soonest first; `after`: end, customer and id of the last one seen."""
    place = tuple_(col(CreditLot.expires_at), col(CreditLot.customer_id), col(CreditLot.id))
    found = await session.execute(
        ending.where(place > after)
        .order_by(col(CreditLot.expires_at), col(CreditLot.customer_id), col(CreditLot.id))
        .limit(limit)
    )
    return found.scalars().all()


def periods_ending(
    kind: str, statuses: Sequence[str], window: tuple[datetime, datetime], longer_than: timedelta
) -> Select[int]:
    """Ids of subscriptions whose period, longer than said, ends within the window, and who were not told."""
    was_told = exists().where(
        col(Alert.customer_id) == col(Subscription.customer_id),
        col(Alert.kind) == kind,
        col(Alert.key)
        == func.concat(col(Subscription.id), ":", func.to_char(func.timezone("UTC", period_end), "YYYY-MM-DD")),
    )
    return select(col(Subscription.id)).where(
        col(Subscription.status).in_(LIVE),
        col(Subscription.status).in_(statuses),
        col(Subscription.ours),
        col(Subscription.superseded).is_(False),
        period_end > window[0],
        period_end <= window[1],
        period_end - col(Subscription.current_period_start) >= longer_than,
        ~was_told,
    )


async def periods_after(session: AsyncSession, ending: Select[int], after: int, limit: int) -> Sequence[int]:
    """A page of them, by id."""
    page = ending.where(col(Subscription.id) > after).order_by(col(Subscription.id)).limit(limit)
    return (await session.execute(page)).scalars().all()


async def any_of(session: AsyncSession, *statements: Select[Any]) -> list[bool]:
    """Which of the statements find something; one trip for all of them."""
    asked = select(*(exists(statement.with_only_columns(literal(1))) for statement in statements))
    return list((await session.execute(asked)).one())


def period_key(subscription_id: int, ends_at: datetime) -> str:
    """A period of a subscription, by the day it ends."""
    return f"{subscription_id}:{ends_at.astimezone(UTC):%Y-%m-%d}"
