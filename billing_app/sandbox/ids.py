"""Object ids in Stripe's form: a prefix that tells the type, then random letters and digits."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_RANDOM_LENGTH = 24

PREFIXES: dict[str, str] = {
    "account": "acct",
    "balance_transaction": "txn",
    "charge": "ch",
    "checkout.session": "cs_test",
    "customer": "cus",
    "event": "evt",
    "item": "li",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "refund": "re",
    "webhook_endpoint": "we",
}
_LENGTHS = {"account": 16, "checkout.session": 58, "customer": 14, "product": 14}


def random_text(length: int = _RANDOM_LENGTH) -> str:
    """Unguessable letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(object_type: str) -> str:
    """A new id for an object of Stripe's type, such as `cs_test_...` for `checkout.session`."""
    return f"{PREFIXES[object_type]}_{random_text(_LENGTHS.get(object_type, _RANDOM_LENGTH))}"
