"""What a change in the middle of a period costs and gives back, to the second. Pure.

https://docs.stripe.com/billing/subscriptions/prorations. Credits follow flexible billing mode: they give back a share
of what was debited, not of today's price (https://docs.stripe.com/billing/subscriptions/billing-mode/compare).
"""


def share(amount_minor: int, start: int, end: int, at: int) -> int:
    """The part of an amount for [start, end) that falls into [at, end); half a minor unit is rounded up."""
    whole = end - start
    rest = min(max(end - at, 0), whole)
    if whole <= 0:
        return 0
    sign = -1 if amount_minor < 0 else 1
    return sign * ((2 * abs(amount_minor) * rest + whole) // (2 * whole))


def spread(amount_minor: int, weights: list[int]) -> list[int]:
    """Split an amount over weights, to the last minor unit; the largest remainders take what is over."""
    total = sum(weights)
    if total <= 0:
        return [0] * len(weights)
    parts = [amount_minor * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: (-(amount_minor * weights[at] % total), at))
    for at in by_remainder[: amount_minor - sum(parts)]:
        parts[at] += 1
    return parts
