"""The live practice session over a WebSocket: gate, one credit, nothing for what never began (rows A4, A9, A10)."""

import asyncio
import json
from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.db.stamp import advance_clock
from tests.shop import Shop
from tests.websocket import Line, refused

LONG = (
    "I rebuilt the billing job because it lost money every night; the result was 40 percent fewer support tickets in "
    "two weeks, which I measured myself."
)


async def settled(shop: Shop, customer: int, available: int) -> None:
    """Wait until the balance is this: the server notices a cut line a moment later."""
    seen = (-1, -1)
    for _ in range(200):
        balance = await shop.services.credits.balance(customer)
        seen = (balance.available, balance.held)
        if seen == (available, 0):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{seen[0]} available and {seen[1]} held, not {available} and 0")


@pytest.mark.row("A10")
@pytest.mark.row("A9")
async def test_without_a_credit_the_handshake_is_refused_with_403_and_the_wall(shop: Shop) -> None:
    customer = await shop.a_person()
    answer = await refused(shop, customer)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["code"], body["status"], body["feature"]) == ("insufficient_credits", 403, "interview_session")
    assert (body["required"], body["available"], body["shortfall"]) == (1, 0, 1)
    assert [option["code"] for option in body["options"]] == ["starter", "popular", "pro"]
    assert body["options"][0] == {
        "kind": "pack", "code": "starter", "name": "Starter", "credits": 10, "uses": None, "price_minor": 400,
        "currency": "USD", "url": "/pricing#pack-starter", "enough": True,
    }  # fmt: skip
    assert body["request_id"] == answer.headers["x-request-id"]


@pytest.mark.row("A10")
@pytest.mark.row("A4")
@pytest.mark.row("A11")
async def test_one_credit_is_held_during_the_session_and_taken_when_it_ends(shop: Shop) -> None:
    customer = await shop.a_person(credits=3)
    async with Line(shop, customer, "?topic=technical") as line:
        welcome = await line.hear()
        assert (welcome["type"], welcome["cost"], welcome["available"]) == ("welcome", 1, 2)
        assert (await line.hear())["type"] == "question"
        balance = await shop.services.credits.balance(customer)
        assert (balance.available, balance.held) == (2, 1)
        await line.say(type="answer", text=LONG)
        assert (await line.hear())["number"] == 2
        await line.say(type="end")
        ended = await line.hear()
        assert (ended["type"], ended["charged"], ended["available"]) == ("ended", 1, 2)
        assert ended["feedback"]
        assert await line.heard_all()
    await settled(shop, customer, 2)
    (entry,) = (await shop.services.credits.entries(customer, feature="interview_session")).entries
    assert (entry.amount, entry.reference) == (-1, welcome["session"])


@pytest.mark.row("A10")
@pytest.mark.parametrize("way", ["end", "close", "break"])
async def test_a_session_that_never_began_costs_nothing(shop: Shop, way: str) -> None:
    customer = await shop.a_person(credits=1)
    async with Line(shop, customer) as line:
        await line.hear()
        if way == "end":
            await line.say(type="end")
            await line.hear()
            assert (await line.hear())["charged"] == 0
        elif way == "break":
            line.break_off()
    await settled(shop, customer, 1)
    assert (await shop.services.credits.entries(customer, feature="interview_session")).entries == ()


@pytest.mark.row("A10")
@pytest.mark.parametrize("way", ["close", "break"])
async def test_cutting_the_line_after_it_began_is_not_a_free_session(shop: Shop, way: str) -> None:
    customer = await shop.a_person(credits=2)
    async with Line(shop, customer) as line:
        await line.hear()
        await line.hear()
        await line.say(type="answer", text=LONG)
        await line.hear()
        if way == "break":
            line.break_off()
    await settled(shop, customer, 1)


@pytest.mark.row("A4")
async def test_who_lost_the_line_goes_on_with_the_same_session_and_pays_once(shop: Shop) -> None:
    customer = await shop.a_person(credits=1)
    async with Line(shop, customer) as line:
        session = (await line.hear())["session"]
        await line.hear()
        await line.say(type="answer", text=LONG)
        question = await line.hear()
    await settled(shop, customer, 0)
    async with Line(shop, customer, f"?session={session}") as line:
        assert (await line.hear())["session"] == session
        assert await line.hear() == question
        await line.say(type="end")
        assert (await line.hear())["charged"] == 1
    await settled(shop, customer, 0)
    assert len((await shop.services.credits.entries(customer, feature="interview_session")).entries) == 1
    over = await refused(shop, customer, f"?session={session}")
    assert (over.status_code, over.json()["code"]) == (403, "interview_over")


