"""Credits given and taken by hand (AD7): with a reason, a preview of what comes of it, and once per key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.accounts.customers import living_customer
from billing_app.accounts.roles import Principal, Role
from billing_app.credits import Adjust, Adjusted, Settle, Settled
from billing_app.errors import InvalidInput
from billing_app.journal.audit import audit
from billing_app.notifications.letters import CreditsAdjusted, owe
from billing_app.support.desk import Desk, OverTheLimit, actor_of, checked_reason

MAX_KEY = 150
DAY = timedelta(hours=24)

# What a member of staff has moved lately, over the index of actors; and a lock, so that two at once cannot pass.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('adjustments:' || :id, 0))")
_MOVED = text(
    """SELECT coalesce(sum(abs((after ->> 'credits')::bigint)), 0)::bigint FROM audit_log
    WHERE actor_kind = 'user' AND actor_id = :id AND action = 'credits.adjusted' AND at > :since"""
)


class Category(StrEnum):
    """What an adjustment is for; the customer sees it as the name of the credits."""

    GOODWILL = "goodwill"
    CORRECTION = "correction"
    COMPENSATION = "compensation"
    PROMOTION = "promotion"
    AGREEMENT = "agreement"

    @property
    def label(self) -> str:
        """The name of credits given for it."""
        return _LABELS[self]


_LABELS = {
    Category.GOODWILL: "Goodwill credits",
    Category.CORRECTION: "Correction",
    Category.COMPENSATION: "Compensation",
    Category.PROMOTION: "Promotional credits",
    Category.AGREEMENT: "Credits by agreement",
}


@dataclass(frozen=True, slots=True)
class AdjustmentPreview:
    """What an adjustment would do now; nothing is done.

    Attributes:
        available_before, available_after: what the customer could spend.
        collected: of given credits, how many a debt would take at once.
        expires_at: when given ones end; None: never.
        from_lots: taken ones, by the lot they leave: (its name, credits), in burn order.
    """

    credits: int
    available_before: int
    available_after: int
    collected: int
    expires_at: datetime | None
    from_lots: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjustment that was made. `repeated`: it had been made before under this key, and nothing was done now."""

    entry_id: int
    credits: int
    available: int
    lot_id: int | None
    repeated: bool = False
    mailed: bool = False


