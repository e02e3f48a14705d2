"""The chat's figures in words: its price, what can be added, what was asked. Pure: from the services' views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from billing_app.catalog.schema import Noun
from billing_app.credits import Price
from billing_app.entitlements.decisions import Smaller
from billing_app.playground.answerer import Found, Words
from billing_app.playground.chat import EXTRAS_MAX
from billing_app.playground.chat_views import ChatOffer, QuestionView
from billing_app.playground.extras import Offered
from billing_app.ui.format import moment, number, when

LONGEST_CODE = 40


@dataclass
class ExtraRow:
    """Something that can be added to a question, with its price where it is chosen (DB23)."""

    code: str
    name: str
    what: str
    price: str
    chosen: bool


@dataclass
class SourceRow:
    """One thing found: how it is cited, what and where it is."""

    sign: str
    title: str
    place: str
    text: str


@dataclass
class AnswerRow:
    """A question, its answer, and what it cost. `again` names the button that asks for it once more; empty: none."""

    id: str
    question: str
    text: str
    sources: list[SourceRow] = field(default_factory=list)
    cost: str = ""
    note: str = ""
    entry: int = 0
    again: str = ""
    asked: str = ""
    exactly: str = ""


def extra_rows(offer: ChatOffer, chosen: list[str]) -> list[ExtraRow]:
    """Everything the rate card has, with what is chosen marked."""
    return [
        ExtraRow(one.extra.code, one.name, one.extra.what, f"+{number(one.credits)}", one.extra.code in chosen)
        for one in offer.extras
    ]


def price_parts(price: Price) -> str:
    """`5 query + 5 documentation + 2 x 3 further tool`; empty for a price of one line."""
    if len(price.lines) == 1:
        return ""
    parts = [
        f"{number(line.each)} {_in_a_sentence(line.name)}"
        if line.quantity == 1
        else f"{line.quantity} \N{MULTIPLICATION SIGN} {number(line.each)} {_in_a_sentence(line.name)}"
        for line in price.lines
    ]
    return f"({' + '.join(parts)})"


def _in_a_sentence(name: str) -> str:
    """`Documentation` as `documentation`; `GitHub tools` as it is."""
    first = name.split(" ", maxsplit=1)[0]
    return name[:1].lower() + name[1:] if first[1:] == first[1:].lower() else name


def smaller_label(smaller: Smaller | None, noun: Noun) -> str:
    """`Ask without GitHub tools: 10 credits`; empty when there is nothing smaller that fits (WL19)."""
    if smaller is None:
        return ""
    without = [_in_a_sentence(name) for name in dict.fromkeys(smaller.without)]
    named = without[0] if len(without) == 1 else f"{', '.join(without[:-1])} and {without[-1]}"
    return f"Ask without {named}: {noun.of(smaller.credits)}"


def toggled(chosen: Sequence[str], code: str) -> list[str]:
    """The choice with something added or taken out. Bounded: a browser may send anything, as often as it likes."""
    code = str(code)[:LONGEST_CODE]
    without = [one for one in chosen if one != code]
    return (without if code in chosen else [*without, code])[-EXTRAS_MAX:]


def fitting(extras: tuple[Offered, ...], chosen: list[str], smaller: Smaller) -> list[str]:
    """Of what is chosen, the part that the smaller option keeps."""
    left = dict(smaller.add_ons)
    kept: list[str] = []
    for one in extras:
        if one.extra.code in chosen and left.get(one.extra.add_on, 0) > 0:
            left[one.extra.add_on] -= 1
            kept.append(one.extra.code)
    return kept


def answer_row(view: QuestionView, noun: Noun, now: datetime) -> AnswerRow:
    """A question as it lies in the database: text, sources, cost in words."""
    row = AnswerRow(
        id=view.id,
        question=view.question,
        text="".join(part.text for part in view.parts if isinstance(part, Words)),
        sources=[
            SourceRow(
                f"[{item.number}]" if item.number else "=",
                item.title,
                item.source if item.number else found.name,
                item.text,
            )
            for found in view.parts
            if isinstance(found, Found)
            for item in found.items
        ],
        cost=noun.of(view.charged) if view.charged else "Nothing charged",
        entry=view.entry_id or 0,
        asked=when(view.created_at, now),
        exactly=moment(view.created_at),
    )
    if view.state == "asked":
        row.cost, row.note = "Being answered", f"{noun.of(view.quoted)} set aside."
    elif view.state == "broken":
        row.note = "It broke off. You paid for what had been sent." if view.charged else "It broke off before it began."
        row.again = "Bring it back, free" if view.charged else f"Ask again: {noun.of(view.quoted)}"
    elif view.charged < view.quoted:
        row.note = f"Less than the {number(view.quoted)} quoted: what finds nothing costs nothing."
    return row
