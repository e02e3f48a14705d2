"""The chat and its credits: quoted before, held while it answers, charged for what was sent (rows B3, B4, B8).

The rule of what is charged is in `exchange`. A question's id, chosen by who asks, is paid for once: asking again under
it brings back what was paid for, and asks anew only what cost nothing.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

from billing_app import clock
from billing_app.catalog.service import CatalogService
from billing_app.credits import CreditService, Held, HoldState, Price, Release, UnknownHold
from billing_app.db.engine import Database
from billing_app.entitlements.service import EntitlementService
from billing_app.errors import Conflict, IdempotencyMismatch, InvalidInput
from billing_app.playground import chat_store
from billing_app.playground.answerer import Found, Inquiry, Part, answer, part_of
from billing_app.playground.chat_views import ChatOffer, QuestionView, Quote, offer_of, view_of
from billing_app.playground.costs import EngineCosts
from billing_app.playground.exchange import HOLD_S, Exchange
from billing_app.playground.extras import Offered, add_ons_of, chosen
from billing_app.playground.knowledge import Knowledge
from billing_app.playground.models import ChatQuestion
from billing_app.playground.texts import cleaned

QUESTION_MAX = 2_000
EXTRAS_MAX = 10
MAX_LISTED = 50
PACE_S = 0.03
"""Between two parts of the local engine's answer: how fast it speaks."""
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

Engine = Callable[[Inquiry], AsyncIterator[Part]]


class AnswerUnderWay(Conflict):
    """This very question is being answered."""

    code = "answer_under_way"
    title = "Being answered"


class PriceChanged(Conflict):
    """The price is no longer the one that was shown; nothing was held."""

    code = "price_changed"
    title = "The price has changed"


async def local_engine(inquiry: Inquiry) -> AsyncIterator[Part]:
    """The answerer that comes with the product, at a pace one can read."""
    for part in answer(inquiry):
        yield part
        await asyncio.sleep(PACE_S)


