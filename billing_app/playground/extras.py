"""What a question can be given besides: each adds to its price by the rate card, if the rate card has it. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from billing_app.catalog.schema import Rate
from billing_app.errors import InvalidInput
from billing_app.playground.tools import calculate, count_words, look_at_dates


@dataclass(frozen=True, slots=True)
class Search:
    """Looks for passages on one shelf."""

    code: str
    add_on: str
    what: str
    shelf: str
    results: int


@dataclass(frozen=True, slots=True)
class Tool:
    """Works on the question itself."""

    code: str
    add_on: str
    what: str
    name: str
    work: Callable[[str], list[tuple[str, str]]]


Extra = Search | Tool

EXTRAS: tuple[Extra, ...] = (
    Search("documentation", "documentation", "Searches the guides.", "documentation", 3),
    Search("github", "github", "Searches modules, classes and functions of the source code.", "code", 4),
    Search("document", "document", "Reads the job you saved on the interview page.", "job", 3),
    Tool("calculator", "tool", "Works out every calculation in the question.", "Calculator", calculate),
    Tool("dates", "tool", "Weekdays, and days between dates such as 2026-01-31.", "Dates", look_at_dates),
    Tool("words", "tool", "Counts words and characters.", "Word count", count_words),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """An extra with its name and price by the rate card in force."""

    extra: Extra
    name: str
    credits: int


def offered(rate: Rate) -> tuple[Offered, ...]:
    """Those the rate card has. An add-on that nothing here does is not offered."""
    by_code = {add_on.code: add_on for add_on in rate.add_ons}
    return tuple(
        Offered(
            extra,
            extra.name if isinstance(extra, Tool) else by_code[extra.add_on].name,
            by_code[extra.add_on].credits,
        )
        for extra in EXTRAS
        if extra.add_on in by_code
    )


def chosen(rate: Rate, codes: Sequence[str]) -> tuple[Offered, ...]:
    """The extras of these codes, in the order of the list whatever the order they were named in.

    Raises:
        InvalidInput: one is not offered, or named twice.
    """
    there = offered(rate)
    for code, times in Counter(codes).items():
        if times > 1 or not any(one.extra.code == code for one in there):
            known = ", ".join(one.extra.code for one in there) or "none"
            raise InvalidInput(f"Name each extra once; there are: {known}.", field="extras")
    return tuple(one for one in there if one.extra.code in codes)


def add_ons_of(extras: Iterable[Offered]) -> dict[str, int]:
    """How many of which add-ons they are."""
    return dict(Counter(one.extra.add_on for one in extras))
