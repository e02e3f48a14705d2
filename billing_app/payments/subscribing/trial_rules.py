"""Who may have a trial: one per customer, mailbox and card. Pure; neither address nor card number is ever kept."""

import hmac
from hashlib import sha256

from billing_app.accounts.email_address import parse_email
from billing_app.accounts.errors import InvalidEmail

_PURPOSE = b"billing trials v1"
_DOTS_MEAN_NOTHING = frozenset({"gmail.com", "googlemail.com"})


def mailbox(address: str) -> str | None:
    """The mailbox behind an address: without what follows a `+`, and without dots where they mean nothing.

    None: it is no address.
    """
    try:
        parsed = parse_email(address)
    except InvalidEmail:
        return None
    local, _, domain = parsed.normalised.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTS_MEAN_NOTHING:
        return f"{local.replace('.', '') or local}@gmail.com"
    return f"{local}@{domain}"


class TrialKeys:
    """Makes the digests by which a mailbox and a card are known again, with a key made of the installation's secret."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, sha256)

    def of_mailbox(self, address: str | None) -> bytes | None:
        """The digest of an address's mailbox; None without one."""
        known = mailbox(address) if address else None
        return self._mac(f"mailbox:{known}") if known else None

    def of_card(self, fingerprint: str | None) -> bytes | None:
        """The digest of Stripe's fingerprint of a card number; None without a card."""
        return self._mac(f"card:{fingerprint}") if fingerprint else None

    def _mac(self, value: str) -> bytes:
        return hmac.digest(self._key, value.encode(), sha256)


def days_offered(in_catalog: int, *, taken: bool, asked: int | None) -> int:
    """Trial days of a checkout: the catalogue's, lowered by a server if it asks for fewer, none the second time."""
    if taken:
        return 0
    return in_catalog if asked is None else min(in_catalog, max(0, asked))
