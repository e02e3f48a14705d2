"""Takes secrets out of an event's body: what could pay, sign in or be spent has no place in a log. Pure."""

from typing import Any

MASK = "***"
_SECRETS = frozenset({"secret", "fingerprint", "cvc"})
_MAX_DEPTH = 40


def scrubbed(body: Any, depth: int = 0) -> Any:
    """The same JSON with the values of secret fields masked; null stays null."""
    if depth > _MAX_DEPTH:
        return MASK
    if isinstance(body, dict):
        return {
            name: MASK if value is not None and _is_secret(name) else scrubbed(value, depth + 1)
            for name, value in body.items()
        }
    if isinstance(body, list):
        return [scrubbed(value, depth + 1) for value in body]
    return body


def _is_secret(name: str) -> bool:
    return name in _SECRETS or name.endswith("_secret")
