"""The Stripe sandbox beside a test: real HTTP, the hosted page as a buyer without JavaScript uses it."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import stripe

from billing_app.sandbox.config import DEFAULT_API_KEY, SandboxConfig
from tests.sandbox.running import Sandbox, running

PAYS, DECLINES, PAYS_BUT_FAILS = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 0341"
QUICK = SandboxConfig(seller="Interview Mate", retry_delays_s=(0.1, 0.2, 0.5, 1), webhook_timeout_s=5)


@dataclass
class StripeSandbox:
    """A running sandbox, seen from outside: the SDK with its key, and the hosted pages."""

    served: Sandbox

    @property
    def url(self) -> str:
        """Its address, for `STRIPE_API_BASE`."""
        return self.served.url

    def client(self, **options: Any) -> stripe.StripeClient:
        """The official SDK."""
        return self.served.client(DEFAULT_API_KEY, **options)

    async def pay(self, page_url: str, card: str = PAYS, **fields: str) -> httpx.Response:
        """Fill in the hosted page and pay; its answer, a redirect when paid. `fate="late", delay="20"` and so on."""
        async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
            shown = await browser.get(page_url)
            assert shown.status_code == 200, shown.text
            token = re.findall(r'name="token" value="([^"]+)"', shown.text)[0]
            given = {
                "token": token, "email": "ada@example.com", "number": card, "expiry": "12 / 40", "cvc": "123",
                "name": "Ada Lovelace", "fate": "now", "delay": "20", "action": "pay", **fields,
            }  # fmt: skip
            return await browser.post(page_url, data=given)

    async def page(self, page_url: str) -> str:
        """The hosted page as a browser gets it."""
        async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
            return (await browser.get(page_url)).text

    async def refund(self, payment_intent: str, amount_minor: int | None = None) -> None:
        """Give money back, as somebody would in Stripe's dashboard."""
        params: dict[str, Any] = {"payment_intent": payment_intent}
        if amount_minor is not None:
            params["amount"] = amount_minor
        await asyncio.to_thread(lambda: self.client().v1.refunds.create(params))  # pyright: ignore[reportArgumentType]

    async def events(self) -> list[stripe.Event]:
        """Every event there was, oldest first."""
        listed = await asyncio.to_thread(lambda: list(self.client().v1.events.list({"limit": 100}).auto_paging_iter()))
        return listed[::-1]


@contextmanager
def stripe_sandbox(folder: Path, config: SandboxConfig = QUICK) -> Iterator[StripeSandbox]:
    """A sandbox with its data in `folder`, until the block ends."""
    with running(folder, config) as served:
        yield StripeSandbox(served)
