"""One strong question, asked after every step of a year: do ledger, mirror and Stripe say the same, and the reports?"""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.credits.doctor import audit
from billing_app.reports import Period
from tests.shop import Shop
from tests.subscriptions.subscribers import Subscribers


async def agree(shop: Shop, subscribers: Subscribers, customer: int) -> None:
    """Fail with what differs."""
    assert await subscribers.failed_jobs() == []
    await _ledger_is_sound(shop)
    await _subscription_is_stripes(shop, subscribers, customer)
    await _invoices_are_stripes(shop, subscribers, customer)
    await _credits_are_what_invoices_paid(shop, customer)
    await _revenue_is_what_was_paid(shop)


async def _ledger_is_sound(shop: Shop) -> None:
    snapshot = shop.services.database.engine.execution_options(isolation_level="REPEATABLE READ")
    async with AsyncSession(snapshot) as session:
        drift = await audit(session)
    assert drift.clean, drift.findings


async def _subscription_is_stripes(shop: Shop, subscribers: Subscribers, customer: int) -> None:
    owner = await subscribers.stripe_customer(customer, None)
    listed = await subscribers.at_stripe(
        lambda client: list(client.v1.subscriptions.list({"customer": owner, "status": "all"}).auto_paging_iter())
    )
    theirs = {
        one.id: {
            "status": one.status,
            "price": one["items"].data[0].price.unit_amount,
            "period_end": int(one["items"].data[0].current_period_end),
            "ends": one.cancel_at_period_end,
            "anchor": int(one.billing_cycle_anchor),
        }
        for one in listed
    }
    rows = await shop.rows("SELECT * FROM subscriptions WHERE customer_id = :id", id=customer)
    ours = {
        row["stripe_subscription_id"]: {
            "status": row["status"],
            "price": row["amount_minor"],
            "period_end": int(row["current_period_end"].timestamp()),
            "ends": row["cancel_at_period_end"],
            "anchor": int(row["anchor"].timestamp()),
        }
        for row in rows
    }
    assert ours == theirs
    assert all(row["drift"] == [] for row in rows)


async def _invoices_are_stripes(shop: Shop, subscribers: Subscribers, customer: int) -> None:
    owner = await subscribers.stripe_customer(customer, None)
    listed = await subscribers.at_stripe(
        lambda client: list(client.v1.invoices.list({"customer": owner, "limit": 100}).auto_paging_iter())
    )
    theirs = {one.id: (one.status, one.number, one.total, one.amount_paid, one.attempt_count or 0) for one in listed}
    rows = await shop.rows(
        "SELECT stripe_invoice_id, status, number, total_minor, paid_minor, attempt_count FROM invoices "
        "WHERE customer_id = :id AND status <> 'deleted'",
        id=customer,
    )
    ours = {
        row["stripe_invoice_id"]: (
            row["status"], row["number"], row["total_minor"], row["paid_minor"], row["attempt_count"],
        )
        for row in rows
    }  # fmt: skip
    assert ours == theirs
    paid = await shop.rows(
        "SELECT i.stripe_invoice_id FROM invoices i LEFT JOIN payments p ON p.invoice_id = i.id "
        "WHERE i.customer_id = :id GROUP BY i.id HAVING coalesce(sum(p.captured_minor), 0) <> i.paid_minor",
        id=customer,
    )
    assert paid == [], "what was paid for an invoice and its payments differ"


async def _credits_are_what_invoices_paid(shop: Shop, customer: int) -> None:
    """No lot of a plan without a paid invoice, none worth more than it, none that has ended and is still open."""
    lots: list[dict[str, Any]] = await shop.rows(
        "SELECT l.payment, sum(l.paid_minor) AS worth, min(i.status) AS status, min(i.paid_minor) AS paid "
        "FROM credit_lots l LEFT JOIN invoices i ON i.stripe_invoice_id = l.payment "
        "WHERE l.customer_id = :id AND l.kind = 'plan' GROUP BY l.payment",
        id=customer,
    )
    for lot in lots:
        assert lot["status"] == "paid", lot
        assert lot["worth"] <= lot["paid"], lot
    balance = await shop.services.credits.balance(customer)
    assert balance.owed == 0
    assert balance.available == sum(lot.remaining - lot.held for lot in balance.lots if lot.burns is not None)
    assert balance.at <= clock.now()


async def _revenue_is_what_was_paid(shop: Shop) -> None:
    """What was sold is earned or still owed, to the cent, and the ledger says the same of what is owed."""
    await shop.services.revenue_rollup.roll()
    reports, today = shop.services.reports, clock.now().date()
    period = Period(today - timedelta(days=1_000), today + timedelta(days=1))
    invoiced = await shop.rows("SELECT lines FROM invoices WHERE status = 'paid'")
    bought = await shop.rows("SELECT paid_minor FROM credit_lots WHERE kind = 'purchase'")
    unlocked = await shop.rows("SELECT paid_minor FROM unlocks")
    sold = sum(line["net_minor"] for row in invoiced for line in row["lines"])
    sold += sum(row["paid_minor"] for row in [*bought, *unlocked])
    booked = earned = owed = 0
    for currency in await reports.currencies(None):
        booked += sum(one.net_minor for one in await reports.bookings(None, period, currency))
        earned += sum(one.total_minor for one in await reports.recognised(None, period, currency))
        owed += (await reports.liability(None, period.last, currency)).total_minor
        assert (await reports.roll_forward(None, period, currency)).ties is not False
    assert booked == sold
    assert await shop.rows("SELECT 1 FROM refunds") or earned + owed == sold
