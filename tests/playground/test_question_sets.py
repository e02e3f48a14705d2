"""The generator has its one use; what was made with it stays (rows A2, A9, A11)."""

import asyncio

import pytest

from billing_app.catalog.loading import Source, read_source
from billing_app.entitlements.decisions import Locked
from billing_app.errors import IdempotencyMismatch, InvalidInput, NotFound
from billing_app.journal.audit import CLI
from billing_app.playground import question_sets
from billing_app.playground.advert import TooLittle
from billing_app.playground.question_sets import SetView, TooManySets
from billing_app.playground.question_writer import EXAMPLE_JOB
from tests.playground.sets_and_pairs import GENERATOR, give_back, make, own, uses
from tests.shop import Shop


@pytest.mark.row("A2")
@pytest.mark.row("A9")
@pytest.mark.row("A11")
async def test_the_generator_is_locked_until_bought_and_again_after_its_one_use(shop: Shop) -> None:
    customer = await shop.a_customer()
    with pytest.raises(Locked) as before:
        await make(shop, customer)
    assert before.value.problem()["options"][0] | {"url": ""} == {
        "kind": "unlock",
        "code": GENERATOR,
        "name": "AI Q&A Generator",
        "credits": None,
        "uses": 1,
        "price_minor": 1000,
        "currency": "USD",
        "url": "",
        "enough": True,
    }
    await own(shop, customer, GENERATOR)
    made = await make(shop, customer)
    assert made.title == "Senior Support Engineer"
    with pytest.raises(Locked) as after:
        await make(shop, customer)
    assert after.value.problem()["status"] == 402
    assert [one.id for one in await shop.services.question_sets.history(customer)] == [made.id]


@pytest.mark.row("A2")
async def test_bought_again_it_makes_one_more(shop: Shop) -> None:
    customer = await shop.a_customer()
    for _ in range(2):
        await own(shop, customer, GENERATOR)
        await make(shop, customer)
        with pytest.raises(Locked):
            await make(shop, customer)
    assert len(await shop.services.question_sets.history(customer)) == 2


@pytest.mark.row("A11")
async def test_a_repeated_click_gives_the_set_that_was_made_and_takes_nothing(shop: Shop) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, GENERATOR)
    await own(shop, customer, GENERATOR)
    set_id = shop.services.question_sets.new_id()
    first = await make(shop, customer, set_id)
    again = await make(shop, customer, set_id)
    assert again == first
    assert (await shop.services.question_sets.check(customer)).remaining == 1
    with pytest.raises(IdempotencyMismatch):
        await make(shop, customer, set_id, EXAMPLE_JOB + " And one thing more.")
    assert (await shop.services.question_sets.check(customer)).remaining == 1


@pytest.mark.row("A11")
async def test_ten_clicks_at_once_take_one_use_and_make_one_set(shop: Shop) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, GENERATOR)
    await own(shop, customer, GENERATOR)
    set_id = shop.services.question_sets.new_id()
    made = await asyncio.gather(*[make(shop, customer, set_id) for _ in range(10)])
    assert {one.id for one in made} == {set_id}
    assert (await shop.services.question_sets.check(customer)).remaining == 1
    assert len(await shop.services.question_sets.history(customer)) == 1


@pytest.mark.row("A11")
async def test_ten_tabs_at_once_share_the_one_use(shop: Shop) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, GENERATOR)
    answers = await asyncio.gather(*[make(shop, customer) for _ in range(10)], return_exceptions=True)
    assert sum(isinstance(answer, SetView) for answer in answers) == 1
    assert sum(isinstance(answer, Locked) for answer in answers) == 9
    assert len(await shop.services.question_sets.history(customer)) == 1
    assert await uses(shop) == 1


@pytest.mark.parametrize(
    "job", ["", "Too short.", "and so on " * 20, "x" * 20_001, "NUL \x00 " * 30, "half \ud800 " * 30]
)
async def test_text_that_will_not_do_takes_no_use(shop: Shop, job: str) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, GENERATOR)
    with pytest.raises((InvalidInput, TooLittle)):
        await make(shop, customer, job=job)
    assert (await shop.services.question_sets.check(customer)).remaining == 1
    assert await shop.services.question_sets.history(customer) == []


async def test_a_set_that_cannot_be_stored_takes_no_use(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = await shop.a_customer()
    await own(shop, customer, GENERATOR)
    monkeypatch.setattr(question_sets, "MAX_SETS", 0)
    with pytest.raises(TooManySets):
        await make(shop, customer)
    assert (await shop.services.question_sets.check(customer)).remaining == 1
    assert await uses(shop) == 0


@pytest.mark.row("A9")
async def test_a_made_set_can_be_read_after_the_unlock_was_refunded(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "unlock", GENERATOR)
    made = await make(shop, customer)
    await give_back(shop, bought)
    assert (await shop.services.entitlements.unlocks(customer))[0].revoked_at is not None
    assert await shop.services.question_sets.get(customer, made.id) == made


@pytest.mark.parametrize(
    "set_id", ["", "set_short", "int_" + "a" * 24, "set_" + "a" * 60, "set_'; drop table x;--aaaa"]
)
async def test_an_id_the_page_did_not_draw_is_refused(shop: Shop, set_id: str) -> None:
    customer = await shop.a_customer()
    with pytest.raises(InvalidInput):
        await shop.services.question_sets.make(customer, set_id, EXAMPLE_JOB)
    with pytest.raises(NotFound):
        await shop.services.question_sets.get(customer, set_id)


async def test_a_generator_paid_in_credits_takes_them_with_the_set(shop: Shop) -> None:
    source = read_source("interview_mate")
    text = source.text.replace(
        'icon = "wand-sparkles"\nmetering = "unlock"', 'icon = "wand-sparkles"\nmetering = "credits"'
    )
    start, end = text.index('[[unlocks]]\ncode = "ai_qa_generator"'), text.index('[[unlocks]]\ncode = "qa_management"')
    text = text[:start] + text[end:]
    text += '\n[[rates]]\ncode = "question_set"\nname = "Question set"\nfeature = "ai_qa_generation"\ncredits = 4\n'
    await shop.services.catalog.apply(Source(source.name, text), by=CLI)
    customer = await shop.a_customer(credits=6)
    set_id = shop.services.question_sets.new_id()
    await asyncio.gather(*[make(shop, customer, set_id) for _ in range(4)])
    assert await shop.available(customer) == 2
    with pytest.raises(Exception, match="needs 4 credits; 2 are available"):
        await make(shop, customer)
    assert len(await shop.services.question_sets.history(customer)) == 1
