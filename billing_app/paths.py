"""Where to go after signing in: a path of our own and nothing else. Pure."""

from urllib.parse import quote, urlsplit

LENGTH_MAX = 1_000


def safe_next(path: str | None, default: str = "/dashboard") -> str:
    """The path if it is one of ours, else `default`.

    A single leading slash, no second one and no backslash after it (browsers read both as another host), no control
    characters or spaces (some are dropped by browsers, which would bring such a pair together), no halves of surrogate
    pairs, no way to the API.
    """
    if not path or len(path) > LENGTH_MAX or not path.startswith("/") or path.startswith("//"):
        return default
    if "\\" in path or any(ord(char) <= 0x20 or ord(char) == 0x7F or 0xD800 <= ord(char) <= 0xDFFF for char in path):
        return default
    try:
        parts = urlsplit(path)
    except ValueError:
        return default
    if parts.scheme or parts.netloc or parts.path == "/api" or parts.path.startswith("/api/"):
        return default
    # Percent-encode what is not ASCII, for the Location header; what is encoded already stays so.
    return quote(path, safe="/?#[]@!$&'()*+,;=:%-._~")
