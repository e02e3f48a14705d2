"""The token of a preview: what was shown, signed, so that exactly this is confirmed or nothing."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from billing_app.payments.subscribing.errors import PreviewExpired

LIFETIME = timedelta(minutes=15)
"""In billing time: what is shown is to the second, and its proration date should not lie far back."""
_PURPOSE = b"billing plan-change v1"
_MAX_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Promise:
    """What a preview promised. Times in Unix seconds, money in minor units.

    Attributes:
        subscription, price, period_end: how things stood at Stripe when it was shown.
        item_id: the catalogue's item switched to.
        due_minor, total_minor: today's invoice; 0 when nothing is billed today.
        end_trial: the trial ends with the switch.
    """

    customer_id: int
    subscription: str
    price: str
    period_end: int
    item_id: int
    now: bool
    end_trial: bool
    proration_date: int
    due_minor: int
    total_minor: int
    good_until: int


class ChangeTokens:
    """Signs and reads promises."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, sha256)

    def sign(self, promise: Promise) -> str:
        """The token of a promise."""
        body = json.dumps(asdict(promise), separators=(",", ":"), sort_keys=True).encode()
        return f"{_text(body)}.{_text(hmac.digest(self._key, body, sha256))}"

    def read(self, token: str, *, customer_id: int, at: datetime) -> Promise:
        """What was promised to this customer.

        Raises:
            PreviewExpired: it was not signed here, not for this customer, or too long ago.
        """
        body, mac = _parts(token)
        if not hmac.compare_digest(mac, hmac.digest(self._key, body, sha256)):
            raise PreviewExpired("This confirmation is not valid. Look at the change again; nothing was changed.")
        promise = Promise(**json.loads(body))
        if promise.customer_id != customer_id or at >= datetime.fromtimestamp(promise.good_until, UTC):
            raise PreviewExpired("What was shown is too old. Look at the change again; nothing was changed.")
        return promise


def digest(token: str) -> str:
    """A short name of a token, for Stripe's idempotency keys."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()[:40]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _parts(token: str) -> tuple[bytes, bytes]:
    if len(token) > _MAX_LENGTH or not token.isascii():
        return b"", b""
    body, _, mac = token.partition(".")
    try:
        return _raw(body), _raw(mac)
    except ValueError:
        return b"", b""


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
