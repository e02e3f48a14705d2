"""The Stripe sandbox, as those meet it who are not us: buyers at its pages, banks that dispute, cards that fail.

And as we ask it in a hurry: its list of events, read on from the last one, instead of deliveries.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from billing_app.errors import Unavailable
from billing_app.payments.event_types import ENDPOINT_TYPES
from billing_app.payments.stripe_calls import SANDBOX_KEY, StripeCalls
from billing_app.payments.stripe_objects import MANAGED_BY, Event, read_event
from billing_app.settings import Settings

CARDS = ("4242 4242 4242 4242", "5555 5555 5555 4444", "4000 0566 5566 5556", "3782 822463 10005")
"""Cards that pay; a trial is one per card, so who takes one brings a card that nobody has shown before."""
_PAGE = 100
_MAX_PAGES = 400
_LIMIT_S = 30
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_WANTED = frozenset(ENDPOINT_TYPES)


class Bank(StripeCalls):
    """Connects with its first call. Close it after use."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        key = settings.stripe_secret_key.get_secret_value() or SANDBOX_KEY
        self._pages = httpx.AsyncClient(base_url=settings.stripe_api_base, trust_env=False, timeout=_LIMIT_S)
        self._headers = {"Authorization": f"Bearer {key}"}

    async def close(self) -> None:
        """Give the connections back."""
        await self._pages.aclose()
        await super().close()

    async def pay(self, url: str, *, name: str, email: str, card: str = CARDS[0]) -> None:
        """Fill in the payment page; nothing when it has been paid already.

        Raises:
            Unavailable: the page does not answer.
        """
        path = urlsplit(url).path
        try:
            shown = await self._pages.get(path)
            token = _TOKEN.search(shown.text)
            if token is None:
                return
            form = {
                "number": card, "expiry": "12 / 40", "cvc": "1234" if card.startswith("37") else "123", "name": name,
                "country": "", "email": email, "fate": "now", "delay": "20", "action": "pay", "token": token.group(1),
            }  # fmt: skip
            await self._pages.post(path, data=form)
        except httpx.HTTPError as error:
            raise Unavailable("The Stripe sandbox's payment page does not answer.") from error

    async def fail_next(self, stripe_customer: str, times: int) -> None:
        """Decline a customer's next payments, whatever the card."""
        await self._ask("/sandbox/next_payment_fails", {"customer": stripe_customer, "times": times})

    async def dispute(self, charge: str) -> str | None:
        """A bank disputes a charge; the dispute, or None when there is nothing (more) to dispute."""
        told = await self._ask("/sandbox/disputes", {"charge": charge})
        return str(told["id"]) if told else None

    async def decide(self, dispute: str, *, won: bool) -> None:
        """The bank decides for us or for its customer; nothing when it has decided."""
        await self._ask(f"/sandbox/disputes/{dispute}/decide", {"outcome": "won" if won else "lost"})

    async def last_event_before(self, moment: datetime) -> str | None:
        """The last thing that was reported before a moment."""
        asked = {"limit": 1, "created": {"lt": int(moment.timestamp())}}
        listed = await self._call(self._stripe.v1.events.list_async(asked))  # pyright: ignore[reportArgumentType]
        return listed.data[0].id if listed.data else None

    async def events_after(self, last: str | None) -> tuple[list[Event], str | None]:
        """Everything reported since, oldest first, of the types that our endpoint takes; and the new last one.

        Raises:
            Unavailable: there is no end to it.
        """
        found: list[Event] = []
        for _ in range(_MAX_PAGES):
            cursor: dict[str, str | int] = {"limit": _PAGE} | ({"ending_before": last} if last else {})
            page = await self._events(cursor)
            told = page["data"][::-1]
            last = told[-1]["id"] if told else last
            found += (read_event(event) for event in told if event["type"] in _WANTED)
            if not page["has_more"] or not told:
                return found, last
        raise Unavailable("The Stripe sandbox reports without end.")

    async def let_endpoints_rest(self, *, rest: bool) -> None:
        """Disable our endpoints, or enable them again; those of others are left alone."""
        listed = await self._call(self._stripe.v1.webhook_endpoints.list_async({"limit": _PAGE}))
        for made in listed.data:
            ours = made.metadata is not None and made.metadata.to_dict().get("managed_by") == MANAGED_BY
            if ours and (made.status == "enabled") is rest:
                await self._call(self._stripe.v1.webhook_endpoints.update_async(made.id, {"disabled": rest}))

    async def _events(self, cursor: Mapping[str, str | int]) -> dict[str, Any]:
        """A page of the list as it is sent: the SDK would make objects of everything in it, and we want half of it."""
        try:
            answer = await self._pages.get("/v1/events", params=cursor, headers=self._headers)
            return answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("The Stripe sandbox does not answer.") from error

    async def _ask(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Empty: refused, because it has happened already."""
        try:
            answer = await self._pages.post(path, json=body, headers=self._headers)
            return {} if answer.status_code == httpx.codes.BAD_REQUEST else answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("The Stripe sandbox does not answer.") from error
