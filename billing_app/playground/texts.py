"""What people type, before it is stored: text of a bounded length that PostgreSQL can hold. Pure."""

from billing_app.errors import InvalidInput


def storable(text: str) -> bool:
    """Whether a text is one: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def cleaned(text: object, field: str, what: str, *, longest: int, empty: bool = False) -> str:
    """The text without blanks around it and with one kind of line end.

    Args:
        what: how a sentence about it begins: `A question`.
        empty: whether nothing at all will do.

    Raises:
        InvalidInput: no text, nothing in it, or more than `longest` characters.
    """
    if not isinstance(text, str) or not storable(text):
        raise InvalidInput(f"{what} must be text, without NUL characters.", field=field)
    clean = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not clean and not empty:
        raise InvalidInput(f"{what} cannot be empty.", field=field)
    if len(clean) > longest:
        raise InvalidInput(f"{what} has {longest:,} characters at most; this has {len(clean):,}.", field=field)
    return clean
