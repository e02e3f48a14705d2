"""Reading a host's JSON Web Token (RFC 7519): one algorithm, by configuration and not by the token's word. Pure.

Small on purpose: what a library would let a token choose (algorithm, key, critical extensions) has no choice here.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

MAX_LENGTH = 4_096
LIFETIME_MAX_S = 60
SKEW_S = 5
"""How far the host's clock may be ahead of ours."""
SECRET_MIN = 32
_KNOWN_HEADERS = {"alg", "typ", "kid"}
_JTI_MAX = 200


class BadToken(Exception):
    """Not a token we accept. The reason is for the log: whoever sent it is told nothing of it."""


class Verifier(Protocol):
    """One algorithm with its key."""

    algorithm: str

    def fits(self, signed: bytes, signature: bytes) -> bool:
        """Whether the signature is the key's."""
        ...


class Hs256:
    """HMAC with SHA-256 under a secret shared with the host."""

    algorithm = "HS256"

    def __init__(self, secret: str) -> None:
        """
        Raises:
            ValueError: the secret is shorter than 32 characters.
        """
        if len(secret) < SECRET_MIN:
            raise ValueError(f"HAND_OVER_JWT_SECRET must have {SECRET_MIN} characters or more.")
        self._secret = secret.encode()

    def fits(self, signed: bytes, signature: bytes) -> bool:
        """See `Verifier`."""
        return hmac.compare_digest(hmac.digest(self._secret, signed, hashlib.sha256), signature)


class EdDsa:
    """Ed25519: we hold the public key alone."""

    algorithm = "EdDSA"

    def __init__(self, pem: str) -> None:
        """
        Raises:
            ValueError: this is no Ed25519 public key in PEM.
        """
        try:
            key = load_pem_public_key(pem.replace("\\n", "\n").encode())
        except ValueError as error:
            raise ValueError("HAND_OVER_JWT_PUBLIC_KEY is not a public key in PEM.") from error
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("HAND_OVER_JWT_PUBLIC_KEY must be an Ed25519 key.")  # noqa: TRY004 - a setting's value
        self._key = key

    def fits(self, signed: bytes, signature: bytes) -> bool:
        """See `Verifier`."""
        try:
            self._key.verify(signature, signed)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says: `subject` is the host's id of the customer, `token_id` its `jti`."""

    subject: str
    token_id: str
    expires: int
    name: str | None
    email: str | None
    goes_to: str | None
    return_to: str | None


def read(token: str, verifier: Verifier, *, audience: str, now: datetime) -> Claims:
    """Check a token and take its claims.

    `exp` and `iat` are required and at most 60 s apart, so that what leaks into a log is worth nothing a minute later.

    Raises:
        BadToken: form, algorithm, signature, audience or time do not fit.
    """
    parts = token.split(".")
    if len(token) > MAX_LENGTH or not token.isascii() or len(parts) != 3:
        raise BadToken("no compact JWS")
    header = _object(parts[0])
    if header.get("alg") != verifier.algorithm or set(header) - _KNOWN_HEADERS:
        raise BadToken("another algorithm, or headers we do not know")
    if not verifier.fits(f"{parts[0]}.{parts[1]}".encode(), _bytes(parts[2])):
        raise BadToken("the signature does not fit")
    claims = _object(parts[1])
    audiences = claims.get("aud")
    if audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise BadToken("another audience")
    issued, expires = _second(claims, "iat"), _second(claims, "exp")
    at = now.timestamp()
    if not 0 < expires - issued <= LIFETIME_MAX_S or issued > at + SKEW_S or expires <= at:
        raise BadToken("expired, from the future, or good for too long")
    if "nbf" in claims and _second(claims, "nbf") > at + SKEW_S:
        raise BadToken("not good yet")
    token_id = _text(claims, "jti")
    if token_id is None or len(token_id) > _JTI_MAX:
        raise BadToken("no jti")
    subject = _text(claims, "sub")
    if subject is None:
        raise BadToken("no sub")
    return Claims(
        subject,
        token_id,
        expires,
        name=_text(claims, "name"),
        email=_text(claims, "email"),
        goes_to=_text(claims, "to"),
        return_to=_text(claims, "return_to"),
    )


def _bytes(part: str) -> bytes:
    try:
        made = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadToken("not base64url") from error
    if base64.urlsafe_b64encode(made).rstrip(b"=").decode() != part:
        raise BadToken("not the one spelling of its base64url")  # or a used token would have a second spelling
    return made


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(part), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadToken("not JSON") from error
    if not isinstance(found, dict):
        raise BadToken("no JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _second(claims: dict[str, Any], name: str) -> int:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**40:
        raise BadToken(f"{name} is no NumericDate in whole seconds")
    return value


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadToken(f"{name} is no text")
    return value
