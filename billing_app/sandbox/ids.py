"""Object ids in Stripe's form: a prefix that tells the type, then random letters and digits."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_RANDOM_LENGTH = 24

PREFIXES: dict[str, str] = {
    "account": "acct",
    "balance_transaction": "txn",
    "billing_portal.configuration": "bpc",
    "billing_portal.session": "bps",
    "charge": "ch",
    "checkout.session": "cs_test",
    "customer": "cus",
    "customer_balance_transaction": "cbtxn",
    "discount": "di",
    "dispute": "du",
    "event": "evt",
    "invoice": "in",
    "invoice_payment": "inpay",
    "invoiceitem": "ii",
    "item": "li",
    "line_item": "il",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "promotion_code": "promo",
    "refund": "re",
    "setup_intent": "seti",
    "subscription": "sub",
    "subscription_item": "si",
    "subscription_schedule": "sub_sched",
    "test_helpers.test_clock": "clock",
    "webhook_endpoint": "we",
}
_LENGTHS = {"account": 16, "checkout.session": 58, "customer": 14, "product": 14, "subscription_item": 14}


def random_text(length: int = _RANDOM_LENGTH) -> str:
    """Unguessable letters and digits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(object_type: str) -> str:
    """A new id for an object of Stripe's type, such as `cs_test_...` for `checkout.session`."""
    return f"{PREFIXES[object_type]}_{random_text(_LENGTHS.get(object_type, _RANDOM_LENGTH))}"
