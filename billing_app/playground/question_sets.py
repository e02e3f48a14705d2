"""Question sets: one use of the generator's unlock for each, taken with the made set in one transaction (A2, A9, A11).

The page draws a set's id before it asks for it, so a repeated click or a retry finds the set that was made and takes
no second use. What was made stays readable, whatever becomes of the unlock.
"""

import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.db.engine import Database
from billing_app.entitlements.decisions import Decision
from billing_app.entitlements.service import EntitlementService
from billing_app.errors import Conflict, IdempotencyMismatch, InvalidInput, NotFound
from billing_app.playground import store
from billing_app.playground.advert import MAX_CHARS
from billing_app.playground.costs import EngineCosts
from billing_app.playground.models import QuestionSet
from billing_app.playground.offered import feature_with
from billing_app.playground.question_writer import Question, write_questions
from billing_app.playground.texts import cleaned

MAX_SETS = 500
MAX_LISTED = 50
_ID = re.compile(r"set_[A-Za-z0-9_-]{16,40}")


class TooManySets(Conflict):
    """As many sets as are kept for one customer."""

    code = "too_many_question_sets"


@dataclass(frozen=True, slots=True)
class SetView:
    """A made set as its customer sees it."""

    id: str
    title: str
    job: str
    questions: tuple[Question, ...]
    created_at: datetime


class QuestionSetService:
    """Make, read and list a customer's question sets."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        entitlements: EntitlementService,
        costs: EngineCosts | None = None,
    ) -> None:
        """`costs`: where the cost of a set is noted; None: nowhere."""
        self._costs = costs
        self._database = database
        self._catalog = catalog
        self._entitlements = entitlements

    @staticmethod
    def new_id() -> str:
        """An id for a set that is not made yet: draw one for each that shall be made."""
        return f"set_{secrets.token_urlsafe(18)}"

    async def check(self, customer_id: int) -> Decision:
        """Whether one more set can be made now.

        Raises:
            NotFound: the catalogue has no generator.
        """
        return await self._entitlements.check(customer_id, await self._feature())

    async def make(self, customer_id: int, set_id: str, job: str) -> SetView:
        """Make a set from a job text and take one use for it; both happen or neither.

        Args:
            set_id: drawn by `new_id`; asking again with it gives the set that was made, for nothing.

        Raises:
            Locked: no use is left (402, with the wall's body); nothing was made.
            InvalidInput, TooLittle: the text will not do; nothing was taken.
            IdempotencyMismatch: with this id a set was made from another text.
            TooManySets: 500 are kept already; nothing was taken.
        """
        if not isinstance(set_id, str) or not _ID.fullmatch(set_id):
            raise InvalidInput("This page is out of date. Load it again.", field="set_id")
        text = cleaned(job, "job", "A job text", longest=MAX_CHARS, empty=True)
        known = await self._find(customer_id, set_id)
        if known is not None:
            return _same(known, text)
        written = write_questions(text)
        feature = await self._feature()
        row = QuestionSet(
            customer_id=customer_id,
            id=set_id,
            feature=feature,
            title=written.title,
            job=text,
            questions=[asdict(question) for question in written.questions],
            created_at=clock.now(),
        )

        async def keep(session: AsyncSession) -> None:
            await store.lock_playground(session, customer_id)
            if await store.count_sets(session, customer_id) >= MAX_SETS:
                raise TooManySets(f"{MAX_SETS} sets are kept for you, and that is as many as there can be.")
            await store.add_set(session, row)

        await self._entitlements.use(
            customer_id, feature, key=f"question-set:{set_id}", reference=set_id, actor="customer", also=keep
        )
        if self._costs:
            await self._costs.used(customer_id, feature, set_id)
        return _same(await self._own(customer_id, set_id), text)

    async def get(self, customer_id: int, set_id: str) -> SetView:
        """One set.

        Raises:
            NotFound: unknown, or somebody else's.
        """
        return _view(await self._own(customer_id, set_id))

    async def history(self, customer_id: int, *, limit: int = 20) -> list[SetView]:
        """A customer's sets, newest first; 50 at most."""
        async with self._database.as_customer(customer_id) as session:
            rows = await store.sets_of(session, customer_id, max(1, min(limit, MAX_LISTED)))
        return [_view(row) for row in rows]

    async def _feature(self) -> str:
        return feature_with(await self._catalog.current(), "qa_generator").code

    async def _find(self, customer_id: int, set_id: str) -> QuestionSet | None:
        async with self._database.as_customer(customer_id) as session:
            return await store.question_set(session, customer_id, set_id)

    async def _own(self, customer_id: int, set_id: str) -> QuestionSet:
        row = await self._find(customer_id, set_id) if isinstance(set_id, str) and _ID.fullmatch(set_id) else None
        if row is None:
            raise NotFound("There is no such question set.")
        return row


def _same(row: QuestionSet, job: str) -> SetView:
    if row.job != job:
        raise IdempotencyMismatch("A set was made here from another text. Load the page again to make one more.")
    return _view(row)


def _view(row: QuestionSet) -> SetView:
    questions = tuple(
        Question(one["kind"], one["text"], tuple(one["outline"]), one.get("quote", "")) for one in row.questions
    )
    return SetView(row.id, row.title, row.job, questions, row.created_at)
