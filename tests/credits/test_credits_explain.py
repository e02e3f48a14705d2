""" "Why this charge?": what was charged, why that much, from which lots in that order and why, what paid for them."""

from datetime import timedelta

import pytest

from billing_app import clock
from billing_app.credits import (
    AddOn,
    Capture,
    Consume,
    CreditService,
    Hold,
    Price,
    Rate,
    Reverse,
    Revoke,
    UnknownEntry,
    quote,
)
from billing_app.credits.explain import why_before
from tests.credits.ledgers import a_pack, free_credits
from tests.credits.test_credits_order import a_lot

ALICE = 1
QUERY = Rate("query", "Query", 5, (AddOn("docs", "Documentation", 5), AddOn("tool", "Further tool", 3, True)))


def the_price() -> Price:
    return quote(QUERY, "2026-11", {"docs": 1, "tool": 2})


@pytest.mark.row("B3")
async def test_a_charge_says_why_that_much_and_from_where(credits: CreditService) -> None:
    ends = clock.now() + timedelta(days=5)
    await a_pack(credits, ALICE, 25, paid_minor=800)
    await free_credits(credits, ALICE, 15, expires_at=ends)
    done = await credits.consume(Consume(customer_id=ALICE, feature="chat", price=the_price(), reference="q-1"))
    told = await credits.explain(ALICE, done.entry_id)

    assert told.summary.startswith('16 credits charged for Query, Documentation, Further tool ("q-1") on ')
    assert told.why_that_much == (
        "Query: 5 credits.",
        "Documentation: 5 credits.",
        "Further tool: 6 credits (2 times 3).",
        "Together 16 credits, by price list 2026-11.",
    )
    free, pack = told.lots
    assert (free.credits, pack.credits) == (15, 1)
    assert free.why.startswith("It goes before Popular pack because it ends on ")
    assert free.paid_by == "Not paid for: the free credits of the month."
    assert pack.paid_by == "Paid for with $8.00 for 25 credits (pi_cs_1)."
    assert told.balance == "After it 24 credits could be spent."
    assert set(told.why_that_much) < set(told.sentences)


async def test_history_is_told_at_its_own_price_after_the_rate_card_changed(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 100)
    old = await credits.consume(Consume(customer_id=ALICE, feature="chat", price=quote(QUERY, "v1")))
    dearer = Rate("query", "Query", 9)
    await credits.consume(Consume(customer_id=ALICE, feature="chat", price=quote(dearer, "v2")))
    assert (await credits.explain(ALICE, old.entry_id)).why_that_much[-1] == "Together 5 credits, by price list v1."


async def test_a_part_of_a_price_says_so(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 100)
    held = await credits.hold(Hold(customer_id=ALICE, feature="chat", price=the_price()))
    done = await credits.capture(Capture(customer_id=ALICE, hold_id=held.hold_id, credits=7))
    told = await credits.explain(ALICE, done.entry_id)
    assert told.why_that_much[-1].endswith("Of these 7 credits were charged, for what was delivered.")


async def test_what_was_given_back_is_told(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    done = await credits.consume(Consume(customer_id=ALICE, feature="mock_interview", credits=3))
    back = await credits.reverse(
        Reverse(customer_id=ALICE, entry_id=done.entry_id, credits=2, note="The line was lost.")
    )
    charge = await credits.explain(ALICE, done.entry_id)
    assert charge.entry.label == "Mock interview"
    assert charge.why_that_much == ("The amount of 3 credits was set by the feature itself.",)
    assert charge.returned == "2 credits of it were given back since."
    reversal = await credits.explain(ALICE, back.entry_id)
    assert reversal.summary.endswith("for entry 2. The line was lost.")
    assert reversal.lots[0].why == "It goes back where it came from."


async def test_every_kind_of_entry_can_be_told(credits: CreditService) -> None:
    await a_pack(credits, ALICE, 10)
    await credits.do(Revoke(customer_id=ALICE, payment="pi_cs_1", refunded=1, captured=1, note="Asked for by mail."))
    page = await credits.entries(ALICE)
    told = [(await credits.explain(ALICE, entry.id)).summary for entry in page.entries]
    assert told[0].startswith("Taken back after a refund: 10 credits on ")
    assert told[0].endswith("Asked for by mail.")
    assert told[1].startswith("10 credits added on ")
    with pytest.raises(UnknownEntry):
        await credits.explain(ALICE, 99)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ({"priority": 10}, {}, "because its priority is 10, not 50"),
        ({"ends_in": 3}, {}, "the other has no end"),
        ({"ends_in": 3}, {"ends_in": 9}, "the other ends on 29 Nov 2026"),
        ({"kind": "free", "paid_minor": 0}, {}, "because given credits go before paid ones"),
        ({}, {}, "because it is older"),
    ],
)
def test_the_reason_is_the_first_criterion_in_which_lots_differ(
    first: dict[str, object], second: dict[str, object], reason: str
) -> None:
    lots = [a_lot(1, **first), a_lot(2, **second)]  # pyright: ignore[reportArgumentType]
    assert reason in why_before(*lots)
