"""How long an event that cannot be applied is tried again: soon, then rarer, for three days. Pure."""

_FIRST_S = (5, 15, 60, 300, 900, 3_600)
_LATER_S = 3 * 3_600
_LATER_TIMES = 23


def pause_after(attempts: int) -> int | None:
    """Seconds to wait after so many failed attempts; None: enough, park it."""
    assert attempts >= 1, "nothing is retried before its first attempt"
    if attempts <= len(_FIRST_S):
        return _FIRST_S[attempts - 1]
    return _LATER_S if attempts <= len(_FIRST_S) + _LATER_TIMES else None
