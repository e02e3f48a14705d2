"""A dispute freezes what its payment gave; won it thaws, lost it goes, and an inquiry changes nothing."""

import pytest

from billing_app.credits import Capture, Hold
from billing_app.payments.opening import WhileDisputed
from tests.credits.ledgers import drift
from tests.money_back.bank import Bank
from tests.shop import Shop

pytestmark = [pytest.mark.row("A7"), pytest.mark.row("A11")]


async def mails(shop: Shop) -> list[str]:
    rows = await shop.rows("SELECT kind FROM outbox WHERE kind LIKE 'dispute%' OR kind = 'refunded' ORDER BY kind")
    return [row["kind"] for row in rows]


async def test_a_dispute_freezes_its_own_credits_and_a_running_session_may_still_be_paid(
    shop: Shop, bank: Bank
) -> None:
    customer = await shop.a_customer()
    disputed = await shop.buy(customer, "pack", "popular")
    held = await shop.services.credits.hold(Hold(customer_id=customer, feature="interview_session", credits=4))
    await shop.buy(customer, "pack", "starter")
    dispute = await bank.dispute(disputed.payment_intent)
    await shop.settle()
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.frozen, balance.held) == (10, 21, 4)
    captured = await shop.services.credits.capture(Capture(customer_id=customer, hold_id=held.hold_id))
    assert captured.credits == 4
    with pytest.raises(WhileDisputed, match="Write to us"):
        await shop.start(customer, "pack", "starter")
    told = await shop.services.money_back.of(customer)
    assert [(one.what, one.amount_minor) for one in told.open_disputes] == [("Popular", 800)]
    states = [line.state for line in await shop.services.checkout.purchases(customer)]
    assert states == ["paid", "disputed"]
    await bank.decide(dispute, "won")
    await shop.settle()
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.frozen, balance.owed) == (31, 0, 0)
    assert await mails(shop) == ["dispute_closed", "dispute_notice", "dispute_opened"]
    assert (await drift(shop.services.database)).clean
    await shop.start(customer, "pack", "starter")


async def test_a_lost_dispute_is_a_refund_and_its_fee_a_cost(shop: Shop, bank: Bank) -> None:
    customer = await shop.a_customer()
    pack = await shop.buy(customer, "pack", "popular")
    unlock = await shop.buy(customer, "unlock", "qa_management")
    disputes = [await bank.dispute(pack.payment_intent, 400), await bank.dispute(unlock.payment_intent)]
    await shop.settle()
    (owned,) = await shop.services.entitlements.unlocks(customer)
    assert owned.disputed
    assert not (await shop.services.entitlements.check(customer, "qa_pairs_crud")).allowed
    for dispute in disputes:
        await bank.decide(dispute, "lost")
    await shop.settle()
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.frozen) == (13, 0), "half of the price is gone, and with it half of the credits"
    (owned,) = await shop.services.entitlements.unlocks(customer)
    assert (owned.revoked_at is not None, owned.disputed) == (True, False)
    rows = await shop.rows("SELECT outcome, fee_minor, fee_currency FROM disputes ORDER BY id")
    assert rows == [{"outcome": "lost", "fee_minor": 1500, "fee_currency": "USD"}] * 2
    payments = await shop.rows("SELECT refunded_minor, disputed_minor FROM payments ORDER BY id")
    assert payments == [{"refunded_minor": 0, "disputed_minor": 400}, {"refunded_minor": 0, "disputed_minor": 2500}]
    assert (await drift(shop.services.database)).clean


async def test_an_inquiry_only_tells_the_merchant(shop: Shop, bank: Bank) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer, "pack", "popular")
    asked = await bank.dispute(bought.payment_intent, inquiry=True)
    await shop.settle()
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.frozen) == (25, 0)
    assert await mails(shop) == ["dispute_notice"]
    await shop.start(customer, "pack", "starter")
    await bank.decide(asked, "lost")
    await shop.settle()
    assert await shop.available(customer) == 25
    assert await mails(shop) == ["dispute_notice"]
