"""Finding passages that speak about a question: a small Okapi BM25 over sections of text. Pure and deterministic."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADING_BETWEEN = " \u203a "
"""What stands between the headings of a title."""

_SATURATION, _LENGTH_WEIGHT = 1.2, 0.75
_TITLE_WEIGHT = 3
_TERMS_MAX = 60
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_STOP = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be been by can could did do does doing for from had has have how i if in into is it its me
    my of on one or our out should so than that the their them then there these they this those to us was we were what
    when where which who why will with without would you your losing about not no any all also just get""",
    )
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A section of something one can read.

    Attributes:
        source: where it stands: a file, or `Pricing page`.
        title: its headings, or the name of what it describes.
    """

    source: str
    title: str
    text: str


def terms(text: str) -> list[str]:
    """The words that tell something, in one spelling: lower case, names split at their humps, endings cut."""
    words = _WORD.findall(_HUMP.sub(" ", text).lower())
    return [_stem(word) for word in words if len(word) > 1 and word not in _STOP]


def _stem(word: str) -> str:
    """Plural and the commonest endings go, so that `rotating secrets` finds `rotate the secret`."""
    for ending, least in (("ing", 6), ("ies", 5), ("ed", 5), ("es", 5), ("s", 4), ("e", 5)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


class Shelf:
    """Passages, indexed once, to be asked often."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages: Sequence[Passage] = tuple(passages)
        self._counts = [Counter(terms(one.title) * _TITLE_WEIGHT + terms(one.text)) for one in self.passages]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / len(self._lengths) if self._lengths else 1.0
        self._in_how_many = Counter(term for counts in self._counts for term in counts)

    def find(self, question: str, limit: int) -> list[Passage]:
        """The passages that speak about it, best first; none that shares too few of its words."""
        asked = list(dict.fromkeys(terms(question)))[:_TERMS_MAX]
        least = max(1, math.ceil(len(asked) / 3))
        scored = [
            (self._score(place, asked), -place)
            for place, counts in enumerate(self._counts)
            if sum(term in counts for term in asked) >= least
        ]
        return [self.passages[-place] for score, place in sorted(scored, reverse=True)[:limit] if score > 0]

    def _score(self, place: int, asked: Sequence[str]) -> float:
        counts, length = self._counts[place], self._lengths[place]
        norm = _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * length / self._mean)
        return sum(
            self._rarity(term) * counts[term] * (_SATURATION + 1) / (counts[term] + norm)
            for term in asked
            if term in counts
        )

    def _rarity(self, term: str) -> float:
        having = self._in_how_many[term]
        return math.log(1 + (len(self.passages) - having + 0.5) / (having + 0.5))


def telling_sentences(passage: Passage, question: str, *, count: int = 2, length_max: int = 420) -> str:
    """The sentences of a passage that say most about the question, in its own order."""
    sentences = [one.strip() for one in _SENTENCE.split(passage.text) if len(one.strip()) > 3]
    if not sentences:
        return passage.title
    asked = set(terms(question))
    by_worth = sorted(range(len(sentences)), key=lambda at: (-len(asked & set(terms(sentences[at]))), at))
    text = " ".join(sentences[at] for at in sorted(by_worth[:count]))
    return text if len(text) <= length_max else text[:length_max].rsplit(" ", 1)[0] + "…"
