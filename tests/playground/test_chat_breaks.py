"""Streams that break, and questions asked once more: what was sent is paid for, by whatever way, and once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.api.v1 import chat as route
from billing_app.credits import Capture
from billing_app.db.stamp import advance_clock
from billing_app.playground.answerer import Inquiry, Part, Words
from tests.playground.chatting import (
    QUESTION,
    StepByStep,
    a_question,
    ask,
    asking,
    balance,
    charges,
    serving,
    settled,
    with_engine,
    words,
)
from tests.shop import Shop

# -------------------------------------------------------------------------------------------- streams that break

BREAKS = [
    pytest.param(0, 0, [], id="nothing sent"),
    pytest.param(1, 10, ["query", "documentation"], id="after the documents"),
    pytest.param(2, 20, ["query", "documentation", "github"], id="after the code"),
    pytest.param(5, 20, ["query", "documentation", "github"], id="in the middle of the words"),
]


@pytest.mark.row("B4")
@pytest.mark.parametrize(("parts", "charged", "lines"), BREAKS)
async def test_a_reader_who_goes_away_pays_for_what_was_sent(
    docs: Shop, parts: int, charged: int, lines: list[str]
) -> None:
    ada = await docs.a_person(credits=100)
    engine, question = StepByStep(), a_question("documentation", "github")
    async with serving(with_engine(docs.services, engine)) as at:
        async with asking(docs, ada, question, at=at) as (_, events):
            await anext(events)
            for _ in range(parts):
                engine.nod()
                await anext(events)
        row = await settled(docs, question["id"])
    assert (row["state"], row["charged"]) == ("broken", charged)
    assert await balance(docs, ada) == (100 - charged, 0)
    if charged:
        explained = await docs.services.credits.explain(ada, row["entry_id"])
        assert explained.entry.price is not None
        assert [line.code for line in explained.entry.price.lines] == lines
    else:
        assert await charges(docs, ada) == []


@pytest.mark.row("B4")
async def test_who_has_the_first_results_and_leaves_at_once_has_paid_for_them_every_time(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    engine, questions = StepByStep(), [a_question("documentation") for _ in range(5)]
    async with serving(with_engine(docs.services, engine)) as at:
        for times, question in enumerate(questions, start=1):
            engine.nod()
            async with asking(docs, ada, question, at=at) as (_, events):
                assert [(await anext(events))[0] for _ in range(2)] == ["began", "found"]
            assert (await settled(docs, question["id"]))["charged"] == 10
            assert await balance(docs, ada) == (100 - 10 * times, 0)
    again = await ask(docs, ada, questions[-1])
    assert (again[-1][1]["charged"], again[-1][1]["repeated"]) == (10, True), "what was missed comes back free"
    assert await charges(docs, ada) == [10] * 5


@pytest.mark.row("B4")
async def test_a_part_whose_price_cannot_be_noted_is_neither_sent_nor_paid(
    docs: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await docs.a_person(credits=100)
    engine, question = StepByStep(), a_question("documentation", "github")
    async with serving(with_engine(docs.services, engine)) as at, asking(docs, ada, question, at=at) as (_, events):
        await anext(events)
        engine.nod()
        assert (await anext(events))[0] == "found"
        row = (await docs.rows("SELECT hold_id FROM chat_questions WHERE id = :id", id=question["id"]))[0]
        await docs.services.credits.capture(Capture(customer_id=ada, hold_id=row["hold_id"], credits=10))
        engine.nod()
        name, broken = await anext(events)
    assert (name, broken["charged"]) == ("broken", 10)
    assert "broke off" in caplog.text
    assert await charges(docs, ada) == [10]


@pytest.mark.row("B4")
async def test_the_first_words_of_a_plain_question_cost_its_own_price(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    engine, question = StepByStep(), a_question()
    async with serving(with_engine(docs.services, engine)) as at:
        async with asking(docs, ada, question, at=at) as (_, events):
            await anext(events)
            engine.nod()
            assert (await anext(events))[0] == "words"
        assert (await settled(docs, question["id"]))["charged"] == 5


@pytest.mark.row("B4")
@pytest.mark.parametrize(("parts", "charged", "lines"), BREAKS)
async def test_an_engine_that_fails_costs_what_was_sent_and_says_so(
    docs: Shop, parts: int, charged: int, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    ada = await docs.a_person(credits=100)
    async with serving(with_engine(docs.services, StepByStep(fails_after=parts))) as at:
        events = await ask(docs, ada, a_question("documentation", "github"), at=at)
    name, broken = events[-1]
    assert name == "broken"
    assert (broken["charged"], broken["available"]) == (charged, 100 - charged)
    assert [line["code"] for line in broken["lines"]] == lines
    assert broken["problem"]["code"] == "answer_failed"
    assert "model went away" not in str(broken), "the reason is for the log, not for the customer"
    assert "the model went away" in caplog.text
    assert await balance(docs, ada) == (100 - charged, 0)


@pytest.mark.row("B4")
async def test_an_engine_without_end_is_cut_off(
    docs: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def endless(_: Inquiry) -> AsyncIterator[Part]:
        while True:
            yield Words("and so on ")

    async def silent(_: Inquiry) -> AsyncIterator[Part]:
        await asyncio.sleep(60)
        yield Words("at last")

    ada = await docs.a_person(credits=100)
    async with serving(with_engine(docs.services, endless)) as at:
        events = await ask(docs, ada, a_question(), at=at)
    assert (events[-1][0], events[-1][1]["charged"]) == ("broken", 5)
    assert len(words(events)) <= 20_000
    monkeypatch.setattr(route, "ANSWER_LIMIT_S", 0.2)
    async with serving(with_engine(docs.services, silent)) as at:
        events = await ask(docs, ada, a_question(), at=at)
    assert (events[-1][0], events[-1][1]["charged"]) == ("broken", 0)
    assert await balance(docs, ada) == (95, 0)


@pytest.mark.row("B4")
@pytest.mark.parametrize(("parts", "charged", "lines"), BREAKS)
async def test_a_process_that_dies_leaves_a_hold_that_charges_by_the_same_rule(
    docs: Shop, parts: int, charged: int, lines: list[str]
) -> None:
    ada = await docs.a_person(credits=100)
    chat = with_engine(docs.services, StepByStep(fails_after=1_000)).chat
    exchange = await chat.ask(ada, "ask_that_dies", QUESTION, ["documentation", "github"])
    answering = exchange.parts()
    for _ in range(parts):
        await exchange.sending(await anext(answering))
    assert await balance(docs, ada) == (80, 20)
    assert await chat.close_abandoned() == 0, "it may still be answered"

    async with docs.services.database.transaction() as session:
        await advance_clock(session, clock.now() + timedelta(minutes=3))
    assert await balance(docs, ada) == (100 - charged, 0), "true at read time, whoever has looked after it"
    assert await chat.close_abandoned() == 1
    row = await settled(docs, "ask_that_dies")
    assert (row["state"], row["charged"]) == ("broken", charged)
    assert await charges(docs, ada) == ([charged] if charged else [])


# ----------------------------------------------------------------------------------------------- asked once more


@pytest.mark.row("B4")
async def test_a_question_sent_again_is_answered_again_and_never_paid_twice(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    question = a_question("documentation")
    first = await ask(docs, ada, question)
    again = await ask(docs, ada, question)
    assert words(again) == words(first)
    assert [data for name, data in again if name == "found"] == [data for name, data in first if name == "found"]
    assert again[-1][1] == {**first[-1][1], "repeated": True}
    assert await charges(docs, ada) == [10]

    ((status, other),) = await ask(docs, ada, {**question, "question": "Something else?"})
    assert (status, other["code"]) == ("422", "idempotency_mismatch")


@pytest.mark.row("B4")
async def test_what_broke_off_comes_back_for_what_was_paid_and_no_more(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    question = a_question("documentation", "github")
    async with serving(with_engine(docs.services, StepByStep(fails_after=1))) as at:
        assert (await ask(docs, ada, question, at=at))[-1][1]["charged"] == 10
    again = await ask(docs, ada, question)
    assert [data["extra"] for name, data in again if name == "found"] == ["documentation"]
    assert words(again)
    name, done = again[-1]
    assert (name, done["charged"], done["repeated"], done["available"]) == ("done", 10, True, 90)
    assert words(await ask(docs, ada, question)) == words(again)
    assert await charges(docs, ada) == [10]


@pytest.mark.row("B4")
async def test_what_broke_off_before_anything_came_is_asked_anew_under_its_id(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    question = a_question("documentation")
    async with serving(with_engine(docs.services, StepByStep(fails_after=0))) as at:
        assert (await ask(docs, ada, question, at=at))[-1][1]["charged"] == 0
    *_, (_, done) = await ask(docs, ada, question)
    assert (done["charged"], done["repeated"]) == (10, False)
    assert await charges(docs, ada) == [10]


@pytest.mark.row("B4")
async def test_of_many_requests_with_one_id_one_is_answered_and_paid(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    engine, question = StepByStep(), a_question("documentation")
    async with serving(with_engine(docs.services, engine)) as at:
        asked = [asyncio.create_task(ask(docs, ada, question, at=at)) for _ in range(3)]
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.3)
        assert await balance(docs, ada) == (90, 10)
        engine.nod(1_000)
        ends = sorted(events[-1][0] for events in await asyncio.gather(*asked))
    assert ends == ["409", "409", "done"]
    assert await charges(docs, ada) == [10]
    assert await balance(docs, ada) == (90, 0)
