"""What people made is theirs alone, and the summary says what each may do (row A5)."""

import pytest
from sqlalchemy import text

from billing_app.errors import NotFound
from tests.playground.sets_and_pairs import GENERATOR, MANAGEMENT, add, make, own, questions
from tests.shop import Shop

FOREIGN = "This pair is not in your library, or not any more."


async def test_what_belongs_to_others_is_not_found_and_does_not_change(shop: Shop) -> None:
    ada, eve = await shop.a_customer(), await shop.a_customer(email="eve@example.com")
    for unlock in (GENERATOR, MANAGEMENT):
        await own(shop, ada, unlock)
        await own(shop, eve, unlock)
    made, pair = await make(shop, ada), await add(shop, ada)
    with pytest.raises(NotFound):
        await shop.services.question_sets.get(eve, made.id)
    with pytest.raises(NotFound):
        await shop.services.library.save(eve, made.id, 0)
    with pytest.raises(NotFound, match=FOREIGN):
        await shop.services.library.edit(eve, pair.id, "Mine now?", "")
    with pytest.raises(NotFound, match=FOREIGN):
        await shop.services.library.delete(eve, pair.id)
    assert await shop.services.question_sets.history(eve) == []
    assert (await shop.services.library.page(eve)).total == 0
    assert await questions(shop, ada) == ["Why?"]
    # The same id in another customer's hands is another set and another pair.
    assert (await make(shop, eve, made.id)).id == made.id
    assert (await add(shop, eve, "Eve's?", pair_id=pair.id)).question == "Eve's?"
    assert await questions(shop, ada) == ["Why?"]


async def test_the_database_itself_shows_a_customer_only_own_rows(shop: Shop) -> None:
    ada, eve = await shop.a_customer(), await shop.a_customer(email="eve@example.com")
    await own(shop, ada, GENERATOR)
    await own(shop, ada, MANAGEMENT)
    await make(shop, ada)
    await add(shop, ada)
    for customer, seen in ((ada, 1), (eve, 0)):
        async with shop.services.database.as_customer(customer) as session:
            for table in ("question_sets", "library_pairs"):
                assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == seen


@pytest.mark.row("A5")
async def test_the_summary_says_what_is_open_before_and_after_each_purchase_and_use(shop: Shop) -> None:
    customer = await shop.a_customer()

    async def said() -> dict[str, tuple[bool, int | None]]:
        summary = await shop.services.entitlements.summary(customer)
        return {
            one.feature: (one.allowed, one.remaining) for one in summary.features if one.feature != "interview_session"
        }

    assert await said() == {"ai_qa_generation": (False, 0), "qa_pairs_crud": (False, 0)}
    await own(shop, customer, GENERATOR)
    await own(shop, customer, MANAGEMENT)
    assert await said() == {"ai_qa_generation": (True, 1), "qa_pairs_crud": (True, None)}
    await make(shop, customer)
    await add(shop, customer)
    assert await said() == {"ai_qa_generation": (False, 0), "qa_pairs_crud": (True, None)}
    summary = await shop.services.entitlements.summary(customer)
    assert {(one.code, one.uses_left) for one in summary.unlocks} == {(GENERATOR, 0), (MANAGEMENT, None)}
