"""Keeps a secret readable for whoever has SECRET_KEY, and for nobody who only has the database."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"billing_app: secret of the webhook endpoint"


def seal(secret: str, secret_key: str) -> bytes:
    """Encrypt, with authentication."""
    return _cipher(secret_key).encrypt(secret.encode())


def unseal(sealed: bytes, secret_key: str) -> str | None:
    """What was sealed; None when it was sealed under another key, or is damaged."""
    try:
        return _cipher(secret_key).decrypt(sealed).decode()
    except InvalidToken:
        return None


def _cipher(secret_key: str) -> Fernet:
    # A key of its own for this purpose, so that nothing else that SECRET_KEY signs or hashes can stand for it.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
