"""The few fields of Stripe's objects that the product relies on, read once, so that nothing else touches the SDK."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import stripe
from pydantic import BaseModel, Field, Strict

MANAGED_BY = "billing_app"
"""Metadata `managed_by` of everything we make in Stripe: what lacks it is somebody else's and left alone."""
_MAX_ID = 255


@dataclass(frozen=True, slots=True)
class Session:
    """A checkout session. Amounts in minor units: `total_minor` is after discount and with tax.

    `subscription` is there once a session for a plan is complete.
    """

    id: str
    status: str
    payment_status: str
    customer: str | None
    payment_intent: str | None
    subtotal_minor: int
    total_minor: int
    tax_minor: int
    discount_minor: int
    currency: str
    url: str | None
    expires_at: datetime
    subscription: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def paid(self) -> bool:
        """The money is there, or none was owed."""
        return self.status == "complete" and self.payment_status in ("paid", "no_payment_required")


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment intent, with the last refusal if the last attempt was refused."""

    id: str
    status: str
    customer: str | None
    amount_minor: int
    received_minor: int
    currency: str
    latest_charge: str | None
    failure_code: str | None
    failure_message: str | None
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a charge came to in the account: `gross_minor` before Stripe's fee, both in the account's currency."""

    gross_minor: int
    fee_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge: captured and refunded amounts are cumulative; `disputed`: it is, or once was.

    `settlement` is None until Stripe has booked it, which may be minutes after the payment.
    """

    id: str
    payment_intent: str | None
    customer: str | None
    captured_minor: int
    refunded_minor: int
    currency: str
    receipt_url: str | None
    metadata: dict[str, str] = field(default_factory=dict)
    disputed: bool = False
    settlement: Settlement | None = None
    created: datetime | None = None

    @property
    def taken_back(self) -> bool:
        """There are refunds or disputes to ask for."""
        return self.refunded_minor > 0 or self.disputed


@dataclass(frozen=True, slots=True)
class SessionWithPayment:
    """A session together with its payment, as one answer of Stripe; no payment yet: None."""

    session: Session
    intent: Intent | None
    charge: Charge | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as delivered or listed; `data` is the object in it, as plain JSON: a hint, never the truth."""

    id: str
    type: str
    api_version: str | None
    livemode: bool
    created: datetime
    object_id: str | None
    customer: str | None
    data: dict[str, Any]


def read_session(raw: stripe.checkout.Session) -> Session:
    """From `checkout.session`."""
    details = raw.total_details
    return Session(
        id=raw.id,
        status=raw.status or "",
        payment_status=raw.payment_status,
        customer=id_of(raw.customer),
        payment_intent=id_of(raw.payment_intent),
        subscription=id_of(raw.subscription),
        subtotal_minor=raw.amount_subtotal or 0,
        total_minor=raw.amount_total or 0,
        tax_minor=details.amount_tax if details else 0,
        discount_minor=details.amount_discount if details else 0,
        currency=(raw.currency or "").upper(),
        url=raw.url,
        expires_at=datetime.fromtimestamp(raw.expires_at, UTC),
        metadata=metadata_of(raw),
    )


def read_intent(raw: stripe.PaymentIntent) -> Intent:
    """From `payment_intent`."""
    error = raw.last_payment_error
    return Intent(
        id=raw.id,
        status=raw.status,
        customer=id_of(raw.customer),
        amount_minor=raw.amount,
        received_minor=raw.amount_received,
        currency=raw.currency.upper(),
        latest_charge=id_of(raw.latest_charge),
        failure_code=_code_of(error.to_dict()) if error else None,
        failure_message=error.to_dict().get("message") if error else None,
        metadata=metadata_of(raw),
    )


def read_charge(raw: stripe.Charge) -> Charge:
    """From `charge`."""
    return Charge(
        id=raw.id,
        payment_intent=id_of(raw.payment_intent),
        customer=id_of(raw.customer),
        captured_minor=raw.amount_captured,
        refunded_minor=raw.amount_refunded,
        currency=raw.currency.upper(),
        receipt_url=raw.receipt_url,
        metadata=metadata_of(raw),
        disputed=raw.disputed,
        settlement=_settlement(raw.balance_transaction),
        created=datetime.fromtimestamp(raw.created, UTC),
    )


def _settlement(booked: Any) -> Settlement | None:
    """From a charge's balance transaction, if it is there and was expanded."""
    if not isinstance(booked, stripe.BalanceTransaction):
        return None
    return Settlement(booked.amount, booked.fee, booked.currency.upper())


def read_session_with_payment(raw: stripe.checkout.Session) -> SessionWithPayment:
    """From `checkout.session`, its payment intent and latest charge expanded."""
    intent = raw.payment_intent if isinstance(raw.payment_intent, stripe.PaymentIntent) else None
    charge = intent.latest_charge if intent and isinstance(intent.latest_charge, stripe.Charge) else None
    return SessionWithPayment(
        read_session(raw), read_intent(intent) if intent else None, read_charge(charge) if charge else None
    )


class _EventData(BaseModel):
    object: dict[str, Any]
    previous_attributes: Any = None


class _RawEvent(BaseModel):
    """What an event must have to be kept; everything beyond it is taken as it comes."""

    id: str = Field(pattern=r"^evt_[A-Za-z0-9_]{1,250}$")
    type: str = Field(pattern=r"^[a-z0-9_.]{1,200}$")
    api_version: Annotated[str, Field(max_length=100)] | None = None
    livemode: Annotated[bool, Strict()]
    created: Annotated[int, Field(ge=0, le=32_503_680_000)]
    data: _EventData


def read_event(raw: bytes | dict[str, Any]) -> Event:
    """From an event's JSON.

    Raises:
        ValueError: it is no event.
    """
    event = _RawEvent.model_validate_json(raw) if isinstance(raw, bytes) else _RawEvent.model_validate(raw)
    data = _storable(event.data.object)
    object_id = data.get("id")
    customer = object_id if data.get("object") == "customer" else data.get("customer")
    if customer is None and isinstance(event.data.previous_attributes, dict):  # a card that was just taken off
        customer = _storable(event.data.previous_attributes.get("customer"))
    return Event(
        id=event.id,
        type=event.type,
        api_version=_storable(event.api_version),
        livemode=event.livemode,
        created=datetime.fromtimestamp(event.created, UTC),
        object_id=object_id[:_MAX_ID] if isinstance(object_id, str) else None,
        customer=customer[:_MAX_ID] if isinstance(customer, str) else None,
        data=data,
    )


def _storable(value: Any) -> Any:
    """The same without NUL characters and lone surrogates, which PostgreSQL cannot keep; decimals as Stripe writes.

    The SDK makes numbers of decimal strings in what it fetches.
    """
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    return value


def refusal_in(payment_intent: dict[str, Any]) -> tuple[str | None, str | None]:
    """Code and message of the refused attempt in an event's payment intent: a later attempt clears them in Stripe."""
    error = payment_intent.get("last_payment_error")
    if not isinstance(error, dict):
        return None, None
    message = error.get("message")
    return _code_of(error), str(message)[:500] if message else None


def _code_of(error: dict[str, Any]) -> str | None:
    code = error.get("decline_code") or error.get("code")
    return str(code)[:100] if code else None


def id_of(reference: Any) -> str | None:
    """The id, whether the reference was expanded or not."""
    if reference is None or isinstance(reference, str):
        return reference
    if isinstance(reference, dict):
        return reference.get("id")
    return reference.id


def metadata_of(raw: Any) -> dict[str, str]:
    """Its metadata as a plain dictionary."""
    return dict(raw.metadata.to_dict()) if raw.metadata else {}
