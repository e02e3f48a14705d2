"""Stripe's lists, page by page, for the comparison with our books: reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import stripe

from billing_app.payments.stripe_calls import StripeCalls
from billing_app.payments.stripe_objects import Event, id_of, read_event

PAGE = 100
MAX_TYPES = 20
"""Stripe filters events by at most so many types at once (https://docs.stripe.com/api/events/list)."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list, newest first. `after` continues it; None at its end."""

    items: tuple[T, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class ListedSubscription:
    """A subscription as far as it shows whether our mirror has fallen behind."""

    id: str
    status: str
    customer: str
    latest_invoice: str | None
    cancels: bool


@dataclass(frozen=True, slots=True)
class ListedInvoice:
    """An invoice and where it stands."""

    id: str
    status: str
    customer: str | None


@dataclass(frozen=True, slots=True)
class ListedCharge:
    """A charge that was captured. Amounts in minor units; the fee, where Stripe has booked it, in its own currency."""

    id: str
    payment_intent: str | None
    customer: str | None
    captured_minor: int
    currency: str
    fee_minor: int | None
    fee_currency: str | None
    created: datetime


class ReconcilingReads(StripeCalls):
    """Part of the gateway."""

    async def events_page(self, types: Sequence[str], since: datetime, after: str | None) -> Page[Event]:
        """Events of at most 20 types, created at or after `since`."""
        listed = await self._call(
            self._stripe.v1.events.list_async(
                _params(after, created={"gte": int(since.timestamp())}, types=list(types))
            )
        )
        return Page(tuple(read_event(raw.to_dict()) for raw in listed.data), _after(listed))

    async def live_subscriptions_page(self, after: str | None) -> Page[ListedSubscription]:
        """Subscriptions that are not over."""
        listed = await self._call(self._stripe.v1.subscriptions.list_async(_params(after)))
        return Page(tuple(_subscription(raw) for raw in listed.data), _after(listed))

    async def invoices_page(self, since: datetime, after: str | None) -> Page[ListedInvoice]:
        """Invoices created at or after `since`."""
        listed = await self._call(
            self._stripe.v1.invoices.list_async(_params(after, created={"gte": int(since.timestamp())}))
        )
        found = tuple(ListedInvoice(raw.id, raw.status or "draft", id_of(raw.customer)) for raw in listed.data)
        return Page(found, _after(listed))

    async def charges_page(self, since: datetime, until: datetime, after: str | None) -> Page[ListedCharge]:
        """Charges created from `since` to `until`, both included, that were captured, with their fees."""
        created = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
        listed = await self._call(
            self._stripe.v1.charges.list_async(_params(after, created=created, expand=["data.balance_transaction"]))
        )
        captured = (raw for raw in listed.data if raw.amount_captured > 0)
        return Page(tuple(_charge(raw) for raw in captured), _after(listed))


def _params(after: str | None, **more: Any) -> Any:
    return {"limit": PAGE, **more, **({"starting_after": after} if after else {})}


def _after(listed: Any) -> str | None:
    return listed.data[-1].id if listed.has_more and listed.data else None


def _subscription(raw: stripe.Subscription) -> ListedSubscription:
    cancels = raw.cancel_at_period_end or raw.cancel_at is not None
    return ListedSubscription(raw.id, raw.status, id_of(raw.customer) or "", id_of(raw.latest_invoice), cancels)


def _charge(raw: stripe.Charge) -> ListedCharge:
    booked = raw.balance_transaction if isinstance(raw.balance_transaction, stripe.BalanceTransaction) else None
    return ListedCharge(
        id=raw.id,
        payment_intent=id_of(raw.payment_intent),
        customer=id_of(raw.customer),
        captured_minor=raw.amount_captured,
        currency=raw.currency.upper(),
        fee_minor=booked.fee if booked else None,
        fee_currency=booked.currency.upper() if booked else None,
        created=datetime.fromtimestamp(raw.created, UTC),
    )
