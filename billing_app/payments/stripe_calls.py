"""One client of Stripe: its key, its connections, our errors. What is asked of it is in the classes made from this."""

import logging
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import stripe

from billing_app.payments.stripe_errors import StripeRefused, raise_ours
from billing_app.payments.stripe_transport import Transport
from billing_app.settings import Settings

SANDBOX_KEY = "sk_test_sandbox_no_money_moves"

_MAX_RETRIES = 2

logger = logging.getLogger(__name__)
T = TypeVar("T")


class StripeCalls:
    """Timeouts, bounded retries, our own errors. Connects with its first call. Close it with the process."""

    def __init__(self, settings: Settings) -> None:
        key = settings.stripe_secret_key.get_secret_value() or SANDBOX_KEY
        self.livemode = key.startswith(("sk_live_", "rk_live_"))
        self._unconfirmed_account: str | None = None
        self._http = Transport(settings.stripe_api_base)
        self._stripe = stripe.StripeClient(
            key,
            base_addresses={"api": settings.stripe_api_base.rstrip("/")} if settings.stripe_api_base else None,
            max_network_retries=_MAX_RETRIES,
            http_client=self._http,
        )

    def expect_account(self, account: str) -> None:
        """Before anything else is asked or done, make sure that the key belongs to this account.

        For a start while Stripe does not answer: a key of another account must sell and grant nothing.
        """
        self._unconfirmed_account = account

    async def account(self) -> str:
        """The id of the account the key belongs to."""
        return (await _translated(self._stripe.v1.accounts.retrieve_current_async())).id

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.close_async()

    async def _call(self, call: Coroutine[Any, Any, T]) -> T:
        if self._unconfirmed_account is not None:
            try:
                await self._confirm_account(self._unconfirmed_account)
            except BaseException:
                call.close()
                raise
        return await _translated(call)

    async def _confirm_account(self, expected: str) -> None:
        found = await self.account()
        if found != expected:
            logger.critical("the Stripe key belongs to %s, the database to %s: nothing is sold", found, expected)
            raise StripeRefused("Payments are switched off: the operator has to look at the Stripe key.")
        self._unconfirmed_account = None


async def _translated(call: Awaitable[T]) -> T:
    try:
        return await call
    except stripe.StripeError as error:
        raise_ours(error)
