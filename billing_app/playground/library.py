"""A customer's own questions and answers: read-only until unlocked, then created, edited and deleted (A2, A9, A11).

Reading and taking out is never gated. Each new pair is a use of the feature, so a catalogue may also sell a number of
them; to edit and to delete the feature must be open.
"""

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.csv_text import csv_text
from billing_app.db.engine import Database
from billing_app.entitlements.decisions import Decision
from billing_app.entitlements.service import EntitlementService
from billing_app.errors import Conflict, IdempotencyMismatch, InvalidInput, NotFound
from billing_app.playground import store
from billing_app.playground.models import LibraryPair
from billing_app.playground.offered import feature_with
from billing_app.playground.question_sets import QuestionSetService
from billing_app.playground.texts import cleaned

MAX_PAIRS = 500
PAGE_PAIRS = 20
QUESTION_MAX = 500
ANSWER_MAX = 5_000
_ID = re.compile(r"(?:pair|set)_[A-Za-z0-9_-]{16,40}(?:\.\d{1,2})?")
_NEW = re.compile(r"pair_[A-Za-z0-9_-]{16,40}")
_COLUMNS = ("id", "question", "answer", "from_set", "created_at", "updated_at")


class LibraryFull(Conflict):
    """As many pairs as one library holds."""

    code = "library_full"
    title = "The library is full"