async def test_answering_every_question_ends_the_session_by_itself(shop: Shop) -> None:
    customer = await shop.a_person(credits=1)
    async with Line(shop, customer) as line:
        await line.hear()
        heard = await line.hear()
        for _ in range(20):
            if heard["type"] == "ended":
                break
            await line.say(type="answer", text=LONG)
            heard = await line.hear()
        assert (heard["type"], heard["charged"]) == ("ended", 1)


async def test_a_draft_about_the_job_is_looked_for_in_the_answers(shop: Shop) -> None:
    customer = await shop.a_person(credits=1)
    await shop.services.drafts.save(customer, "playground/interview", "Kubernetes and terraform, with pipelines.")
    async with Line(shop, customer) as line:
        await line.hear()
        await line.hear()
        await line.say(type="answer", text="I moved our pipelines to Kubernetes in three weeks.")
        await line.hear()
        await line.say(type="end")
        assert any("terms of the job" in said for said in (await line.hear())["feedback"])


@pytest.mark.parametrize(
    "raw",
    ["", "{", "[]", '{"type":"sing"}', '{"type":"answer"}', '{"type":"answer","text":"  "}', "[" * 3000,
     json.dumps({"type": "answer", "text": "x" * 4001}), '{"type":"answer","text":"\\ud800"}',
     '{"type":"answer","text":"a\\u0000b"}'],
)  # fmt: skip
async def test_nonsense_is_answered_and_neither_begins_nor_ends_the_session(shop: Shop, raw: str) -> None:
    customer = await shop.a_person(credits=1)
    async with Line(shop, customer) as line:
        await line.hear()
        await line.hear()
        await line.send(raw)
        assert (await line.hear())["type"] == "error"
        await line.say(type="ping")
        assert (await line.hear())["type"] == "pong"
    await settled(shop, customer, 1)


@pytest.mark.row("A12")
async def test_strangers_other_sites_and_other_peoples_sessions_are_refused(shop: Shop) -> None:
    owner, other = await shop.a_person(credits=1), await shop.a_person(credits=1)
    async with Line(shop, owner) as line:
        session = (await line.hear())["session"]
        assert (await refused(shop, 0)).json()["code"] == "unauthenticated"
        assert (await refused(shop, owner, origin="https://evil.example")).status_code == 403
        assert (await refused(shop, other, f"?session={session}")).json()["code"] == "not_found"
        assert (await refused(shop, other, "?session=int_'--")).json()["code"] == "not_found"


async def test_two_tabs_with_one_credit_open_one_session(shop: Shop) -> None:
    customer = await shop.a_person(credits=1)
    async with Line(shop, customer) as line:
        await line.hear()
        assert (await refused(shop, customer)).json()["code"] == "insufficient_credits"
    await settled(shop, customer, 1)


async def test_more_sessions_at_once_than_one_person_can_hold_are_refused(shop: Shop) -> None:
    customer = await shop.a_person(credits=9)
    async with Line(shop, customer) as one, Line(shop, customer) as two, Line(shop, customer) as three:
        for line in (one, two, three):
            await line.hear()
        assert (await refused(shop, customer)).json()["code"] == "too_many_sessions"
    await settled(shop, customer, 9)


async def test_a_session_whose_server_died_pays_by_itself_once_begun_and_not_before(shop: Shop) -> None:
    begun, waiting = await shop.a_person(credits=1), await shop.a_person(credits=1)
    interviews = shop.services.interviews
    opened = await interviews.open(begun)
    await interviews.answer(begun, opened.id, LONG)
    await interviews.open(waiting)
    async with shop.services.database.transaction() as session:
        await advance_clock(session, clock.now() + timedelta(hours=3))
    assert (await shop.available(begun), await shop.available(waiting)) == (0, 1)
    assert await interviews.close_abandoned() == 2
    rows = await shop.rows("SELECT state, charged FROM interviews ORDER BY customer_id")
    assert rows == [{"state": "ended", "charged": 1}, {"state": "left", "charged": 0}]
    assert (await shop.available(begun), await shop.available(waiting)) == (0, 1)