class ChatService:
    """The use cases of the chat."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        entitlements: EntitlementService,
        credits_: CreditService,
        *,
        knowledge: Knowledge,
        engine: Engine = local_engine,
        costs: EngineCosts | None = None,
    ) -> None:
        """`engine`: answers; a host product's own in its place. `costs`: where cost is noted; None: nowhere."""
        self._costs = costs
        self._database = database
        self._catalog = catalog
        self._entitlements = entitlements
        self._credits = credits_
        self._knowledge = knowledge
        self._engine = engine

    async def offer(self) -> ChatOffer:
        """What can be asked, and what it costs by the catalogue in force.

        Raises:
            NotFound: the catalogue has no chat.
        """
        return offer_of(await self._catalog.current())

    async def quote(self, customer_id: int, extras: Sequence[str] = ()) -> Quote:
        """The price of a question with these extras, line by line, and whether the customer has it. Takes nothing.

        Raises:
            InvalidInput: an extra there is not.
            NotFound: the catalogue has no chat.
        """
        offer = await self.offer()
        operation, add_ons = offer.rate.code, add_ons_of(_chosen(offer, extras))
        price = await self._price(offer, add_ons)
        decision = await self._entitlements.check(customer_id, offer.feature.code, operation=operation, add_ons=add_ons)
        return Quote(price, decision)

    async def ask(
        self,
        customer_id: int,
        question_id: str,
        question: str,
        extras: Sequence[str] = (),
        *,
        quoted: int | None = None,
    ) -> Exchange:
        """Hold the price and begin to answer. Nothing runs, and nothing is charged, before the price is held.

        Args:
            question_id: 8 to 64 letters, digits, "-" and "_", new for each question. Asked again under it: what was
                paid for comes back, free; what cost nothing is asked anew.
            quoted: the price that was shown; refused if it is another by now.

        Raises:
            NotEnough: too few credits (402), with what is missing and what to do.
            PriceChanged: it is not `quoted` any more. AnswerUnderWay: it is being answered at this moment.
            IdempotencyMismatch: the id was used for another question.
            InvalidInput, NotFound: as `quote`; or question or id are not as they must be.
        """
        if not isinstance(question_id, str) or not _ID.fullmatch(question_id):
            raise InvalidInput('A question\'s id is 8 to 64 letters, digits, "-" and "_".', field="id")
        text = cleaned(question, "question", "A question", longest=QUESTION_MAX)
        offer = await self.offer()
        with_extras = _chosen(offer, extras)
        codes = [one.extra.code for one in with_extras]
        row = await self._own(customer_id, question_id)
        if row is not None:
            if (row.question, row.extras) != (text, codes):
                raise IdempotencyMismatch("This id was used for another question. Use a new id for a new question.")
            if row.state == "asked":
                row = await self._settled(row)
            if row.state == "answered" or row.charged:
                return await self._again(row, with_extras)
        held, price = await self._hold(customer_id, question_id, offer, add_ons_of(with_extras), quoted=quoted)
        row = ChatQuestion(
            customer_id=customer_id,
            id=question_id,
            feature=offer.feature.code,
            question=text,
            extras=codes,
            price=price.snapshot(),
            state="asked",
            hold_id=held.hold_id,
            created_at=clock.now(),
        )
        await self._claim(row, held)
        parts = self._engine(await self._knowledge.inquiry(customer_id, text, with_extras))
        return Exchange(self._database, self._credits, row, parts, paid=False, costs=self._costs)

    async def recent(self, customer_id: int, *, limit: int = 10) -> list[QuestionView]:
        """A customer's last questions with their answers, newest first."""
        async with self._database.as_customer(customer_id) as session:
            rows = await chat_store.of_customer(session, customer_id, max(1, min(limit, MAX_LISTED)))
        return [view_of(row) for row in rows]

    async def close_abandoned(self, *, limit: int = 100) -> int:
        """Settle what was being answered when a process ended, by what its hold has captured; how many."""
        async with self._database.transaction() as session:
            rows = await chat_store.abandoned(session, clock.now() - timedelta(seconds=HOLD_S), limit)
        settled = 0
        for row in rows:
            try:
                await self._settled(row)
            except AnswerUnderWay:
                continue
            settled += 1
        return settled

    @staticmethod
    def new_id() -> str:
        """An id for a question that was not asked yet."""
        return f"ask_{secrets.token_urlsafe(18)}"

    async def _price(self, offer: ChatOffer, add_ons: dict[str, int]) -> Price:
        price = await self._entitlements.quote(offer.feature.code, operation=offer.rate.code, add_ons=add_ons)
        if price is None:
            raise InvalidInput(f"{offer.feature.name} costs no credits in this catalogue, so there is nothing to hold.")
        return price

    async def _hold(
        self, customer_id: int, question_id: str, offer: ChatOffer, add_ons: dict[str, int], *, quoted: int | None
    ) -> tuple[Held, Price]:
        price = await self._price(offer, add_ons)
        if quoted is not None and quoted != price.credits:
            raise PriceChanged(
                f"This costs {price.credits} credits now, not {quoted}. Look again before you send.",
                quoted=quoted,
                required=price.credits,
            )
        held = await self._entitlements.hold(
            customer_id,
            offer.feature.code,
            key=f"chat:{question_id}:{secrets.token_urlsafe(9)}",
            reference=question_id,
            operation=offer.rate.code,
            add_ons=add_ons,
            ttl_s=HOLD_S,
            cap_s=HOLD_S,
        )
        if held.credits != price.credits:  # another catalogue came into force this moment
            await self._credits.release(Release(customer_id=customer_id, hold_id=held.hold_id))
            raise PriceChanged("The price has changed this moment. Look again before you send.", quoted=price.credits)
        return held, price

    async def _claim(self, row: ChatQuestion, held: Held) -> None:
        """Of several requests with the same id one goes on. They share one hold, which only a stranger to it frees."""
        values = row.model_dump(exclude={"parts", "charged", "entry_id", "ended_at"})
        async with self._database.transaction() as session:
            if await chat_store.claim(session, values):
                return
        other = await self._own(row.customer_id, row.id)
        if other is None or other.hold_id != held.hold_id:
            await self._credits.release(Release(customer_id=row.customer_id, hold_id=held.hold_id))
        raise AnswerUnderWay("This question is being answered. Wait for its answer.")

    async def _again(self, row: ChatQuestion, extras: tuple[Offered, ...]) -> Exchange:
        """What was paid for, once more: as kept, or if it broke off, made again from what was paid for."""
        if row.state == "answered":
            parts = _kept(row)
        else:
            paid = {part.extra for part in map(part_of, row.parts) if isinstance(part, Found) and part.items}
            affordable = [one for one in extras if one.extra.code in paid]
            parts = self._engine(await self._knowledge.inquiry(row.customer_id, row.question, affordable))
        return Exchange(self._database, self._credits, row, parts, paid=True)

    async def _settled(self, row: ChatQuestion) -> ChatQuestion:
        """A question whose process ended, settled by what its hold has captured.

        Raises:
            AnswerUnderWay: its hold is live, so somebody may be answering it.
        """
        try:
            hold = await self._credits.hold_state(row.customer_id, row.hold_id)
        except UnknownHold:
            captured, entry_id = 0, None
        else:
            if hold.state is HoldState.LIVE:
                raise AnswerUnderWay("This question is being answered. Wait for its answer.")
            captured, entry_id = hold.captured, hold.entry_id if hold.captured else None
        async with self._database.transaction() as session:
            await chat_store.write(
                session,
                row.customer_id,
                row.id,
                only_in=("asked",),
                state="broken",
                charged=captured,
                entry_id=entry_id,
                ended_at=clock.now(),
            )
        if captured and self._costs:
            await self._costs.used(row.customer_id, row.feature, row.id)
        settled = await self._own(row.customer_id, row.id)
        assert settled is not None, "rows of questions are never deleted"
        return settled

    async def _own(self, customer_id: int, question_id: str) -> ChatQuestion | None:
        async with self._database.as_customer(customer_id) as session:
            return await chat_store.question(session, customer_id, question_id)


async def _kept(row: ChatQuestion) -> AsyncIterator[Part]:
    for kept in row.parts:
        yield part_of(kept)


def _chosen(offer: ChatOffer, extras: Sequence[str]) -> tuple[Offered, ...]:
    if len(extras) > EXTRAS_MAX:
        raise InvalidInput(f"At most {EXTRAS_MAX} extras at once.", field="extras")
    return chosen(offer.rate, extras)
