"""The telling lines of a text, in its own words: what the playground makes where a host product would ask its model.

Pure and deterministic; it invents nothing. What is counted for it is real.
"""

import re
from collections import Counter
from dataclasses import dataclass

from billing_app.errors import InvalidInput
from billing_app.playground.advert import TITLE_MAX, quoted
from billing_app.playground.texts import cleaned

MAX_CHARS = 4_000
MIN_WORDS = 5
LINES = 5
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_WORD = re.compile(r"[^\W\d_]{4,}")
_BULLET = re.compile(r"^[\s\-*>\N{BULLET}\N{EN DASH}]+")


@dataclass(frozen=True, slots=True)
class Notes:
    """What came out: a title, which is how the text begins, and up to five lines of the rest, in their order."""

    title: str
    lines: tuple[str, ...]


def write_notes(text: str) -> Notes:
    """Pick the lines that carry most of what a text says.

    Raises:
        InvalidInput: no text, fewer than five words, or more than 4,000 characters.
    """
    said = cleaned(text, "text", "The text", longest=MAX_CHARS)
    sentences = [" ".join(_BULLET.sub("", one).split()) for one in _SENTENCE.split(said)]
    sentences = list(dict.fromkeys(one for one in sentences if one))
    if len(said.split()) < MIN_WORDS or not sentences:
        raise InvalidInput(f"Write a little more: {MIN_WORDS} words or so.", field="text")
    weight = Counter(word.lower() for word in _WORD.findall(said))
    ranked = sorted(range(len(sentences)), key=lambda place: (-_telling(sentences[place], weight), place))
    title = sentences[0][:TITLE_MAX].rstrip(" .,;:")
    said_by_title = len(sentences) > 1 and len(sentences[0]) <= TITLE_MAX
    chosen = sorted([place for place in ranked if place or not said_by_title][:LINES])
    return Notes(title, tuple(quoted(sentences[place]) for place in chosen))


def _telling(sentence: str, weight: Counter[str]) -> int:
    """What the words of a sentence count, each once: said again in the text, it counts more."""
    return sum(weight[word] for word in {found.lower() for found in _WORD.findall(sentence)})
