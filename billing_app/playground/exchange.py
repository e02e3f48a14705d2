"""One question while it is answered: what is sent to the customer is what is paid for (row B4).

The rule: the question's own price once the first of its answer is sent, each add-on once its results are; an add-on
that found nothing, and an answer that only says so, cost nothing. Never more than the quote. A part counts from just
before it is sent: nobody can read it and leave before it counts, and whoever missed it has it by asking again.
The hold captures by the same rule should this process end in between.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from billing_app import clock
from billing_app.credits import (
    Capture,
    CreditService,
    Extend,
    Extended,
    FateUnknown,
    HoldEnded,
    Price,
    QueueFull,
    Release,
    succeeded,
)
from billing_app.db.engine import Database
from billing_app.playground import chat_store
from billing_app.playground.answerer import Found, Part, Words
from billing_app.playground.costs import EngineCosts
from billing_app.playground.models import ChatQuestion

MAX_PARTS = 2_000
MAX_TEXT = 20_000
HOLD_S = 120
"""How long the price is set aside: longer than any answer may take."""
_TRIES = 4
_PAUSE_S = 0.3

logger = logging.getLogger(__name__)


class AnswerTooLong(RuntimeError):
    """The engine does not come to an end."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an answer cost.

    Attributes:
        charged: credits taken for it, whenever that was; `repeated`: it was paid for before, and nothing was taken now.
        price: the lines it was charged by; None when nothing was, or when the entry alone can tell.
    """

    charged: int
    quoted: int
    price: Price | None
    available: int
    entry_id: int | None
    repeated: bool


class Exchange:
    """An answer under way, from the moment its price is held. Ends with `complete` or `break_off`, one of them once."""

    def __init__(
        self,
        database: Database,
        credits_: CreditService,
        row: ChatQuestion,
        parts: AsyncIterator[Part],
        *,
        paid: bool,
        costs: EngineCosts | None = None,
    ) -> None:
        """`paid`: it was paid for before; nothing is held, and nothing will be charged. `costs`: to note them."""
        self._costs = costs
        self._database = database
        self._credits = credits_
        self._row = row
        self._parts = parts
        self._paid = paid
        self._kept: list[dict[str, Any]] = []
        self._earned: Counter[str] = Counter()
        self._settling: asyncio.Task[Receipt] | None = None

    @property
    def id(self) -> str:
        """The question's id."""
        return self._row.id

    @property
    def price(self) -> Price:
        """What was quoted and is held."""
        return Price.from_snapshot(self._row.price)

    @property
    def repeated(self) -> bool:
        """Whether it was paid for before."""
        return self._paid

    @property
    def over(self) -> bool:
        """Whether it was settled, or is being settled."""
        return self._settling is not None

    async def parts(self) -> AsyncIterator[Part]:
        """The answer, part by part. Tell each to `sending` before it is sent.

        Raises:
            AnswerTooLong: more than 2,000 parts or 20,000 characters.
        """
        count = length = 0
        async for part in self._parts:
            count, length = count + 1, length + len(getattr(part, "text", ""))
            if count > MAX_PARTS or length > MAX_TEXT:
                raise AnswerTooLong(f"more than {MAX_PARTS} parts or {MAX_TEXT} characters")
            yield part

    async def sending(self, part: Part) -> None:
        """This part is about to be sent: what it earns is taken even if everything breaks down now.

        Raises:
            HoldEnded: the price is no longer held, so nothing more may be sent.
        """
        earned, kept = self._lines_with(part), self._kept_with(part)
        if not self._paid and earned != self._earned:
            due = self.price.part(earned)
            extend = Extend(
                customer_id=self._row.customer_id,
                hold_id=self._row.hold_id,
                ttl_s=HOLD_S,
                on_expiry=due.credits if due else 0,
            )
            async with self._database.transaction() as session:
                (outcome,) = await self._credits.apply(session, [extend])
                succeeded(outcome, Extended)
                await self._write(session, only_in=("asked",), parts=kept)
        # Only now: what could not be noted is not sent, so it is not to be paid.
        self._earned, self._kept = earned, kept

    async def complete(self) -> Receipt:
        """Everything was sent: take what it earned, and keep the answer."""
        return await self._settle("answered")

    async def break_off(self) -> Receipt:
        """It broke: take what had been sent, give the rest back. Also when nobody is there to hear of it."""
        return await self._settle("broken")

    async def _settle(self, state: str) -> Receipt:
        """Once, and whole: whoever waits for it may be cancelled, the settling is not."""
        if self._settling is None:
            self._settling = asyncio.create_task(self._charge(state), name=f"settle {self.id}")
        return await asyncio.shield(self._settling)

    async def _charge(self, state: str) -> Receipt:
        if self._paid:
            async with self._database.transaction() as session:
                if state == "answered":
                    await self._write(session, only_in=("broken",), state=state, parts=self._kept)
            charged, entry_id = self._row.charged, self._row.entry_id
        else:
            charged, entry_id = await self._take(self.price.part(self._earned), state)
            async with self._database.transaction() as session:
                await self._write(
                    session,
                    only_in=("asked",),
                    state=state,
                    parts=self._kept,
                    charged=charged,
                    entry_id=entry_id,
                    ended_at=clock.now(),
                )
            if charged and self._costs:
                await self._costs.used(self._row.customer_id, self._row.feature, self._row.id)
        available = (await self._credits.balance(self._row.customer_id)).available
        price = self.price.part(self._earned)
        lines = price if price and price.credits == charged else None
        return Receipt(charged, self.price.credits, lines, available, entry_id, self._paid)

    async def _take(self, price: Price | None, state: str) -> tuple[int, int | None]:
        """Capture what was sent or release the hold: credits and entry. Tried again when the database is away."""
        customer_id, hold_id = self._row.customer_id, self._row.hold_id
        for attempt in range(_TRIES):
            try:
                if price is None:
                    await self._credits.release(Release(customer_id=customer_id, hold_id=hold_id))
                    return 0, None
                capture = Capture(
                    customer_id=customer_id,
                    hold_id=hold_id,
                    price=price,
                    key=f"chat:{self.id}",
                    note=self._note(price, state),
                )
                taken = await self._credits.capture(capture)
            except HoldEnded as ended:  # by itself: it has captured by the same rule, and says how much
                return int(ended.extra.get("captured", 0)), ended.extra.get("entry_id")
            except (QueueFull, FateUnknown):
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(_PAUSE_S * (attempt + 1))
            else:
                return taken.credits, taken.entry_id
        raise AssertionError("the last attempt returns or raises")

    def _note(self, price: Price, state: str) -> str:
        """Why less was charged than quoted, for "why?"."""
        quoted = self.price
        if price.credits == quoted.credits:
            return ""
        if state == "broken":
            return f"The answer broke off; of the {quoted.credits} credits quoted, what had been sent was charged."
        charged = {line.code: line.quantity for line in price.lines}
        empty = [line.name for line in quoted.lines if charged.get(line.code, 0) < line.quantity]
        return f"Nothing was found by: {', '.join(empty)}. That was not charged."

    def _lines_with(self, part: Part) -> Counter[str]:
        """What is earned when this part is sent: how many of which lines of the price."""
        earned = self._earned.copy()
        match part:
            case Found() if part.items:
                earned[part.add_on] += 1
            case Words() if not part.free:
                pass
            case _:
                return earned
        earned[self.price.operation] = 1
        return earned

    def _kept_with(self, part: Part) -> list[dict[str, Any]]:
        """What is remembered with this part, words in one piece."""
        if isinstance(part, Words) and self._kept and "text" in self._kept[-1]:
            return [*self._kept[:-1], {"text": self._kept[-1]["text"] + part.text}]
        return [*self._kept, part.as_json()]

    async def _write(self, session: AsyncSession, *, only_in: tuple[str, ...], **values: Any) -> None:
        row = self._row
        if not await chat_store.write(session, row.customer_id, row.id, only_in=only_in, **values):
            logger.warning("question %s of customer %s was settled by somebody else", row.id, row.customer_id)
