"""What a host says of a call, checked; and what it is answered. Pure."""

import hashlib
import json
import re
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from billing_app import money
from billing_app.errors import InvalidInput
from billing_app.usage.cost import PLACES, Tokens

MAX_TOKENS = 1_000_000_000
MAX_UNITS = Decimal(10) ** 9
MAX_COST = Decimal(10) ** 9
DETAILS_MAX_BYTES = 4_096
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)
"""How far a host's clock may be ahead of ours."""
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_FIELDS: dict[type, tuple[str, ...]] = {}
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
NAME_MAX = 200

State = Literal["logged", "repeated", "refused"]


@dataclass(frozen=True, slots=True)
class Entry:
    """The ledger entry that paid for a call: it makes the margin of the call exact, to the lot."""

    customer_id: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    """What every row says.

    Attributes:
        source, request_id: who calls and its id of the call; together they are logged once, for ever.
        customer_id: may be missing. plan: its plan at the time; None: the one it holds when the call is logged.
        at: when the call was made, UTC; None: now.
        entry_id: the customer's ledger entry that paid for it.
        details: JSON of 4 KiB at most, kept as it is.
    """

    source: str
    request_id: str
    customer_id: int | None = None
    plan: str | None = None
    feature: str | None = None
    at: datetime | None = None
    entry_id: int | None = None
    details: dict[str, Any] | None = None

    def checked(self, now: datetime) -> None:
        """Refuse what cannot be kept.

        Raises:
            InvalidInput: says which field and what it takes.
        """
        _match(_SOURCE, self.source, "source", 'letters, digits and "_.:-", 64 at most')
        _check_name(self.request_id, "request_id")
        for name in ("plan", "feature"):
            if (code := getattr(self, name)) is not None:
                _match(_CODE, code, name, "a code of the catalogue")
        for name in ("customer_id", "entry_id"):
            number = getattr(self, name)
            if number is not None and (type(number) is not int or not 0 < number < 2**63):
                raise InvalidInput(f"{name} is a positive whole number.", field=name)
        if self.entry_id is not None and self.customer_id is None:
            raise InvalidInput("An entry belongs to a customer: name customer_id, too.", field="entry_id")
        if self.at is not None:
            if self.at.tzinfo is None:
                raise InvalidInput("at needs an offset from UTC, such as 2026-12-31T23:59:00Z.", field="at")
            if not EARLIEST <= self.at <= now + AHEAD:
                raise InvalidInput("at lies between 2020 and now.", field="at")
        if self.details is not None:
            _check_details(self.details)

    def fingerprint(self) -> bytes:
        """The same for the same body, however it was written."""
        names = _FIELDS.get(type(self)) or _FIELDS.setdefault(type(self), tuple(one.name for one in fields(self)))
        said = {name: value for name in names if (value := getattr(self, name)) is not None}
        body = _canonical([type(self).__name__, said])
        return hashlib.sha256(body.encode()).digest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmCall(_Cost):
    """One call of a language model."""

    model: str
    tokens: Tokens = field(default_factory=Tokens)

    def checked(self, now: datetime) -> None:
        """As for every row; and the model is named, and tokens are counts."""
        _Cost.checked(self, now)
        check_model(self.model)
        check_tokens(self.tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCost(_Cost):
    """So many units of another vendor's service, such as one session of speech-to-text, at what they cost in all.

    `cost` is in major units of `currency`, exact, twelve places at most.
    """

    service: str
    units: Decimal
    cost: Decimal
    currency: str

    def checked(self, now: datetime) -> None:
        """As for every row; and units and cost are within what can be kept."""
        _Cost.checked(self, now)
        _check_name(self.service, "service")
        _check_decimal(self.units, "units", MAX_UNITS, 6)
        _check_decimal(self.cost, "cost", MAX_COST, PLACES)
        check_currency(self.currency)


Row = LlmCall | VendorCost


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row.

    Attributes:
        state: logged now; repeated: it was before, and this is what was answered then; refused: nothing was kept.
        cost: major units; None: the model had no price at the time, so the cost is not known.
        price_id: the price version it was made at. None: unknown, or a vendor's cost.
        error, code: why it was refused.
    """

    source: str
    request_id: str
    state: State
    id: int | None = None
    cost: Decimal | None = None
    currency: str | None = None
    price_id: int | None = None
    error: str | None = None
    code: str | None = None


def check_model(name: str) -> None:
    """Refuse a model's name that no vendor would give."""
    _check_name(name, "model")


def check_tokens(tokens: Tokens) -> None:
    """Refuse what is no count of tokens."""
    for name, count in tokens.counts().items():
        if type(count) is not int or not 0 <= count <= MAX_TOKENS:
            raise InvalidInput(f"{name} tokens are a whole number from 0 to {MAX_TOKENS:,}.", field=name)


def check_currency(code: str) -> None:
    """Refuse a currency that is none."""
    if not isinstance(code, str):
        raise InvalidInput("currency is an ISO code such as USD.", field="currency")
    money.known(code)


def _check_decimal(value: Decimal, name: str, most: Decimal, places: int) -> None:
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= most:
        raise InvalidInput(f"{name} is a decimal number from 0 to {most:,}.", field=name)
    if -int(value.as_tuple().exponent) > places:
        raise InvalidInput(f"{name} has {places} decimal places at most.", field=name)


def _check_details(details: dict[str, Any]) -> None:
    try:
        document = json.dumps(details, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):  # half a surrogate is a ValueError too
        raise InvalidInput("metadata is a JSON object.", field="metadata") from None
    if not isinstance(details, dict) or len(document) > DETAILS_MAX_BYTES or b"\\u0000" in document:
        raise InvalidInput(
            f"metadata is a JSON object of {DETAILS_MAX_BYTES:,} bytes at most, without NUL characters.",
            field="metadata",
        )


def _check_name(value: object, name: str) -> None:
    """What vendors and hosts call models, services and requests."""
    if (
        not isinstance(value, str)
        or not 1 <= len(value) <= NAME_MAX
        or not value.isprintable()
        or value != value.strip()
    ):
        raise InvalidInput(f"{name} is 1 to {NAME_MAX} printing characters, without spaces at the ends.", field=name)


def _match(pattern: re.Pattern[str], value: object, name: str, takes: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise InvalidInput(f"{name} is {takes}.", field=name)


def _plain(value: object) -> Any:
    if isinstance(value, Tokens):
        return value.counts()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


# Made once: json.dumps would make an encoder for each row.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_plain).encode
