"""What the chat shows: what can be asked, what it would cost, what was asked and answered. Plain values."""

from dataclasses import dataclass
from datetime import datetime

from billing_app.catalog.schema import Catalog, Feature, Rate
from billing_app.credits import Price
from billing_app.entitlements.decisions import Decision
from billing_app.playground.answerer import Part, part_of
from billing_app.playground.extras import Offered, offered
from billing_app.playground.models import ChatQuestion
from billing_app.playground.offered import feature_with


@dataclass(frozen=True, slots=True)
class ChatOffer:
    """The catalogue's chat: its feature, what it charges by, and what can be added."""

    feature: Feature
    rate: Rate
    extras: tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a question would cost, and whether the customer can pay it."""

    price: Price
    decision: Decision


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question and what reached its customer of the answer, as kept."""

    id: str
    question: str
    extras: tuple[str, ...]
    state: str
    parts: tuple[Part, ...]
    quoted: int
    charged: int
    entry_id: int | None
    created_at: datetime


def offer_of(catalog: Catalog) -> ChatOffer:
    """The chat of a catalogue; of several prices, the first is charged.

    Raises:
        NotFound: it has none.
    """
    feature = feature_with(catalog, "chat")
    rate = catalog.rates_of(feature.code)[0]
    return ChatOffer(feature, rate, offered(rate))


def view_of(row: ChatQuestion) -> QuestionView:
    """A question as its customer sees it."""
    return QuestionView(
        id=row.id,
        question=row.question,
        extras=tuple(row.extras),
        state=row.state,
        parts=tuple(map(part_of, row.parts)),
        quoted=Price.from_snapshot(row.price).credits,
        charged=row.charged,
        entry_id=row.entry_id,
        created_at=row.created_at,
    )
