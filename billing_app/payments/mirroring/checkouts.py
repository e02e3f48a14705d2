"""The checkout of a plan follows its subscription: linked by the session, paid once the plan gives something."""

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.entitlements.subscriptions.views import HeldSubscription
from billing_app.journal.funnel import funnel
from billing_app.payments import store as payments
from billing_app.payments.mirroring import store
from billing_app.payments.models import Checkout

INVOICE_PAID = "invoice_paid"
"""The fact that an invoice was paid: claimed once, with the credits it gives."""
_UNSETTLED = ("opening", "open", "pending")


async def finish(session: AsyncSession, held: HeldSubscription, *, public_id: str | None = None) -> list[str]:
    """Bring the checkout of a subscription on: paid when a trial runs or an invoice was paid, failed when it is over.

    Args:
        public_id: the checkout's name, if it is not linked to the subscription yet.

    Returns:
        What changed, in words.
    """
    assert held.stripe_subscription_id is not None, "a plan by hand has no checkout"
    checkout = await store.checkout_of_subscription(session, held.stripe_subscription_id, public_id)
    if checkout is None or checkout.state not in _UNSETTLED:
        return []
    state, why = await _state(session, held)
    moved = await payments.update_checkout(
        session,
        checkout.id,
        only_in=_UNSETTLED,
        state=state,
        failure=why,
        stripe_subscription_id=held.stripe_subscription_id,
        settled_at=None if state == "pending" else clock.now(),
    )
    if not moved or state == checkout.state:
        return []
    if state == "paid":
        await _tell_funnel(session, checkout, trial=held.status == "trialing")
    return [f"checkout {checkout.public_id}: {state}"]


async def _state(session: AsyncSession, held: HeldSubscription) -> tuple[str, str | None]:
    if held.superseded:
        return "failed", "second_subscription"
    if held.status == "incomplete_expired":
        return "failed", "first_payment_failed"
    if held.status == "trialing":
        return "paid", None
    first = held.latest_invoice
    if first and await store.has_fact(session, INVOICE_PAID, first):
        return "paid", None
    if held.status == "canceled":
        return "failed", "subscription_ended"
    return "pending", None


async def _tell_funnel(session: AsyncSession, checkout: Checkout, *, trial: bool) -> None:
    await funnel(
        session,
        "granted",
        customer_id=checkout.customer_id,
        data={
            "kind": checkout.kind,
            "code": checkout.code,
            "period": checkout.period,
            "trial": trial,
            "late": checkout.state == "pending",
        },
    )
