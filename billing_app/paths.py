"""Which addresses people may be sent on to after sign-in, checkout or the wall: paths of our own, nothing else."""

MAX_LENGTH = 512


def safe_next(path: str | None, otherwise: str = "/") -> str:
    """`path` when it is a path on this origin, else `otherwise`.

    Refused: other hosts in any spelling (`//host`, `/\\host`, a scheme), control characters, and anything over
    512 characters.
    """
    if not path or len(path) > MAX_LENGTH or not path.startswith("/") or path.startswith(("//", "/\\")):
        return otherwise
    if "\\" in path or any(ord(character) < 0x20 or ord(character) == 0x7F for character in path):
        return otherwise
    return path
