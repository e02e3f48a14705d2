"""Unlocks inside a caller's transaction: grant one, take a use, take back what was refunded."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.entitlements import store
from billing_app.entitlements.decisions import OwnedUnlock
from billing_app.entitlements.models import UnlockUse
from billing_app.entitlements.requests import check_request, fingerprint
from billing_app.entitlements.spreading import spread, uses_left
from billing_app.errors import IdempotencyMismatch

REFUNDED = "refunded"
DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class NewUnlock:
    """An unlock to grant.

    Attributes:
        uses: None = unlimited.
        source: what makes it, once: the checkout session.
        payment: the payment intent by which a refund finds it.
        paid_minor, currency: net of tax and discount.
    """

    customer_id: int
    code: str
    feature: str
    uses: int | None
    source: str
    payment: str | None
    paid_minor: int
    currency: str | None


@dataclass(frozen=True, slots=True)
class Taken:
    """A use: whether it was taken now or before, and how many uses are left (None = unlimited)."""

    repeated: bool
    units: int
    remaining: int | None


async def grant(session: AsyncSession, unlock: NewUnlock) -> bool:
    """Grant an unlock once per source. False: it was granted before."""
    await store.lock_customer(session, unlock.customer_id)
    made = await store.insert_unlock(
        session,
        {
            "customer_id": unlock.customer_id,
            "code": unlock.code,
            "feature": unlock.feature,
            "uses_granted": unlock.uses,
            "source": unlock.source,
            "payment_reference": unlock.payment,
            "paid_minor": unlock.paid_minor,
            "currency": unlock.currency,
            "granted_at": clock.now(),
        },
    )
    return made is not None


async def owns_unlimited(session: AsyncSession, customer_id: int, feature: str) -> bool:
    """Whether the customer has this feature for ever already, so that buying it again would be for nothing."""
    return any(unlock.left is None for unlock in await store.open_unlocks(session, customer_id, feature))


async def left(session: AsyncSession, customer_id: int, feature: str) -> int | None:
    """Uses a customer has left; None = unlimited."""
    return uses_left(await store.open_unlocks(session, customer_id, feature))


async def owned(session: AsyncSession, customer_id: int, limit: int) -> tuple[OwnedUnlock, ...]:
    """What a customer unlocked, used up and taken back too, newest first."""
    return tuple(
        OwnedUnlock(
            id=row.id,
            code=row.code,
            feature=row.feature,
            granted_at=row.granted_at,
            uses_granted=row.uses_granted,
            uses_left=None if row.uses_granted is None else row.uses_granted - row.uses_taken,
            revoked_at=row.revoked_at,
            disputed=row.revoked_because == DISPUTED,
        )
        for row in await store.all_unlocks(session, customer_id, limit)
    )


async def take(
    session: AsyncSession, customer_id: int, feature: str, *, units: int, key: str, reference: str | None
) -> Taken | None:
    """Take a use, once per key and once per business reference; None when not enough uses are left.

    A key binds on success only: what was refused may be sent again after buying.

    Raises:
        InvalidInput: units, key or reference are out of range.
        IdempotencyMismatch: the key was used for another request.
    """
    check_request(units, key, reference)
    print_of = fingerprint(feature, units, reference)
    await store.lock_customer(session, customer_id)
    known = await store.use_by_key(session, customer_id, key)
    if known is not None and known.fingerprint != print_of:
        raise IdempotencyMismatch("This key was used for another request. Use a new key for a new request.")
    if known is None and reference is not None:
        known = await store.use_by_reference(session, customer_id, feature, reference)
    if known is not None:
        return _as_before(known)
    unlocks = await store.open_unlocks(session, customer_id, feature)
    parts = spread(unlocks, units)
    if parts is None:
        return None
    total = uses_left(unlocks)
    remaining = None if total is None else total - units
    await store.add_use(
        session,
        {
            "customer_id": customer_id,
            "feature": feature,
            "units": units,
            "key": key,
            "fingerprint": print_of,
            "reference": reference,
            "remaining": remaining,
            "used_at": clock.now(),
        },
        parts,
    )
    return Taken(repeated=False, units=units, remaining=remaining)


async def give_back(session: AsyncSession, customer_id: int, feature: str, key: str) -> bool:
    """Undo a use whose work failed: its uses are there again, its key and reference are free.

    Returns:
        False: there is no such use, or it was given back before.
    """
    await store.lock_customer(session, customer_id)
    use = await store.use_by_key(session, customer_id, key)
    if use is None or use.feature != feature:
        return False
    await store.give_back_use(session, use.id, clock.now())
    return True


async def take_back(session: AsyncSession, customer_id: int, payment: str, *, because: str | None) -> list[str]:
    """Close a payment's unlocks because all of it was refunded or it is disputed; None: open them again.

    What was closed for any other reason stays as it is.

    Returns:
        Codes of the unlocks that changed.
    """
    await store.lock_customer(session, customer_id)
    if because is None:
        return await store.restore_by_payment(session, customer_id, payment, (REFUNDED, DISPUTED))
    return await store.revoke_by_payment(session, customer_id, payment, because, instead_of=(REFUNDED, DISPUTED))


def _as_before(known: UnlockUse) -> Taken:
    return Taken(repeated=True, units=known.units, remaining=known.remaining)
