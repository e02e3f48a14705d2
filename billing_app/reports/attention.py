"""What somebody should look at: found by one bounded look at each place where things go wrong."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MOST = 1_000
"""Counted at most, of each kind: beyond it, it is many."""

Level = Literal["bad", "warn"]


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that somebody should look at. `href`: the page where; `more`: there are more than `count`."""

    key: str
    level: Level
    count: int
    words: str
    href: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to look: rows of `rows` are what needs attention; `one`, `many` say how many there are."""

    key: str
    level: Level
    rows: str
    one: str
    many: str
    href: str


_PLACES = (
    _Place("disputes", "bad", "disputes WHERE outcome IS NULL AND status NOT LIKE 'warning_%'",
           "1 dispute is open: the bank wants evidence", "{n} disputes are open: banks want evidence",
           "/admin/customers"),
    _Place("webhooks", "bad", "webhook_events WHERE state IN ('failed', 'parked', 'unhandled')",
           "1 event of Stripe could not be applied", "{n} events of Stripe could not be applied", "/admin/webhooks"),
    _Place("drift", "bad", "subscriptions WHERE drift <> '[]'::jsonb AND ours AND status IN "
           "('trialing', 'active', 'past_due', 'unpaid', 'paused')",
           "1 subscription does not fit the catalogue: an unknown price, or it was changed in Stripe",
           "{n} subscriptions do not fit the catalogue: unknown prices, or they were changed in Stripe",
           "/admin/reconcile"),
    _Place("refunds", "bad", "refunds WHERE status IN ('failed', 'requires_action')",
           "1 refund failed: the customer did not get the money", "{n} refunds failed: customers did not get the money",
           "/admin/customers"),
    _Place("late_money", "bad", "facts f JOIN payments p ON p.stripe_payment_intent = f.key "
           "WHERE f.kind = 'late_money_refused' AND p.captured_minor > p.refunded_minor + p.disputed_minor",
           "1 payment of an erased customer could not be given back: look at it in Stripe",
           "{n} payments of erased customers could not be given back: look at them in Stripe", "/admin/audit"),
    _Place("unpriced", "bad", "unpriced_models WHERE settled_at IS NULL",
           "1 model is called without a price: its cost is unknown",
           "{n} models are called without a price: their cost is unknown", "/admin/models"),
    _Place("jobs", "bad", "procrastinate_jobs WHERE status = 'failed'",
           "1 job was given up", "{n} jobs were given up", "/admin/health"),
    _Place("past_due", "warn", "subscriptions WHERE status IN ('past_due', 'unpaid') AND ours AND NOT superseded",
           "1 customer's renewal could not be charged", "{n} customers' renewals could not be charged",
           "/admin/customers"),
    _Place("mails", "warn", "outbox_deliveries WHERE state = 'refused'",
           "1 mail could not be delivered", "{n} mails could not be delivered", "/admin/health"),
    _Place("enquiries", "warn", "enquiries WHERE done_at IS NULL",
           "1 enquiry waits for an answer", "{n} enquiries wait for an answer", "/admin/enquiries"),
)  # fmt: skip
_COUNTS = text(
    " UNION ALL ".join(
        f"SELECT '{place.key}' AS key, count(*) AS n FROM (SELECT 1 FROM {place.rows} LIMIT :most) AS f"  # noqa: S608
        for place in _PLACES
    )
)
_LAST_AUDIT = text("SELECT state FROM self_audits ORDER BY at DESC, id DESC LIMIT 1")


async def looked(session: AsyncSession) -> list[Attention]:
    """Everything found, in the order of `_PLACES`; what is in order is not in it."""
    counts = {row.key: row.n for row in await session.execute(_COUNTS, {"most": MOST + 1})}
    found = [_attention(place, counts[place.key]) for place in _PLACES if counts.get(place.key)]
    state = (await session.execute(_LAST_AUDIT)).scalar_one_or_none()
    if state in ("warn", "bad"):
        level: Level = "bad" if state == "bad" else "warn"
        words = "The last self-audit found figures that do not agree" if state == "bad" else "The last self-audit warns"
        found.append(Attention("self_audit", level, 1, words, "/admin/self-audit"))
    return found


def losing(count: int) -> list[Attention]:
    """Offers that cost more than they earn."""
    if not count:
        return []
    words = "1 offer costs more than it earns" if count == 1 else f"{count:,} offers cost more than they earn"
    return [Attention("negative_margins", "bad", count, words, "/admin/margins")]


def in_order(found: list[Attention]) -> tuple[Attention, ...]:
    """The worst first."""
    return tuple(sorted(found, key=lambda one: one.level != "bad"))


def _attention(place: _Place, count: int) -> Attention:
    more, shown = count > MOST, min(count, MOST)
    words = place.one if shown == 1 else place.many.format(n=f"more than {MOST:,}" if more else f"{shown:,}")
    return Attention(place.key, place.level, shown, words[:1].upper() + words[1:], place.href, more)
