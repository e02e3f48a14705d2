"""What was paid after its customer was erased goes back, though Stripe refuses it now or the bank sends it back."""

import pytest
import stripe

from billing_app.persons.service import phrase
from billing_app.reports.attention import looked
from tests.money_back.bank import REFUND_PENDING, Bank
from tests.shop import PAYS, Bought, Shop

pytestmark = pytest.mark.row("A11")
LEFT = "SELECT captured_minor - refunded_minor AS left FROM payments"
NOTED = """
    SELECT action, after->>'amount' AS amount, after->>'why' AS why FROM audit_log
    WHERE action IN ('payment.given_back', 'payment.not_given_back') ORDER BY id"""


async def paid_late(shop: Shop, card: str = PAYS) -> tuple[int, Bought]:
    """Somebody whose page was paid after they were erased: it was opened while erasing went on."""
    ada = await shop.a_person()
    pack = await shop.start(ada, "pack", "medium")
    await shop.rows("UPDATE checkouts SET state = 'expired' WHERE state = 'open' RETURNING id")
    await shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    await shop.work()
    await shop.pay(pack, card)
    await shop.settle()
    assert (await shop.rows(LEFT))[0]["left"] > 0
    return ada, pack


async def alarms(shop: Shop) -> list[str]:
    async with shop.services.database.transaction() as session:
        return [one.words for one in await looked(session) if one.key == "late_money"]


async def test_a_refund_that_stripe_refuses_is_told_once_and_made_as_soon_as_it_can_be(shop: Shop) -> None:
    ada, _ = await paid_late(shop)
    gateway, reached = shop.services.gateway, shop.services.gateway._stripe
    gateway._stripe = stripe.StripeClient(
        "sk_test_rotated", base_addresses={"api": shop.sandbox.url}, http_client=gateway._http
    )
    for _ in range(2):
        await shop.services.leaving.clear(ada)
    noted = await shop.rows(NOTED)
    assert [one["action"] for one in noted] == ["payment.not_given_back"]
    assert await alarms(shop) == ["1 payment of an erased customer could not be given back: look at it in Stripe"]
    gateway._stripe = reached
    await shop.services.persons.sweep()
    await shop.settle()
    assert await shop.rows(LEFT) == [{"left": 0}]
    assert [one["action"] for one in await shop.rows(NOTED)] == ["payment.not_given_back", "payment.given_back"]
    assert {one["amount"] for one in await shop.rows(NOTED)} == {noted[0]["amount"]}
    assert noted[0]["amount"].endswith(".00 USD")
    assert await alarms(shop) == []
    assert await shop.services.leaving.clear(ada) == ()


async def test_what_was_given_back_before_it_could_be_noted_is_noted_once(shop: Shop) -> None:
    ada, pack = await paid_late(shop)
    await shop.sandbox.refund(pack.payment_intent)  # as if the process had died after it, and its webhook came first
    await shop.settle()
    for _ in range(2):
        await shop.services.leaving.clear(ada)
    assert [one["action"] for one in await shop.rows(NOTED)] == ["payment.given_back"]
    assert len(await shop.rows("SELECT 1 FROM refunds")) == 1


async def test_a_refund_that_was_accepted_and_came_back_is_made_again_three_times_at_most(shop: Shop) -> None:
    ada, pack = await paid_late(shop, REFUND_PENDING)
    for tries in (1, 2, 3):
        await shop.services.leaving.clear(ada)
        assert await shop.rows(LEFT) == [{"left": 0}]
        assert len(await shop.rows(NOTED)) == tries
        await Bank(shop.sandbox).fail_refund(pack.payment_intent)
        await shop.settle()
        assert (await shop.rows(LEFT))[0]["left"] > 0
    for _ in range(2):
        await shop.services.persons.sweep()
        await shop.work()
    *made, last = await shop.rows(NOTED)
    assert [one["action"] for one in made] == ["payment.given_back"] * 3
    assert (last["action"], last["why"]) == ("payment.not_given_back", "refund_failed")
    assert len(await alarms(shop)) == 1
    assert await shop.services.leaving.clear(ada) == ()
