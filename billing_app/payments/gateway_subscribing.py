"""What we ask Stripe to do about plans: prices, payment pages, changes, endings, the portal. Decides nothing."""

from datetime import datetime
from typing import Any

import stripe

from billing_app.payments.stripe_calls import StripeCalls
from billing_app.payments.stripe_errors import StripeRefused
from billing_app.payments.stripe_objects import MANAGED_BY, Session, read_session
from billing_app.payments.stripe_subscribing import PlanPage, Running, read_running
from billing_app.payments.subscription_objects import ToldInvoice, read_invoice

_PAGE = 100


class SubscribingCalls(StripeCalls):
    """The part of the gateway that changes subscriptions. Keys make each call safe to repeat."""

    # Taking a plan

    async def create_plan_session(self, page: PlanPage, *, key: str) -> Session:
        """Open a payment page for one plan. Metadata is set on the session and on its subscription."""
        marked = {"managed_by": MANAGED_BY, **page.metadata}
        data: dict[str, Any] = {"metadata": marked}
        params: dict[str, Any] = {
            "mode": "subscription",
            "customer": page.stripe_customer,
            "client_reference_id": page.reference,
            "line_items": [{"quantity": 1, "price": page.price}],
            "metadata": marked,
            "subscription_data": data,
            "success_url": page.success_url,
            "cancel_url": page.cancel_url,
            "expires_at": int(page.expires_at.timestamp()),
        }
        if page.trial_days:
            data["trial_period_days"] = page.trial_days
            data["trial_settings"] = {"end_behavior": {"missing_payment_method": "cancel"}}
            params["payment_method_collection"] = "always" if page.trial_needs_card else "if_required"
        if page.tax_automatic:
            params |= {"automatic_tax": {"enabled": True}, "customer_update": {"address": "auto"}}
        if page.note:
            params["custom_text"] = {"submit": {"message": page.note}}
        made = self._stripe.v1.checkout.sessions.create_async(params, {"idempotency_key": key})  # pyright: ignore[reportArgumentType]
        return read_session(await self._call(made))

    # Changing it

    async def running(self, subscription: str) -> Running:
        """A subscription as it is now."""
        return read_running(await self._call(self._stripe.v1.subscriptions.retrieve_async(subscription)))

    async def preview_invoice(self, subscription: str, **details: Any) -> ToldInvoice | None:
        """The next invoice of a subscription, or that of a change (`subscription_details`); None: there is none.

        https://docs.stripe.com/invoicing/preview
        """
        params: dict[str, Any] = {"subscription": subscription}
        if details:
            params["subscription_details"] = details
        try:
            found = await self._stripe_preview(params)
        except _NoUpcomingInvoice:
            return None
        return read_invoice(found, found.lines.data, [])

    async def _stripe_preview(self, params: dict[str, Any]) -> stripe.Invoice:
        async def ask() -> stripe.Invoice:
            try:
                return await self._stripe.v1.invoices.create_preview_async(params)  # pyright: ignore[reportArgumentType]
            except stripe.InvalidRequestError as error:
                if error.code == "invoice_upcoming_none":
                    raise _NoUpcomingInvoice from None
                raise

        return await self._call(ask())

    async def switch_now(
        self, subscription: str, item: str, price: str, *, at: datetime, end_trial: bool, key: str
    ) -> Running:
        """Change the price at once, billed at once; not paid: nothing changes but what waits for the payment.

        https://docs.stripe.com/billing/subscriptions/pending-updates
        """
        params: dict[str, Any] = {
            "items": [{"id": item, "price": price}],
            "proration_behavior": "always_invoice",
            "payment_behavior": "pending_if_incomplete",
            "proration_date": int(at.timestamp()),
        }
        if end_trial:
            params["trial_end"] = "now"
        done = self._stripe.v1.subscriptions.update_async(subscription, params, {"idempotency_key": key})  # pyright: ignore[reportArgumentType]
        return read_running(await self._call(done))

    async def schedule_switch(self, running: Running, price: str, interval: str) -> None:
        """Let another price begin when the period ends; what was scheduled before gives way.

        Safe to repeat without a key: a subscription has one schedule, and what it says is written whole.

        https://docs.stripe.com/billing/subscriptions/subscription-schedules
        """
        schedule = running.schedule
        if schedule is None:
            params: Any = {"from_subscription": running.id}
            made = self._stripe.v1.subscription_schedules.create_async(params)
            schedule = (await self._call(made)).id
        found = await self._call(self._stripe.v1.subscription_schedules.retrieve_async(schedule))
        phase = found.current_phase
        start = phase.start_date if phase else int(running.period_start.timestamp())
        first: dict[str, Any] = {
            "items": [{"price": running.price, "quantity": running.quantity}],
            "start_date": start,
            "end_date": int(running.period_end.timestamp()),
        }
        if running.trial_end is not None and running.status == "trialing":
            first["trial_end"] = int(running.trial_end.timestamp())
        wanted: Any = {
            "end_behavior": "release",
            "proration_behavior": "none",
            "metadata": {"managed_by": MANAGED_BY},
            "phases": [
                first,
                {
                    "items": [{"price": price, "quantity": running.quantity}],
                    "proration_behavior": "none",
                    "duration": {"interval": interval, "interval_count": 1},
                },
            ],
        }
        try:
            await self._call(self._stripe.v1.subscription_schedules.update_async(schedule, wanted))
        except StripeRefused:
            if running.schedule is None:  # an empty schedule would only be in the way
                await self.release_schedule(schedule)
            raise

    async def release_schedule(self, schedule: str) -> None:
        """Let the subscription go on as it is, without what was scheduled."""
        await self._call(self._stripe.v1.subscription_schedules.release_async(schedule))

    async def mark_subscription(self, subscription: str, marks: dict[str, str]) -> None:
        """Write metadata on a subscription that was made elsewhere; what else it says stays."""
        await self._call(self._stripe.v1.subscriptions.update_async(subscription, {"metadata": marks}))

    # Ending it

    async def set_cancel_at_period_end(
        self, subscription: str, *, cancel: bool, feedback: str | None = None, comment: str | None = None
    ) -> Running:
        """Let it end with its period, or go on after all."""
        params: dict[str, Any] = {"cancel_at_period_end": cancel}
        if feedback or comment:
            params["cancellation_details"] = _details(feedback, comment)
        done = self._stripe.v1.subscriptions.update_async(subscription, params)  # pyright: ignore[reportArgumentType]
        return read_running(await self._call(done))

    async def clear_cancel_at(self, subscription: str) -> Running:
        """Take back an end at a date."""
        done = self._stripe.v1.subscriptions.update_async(subscription, {"cancel_at": ""})
        return read_running(await self._call(done))

    async def cancel_now(
        self, subscription: str, *, feedback: str | None = None, comment: str | None = None
    ) -> Running:
        """End it this moment: nothing is billed, nothing is credited."""
        params: dict[str, Any] = {"invoice_now": False, "prorate": False}
        if feedback or comment:
            params["cancellation_details"] = _details(feedback, comment)
        done = self._stripe.v1.subscriptions.cancel_async(subscription, params)  # pyright: ignore[reportArgumentType]
        return read_running(await self._call(done))

    async def void_invoice(self, invoice: str) -> None:
        """Nobody owes this invoice any more. A change that waited for it is dropped."""
        await self._call(self._stripe.v1.invoices.void_invoice_async(invoice))

    async def hold_draft(self, invoice: str) -> None:
        """Keep a draft from being made final and collected by itself."""
        await self._call(self._stripe.v1.invoices.update_async(invoice, {"auto_advance": False}))

    async def refund_intent(self, payment_intent: str, *, metadata: dict[str, str], key: str) -> str:
        """Give a whole payment back; the refund's id."""
        params: dict[str, Any] = {
            "payment_intent": payment_intent,
            "reason": "duplicate",
            "metadata": {"managed_by": MANAGED_BY, **metadata},
        }
        made = self._stripe.v1.refunds.create_async(params, {"idempotency_key": key})  # pyright: ignore[reportArgumentType]
        return (await self._call(made)).id

    # The portal

    async def open_portal(
        self, stripe_customer: str, *, configuration: str, return_url: str, flow: str | None = None
    ) -> str:
        """The address of the portal for a customer; with `flow`, of that task alone, and back when it is done."""
        params: dict[str, Any] = {
            "customer": stripe_customer,
            "configuration": configuration,
            "return_url": return_url,
        }
        if flow:
            done = {"type": "redirect", "redirect": {"return_url": return_url}}
            params["flow_data"] = {"type": flow, "after_completion": done}
        made = self._stripe.v1.billing_portal.sessions.create_async(params)  # pyright: ignore[reportArgumentType]
        return (await self._call(made)).url


class _NoUpcomingInvoice(Exception):
    """Stripe would write no invoice: the subscription ends before."""


def _details(feedback: str | None, comment: str | None) -> dict[str, str]:
    given = {"feedback": feedback, "comment": comment}
    return {name: value for name, value in given.items() if value}