class Adjusting(Desk):
    """Support up to the limit of the settings within a day, administrators above it."""

    async def adjust_preview(
        self, by: Principal, customer_id: int, credits: int, *, expires_at: datetime | None = None
    ) -> AdjustmentPreview:
        """What giving (or, negative, taking) so many credits would do, found out by doing it and undoing that.

        Raises:
            NotPermitted, OverTheLimit: the role does not allow it. NotFound: no such customer.
            InsufficientCredits: there are fewer to take. InvalidInput: something of it cannot be.
        """
        by.require(Role.SUPPORT)
        wish = _wish(
            by,
            customer_id,
            credits,
            category=Category.CORRECTION,
            reason="A preview",
            expires_at=expires_at,
            key="preview",
        )
        async with self._database.transaction() as session:
            await living_customer(session, customer_id)
            before = await self._settled(session, customer_id)
            done = await self._below.credits.ledger.apply_one(session, wish, Adjusted)
            await self._check_limit(session, by, credits)
            taken = await _taken(session, customer_id, done.entry_id) if credits < 0 else ()
            await session.rollback()
        return AdjustmentPreview(
            credits=credits,
            available_before=before,
            available_after=done.available,
            collected=max(0, before + credits - done.available) if credits > 0 else 0,
            expires_at=expires_at,
            from_lots=taken,
        )

    async def adjust(
        self,
        by: Principal,
        customer_id: int,
        credits: int,
        *,
        reason: str,
        category: Category,
        key: str,
        expires_at: datetime | None = None,
        mail: bool = False,
    ) -> Adjustment:
        """Give credits, or take them in burn order, never below zero. The customer sees the reason in the activity.

        Args:
            credits: positive to give, negative to take.
            key: whoever repeats it gets the same adjustment, never a second one.
            expires_at: of given credits; None: never.
            mail: tell the customer, with the reason (ML11); one without an address gets none.

        Raises:
            NotPermitted, OverTheLimit: the role does not allow it. NotFound: no such customer.
            InsufficientCredits: there are fewer to take; nothing was. InvalidInput: something of it cannot be.
            IdempotencyMismatch: the key was used for another adjustment.
        """
        by.require(Role.SUPPORT)
        because = checked_reason(reason)
        if not 1 <= len(key.strip()) <= MAX_KEY:
            raise InvalidInput(f"An adjustment needs a key of at most {MAX_KEY} characters.", field="key")
        wish = _wish(
            by, customer_id, credits, category=category, reason=because, expires_at=expires_at, key=key.strip()
        )
        async with self._database.transaction() as session:
            customer = await living_customer(session, customer_id)
            before = await self._settled(session, customer_id)
            done = await self._below.credits.ledger.apply_one(session, wish, Adjusted)
            if done.replayed:
                return Adjustment(done.entry_id, done.credits, done.available, done.lot_id, repeated=True)
            await self._check_limit(session, by, credits)
            mailed = bool(mail and customer.email)
            await audit(
                session,
                actor_of(by),
                "credits.adjusted",
                f"customer:{customer_id}",
                before={"available": before},
                after={
                    "available": done.available,
                    "credits": credits,
                    "category": category.value,
                    "entry": done.entry_id,
                    "lot": done.lot_id,
                    "expires_at": expires_at.isoformat() if expires_at else None,
                    "mailed": mailed,
                    "key": wish.key,
                },
                reason=because,
            )
            if mailed:
                letter = CreditsAdjusted(
                    credits=credits,
                    available=done.available,
                    name=category.label,
                    reason=because,
                    expires_at=expires_at if credits > 0 else None,
                )
                await owe(session, letter, customer_id=customer_id, reference=f"adjustment:{customer_id}:{wish.key}")
        return Adjustment(done.entry_id, credits, done.available, done.lot_id, mailed=mailed)

    async def _settled(self, session: AsyncSession, customer_id: int) -> int:
        """Book what is due; what can be spent then."""
        settle = Settle(customer_id=customer_id)
        return (await self._below.credits.ledger.apply_one(session, settle, Settled)).available

    async def _check_limit(self, session: AsyncSession, by: Principal, credits: int) -> None:
        """Support moves so many credits within 24 hours, however many adjustments they are; administrators any."""
        if by.role is Role.ADMIN:
            return
        await session.execute(_LOCK, {"id": str(by.user_id)})
        moved = await session.scalar(_MOVED, {"id": str(by.user_id), "since": clock.wall() - DAY}) or 0
        if moved + abs(credits) > self._limit_credits:
            left = max(0, self._limit_credits - moved)
            raise OverTheLimit(
                f"You may give and take {self._limit_credits:,} credits within 24 hours; {left:,} are left. Ask an "
                "administrator to do this.",
                left=left,
            )


def _wish(
    by: Principal,
    customer_id: int,
    credits: int,
    *,
    category: Category,
    reason: str,
    expires_at: datetime | None,
    key: str,
) -> Adjust:
    if credits == 0 or type(credits) is not int:
        raise InvalidInput("How many credits? A whole number, with a minus to take them.", field="credits")
    if expires_at is not None and credits < 0:
        raise InvalidInput("Only credits that are given have an end.", field="expires_at")
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= clock.now()):
        raise InvalidInput("Credits end in the future.", field="expires_at")
    return Adjust(
        customer_id=customer_id,
        credits=credits,
        label=category.label,
        expires_at=expires_at,
        key=f"support:{key}",
        note=reason,
        actor=f"user:{by.user_id}",
    )


_TAKEN = text(
    "SELECT l.label, a.credits FROM credit_allocations a JOIN credit_lots l "
    "ON l.customer_id = a.customer_id AND l.id = a.lot_id "
    "WHERE a.customer_id = :id AND a.entry_id = :entry ORDER BY a.position LIMIT 50"
)


async def _taken(session: AsyncSession, customer_id: int, entry_id: int) -> tuple[tuple[str, int], ...]:
    return tuple((row[0], row[1]) for row in await session.execute(_TAKEN, {"id": customer_id, "entry": entry_id}))
