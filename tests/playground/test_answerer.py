"""The answerer finds what speaks about the question, works its tools exactly, and says when it found nothing."""

import asyncio

import pytest

from billing_app.catalog.loading import load, read_source
from billing_app.playground import shelves
from billing_app.playground.answerer import Found, Inquiry, Words, answer, part_of, pieces
from billing_app.playground.extras import Offered, add_ons_of, chosen, offered
from billing_app.playground.passages import Passage, Shelf, telling_sentences
from billing_app.playground.tools import calculate, count_words, look_at_dates

GUIDE = """\
# Guide

Opening words, over
two lines.

## Secrets

Rotate the webhook secret with `catalog push --roll`. Both secrets are accepted for a day.

```sh
python nothing_to_read.py
```

| setting | meaning |
|---|---|
| `SECRET_KEY` | signs links |

- [Refunds](refunds.md) take credits back.
"""

CODE = '''\
"""A module."""

class Lot:
    """Credits from one source.

    Attributes:
        id: a number.
    """

    def burn(self) -> None:
        """Use it up."""

    def _hidden(self) -> None:
        """No."""
'''


def the_extras(preset: str, *codes: str) -> tuple[Offered, ...]:
    return chosen(load(read_source(preset)).rates[-1], codes)


def test_a_guide_becomes_sections_of_plain_sentences() -> None:
    first, second = shelves.sections("docs/guide.md", GUIDE)
    assert first == Passage("docs/guide.md", "Guide", "Opening words, over two lines.")
    assert second.title == "Guide \u203a Secrets"
    assert second.text.splitlines() == [
        "Rotate the webhook secret with catalog push --roll. Both secrets are accepted for a day.",
        "SECRET_KEY: signs links.",
        "Refunds take credits back.",
    ]


def test_code_is_known_by_what_it_says_of_itself() -> None:
    assert list(shelves.definitions("billing_app/lots.py", CODE)) == [
        Passage("billing_app/lots.py", "module billing_app.lots", "A module."),
        Passage("billing_app/lots.py:3", "class Lot", "Credits from one source."),
        Passage("billing_app/lots.py:10", "function Lot.burn", "Use it up."),
    ]
    assert list(shelves.definitions("broken.py", "def (")) == []


async def test_this_installation_has_guides_and_code_to_look_things_up_in() -> None:
    guides, code = await asyncio.gather(shelves.guides(), shelves.source_code())
    assert any(passage.source == "docs/playground.md" for passage in guides.passages)
    (best, *_) = code.find("CreditService consume credits", 4)
    assert best.source.startswith("billing_app/credits/")


def test_the_passage_that_speaks_about_it_comes_first_and_strangers_do_not_come() -> None:
    shelf = Shelf(shelves.sections("docs/guide.md", GUIDE))
    assert [passage.title for passage in shelf.find("How do I rotate webhook secrets?", 3)] == ["Guide \u203a Secrets"]
    assert shelf.find("What is the weather in Paris tomorrow?", 3) == []
    assert shelf.find("", 3) == []
    assert Shelf(()).find("anything", 3) == []


def test_the_sentence_that_says_most_is_shown() -> None:
    passage = Passage("a", "b", "Nothing here. Secrets rotate daily. Also nothing. Bye.")
    assert telling_sentences(passage, "When do secrets rotate?", count=1) == "Secrets rotate daily."
    assert len(telling_sentences(Passage("a", "b", "word " * 500), "word", length_max=50)) <= 51


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What is 12 * 3.5?", [("12 * 3.5", "42")]),
        ("(1 + 2) ^ 3 / 7 please", [("(1 + 2) ^ 3 / 7", "about 3.857143")]),
        ("0.1 + 0.2 and 7 - 9", [("0.1 + 0.2", "0.3"), ("7 - 9", "-2")]),
        ("1,000 credits in 5 days", []),
        ("on 2026-01-31", []),
        ("3 / 0, 9**9**9, 2 ** 65, " + "9" * 60 + " * 9", []),
        ("(" * 100 + "1+1" + ")" * 100, []),
        ("(" * 900, []),
    ],
)
def test_calculations_are_exact_and_bounded(question: str, found: list[tuple[str, str]]) -> None:
    assert calculate(question) == found


def test_dates_and_words() -> None:
    assert look_at_dates("from 2026-01-31 to 2026-03-01, not 2026-02-30") == [
        ("2026-01-31", "Saturday, week 5 of 2026"),
        ("2026-03-01", "Sunday, week 9 of 2026"),
        ("2026-01-31 to 2026-03-01", "29 days"),
    ]
    assert count_words('How long is "one two three"?') == [('"one two three"', "3 words, 13 characters")]


@pytest.mark.row("B3")
def test_each_catalogue_offers_what_its_rate_card_has() -> None:
    docs, showcase = (load(read_source(name)).rates[-1] for name in ("docs_chat", "showcase"))
    assert [(one.extra.code, one.name, one.credits) for one in offered(docs)] == [
        ("documentation", "Documentation", 5),
        ("github", "GitHub tools", 10),
        ("calculator", "Calculator", 3),
        ("dates", "Dates", 3),
        ("words", "Word count", 3),
    ]
    assert [one.extra.code for one in offered(showcase)] == ["document"]
    assert add_ons_of(the_extras("docs_chat", "words", "github", "dates")) == {"github": 1, "tool": 2}


def test_an_answer_is_results_first_then_words_that_cite_them() -> None:
    shelf = Shelf(shelves.sections("docs/guide.md", GUIDE))
    facts = Shelf([Passage("Pricing page", "What is a secret?", "Something nobody else knows.")])
    extras = the_extras("docs_chat", "documentation", "calculator")
    inquiry = Inquiry("How do I rotate a webhook secret, and 2 + 2?", extras, facts, {"documentation": shelf})
    first, second, *rest = answer(inquiry)
    assert isinstance(first, Found)
    assert [(item.number, item.source) for item in first.items] == [(1, "docs/guide.md")]
    assert isinstance(second, Found)
    assert second.items[0].text == "4"
    assert all(isinstance(part, Words) and not part.free for part in rest)
    text = "".join(part.text for part in rest if isinstance(part, Words))
    assert text.startswith("2 + 2: 4.")
    assert "Secrets: Rotate the webhook secret with catalog push --roll." in text
    assert "[1]" in text
    for part in (first, second, rest[0]):
        assert part_of(part.as_json()) == part


def test_finding_nothing_is_said_and_free() -> None:
    parts = list(answer(Inquiry("Zxqvw?", the_extras("docs_chat", "github"), Shelf(()), {"code": Shelf(())})))
    assert isinstance(parts[0], Found)
    assert parts[0].items == ()
    assert all(isinstance(part, Words) and part.free for part in parts[1:])


@pytest.mark.parametrize("text", ["one", "one two three four", "one two three four five\n\nsix", " a  b "])
def test_pieces_put_together_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text