class _Kept(Exception):
    """This pair is in the library already: nothing is taken."""


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair; `set_id` and `set_title` say which question set it was saved from, if any."""

    id: str
    question: str
    answer: str
    set_id: str | None
    set_title: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """Twenty pairs, newest first; `number` counts from 1 to `pages`."""

    pairs: tuple[PairView, ...]
    total: int
    number: int
    pages: int


class LibraryService:
    """The use cases of the library. Whatever a page shows, each of them asks the gate itself."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        entitlements: EntitlementService,
        question_sets: QuestionSetService,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._entitlements = entitlements
        self._question_sets = question_sets

    @staticmethod
    def new_id() -> str:
        """An id for a pair that is not there yet; creating twice with it makes one pair."""
        return f"pair_{secrets.token_urlsafe(18)}"

    # Open to all: reading, and taking out

    async def check(self, customer_id: int) -> Decision:
        """Whether the library can be changed now.

        Raises:
            NotFound: the catalogue has no library.
        """
        return await self._entitlements.check(customer_id, await self._feature())

    async def page(self, customer_id: int, number: int = 1) -> LibraryPage:
        """A page of the library; a number beyond the last page gives the last."""
        async with self._database.as_customer(customer_id) as session:
            total = await store.count_pairs(session, customer_id)
            pages = max(1, -(-total // PAGE_PAIRS))
            number = max(1, min(number, pages)) if type(number) is int else 1
            rows = await store.pairs_of(session, customer_id, PAGE_PAIRS, (number - 1) * PAGE_PAIRS)
        return LibraryPage(tuple(_view(row, title) for row, title in rows), total, number, pages)

    async def get(self, customer_id: int, pair_id: str) -> PairView:
        """One pair.

        Raises:
            NotFound: unknown, or somebody else's.
        """
        return await self._own(customer_id, _known(pair_id))

    async def saved_from(self, customer_id: int, set_id: str) -> frozenset[int]:
        """Places of a set's questions, counted from 0, that are in the library."""
        async with self._database.as_customer(customer_id) as session:
            ids = await store.pair_ids_from(session, customer_id, set_id)
        return frozenset(int(place) for _, dot, place in (one.rpartition(".") for one in ids) if dot)

    async def export(self, customer_id: int) -> str:
        """The whole library as CSV, newest first."""
        async with self._database.as_customer(customer_id) as session:
            rows = await store.pairs_of(session, customer_id, MAX_PAIRS, 0)
        return csv_text(
            _COLUMNS,
            [(row.id, row.question, row.answer, title, row.created_at, row.updated_at) for row, title in rows],
        )

    # Behind the lock

    async def create(self, customer_id: int, pair_id: str, question: str, answer: str) -> PairView:
        """Add a pair, once per id.

        Raises:
            Locked: the library is read-only (402, with the wall's body).
            InvalidInput: no question, or too long: 500 characters for a question, 5,000 for an answer.
            IdempotencyMismatch: a pair of this id is there and says something else.
            LibraryFull: 500 pairs are there.
        """
        if not isinstance(pair_id, str) or not _NEW.fullmatch(pair_id):
            raise InvalidInput("This page is out of date. Load it again.", field="pair_id")
        question, answer = _checked(question, answer)
        made = await self._add(customer_id, pair_id, question, answer, None)
        if (made.question, made.answer) != (question, answer):
            raise IdempotencyMismatch("This pair was added with another text. Load the page again to add one more.")
        return made

    async def save(self, customer_id: int, set_id: str, place: int) -> PairView:
        """Add a question of a set, with its outline as the answer to start from; once per question.

        Args:
            place: which question of the set, counted from 0.

        Raises:
            Locked: the library is read-only (402).
            NotFound: no such set of this customer, or no such question in it.
            LibraryFull: 500 pairs are there.
        """
        source = await self._question_sets.get(customer_id, set_id)
        if type(place) is not int or not 0 <= place < len(source.questions):
            raise NotFound("The set has no such question.")
        question = source.questions[place]
        return await self._add(customer_id, f"{set_id}.{place}", question.text[:QUESTION_MAX], question.answer, set_id)

    async def edit(self, customer_id: int, pair_id: str, question: str, answer: str) -> PairView:
        """Change a pair.

        Raises:
            Locked: the library is read-only (402). InvalidInput: as `create`.
            NotFound: no such pair of this customer.
        """
        await self._ask_the_gate(customer_id)
        question, answer = _checked(question, answer)
        async with self._database.transaction() as session:
            written = await store.write_pair(
                session, customer_id, _known(pair_id), question=question, answer=answer, updated_at=clock.now()
            )
        if not written:
            raise _no_such_pair()
        return await self._own(customer_id, pair_id)

    async def delete(self, customer_id: int, pair_id: str) -> None:
        """Take a pair out for good.

        Raises:
            Locked: the library is read-only (402).
            NotFound: no such pair of this customer.
        """
        await self._ask_the_gate(customer_id)
        async with self._database.transaction() as session:
            if not await store.delete_pair(session, customer_id, _known(pair_id)):
                raise _no_such_pair()

    async def _add(self, customer_id: int, pair_id: str, question: str, answer: str, set_id: str | None) -> PairView:
        now = clock.now()
        row = LibraryPair(
            customer_id=customer_id,
            id=pair_id,
            question=question,
            answer=answer,
            set_id=set_id,
            created_at=now,
            updated_at=now,
        )

        async def keep(session: AsyncSession) -> None:
            await store.lock_playground(session, customer_id)
            if await store.pair(session, customer_id, pair_id) is not None:
                raise _Kept
            if await store.count_pairs(session, customer_id) >= MAX_PAIRS:
                raise LibraryFull(f"A library holds {MAX_PAIRS} pairs. Delete one to add another.")
            await store.add_pair(session, row)

        # A key of its own each time: a pair may come back after it was deleted. What is there is told by its row.
        with suppress(_Kept):
            await self._entitlements.use(
                customer_id,
                await self._feature(),
                key=f"library:{secrets.token_urlsafe(18)}",
                actor="customer",
                also=keep,
            )
        return await self._own(customer_id, pair_id)

    async def _ask_the_gate(self, customer_id: int) -> None:
        decision = await self.check(customer_id)
        if not decision.allowed:
            raise decision.refusal()

    async def _feature(self) -> str:
        return feature_with(await self._catalog.current(), "qa_pairs").code

    async def _own(self, customer_id: int, pair_id: str) -> PairView:
        async with self._database.as_customer(customer_id) as session:
            found = await store.pair(session, customer_id, pair_id)
        if found is None:
            raise _no_such_pair()
        return _view(*found)


def _checked(question: str, answer: str) -> tuple[str, str]:
    return (
        cleaned(question, "question", "A question", longest=QUESTION_MAX),
        cleaned(answer, "answer", "An answer", longest=ANSWER_MAX, empty=True),
    )


def _known(pair_id: str) -> str:
    if not isinstance(pair_id, str) or not _ID.fullmatch(pair_id):
        raise _no_such_pair()
    return pair_id


def _no_such_pair() -> NotFound:
    return NotFound("This pair is not in your library, or not any more.")


def _view(row: LibraryPair, set_title: str | None) -> PairView:
    return PairView(row.id, row.question, row.answer, row.set_id, set_title, row.created_at, row.updated_at)
