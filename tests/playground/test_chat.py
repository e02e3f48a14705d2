"""The charged stream: priced before, held while it answers, charged for what was delivered, and never twice."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from billing_app.catalog.loading import Source, read_source
from billing_app.journal.audit import CLI
from tests.playground.chatting import (
    ALL,
    CHAT,
    QUESTION,
    StepByStep,
    a_question,
    ask,
    asking,
    balance,
    charges,
    serving,
    with_engine,
    words,
)
from tests.shop import Shop, a_shop
from tests.stripe_sandbox import StripeSandbox

# ------------------------------------------------------------------------------------------- quote, hold, charge


@pytest.mark.row("B3")
@pytest.mark.parametrize(
    ("extras", "credits"),
    [([], 5), (["documentation"], 10), (["documentation", "github"], 20), (["words"], 8), ([*ALL, "words"], 26)],
)
async def test_what_is_quoted_before_is_taken_after(docs: Shop, extras: list[str], credits: int) -> None:
    ada = await docs.a_person(credits=100)
    async with docs.browser(ada) as browser:
        quoted = (await browser.get(f"{CHAT}/quote", params={"extras": extras})).json()
    assert (quoted["credits"], quoted["allowed"]) == (credits, True)
    assert await balance(docs, ada) == (100, 0), "a quote holds nothing"

    question = "When do the credits of 2 packs expire, and what is 2 * 500?"
    *_, (last, done) = await ask(docs, ada, a_question(*extras, question=question, quoted=credits))
    assert (last, done["charged"], done["quoted"], done["available"]) == ("done", credits, credits, 100 - credits)
    assert done["lines"] == quoted["lines"]
    assert await charges(docs, ada) == [credits]
    assert await balance(docs, ada) == (100 - credits, 0)


@pytest.mark.row("B4")
async def test_the_price_is_set_aside_before_anything_runs_and_taken_only_at_the_end(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    engine = StepByStep()
    async with (
        serving(with_engine(docs.services, engine)) as at,
        asking(docs, ada, a_question(*ALL[:2]), at=at) as (_, events),
    ):
        name, began = await anext(events)
        assert (name, began["credits"], began["available"]) == ("began", 20, 80)
        assert await balance(docs, ada) == (80, 20)
        assert await charges(docs, ada) == []
        engine.nod(1_000)
        rest = [event async for event in events]
    assert [name for name, _ in rest][:2] == ["found", "found"]
    assert rest[-1][1]["available"] == 80
    assert await balance(docs, ada) == (80, 0)


async def test_an_answer_says_where_it_comes_from(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    events = await ask(docs, ada, a_question(*ALL, question="What is a hold of credits, and what is 12 * 3.5?"))
    found = {data["extra"]: data["items"] for name, data in events if name == "found"}
    assert [item["number"] for item in found["documentation"]] == [1, 2, 3]
    assert all(item["source"].endswith(".md") for item in found["documentation"])
    assert any(item["source"].startswith("billing_app/") for item in found["github"])
    assert found["calculator"][0]["text"] == "42"
    assert "[1]" in words(events)
    assert "12 * 3.5: 42" in words(events)


@pytest.mark.row("B4")
async def test_what_finds_nothing_costs_nothing(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    *_, (_, done) = await ask(docs, ada, a_question("calculator", question=QUESTION))
    assert (done["charged"], done["quoted"]) == (5, 8)
    explained = await docs.services.credits.explain(ada, done["entry"])
    assert "Nothing was found by: Further tool. That was not charged." in explained.summary

    *_, (_, nothing) = await ask(docs, ada, a_question(*ALL, question="Zxqvw brrgh?"))
    assert (nothing["charged"], nothing["entry"], nothing["available"]) == (0, None, 95)
    assert await balance(docs, ada) == (95, 0)


# --------------------------------------------------------------------------------------------- short of credits


@pytest.mark.row("B8")
async def test_who_is_short_gets_a_clear_answer_and_nothing_is_held(docs: Shop) -> None:
    ada = await docs.a_person(credits=12)
    ((status, wall),) = await ask(docs, ada, a_question("documentation", "github"))
    assert status == "402"
    assert wall["code"] == "insufficient_credits"
    assert (wall["required"], wall["available"], wall["shortfall"]) == (20, 12, 8)
    assert wall["detail"] == "This needs 20 credits; 12 are available."
    *ways, wait = wall["options"]
    assert [(one["kind"], one["code"], one["credits"], one["price_minor"]) for one in ways] == [
        ("pack", "small", 500, 500),
        ("plan", "starter", 1_000, 900),
        ("pack", "medium", 2_000, 1_500),
        ("plan", "pro", 5_000, 2_900),
        ("pack", "large", 5_000, 3_500),
        ("plan", "enterprise", None, None),
    ]
    assert (wait["kind"], wait["until"], wait["enough"]) == ("wait", wall["resets_at"], True)
    assert wall["next_grant"] == 100
    assert wall["smaller"] == {"credits": 10, "add_ons": {"documentation": 1}, "without": ["GitHub tools"]}
    assert await balance(docs, ada) == (12, 0)
    assert await docs.rows("SELECT id FROM chat_questions") == []


@pytest.mark.row("B2")
@pytest.mark.row("B8")
async def test_after_buying_a_pack_the_same_question_is_answered_from_it(docs: Shop) -> None:
    ada = await docs.a_person(credits=3)
    question = a_question("documentation")
    ((refused, _),) = await ask(docs, ada, question)
    assert refused == "402"
    await docs.buy(ada, "pack", "small")
    *_, (_, done) = await ask(docs, ada, question)
    assert (done["charged"], done["available"]) == (10, 493)
    (pack,) = [lot for lot in (await docs.services.credits.lots(ada)).lots if lot.paid_minor]
    assert (pack.granted, pack.paid_minor, pack.expires_at) == (500, 500, None)


@pytest.mark.row("B4")
async def test_two_parallel_questions_never_overspend(docs: Shop) -> None:
    ada = await docs.a_person(credits=20)
    answers = await asyncio.gather(*(ask(docs, ada, a_question("documentation")) for _ in range(3)))
    ends = sorted(events[-1][0] for events in answers)
    assert ends == ["402", "done", "done"]
    assert await balance(docs, ada) == (0, 0)
    assert await charges(docs, ada) == [10, 10]


# ------------------------------------------------------------------------------------------------ who, and bounds


@pytest.mark.row("B3")
async def test_a_price_that_changed_since_it_was_shown_is_not_taken(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    source = read_source("docs_chat")
    dearer = source.text.replace("credits = 5\nadd_ons", "credits = 6\nadd_ons")
    assert dearer != source.text
    await docs.services.catalog.apply(Source(source.name, dearer), by=CLI)
    ((status, changed),) = await ask(docs, ada, a_question(quoted=5))
    assert (status, changed["code"], changed["required"]) == ("409", "price_changed", 6)
    assert await balance(docs, ada) == (100, 0)
    *_, (_, done) = await ask(docs, ada, a_question(quoted=6))
    explained = await docs.services.credits.explain(ada, done["entry"])
    assert "Together 6 credits, by price list 2." in explained.why_that_much


@pytest.mark.row("A12")
async def test_strangers_and_other_sites_ask_nothing_and_others_questions_are_ones_own(docs: Shop) -> None:
    ada, eve = await docs.a_person(credits=100), await docs.a_person(credits=100)
    async with docs.browser() as stranger:
        assert (await stranger.post(CHAT, json=a_question())).status_code == 401
        assert (await stranger.get(f"{CHAT}/quote")).status_code == 401
    async with docs.browser(ada) as browser:
        foreign = await browser.post(CHAT, json=a_question(), headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
    assert await balance(docs, ada) == (100, 0)

    question = a_question("documentation")
    await ask(docs, ada, question)
    *_, (_, done) = await ask(docs, eve, question)
    assert (done["charged"], done["repeated"]) == (10, False), "an id is its customer's own"
    assert [one.id for one in await docs.services.chat.recent(eve)] == [question["id"]]
    async with docs.services.database.as_customer(eve) as session:
        seen = await session.execute(text("SELECT customer_id FROM chat_questions"))
        assert {row.customer_id for row in seen} == {eve}


NO_QUESTION: list[tuple[dict[str, Any], str]] = [
    ({"question": "   "}, "cannot be empty"),
    ({"question": "x" * 2_001}, "2,000 characters at most"),
    ({"question": "x" * 5_000}, "errors"),
    ({"question": "nul \x00"}, "without NUL"),
    ({"id": "short"}, "8 to 64"),
    ({"id": "with space in"}, "8 to 64"),
    ({"extras": ["documentation", "documentation"]}, "each extra once"),
    ({"extras": ["telepathy"]}, "there are: documentation, github, calculator, dates, words"),
    ({"extras": ["words"] * 11}, "errors"),
    ({"surprise": 1}, "errors"),
]


async def test_what_is_no_question_is_refused_in_words_and_holds_nothing(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    for wrong, says in NO_QUESTION:
        ((status, problem),) = await ask(docs, ada, {**a_question(), **wrong})
        assert status == "422", wrong
        assert says in problem["detail"]
    assert await balance(docs, ada) == (100, 0)


async def test_one_person_hears_three_answers_at_once_at_most(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    engine = StepByStep()
    async with serving(with_engine(docs.services, engine)) as at:
        hearing = [asyncio.create_task(ask(docs, ada, a_question(), at=at)) for _ in range(3)]
        for _ in range(300):
            if (await balance(docs, ada))[1] == 15:
                break
            await asyncio.sleep(0.02)
        ((status, problem),) = await ask(docs, ada, a_question(), at=at)
        assert (status, problem["code"]) == ("409", "too_many_answers")
        engine.nod(1_000)
        assert [events[-1][0] for events in await asyncio.gather(*hearing)] == ["done"] * 3
        assert (await ask(docs, ada, a_question(), at=at))[-1][0] == "done"


# ------------------------------------------------------------------------------------------------------- why


@pytest.mark.row("B3")
async def test_why_says_what_was_charged_why_that_much_from_which_lots_and_what_paid(docs: Shop) -> None:
    ada = await docs.a_person(credits=12)
    await docs.buy(ada, "pack", "small")
    question = a_question("documentation", "github")
    *_, (_, done) = await ask(docs, ada, question)
    why = await docs.services.credits.explain(ada, done["entry"])
    assert why.summary.startswith(f'20 credits charged for Query, Documentation, GitHub tools ("{question["id"]}") on')
    assert why.why_that_much == (
        "Query: 5 credits.",
        "Documentation: 5 credits.",
        "GitHub tools: 10 credits.",
        "Together 20 credits, by price list 1.",
    )
    given, bought = why.lots
    assert (given.label, given.credits) == ("Welcome", 12)
    assert "given credits go before paid ones" in given.why
    assert "Not paid for" in given.paid_by
    assert (bought.label, bought.credits) == ("Small pack", 8)
    assert "Paid for with $5.00 for 500 credits" in bought.paid_by
    assert why.balance == "After it 492 credits could be spent."


async def test_why_says_that_an_answer_broke_off(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    async with serving(with_engine(docs.services, StepByStep(fails_after=1))) as at:
        broken = (await ask(docs, ada, a_question("documentation", "github"), at=at))[-1][1]
    why = await docs.services.credits.explain(ada, broken["entry"])
    assert "The answer broke off; of the 20 credits quoted, what had been sent was charged." in why.summary
    assert why.why_that_much[-1] == "Together 10 credits, by price list 1."


# --------------------------------------------------------------------------------------- another catalogue's chat


async def test_a_coach_by_another_catalogue_knows_the_persons_own_interviews_and_advert(
    database_url: str, sandbox: StripeSandbox, tmp_path: Path
) -> None:
    async with a_shop(database_url, sandbox, tmp_path, catalog="showcase") as shop:
        ada = await shop.a_person(credits=20)
        interviews = shop.services.interviews
        held = await interviews.open(ada, topic_code="technical")
        await interviews.answer(ada, held.id, "The scheduler starves because one queue holds its lock far too long.")
        await interviews.end(ada, held.id)
        await shop.services.drafts.save(ada, "playground/interview", "We look for somebody who tames a scheduler.")

        events = await ask(shop, ada, a_question("document", question="What did I say about the scheduler?"))
        (found,) = [data for name, data in events if name == "found"]
        assert (found["name"], found["items"][0]["text"]) == (
            "Each document read",
            "We look for somebody who tames a scheduler.",
        )
        assert "starves because one queue holds its lock" in words(events)
        assert (events[-1][1]["charged"], events[-1][1]["available"]) == (2, 14)
