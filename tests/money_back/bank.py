"""The bank behind the sandbox's cards: it disputes, decides, and sends refunds back."""

import asyncio
from typing import Any

import httpx

from billing_app.sandbox.config import DEFAULT_API_KEY
from tests.stripe_sandbox import StripeSandbox

REFUND_FAILS, REFUND_PENDING = "4000 0000 0000 5126", "4000 0000 0000 7726"


class Bank:
    """What banks do about payments of a sandbox."""

    def __init__(self, sandbox: StripeSandbox) -> None:
        self._sandbox = sandbox

    async def charge_of(self, payment_intent: str) -> str:
        """The charge behind a payment."""

        def read() -> str:
            return str(self._sandbox.client().v1.payment_intents.retrieve(payment_intent).latest_charge)

        return await asyncio.to_thread(read)

    async def dispute(
        self, payment_intent: str, amount_minor: int | None = None, *, inquiry: bool = False, reason: str = "fraudulent"
    ) -> str:
        """The holder of the card disputes a payment; the dispute's id."""
        asked: dict[str, Any] = {"charge": await self.charge_of(payment_intent), "reason": reason, "inquiry": inquiry}
        if amount_minor is not None:
            asked["amount"] = amount_minor
        return str((await self._post("/sandbox/disputes", asked))["id"])

    async def decide(self, dispute: str, outcome: str) -> None:
        """`won` or `lost`, from the seller's side."""
        await self._post(f"/sandbox/disputes/{dispute}/decide", {"outcome": outcome})

    async def fail_refund(self, payment_intent: str) -> None:
        """The last refund of a payment comes back."""

        def last() -> str:
            return self._sandbox.client().v1.refunds.list({"payment_intent": payment_intent}).data[0].id

        await self._post(f"/sandbox/refunds/{await asyncio.to_thread(last)}/fail", {})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        key = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
        async with httpx.AsyncClient(base_url=self._sandbox.url, headers=key, trust_env=False, timeout=20) as http:
            answer = await http.post(path, json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()
