"""An answerer without a model: looks things up, says what it found and where, piece by piece. Pure and deterministic.

It stands in for a host product's engine, so that price, hold, stream and charge around it are the real ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing_app.playground.extras import Offered, Search
from billing_app.playground.passages import HEADING_BETWEEN, Shelf, telling_sentences

FACTS_SHOWN = 2
ITEM_TEXT_MAX = 280
WORDS_PER_PIECE = 4


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question with everything its answer may be looked up in.

    Attributes:
        facts: what every question is answered from: the price list's own words, and the customer's own things.
        shelves: what searches look through, by name.
    """

    question: str
    extras: tuple[Offered, ...]
    facts: Shelf
    shelves: Mapping[str, Shelf] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing found: `number` is how the answer cites it, 0 for a tool's result."""

    number: int
    title: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search or a tool brought; nothing, if `items` is empty. `add_on` is what it is charged as."""

    extra: str
    add_on: str
    name: str
    items: tuple[Item, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is streamed and kept."""
        items = [
            {"number": one.number, "title": one.title, "source": one.source, "text": one.text} for one in self.items
        ]
        return {"extra": self.extra, "add_on": self.add_on, "name": self.name, "items": items}


@dataclass(frozen=True, slots=True)
class Words:
    """The next words of the answer. `free`: they only say that nothing was found."""

    text: str
    free: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is streamed and kept."""
        return {"text": self.text}


Part = Found | Words


def part_of(kept: Mapping[str, Any]) -> Part:
    """A part as it was kept."""
    if "text" in kept:
        return Words(kept["text"])
    return Found(kept["extra"], kept["add_on"], kept["name"], tuple(Item(**item) for item in kept["items"]))


def answer(inquiry: Inquiry) -> Iterator[Part]:
    """Results of each extra first, then the words of the answer, which cite them."""
    results: list[Found] = []
    number = 1
    for one in inquiry.extras:
        found = _search(inquiry, one, one.extra, number) if isinstance(one.extra, Search) else _work(inquiry, one)
        number += sum(1 for item in found.items if item.number)
        results.append(found)
        yield found
    paragraphs = _paragraphs(inquiry, results)
    if paragraphs:
        yield from (Words(piece) for piece in pieces("\n\n".join(paragraphs)))
    else:
        yield from (Words(piece, free=True) for piece in pieces(_nothing(inquiry)))


def _search(inquiry: Inquiry, one: Offered, search: Search, number: int) -> Found:
    shelf = inquiry.shelves.get(search.shelf)
    passages = shelf.find(inquiry.question, search.results) if shelf else []
    items = tuple(
        Item(
            number + place,
            passage.title,
            passage.source,
            telling_sentences(passage, inquiry.question, length_max=ITEM_TEXT_MAX),
        )
        for place, passage in enumerate(passages)
    )
    return Found(search.code, search.add_on, one.name, items)


def _work(inquiry: Inquiry, one: Offered) -> Found:
    assert not isinstance(one.extra, Search)
    items = tuple(Item(0, asked, one.name, result) for asked, result in one.extra.work(inquiry.question))
    return Found(one.extra.code, one.extra.add_on, one.name, items)


def _paragraphs(inquiry: Inquiry, results: Sequence[Found]) -> list[str]:
    """What was found, in words: tools' results, then the best passage of each search, then the facts."""
    said = [f"{item.title}: {item.text}." for found in results for item in found.items if not item.number]
    for found in results:
        cited = [item for item in found.items if item.number]
        if cited:
            best, *more = cited
            also = f" See also {', '.join(f'[{item.number}]' for item in more)}." if more else ""
            said.append(f"{best.title.rpartition(HEADING_BETWEEN)[2]}: {best.text} [{best.number}]{also}")
    for passage in inquiry.facts.find(inquiry.question, FACTS_SHOWN):
        said.append(f"{passage.source}, “{passage.title}”: {telling_sentences(passage, inquiry.question, count=3)}")
    return said


def _nothing(inquiry: Inquiry) -> str:
    looked = ["the price list", *(one.name for one in inquiry.extras)]
    where = looked[0] if len(looked) == 1 else f"{', '.join(looked[:-1])} and {looked[-1]}"
    return f"I found nothing about this in {where}, so this costs nothing. Try other words, or let me look further."


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of a few words; put together they are the text."""
    words = text.split(" ")
    for at in range(0, len(words), WORDS_PER_PIECE):
        last = at + WORDS_PER_PIECE >= len(words)
        yield " ".join(words[at : at + WORDS_PER_PIECE]) + ("" if last else " ")
