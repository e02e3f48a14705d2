"""Carries deliveries to their endpoints: one at a time per endpoint, in order, retried, until it is stopped.

Source of the behaviour: https://docs.stripe.com/webhooks (2xx is success, a redirect is a failure, retries with
growing pauses). Pauses are seconds here, not hours. What was not answered before a stop is sent again after it.
"""

import asyncio
import hashlib
import hmac
import logging
import time

import httpx

from billing_app.sandbox.config import SandboxConfig
from billing_app.sandbox.ids import random_text
from billing_app.sandbox.store import Record, Store
from billing_app.sandbox.webhooks import outbox

logger = logging.getLogger(__name__)

_IDLE_S = 1.0
_GRACE_S = 2.0
_MAX_ANSWER_BYTES = 16_384


def signature(secret: str, body: bytes, at: int) -> str:
    """The `Stripe-Signature` header for a body sent at Unix time `at`."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


class Courier:
    """Runs in the server's event loop from `start` to `stop`."""

    def __init__(self, store: Store, config: SandboxConfig) -> None:
        self._store = store
        self._config = config
        self._wake = asyncio.Event()
        self._stopping = False
        self._rounds: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=config.webhook_timeout_s,
            limits=httpx.Limits(max_connections=outbox.MAX_ENDPOINTS),
        )

    def start(self) -> None:
        """Begin with what is due, also from before a restart."""
        self._loop = asyncio.create_task(self._run(), name="sandbox-courier")

    def wake(self) -> None:
        """Something new may be due."""
        self._wake.set()

    async def stop(self) -> None:
        """Let attempts under way end, for a moment; the rest stays in the store for the next start."""
        self._stopping = True
        self._wake.set()
        tasks = [*self._rounds.values(), *([self._loop] if self._loop else [])]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._client.aclose()

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                now_ms = outbox.now_ms()
                for endpoint_id in outbox.endpoints_due(self._store, now_ms):
                    self._begin(endpoint_id)
                due = outbox.next_due_ms(self._store, now_ms)
            except Exception:
                logger.exception("the webhook courier stumbled and goes on")
                due = None
            wait_s = _IDLE_S if due is None else min(max((due - outbox.now_ms()) / 1000, 0.02), _IDLE_S)
            try:
                await asyncio.wait_for(self._wake.wait(), wait_s)
            except TimeoutError:
                continue

    def _begin(self, endpoint_id: str) -> None:
        if endpoint_id in self._rounds:
            return
        task = asyncio.create_task(self._round(endpoint_id), name=f"sandbox-courier-{endpoint_id}")
        self._rounds[endpoint_id] = task
        task.add_done_callback(lambda done: self._ended(endpoint_id, done))

    def _ended(self, endpoint_id: str, task: asyncio.Task[None]) -> None:
        self._rounds.pop(endpoint_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("deliveries to %s stumbled", endpoint_id, exc_info=error)
        self._wake.set()

    async def _round(self, endpoint_id: str) -> None:
        while not self._stopping:
            delivery = outbox.next_due(self._store, endpoint_id, outbox.now_ms())
            if delivery is None:
                return
            endpoint = self._store.get("webhook_endpoint", endpoint_id)
            event = self._store.get("event", delivery.event_id)
            if endpoint is None or endpoint.body["status"] != "enabled":
                outbox.abandon(self._store, endpoint_id, "the endpoint is gone or disabled")
                return
            if event is None:
                outbox.forget(self._store, delivery)
                continue
            await self._attempt(delivery, endpoint, event)

    async def _attempt(self, delivery: outbox.Delivery, endpoint: Record, event: Record) -> None:
        told = outbox.with_pending(self._store, event.body)
        other = endpoint.private.get("trouble", {}).get("api_version")
        body = outbox.body_of({**told, "api_version": other} if other else told)
        started = time.monotonic()
        status, answer = await self._post(endpoint, body)
        delays = self._config.retry_delays_s
        again = delivery.attempts < len(delays)
        outbox.attempted(
            self._store,
            delivery,
            duration_ms=int((time.monotonic() - started) * 1000),
            status=status,
            answer=answer,
            retry_ms=outbox.now_ms() + int(delays[delivery.attempts] * 1000) if again else None,
        )

    async def _post(self, endpoint: Record, body: bytes) -> tuple[int | None, str]:
        forged = endpoint.private.get("trouble", {}).get("wrong_secret")
        secret = f"whsec_{random_text(32)}" if forged else endpoint.private["secret"]
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (sandbox)",
            "Stripe-Signature": signature(secret, body, int(time.time())),
        }
        try:
            async with (
                asyncio.timeout(self._config.webhook_timeout_s),
                self._client.stream("POST", endpoint.body["url"], content=body, headers=headers) as response,
            ):
                answer = b""
                async for chunk in response.aiter_bytes():
                    answer += chunk
                    if len(answer) >= _MAX_ANSWER_BYTES:
                        break
                return response.status_code, answer[:_MAX_ANSWER_BYTES].decode("utf-8", "replace")
        except TimeoutError:
            return None, f"no answer within {self._config.webhook_timeout_s:g} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return None, f"{type(error).__name__}: {error}"
