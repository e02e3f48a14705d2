"""The library is read-only until Management is bought, then open without limit (rows A2, A9, A11)."""

import asyncio
import csv
import io
from typing import Any

import pytest

from billing_app.entitlements.decisions import Locked
from billing_app.errors import IdempotencyMismatch, InvalidInput, NotFound
from billing_app.playground import library
from billing_app.playground.library import LibraryFull
from tests.playground.sets_and_pairs import GENERATOR, MANAGEMENT, add, give_back, make, own, questions, uses
from tests.shop import Shop


@pytest.mark.row("A2")
@pytest.mark.row("A9")
@pytest.mark.row("A11")
async def test_the_library_is_read_only_until_management_is_bought(shop: Shop) -> None:
    customer = await shop.a_customer()
    for refused in (
        add(shop, customer),
        shop.services.library.edit(customer, "pair_" + "a" * 24, "Why?", "Because."),
        shop.services.library.delete(customer, "pair_" + "a" * 24),
    ):
        with pytest.raises(Locked) as locked:
            await refused
        body = locked.value.problem()
        assert (body["status"], body["code"], body["feature"]) == (402, "feature_locked", "qa_pairs_crud")
        assert [(option["code"], option["price_minor"]) for option in body["options"]] == [(MANAGEMENT, 2500)]
    assert (await shop.services.library.page(customer)).total == 0
    assert await shop.services.library.export(customer) == "id,question,answer,from_set,created_at,updated_at\r\n"


@pytest.mark.row("A2")
@pytest.mark.row("A11")
async def test_once_management_is_bought_pairs_are_created_edited_and_deleted_without_limit(shop: Shop) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, MANAGEMENT)
    made = [await add(shop, customer, f"Question {number}?") for number in range(30)]
    first = await shop.services.library.page(customer)
    assert (first.total, first.pages, len(first.pairs)) == (30, 2, 20)
    last = await shop.services.library.page(customer, 99)
    assert (last.number, len(last.pairs)) == (2, 10)
    assert {pair.id for pair in (*first.pairs, *last.pairs)} == {pair.id for pair in made}

    edited = await shop.services.library.edit(customer, made[0].id, "  Question zero?\r\n ", "")
    assert (edited.question, edited.answer) == ("Question zero?", "")
    for pair in made:
        await shop.services.library.delete(customer, pair.id)
    assert (await shop.services.library.page(customer)).total == 0
    decision = await shop.services.library.check(customer)
    assert (decision.allowed, decision.remaining) == (True, None)


@pytest.mark.row("A9")
async def test_after_a_refund_the_library_is_read_only_again_and_still_readable(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "unlock", MANAGEMENT)
    pair = await add(shop, customer)
    await give_back(shop, bought)
    for refused in (
        add(shop, customer),
        shop.services.library.edit(customer, pair.id, "New?", ""),
        shop.services.library.delete(customer, pair.id),
    ):
        with pytest.raises(Locked):
            await refused
    assert await questions(shop, customer) == ["Why?"]
    assert "Because." in await shop.services.library.export(customer)


@pytest.mark.row("A11")
async def test_ten_clicks_at_once_add_one_pair(shop: Shop) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, MANAGEMENT)
    pair_id = shop.services.library.new_id()
    made = await asyncio.gather(*[add(shop, customer, pair_id=pair_id) for _ in range(10)])
    assert {pair.id for pair in made} == {pair_id}
    assert (await shop.services.library.page(customer)).total == 1
    assert await uses(shop) == 1
    with pytest.raises(IdempotencyMismatch):
        await add(shop, customer, "Another?", pair_id=pair_id)


async def test_a_full_library_refuses_one_more_also_to_parallel_requests(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "MAX_PAIRS", 3)
    customer = await shop.a_customer()
    await own(shop, customer, MANAGEMENT)
    answers = await asyncio.gather(*[add(shop, customer, f"{n}?") for n in range(8)], return_exceptions=True)
    assert sum(isinstance(answer, LibraryFull) for answer in answers) == 5
    pairs = (await shop.services.library.page(customer)).pairs
    assert len(pairs) == 3
    await shop.services.library.delete(customer, pairs[0].id)
    await add(shop, customer, "There is room again?")


@pytest.mark.parametrize(
    ("question", "answer"),
    [("", "a"), ("  \n ", "a"), ("q" * 501, "a"), ("q", "a" * 5001), ("q\x00", "a"), ("q", "\ud800")],
)
async def test_text_that_does_not_fit_is_refused_and_nothing_changes(shop: Shop, question: str, answer: str) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, MANAGEMENT)
    pair = await add(shop, customer)
    with pytest.raises(InvalidInput):
        await add(shop, customer, question, answer)
    with pytest.raises(InvalidInput):
        await shop.services.library.edit(customer, pair.id, question, answer)
    (only,) = (await shop.services.library.page(customer)).pairs
    assert only == pair


# From a set to the library


async def test_a_question_of_a_set_is_saved_once_and_again_after_it_was_deleted(shop: Shop) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, GENERATOR)
    made = await make(shop, customer)
    with pytest.raises(Locked):
        await shop.services.library.save(customer, made.id, 1)
    await own(shop, customer, MANAGEMENT)
    saved, same = await asyncio.gather(*[shop.services.library.save(customer, made.id, 1) for _ in range(2)])
    assert saved == same
    assert (saved.question, saved.answer, saved.set_title) == (
        made.questions[1].text,
        made.questions[1].answer,
        "Senior Support Engineer",
    )
    assert await shop.services.library.saved_from(customer, made.id) == {1}
    await shop.services.library.delete(customer, saved.id)
    assert await shop.services.library.saved_from(customer, made.id) == frozenset()
    assert (await shop.services.library.save(customer, made.id, 1)).id == saved.id


@pytest.mark.parametrize("place", [-1, 99, True, "1", None])
async def test_a_question_that_is_not_there_is_not_saved(shop: Shop, place: Any) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, GENERATOR)
    await own(shop, customer, MANAGEMENT)
    made = await make(shop, customer)
    with pytest.raises(NotFound):
        await shop.services.library.save(customer, made.id, place)


@pytest.mark.row("A9")
async def test_the_library_is_taken_out_as_csv_by_its_owner_with_or_without_the_unlock(shop: Shop) -> None:
    ada = await shop.a_person()
    bought = await shop.buy(ada, "unlock", MANAGEMENT)
    await add(shop, ada, "=1+1", "two\nlines")
    await give_back(shop, bought)
    async with shop.browser(ada) as browser:
        answer = await browser.get("/api/v1/playground/library.csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="library.csv"'
    assert answer.headers["cache-control"] == "no-store"
    header, row = csv.reader(io.StringIO(answer.text, newline=""))
    assert header[:4] == ["id", "question", "answer", "from_set"]
    assert row[1:4] == ["'=1+1", "two\nlines", ""]
    async with shop.browser() as stranger:
        assert (await stranger.get("/api/v1/playground/library.csv")).status_code == 401
