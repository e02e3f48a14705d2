"""Round figures for an axis, and amounts short enough to stand beside it. Pure; whole numbers all the way."""

from billing_app.money import Money, exponent
from billing_app.ui.format import MINUS

_STEPS = (1, 2, 5, 10)


def ticks(low: int, high: int, *, about: int = 5) -> list[int]:
    """Round figures from at most `low` to at least `high`, nought among them: where grid lines stand."""
    low, high = min(low, 0), max(high, 0)
    if low == high:
        return [0, 1]
    step = _step(high - low, about)
    begin = -(-abs(low) // step) * -step if low else 0
    end = -(-high // step) * step
    return list(range(begin, end + step, step))


def _step(span: int, about: int) -> int:
    magnitude = 1
    while True:
        for factor in _STEPS:
            if factor * magnitude * about >= span:
                return factor * magnitude
        magnitude *= 10


def short_money(minor: int, currency: str) -> str:
    """`$1.2k`, `$950`, `$0.50`: for an axis, where every digit costs room."""
    unit = 10 ** exponent(currency)
    whole, sign = abs(minor), MINUS if minor < 0 else ""
    for size, letter in ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k")):
        if whole >= size * unit:
            tenths = (whole * 10 + size * unit // 2) // (size * unit)
            text = f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
            return f"{sign}{_symbol(currency)}{text}{letter}"
    return sign + Money(whole, currency).shown(compact=True)


def _symbol(currency: str) -> str:
    return Money(0, currency).shown(compact=True).removesuffix("0")


def money_ticks(low: int, high: int, currency: str) -> tuple[list[int], dict[str, str]]:
    """Where the lines stand, in minor units, and what is written there."""
    found = ticks(low, high)
    return found, {str(value): short_money(value, currency) for value in found}
