"""A refund that Stripe refused binds nothing; and half of an unlock's money ends nothing."""

from typing import Any

import pytest
from reflex.state import State

from billing_app.accounts.roles import Principal, Role
from billing_app.bootstrap import make_current
from billing_app.payments.refunds.service import RefundRefused
from billing_app.ui.pages.admin.customer import RefundState
from tests.shop import Shop

pytestmark = [pytest.mark.row("A7"), pytest.mark.row("A11")]
ADMIN = Principal(7, 1, None, Role.ADMIN, "admin@example.com", "Admin", verified=True, demo=False)


async def test_a_refused_refund_is_told_again_under_its_key_and_made_under_a_new_one(shop: Shop) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer)
    (payment,) = await shop.rows("SELECT id FROM payments")
    await shop.sandbox.refund(bought.payment_intent, 500)  # by hand at Stripe; we have not heard of it yet
    make = shop.services.refunds.make
    for _ in range(2):
        with pytest.raises(RefundRefused):
            await make(ADMIN, payment["id"], 800, reason="All of it", key="first")
    assert await shop.rows("SELECT status, stripe_refund_id FROM refunds") == [
        {"status": "failed", "stripe_refund_id": None}
    ]

    # The page takes a new key by itself, so that the next press of its button is a request of its own.
    make_current(shop.services)
    try:
        root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue] - as Reflex itself makes one
        tab: Any = await root.get_state(RefundState)
        tab._payment, tab.currency, tab._key = payment["id"], "USD", "of-the-page"
        tab.filled = {"amount": "8.00", "reason": "All of it"}
        with pytest.raises(RefundRefused):
            await tab._make(ADMIN)
        assert tab._key != "of-the-page"
        tab.filled = {"amount": "3.00", "reason": "What is left"}
        assert "given back" in await tab._make(ADMIN)
    finally:
        make_current(None)
    await shop.settle()
    assert await shop.rows("SELECT refunded_minor FROM payments") == [{"refunded_minor": 800}]


async def test_half_of_an_unlocks_money_ends_nothing_and_no_mail_says_so(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.buy(customer, "unlock", "qa_management")
    (payment,) = await shop.rows("SELECT id, captured_minor FROM payments")
    half = payment["captured_minor"] // 2
    assert half * 2 == payment["captured_minor"]
    may_use: list[bool] = []
    for part in ("one half", "the other"):
        await shop.services.refunds.make(ADMIN, payment["id"], half, reason="In parts", key=part)
        await shop.settle()
        (row,) = await shop.rows("SELECT revoked_at IS NULL AS open FROM unlocks")
        may_use.append(row["open"])
    assert may_use == [True, False]
    told = await shop.rows("SELECT data -> 'ended' AS ended FROM outbox WHERE kind = 'refunded' ORDER BY id")
    assert [bool(row["ended"]) for row in told] == [False, True]
