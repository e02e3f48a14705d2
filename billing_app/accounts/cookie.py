"""The session cookie's name and how to find it in a Cookie header, for pages and API alike. Pure."""

COOKIE_LIMIT_BYTES = 8_192
LOOK_COOKIE = "look"
"""Marks what a browser shows while its user looks as a customer; by it alone nobody may see anything."""


def session_cookie(*, secure: bool) -> str:
    """The cookie's name. With HTTPS it carries the prefix by which browsers refuse it from anywhere but this host."""
    return "__Host-session" if secure else "session"


def sign_up_cookie(*, secure: bool) -> str:
    """The cookie that marks the browser somebody signed up in, until they confirm their address."""
    return "__Host-sign-up" if secure else "sign-up"


def read_cookie(header: str | None, name: str) -> str | None:
    """One cookie's value from a Cookie header; None if it is missing, or the header is malformed or oversized."""
    if not header or len(header) > COOKIE_LIMIT_BYTES:
        return None
    for pair in header.split(";"):
        key, equals, value = pair.strip().partition("=")
        if equals and key == name:
            return value.strip('"') or None
    return None
