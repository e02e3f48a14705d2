"""How figures and moments are written on every page: the same number always looks the same."""

from datetime import date, datetime

MINUS = "\N{MINUS SIGN}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: int) -> str:
    """`1234567` as `1,234,567`, with a real minus sign."""
    return f"{abs(value):,}" if value >= 0 else f"{MINUS}{abs(value):,}"


def signed(value: int) -> str:
    """A change: with a plus, or with a real minus sign."""
    return f"+{value:,}" if value > 0 else number(value)


def day(moment: date) -> str:
    """`4 Dec 2026`."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def short_day(which: date) -> str:
    """`4 Dec`, where the year is plain."""
    return f"{which.day} {_MONTHS[which.month - 1]}"


def month(first: date) -> str:
    """`Dec 2026`."""
    return f"{_MONTHS[first.month - 1]} {first.year}"


def moment(at: datetime) -> str:
    """`4 Dec 2026, 14:02 UTC`."""
    return f"{day(at)}, {at:%H:%M} UTC"


def when(at: datetime, now: datetime) -> str:
    """Short, for lists: `14:02` today, `Yesterday 14:02`, `4 Dec` this year, else with the year. Days are UTC."""
    days = (now.date() - at.date()).days
    if days == 0:
        return f"{at:%H:%M}"
    if days == 1:
        return f"Yesterday {at:%H:%M}"
    return f"{at.day} {_MONTHS[at.month - 1]}" if at.year == now.year else day(at)


def ordinal(position: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    suffix = "th" if position % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"{position}{suffix}"
