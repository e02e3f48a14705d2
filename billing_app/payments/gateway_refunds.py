"""What is asked of Stripe about money that goes back, and the one thing done about it: a refund."""

from datetime import datetime
from typing import Any

from billing_app import clock
from billing_app.payments.refund_objects import DisputeTold, MoneyBack, RefundTold, read_dispute, read_refund
from billing_app.payments.stripe_calls import StripeCalls
from billing_app.payments.stripe_objects import MANAGED_BY, id_of, read_charge

_PAGE = 100
_MOST = 1_000


class MoneyBackCalls(StripeCalls):
    """Part of the gateway."""

    async def money_back(self, charge_id: str) -> MoneyBack:
        """A charge as it is now, with its refunds and disputes, failed and closed ones too."""
        asked_at = clock.wall()
        raw = await self._call(self._stripe.v1.charges.retrieve_async(charge_id, {"expand": ["balance_transaction"]}))
        refunds = await self._refunds({"charge": charge_id}, _MOST)
        listed = await self._call(self._stripe.v1.disputes.list_async({"charge": charge_id, "limit": _PAGE}))
        disputes = tuple(read_dispute(each) for each in reversed(listed.data))
        return MoneyBack(read_charge(raw), tuple(reversed(refunds)), disputes, asked_at)

    async def refunds_since(self, since: datetime, *, limit: int) -> list[RefundTold]:
        """Refunds made at or after `since`, newest first, at most `limit`."""
        return await self._refunds({"created": {"gte": int(since.timestamp())}}, limit)

    async def disputes_since(self, since: datetime, *, limit: int) -> list[DisputeTold]:
        """Disputes opened at or after `since`, newest first, at most `limit`."""
        found: list[DisputeTold] = []
        params: Any = {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
        while len(found) < limit:
            page = await self._call(self._stripe.v1.disputes.list_async(params))
            found += [read_dispute(each) for each in page.data]
            if not page.has_more or not page.data:
                break
            params = {**params, "starting_after": page.data[-1].id}
        return found[:limit]

    async def _refunds(self, which: dict[str, Any], limit: int) -> list[RefundTold]:
        """Refunds, newest first."""
        found: list[RefundTold] = []
        params: Any = {**which, "limit": _PAGE}
        while len(found) < limit:
            page = await self._call(self._stripe.v1.refunds.list_async(params))
            found += [read_refund(each) for each in page.data]
            if not page.has_more or not page.data:
                break
            params = {**params, "starting_after": page.data[-1].id}
        return found[:limit]

    async def charge_of_intent(self, intent_id: str) -> str | None:
        """The last charge of a payment intent; None: nothing was ever charged."""
        return id_of((await self._call(self._stripe.v1.payment_intents.retrieve_async(intent_id))).latest_charge)

    async def refund(self, refund_id: str) -> RefundTold:
        """A refund as it is now."""
        return read_refund(await self._call(self._stripe.v1.refunds.retrieve_async(refund_id)))

    async def dispute(self, dispute_id: str) -> DisputeTold:
        """A dispute as it is now."""
        return read_dispute(await self._call(self._stripe.v1.disputes.retrieve_async(dispute_id)))

    async def make_refund(
        self, payment_intent: str, amount_minor: int, *, metadata: dict[str, str], key: str
    ) -> RefundTold:
        """Give part or all of a payment back; repeating `key` gives the same refund.

        Raises:
            StripeRefused: it is refunded already, or disputed, or the balance does not cover it.
            Unavailable: no answer; it may have been made all the same.
        """
        params: Any = {
            "payment_intent": payment_intent,
            "amount": amount_minor,
            "reason": "requested_by_customer",
            "metadata": {"managed_by": MANAGED_BY, **metadata},
        }
        return read_refund(await self._call(self._stripe.v1.refunds.create_async(params, {"idempotency_key": key})))
