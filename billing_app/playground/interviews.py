"""Practice interviews and their credit: held at connect, captured once it has begun and ends, else given back (A10).

It begins with the first answer. From then on the hold captures itself should everything break down, so that cutting
the line is not a free session; and whatever happens, the interview's id is charged at most once (A4): who lost the
line goes on with the same interview, paid for already.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.credits import Capture, CreditService, Extend, HoldEnded, Release, UnknownHold
from billing_app.db.engine import Database
from billing_app.entitlements.service import EntitlementService
from billing_app.errors import Conflict, InvalidInput, NotFound
from billing_app.playground import store
from billing_app.playground.costs import EngineCosts
from billing_app.playground.interviewer import ANSWER_MAX, JOB_MAX, Turn, feedback, next_question, topic
from billing_app.playground.models import Interview
from billing_app.playground.offered import feature_with
from billing_app.playground.texts import storable

HEARTBEAT_S = 30
HOLD_TTL_S = 90
LONGEST = timedelta(hours=2)
"""How long an interview can be gone on with; its hold never outlives that."""
MAX_LISTED = 100
_ID = re.compile(r"int_[A-Za-z0-9_-]{10,40}")
_OPEN = ("waiting", "begun")


class InterviewOver(Conflict):
    """The interview has ended: its feedback can be read, nothing more can be said."""

    code = "interview_over"


@dataclass(frozen=True, slots=True)
class InterviewView:
    """An interview as its customer sees it.

    Attributes:
        cost: credits it takes, once; `charged`: what it took so far.
        number, question: what is to be answered now; None when every question is answered or it is over.
        feedback: once it has ended, if anything was answered.
    """

    id: str
    topic: str
    state: str
    turns: tuple[Turn, ...]
    number: int
    question: str | None
    cost: int
    charged: int
    feedback: tuple[str, ...]


class InterviewService:
    """The use cases of an interview; the WebSocket route is their only caller."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        entitlements: EntitlementService,
        credits_: CreditService,
        costs: EngineCosts | None = None,
    ) -> None:
        """`costs`: where the cost of what was charged is noted; None: nowhere."""
        self._costs = costs
        self._database = database
        self._catalog = catalog
        self._entitlements = entitlements
        self._credits = credits_

    async def open(self, customer_id: int, *, topic_code: str = "", job: str = "") -> InterviewView:
        """Set the credits of a new interview aside and ask its first question.

        Args:
            job: the advert or role the customer prepares for; the feedback looks for its terms.

        Raises:
            NotEnough: too few credits (402); nothing was set aside.
            NotFound: the catalogue has no practice interview.
        """
        feature = await self._feature()
        interview_id = f"int_{secrets.token_urlsafe(18)}"
        held = await self._entitlements.hold(
            customer_id,
            feature,
            key=f"interview:{interview_id}",
            reference=interview_id,
            ttl_s=HOLD_TTL_S,
            cap_s=int(LONGEST.total_seconds()),
        )
        row = Interview(
            id=interview_id,
            customer_id=customer_id,
            feature=feature,
            topic=topic(topic_code).code,
            state="waiting",
            hold_id=held.hold_id,
            cost=held.credits,
            job=job[:JOB_MAX],
            created_at=clock.now(),
        )
        async with self._database.transaction() as session:
            await store.add(session, row)
        return _view(row)

    async def resume(self, customer_id: int, interview_id: str) -> InterviewView:
        """Go on with an interview whose line was lost. Costs nothing more, whatever became of its hold.

        Raises:
            NotFound: unknown, or somebody else's.
            InterviewOver: it has ended.
            NotEnough: it had not begun, its hold is over, and the credits are gone.
        """
        row = await self._own(customer_id, interview_id)
        if row.state not in _OPEN or clock.now() - row.created_at > LONGEST:
            raise InterviewOver("This interview has ended. Begin a new one.")
        if row.state == "waiting" and not await self._beat(row):
            raise InterviewOver("This interview never began, and its time is over. Begin a new one.")
        return _view(row)

    async def answer(self, customer_id: int, interview_id: str, text: str) -> InterviewView:
        """Take an answer and say what comes next. The first one begins the interview: from here on it is paid for.

        Raises:
            InvalidInput: nothing was said, or more than 4,000 characters.
            InterviewOver: it has ended, or its hold ran out before it began.
        """
        said = text.strip() if isinstance(text, str) else ""
        if not said or len(said) > ANSWER_MAX or not storable(said):
            raise InvalidInput(f"An answer is text of 1 to {ANSWER_MAX:,} characters.", field="text")
        row = await self._own(customer_id, interview_id)
        if row.state == "waiting":
            await self._begin(row)
        async with self._database.transaction() as session:
            row = await store.interview(session, customer_id, interview_id, lock=True)
            if row is None or row.state != "begun":
                raise InterviewOver("This interview has ended. Begin a new one.")
            asked = next_question(row.topic, _turns(row))
            if asked is None:
                raise InterviewOver("Every question is answered. End the interview to read your feedback.")
            row.turns = [*row.turns, {"question": asked, "answer": said}]
        return _view(row)

    async def beat(self, customer_id: int, interview_id: str) -> None:
        """The line is alive: keep the hold. Called every `HEARTBEAT_S`."""
        row = await self._own(customer_id, interview_id)
        if row.state in _OPEN:
            await self._beat(row)

    async def end(self, customer_id: int, interview_id: str) -> InterviewView:
        """End it: charged if it has begun, given back if not. Ending twice changes nothing."""
        row = await self._own(customer_id, interview_id)
        if row.state == "begun":
            await self._charge(row, state="ended", ended_at=clock.now())
        elif row.state == "waiting":
            await self._give_back(row)
        return _view(await self._own(customer_id, interview_id))

    async def line_lost(self, customer_id: int, interview_id: str) -> None:
        """The customer is gone. What has begun is charged now and can be gone on with; what has not costs nothing."""
        row = await self._own(customer_id, interview_id)
        if row.state == "begun":
            await self._charge(row)
        elif row.state == "waiting":
            await self._give_back(row)

    async def history(self, customer_id: int, *, limit: int = 20) -> list[InterviewView]:
        """A customer's interviews, newest first."""
        async with self._database.as_customer(customer_id) as session:
            rows = await store.of_customer(session, customer_id, max(1, min(limit, MAX_LISTED)))
        return [_view(row) for row in rows]

    async def close_abandoned(self, *, limit: int = 100) -> int:
        """End what nobody can go on with any more: the lines that no process was left to end; how many."""
        async with self._database.transaction() as session:
            rows = await store.abandoned(session, clock.now() - LONGEST, limit)
        for row in rows:
            await self.end(row.customer_id, row.id)
        return len(rows)

    async def _feature(self) -> str:
        return feature_with(await self._catalog.current(), "interview").code

    async def _own(self, customer_id: int, interview_id: str) -> Interview:
        if not _ID.fullmatch(interview_id):
            raise NotFound("There is no such interview.")
        async with self._database.as_customer(customer_id) as session:
            row = await store.interview(session, customer_id, interview_id)
        if row is None:
            raise NotFound("There is no such interview.")
        return row

    async def _begin(self, row: Interview) -> None:
        """First the hold pays by itself when it ends, then the interview has begun: never the other way round."""
        assert row.hold_id is not None
        try:
            await self._credits.extend(
                Extend(customer_id=row.customer_id, hold_id=row.hold_id, ttl_s=HOLD_TTL_S, on_expiry=row.cost)
            )
        except (HoldEnded, UnknownHold):
            raise InterviewOver("You were away too long before the first answer. Begin a new interview.") from None
        async with self._database.transaction() as session:
            await store.write(session, row.id, only_in=("waiting",), state="begun", begun_at=clock.now())

    async def _beat(self, row: Interview) -> bool:
        """Extend the hold; False when it is over. What was charged already needs none."""
        if row.charged:
            return True
        assert row.hold_id is not None
        try:
            await self._credits.extend(Extend(customer_id=row.customer_id, hold_id=row.hold_id, ttl_s=HOLD_TTL_S))
        except (HoldEnded, UnknownHold):
            return False
        return True

    async def _charge(self, row: Interview, **also: object) -> None:
        """Capture, once. A hold that ended by itself has captured already, and says how much."""
        charged = row.charged
        if not charged:
            assert row.hold_id is not None
            capture = Capture(customer_id=row.customer_id, hold_id=row.hold_id, key=f"interview-end:{row.id}")
            try:
                charged = (await self._credits.capture(capture)).credits
            except HoldEnded as ended:
                charged = int(ended.extra.get("captured", 0))
        async with self._database.transaction() as session:
            await store.write(session, row.id, only_in=("begun",), charged=charged, **also)
        if charged and self._costs:
            await self._costs.used(row.customer_id, row.feature, row.id)

    async def _give_back(self, row: Interview) -> None:
        """It never began. The row goes first: an answer that comes in this moment finds it over."""
        async with self._database.transaction() as session:
            left = await store.write(session, row.id, only_in=("waiting",), state="left", ended_at=clock.now())
        if left and row.hold_id is not None:
            release = Release(customer_id=row.customer_id, hold_id=row.hold_id, key=f"interview-end:{row.id}")
            try:
                await self._credits.release(release)
            except HoldEnded as ended:  # its first answer was on the way when we broke down: it has paid by itself
                charged = int(ended.extra.get("captured", 0))
                async with self._database.transaction() as session:
                    await store.write(session, row.id, only_in=("left",), charged=charged)


def _turns(row: Interview) -> list[Turn]:
    return [Turn(turn["question"], turn["answer"]) for turn in row.turns]


def _view(row: Interview) -> InterviewView:
    turns = _turns(row)
    return InterviewView(
        id=row.id,
        topic=row.topic,
        state=row.state,
        turns=tuple(turns),
        number=len(turns) + 1,
        question=next_question(row.topic, turns) if row.state in _OPEN else None,
        cost=row.cost,
        charged=row.charged,
        feedback=tuple(feedback(turns, row.job)) if row.state == "ended" and turns else (),
    )
