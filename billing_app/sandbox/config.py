"""What can be set about a sandbox. Everything has a default; nothing is read from the environment."""

from dataclasses import dataclass
from typing import Literal

from stripe._api_version import _ApiVersion  # pyright: ignore[reportPrivateUsage]

API_VERSION: str = _ApiVersion.CURRENT
DEFAULT_API_KEY = "sk_test_sandbox_no_money_moves"
DEFAULT_PORT = 12111

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class SandboxConfig:
    """How this sandbox behaves.

    Attributes:
        api_key: the only key that is accepted; None accepts every well-formed test key.
        seller: name shown on the hosted pages and as the account's business.
        base_url: address under which browsers reach the sandbox; None takes it from each request.
        retry_delays_s: pauses before the second, third, ... attempt of a webhook delivery; then it has failed.
        webhook_timeout_s: how long an endpoint may take to answer.
        dunning_days: days between the attempts to collect an invoice: after the first, the second, ... failure.
        dunning_end: what becomes of the subscription after the last attempt.
        max_events: the oldest events beyond this number are forgotten, with their deliveries.
        max_idempotency_keys: the oldest keys beyond this number are forgotten.
    """

    api_key: str | None = None
    seller: str = "Sandbox seller"
    base_url: str | None = None
    retry_delays_s: tuple[float, ...] = (1, 2, 5, 15, _MINUTE, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 6 * _HOUR)
    webhook_timeout_s: float = 10
    dunning_days: tuple[int, ...] = (3, 5, 7)
    dunning_end: Literal["cancel", "unpaid", "past_due"] = "cancel"
    max_events: int = 20_000
    max_idempotency_keys: int = 20_000
