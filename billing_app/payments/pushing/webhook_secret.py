"""The secret of the endpoint that a push made: read by every process, also when another one has just replaced it."""

import logging
import time

from billing_app.db.engine import Database
from billing_app.payments.pushing import store
from billing_app.payments.pushing.sealing import unseal

RECHECK_S = 10
logger = logging.getLogger(__name__)


class WebhookSecret:
    """Knows the secret where STRIPE_WEBHOOK_SECRET is not set."""

    def __init__(self, database: Database, *, by_setting: bool, secret_key: str) -> None:
        self._database = database
        self._by_setting = by_setting
        self._secret_key = secret_key
        self._read_at: float | None = None

    async def read(self) -> str | None:
        """The secret that was kept; None when it comes from the setting, none was kept, or SECRET_KEY was another."""
        if self._by_setting:
            return None
        async with self._database.transaction() as session:
            endpoint = await store.made(session, store.ENDPOINT)
        if endpoint is None or endpoint.sealed_secret is None:
            return None
        secret = unseal(endpoint.sealed_secret, self._secret_key)
        if secret is None:
            logger.error(
                "the secret of webhook endpoint %s was kept under another SECRET_KEY: deliveries are refused. "
                "Replace it: catalog push --roll",
                endpoint.stripe_id,
            )
        return secret

    async def read_again(self) -> str | None:
        """As `read`, at most every few seconds: for a delivery that does not verify; None when it is too soon."""
        now = time.monotonic()
        if self._by_setting or (self._read_at is not None and now - self._read_at < RECHECK_S):
            return None
        self._read_at = now
        return await self.read()
