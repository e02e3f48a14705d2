"""The chat over HTTP: a quote, and the answer as a stream of events (rows B3, B4, B8).

Events: `began` (what is held), `found` (results of one extra), `words`, and last `done` or `broken`, each with what was
charged and the balance after it. A refusal is an ordinary answer instead: 402 with the wall's body.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from billing_app.api.at_once import AtOnce
from billing_app.api.deps import CustomerId, Here
from billing_app.api.event_stream import EventStream, Say
from billing_app.api.origin import same_origin
from billing_app.api.problems import problem, request_id_of
from billing_app.credits import Price
from billing_app.db.rate_limit import Limit, Take
from billing_app.errors import Conflict, Unavailable
from billing_app.playground.answerer import Found
from billing_app.playground.chat import EXTRAS_MAX, QUESTION_MAX
from billing_app.playground.exchange import Exchange, Receipt

router = APIRouter(prefix="/api/v1/playground/chat", tags=["playground"])

ASK = Limit("chat", burst=30, window=timedelta(minutes=1))
ANSWER_LIMIT_S = 60
MAX_AT_ONCE = 3

Code = Annotated[str, Field(max_length=40)]

logger = logging.getLogger(__name__)


class TooManyAnswers(Conflict):
    """More questions at once than one person can read the answers of."""

    code = "too_many_answers"


_answers = AtOnce(MAX_AT_ONCE, lambda most: TooManyAnswers(f"{most} answers are on their way already. Wait for one."))


class AnswerFailed(Unavailable):
    """The answer broke off on our side; what had been sent is charged, and nothing else."""

    code = "answer_failed"
    title = "The answer broke off"


class Question(BaseModel):
    """What is asked."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=64, description="New for each question; a retry sends the same one and pays once.")
    question: str = Field(max_length=2 * QUESTION_MAX)
    extras: list[Code] = Field(default=[], max_length=EXTRAS_MAX)
    quoted: int | None = Field(default=None, description="The price that was shown; refused if it is another by now.")


@router.get("/quote")
async def quote(
    services: Here, customer_id: CustomerId, extras: Annotated[list[Code] | None, Query(max_length=EXTRAS_MAX)] = None
) -> dict[str, Any]:
    """What a question with these extras costs, line by line, and whether the customer has it. Holds nothing."""
    found = await services.chat.quote(customer_id, extras or ())
    return {**_price(found.price), **found.decision.as_json()}


@router.post("", dependencies=[Depends(same_origin)])
async def ask(sent: Question, request: Request, services: Here, customer_id: CustomerId) -> EventStream:
    """Hold the price, answer as a stream, and charge what was sent."""
    await services.limiter.take(Take(ASK, str(customer_id)))
    _answers.begin(customer_id)
    try:
        exchange = await services.chat.ask(customer_id, sent.id, sent.question, sent.extras, quoted=sent.quoted)
    except BaseException:
        _answers.end(customer_id)
        raise

    async def talk(say: Say) -> None:
        available = (await services.credits.balance(customer_id)).available
        await _answer(say, exchange, available, request_id_of(request.scope))

    async def afterwards() -> None:
        _answers.end(customer_id)
        if not exchange.over:  # the reader is gone, or the server ends
            await exchange.break_off()

    return EventStream(talk, afterwards)


async def _answer(say: Say, exchange: Exchange, available: int, request_id: str | None) -> None:
    """From the first event to the last, which comes after the charge: what it says is so."""
    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            await say("began", {"id": exchange.id, "available": available, **_price(exchange.price)})
            async for part in exchange.parts():
                await exchange.sending(part)  # before it goes out: who has read it cannot leave without paying
                await say("found" if isinstance(part, Found) else "words", part.as_json())
        receipt = await exchange.complete()
    except Exception:
        logger.exception("the answer to %s broke off", exchange.id)
        receipt = await exchange.break_off()
        failed = AnswerFailed("The answer broke off on our side. Only what had been sent is charged.")
        await say("broken", {**_receipt(exchange, receipt), "problem": problem(failed, request_id)})
    else:
        await say("done", _receipt(exchange, receipt))


def _price(price: Price) -> dict[str, Any]:
    lines = [
        {"code": one.code, "name": one.name, "quantity": one.quantity, "each": one.each, "credits": one.credits}
        for one in price.lines
    ]
    return {"credits": price.credits, "version": price.version, "lines": lines}


def _receipt(exchange: Exchange, receipt: Receipt) -> dict[str, Any]:
    return {
        "id": exchange.id,
        "charged": receipt.charged,
        "quoted": receipt.quoted,
        "lines": _price(receipt.price)["lines"] if receipt.price else [],
        "available": receipt.available,
        "entry": receipt.entry_id,
        "repeated": receipt.repeated,
    }
