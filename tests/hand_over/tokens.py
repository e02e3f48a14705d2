"""JWTs as a host makes them, and as an attacker does."""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from typing import Any

AUDIENCE = "https://billing.example.com"
JWT_SECRET = "a secret that the host and we share, long"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def part(value: Any) -> str:
    """One part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(at: datetime = NOW, **changed: Any) -> dict[str, Any]:
    """Good claims, or with something changed; None leaves a claim out."""
    second = int(at.timestamp())
    made = {
        "sub": "user_4711",
        "aud": AUDIENCE,
        "iat": second,
        "exp": second + 60,
        "jti": secrets.token_hex(8),
    } | changed
    return {name: value for name, value in made.items() if value is not None}


def hs256(body: dict[str, Any], secret: str = JWT_SECRET, **header: Any) -> str:
    """A token signed with the shared secret."""
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'} | header)}.{part(body)}"
    return f"{signed}.{part(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"
