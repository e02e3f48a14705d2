"""What is used in the playground is in the cost log, tied to the lots that paid for it."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from billing_app import clock
from billing_app.credits import Consume, Grant, LotKind, Reverse
from billing_app.credits.lot_kinds import LotKinds
from tests.playground.chatting import a_question, ask
from tests.shop import Shop

FIRST, LAST = date(2020, 1, 1), date(2099, 1, 1)


async def rolled(shop: Shop) -> None:
    for _ in range(600):
        await shop.services.cost_rollup.roll()
        if not (await shop.services.cost_rollup.behind()).rows:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the sums never caught up")


@pytest.mark.row("C6")
async def test_an_interview_costs_what_its_suppliers_would_charge_and_is_tied_to_the_pack_that_paid(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer)
    interviews = shop.services.interviews
    begun = await interviews.open(customer)
    await interviews.answer(customer, begun.id, "I wrote it down and measured it for two weeks.")
    await interviews.line_lost(customer, begun.id)
    await interviews.end(customer, begun.id)
    rows = await shop.rows("SELECT * FROM cost_log ORDER BY id")
    assert [(row["model"], row["cost"], row["units"]) for row in rows] == [
        ("Speech to text", Decimal("0.18"), 1),
        ("Language model", Decimal("0.05"), 1),
    ]
    (entry,) = await shop.rows("SELECT id FROM credit_entries WHERE kind = 'consume'")
    assert {row["entry_id"] for row in rows} == {entry["id"]}
    await rolled(shop)
    (sums,) = await shop.services.cost_reads.by("feature", "purchase", "currency", first=FIRST, last=LAST)
    assert (sums.key, sums.cost, sums.calls) == (("interview_session", "purchase", "USD"), Decimal("0.23"), 2)


async def test_an_interview_that_never_began_costs_nothing(shop: Shop) -> None:
    customer = await shop.a_customer(credits=5)
    begun = await shop.services.interviews.open(customer)
    await shop.services.interviews.end(customer, begun.id)
    assert await shop.rows("SELECT 1 FROM cost_log") == []


@pytest.mark.row("C6")
async def test_an_entry_is_shared_out_by_the_kinds_of_its_lots(shop: Shop) -> None:
    customer = await shop.a_customer()
    credits = shop.services.credits
    for number, kind in enumerate((LotKind.PROMOTION, LotKind.GIFT)):
        await credits.grant(Grant(customer_id=customer, credits=3, kind=kind, label="Given", source=f"given-{number}"))
    done = await credits.consume(Consume(customer_id=customer, credits=5, feature="any", key="one"))
    async with shop.services.database.transaction() as session:
        found = await LotKinds().shares(session, [(customer, done.entry_id), (customer, 999)])
    assert found == {(customer, done.entry_id): {"promotion": 3, "gift": 2}}


@pytest.mark.row("C6")
async def test_credits_that_came_back_count_as_what_they_were_first(shop: Shop) -> None:
    customer = await shop.a_customer()
    credits, soon = shop.services.credits, clock.now() + timedelta(seconds=0.4)
    await credits.grant(
        Grant(customer_id=customer, credits=3, kind=LotKind.GIFT, label="Given", source="given", expires_at=soon)
    )
    failed = await credits.consume(Consume(customer_id=customer, credits=3, feature="any", key="one"))
    await asyncio.sleep(0.5)
    await credits.reverse(Reverse(customer_id=customer, entry_id=failed.entry_id, key="back"))
    assert [row["kind"] for row in await shop.rows("SELECT kind FROM credit_lots ORDER BY id")] == ["gift", "reversal"]
    again = await credits.consume(Consume(customer_id=customer, credits=2, feature="any", key="two"))
    async with shop.services.database.transaction() as session:
        assert await LotKinds().shares(session, [(customer, again.entry_id)]) == {
            (customer, again.entry_id): {"gift": 2}
        }


@pytest.mark.row("C6")
async def test_an_answered_question_is_noted_once_with_its_entry(docs: Shop) -> None:
    ada = await docs.a_person(credits=100)
    question = a_question()
    await ask(docs, ada, question)
    await ask(docs, ada, question)
    rows = await docs.rows("SELECT * FROM cost_log ORDER BY id")
    assert [(row["model"], row["cost"]) for row in rows] == [
        ("Language model", Decimal("0.006")),
        ("Search index", Decimal("0.0004")),
    ]
    assert all(row["entry_id"] for row in rows)
