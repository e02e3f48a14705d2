"""The clock of the Stripe sandbox, over HTTP: see docs/sandbox.md."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from billing_app.errors import Unavailable
from billing_app.payments.stripe_calls import SANDBOX_KEY
from billing_app.settings import Settings

_TIMEOUT_S = 30
_AWAY = "The Stripe sandbox does not answer, so its clock cannot be moved."


@dataclass(frozen=True, slots=True)
class ClockState:
    """What time it is there, how far ahead of the wall, what is due next, and how many deliveries are on their way."""

    now: datetime
    offset: timedelta
    next_due_at: datetime | None
    deliveries: int


class SandboxClock:
    """Reads and moves it. Connects with its first call."""

    def __init__(self, settings: Settings) -> None:
        key = settings.stripe_secret_key.get_secret_value() or SANDBOX_KEY
        self._http = httpx.AsyncClient(
            base_url=settings.stripe_api_base.rstrip("/"),
            headers={"Authorization": f"Bearer {key}"},
            timeout=_TIMEOUT_S,
            trust_env=False,
        )

    async def state(self) -> ClockState:
        """What it shows.

        Raises:
            Unavailable: the sandbox does not answer.
        """
        return _read(await self._ask("GET", "/sandbox/clock"))

    async def move(self, seconds: int, *, first_only: bool = True) -> ClockState:
        """Let time pass there: at most to the next moment at which something happens, or through all of them.

        Raises:
            Unavailable: the sandbox does not answer.
        """
        asked = {"seconds": seconds, "stop_at_next": first_only}
        return _read(await self._ask("POST", "/sandbox/clock/advance", asked))

    async def begin_at(self, moment: datetime) -> ClockState | None:
        """Let its clock begin at an earlier moment; None: somebody was sold something there already.

        Raises:
            Unavailable: the sandbox does not answer.
        """
        try:
            answer = await self._http.post("/sandbox/clock/begin", json={"at": int(moment.timestamp())})
            if answer.status_code == httpx.codes.BAD_REQUEST:
                return None
            return _read(answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(_AWAY) from error

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, path, json=body)
            answer.raise_for_status()
            told: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(_AWAY) from error
        return told


def _read(told: dict[str, Any]) -> ClockState:
    due = told["next_due_at"]
    return ClockState(
        now=datetime.fromtimestamp(told["now"], UTC),
        offset=timedelta(seconds=told["offset_s"]),
        next_due_at=datetime.fromtimestamp(due, UTC) if due is not None else None,
        deliveries=told["deliveries_under_way"],
    )
