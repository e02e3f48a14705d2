"""Refunds by staff: a quote first, within one's role, once per key, never more than was paid, and audited."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from billing_app import clock
from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Role
from billing_app.credits import Consume
from billing_app.errors import Conflict, IdempotencyMismatch, InvalidInput, Unavailable
from billing_app.payments.refunds.quoting import Disputed, NothingToRefund
from billing_app.payments.refunds.service import OverTheLimit
from billing_app.payments.refunds.unheard import unheard
from billing_app.sandbox.config import DEFAULT_API_KEY
from tests.money_back.bank import Bank
from tests.shop import Shop
from tests.staff import staff

pytestmark = [pytest.mark.row("A7"), pytest.mark.row("A11")]
SUPPORT, ADMIN, VIEWER = staff(Role.SUPPORT), staff(Role.ADMIN), staff(Role.VIEWER)


async def a_payment(shop: Shop, kind: str = "pack", code: str = "popular") -> tuple[int, int]:
    """Somebody bought something: who, and our id of the payment."""
    customer = await shop.a_customer()
    await shop.buy(customer, kind, code)
    rows = await shop.rows("SELECT id FROM payments ORDER BY id DESC LIMIT 1")
    return customer, rows[0]["id"]


async def test_what_was_quoted_is_what_happens_and_it_happens_once(shop: Shop) -> None:
    customer, payment = await a_payment(shop)
    await shop.services.credits.consume(Consume(customer_id=customer, feature="interview_session", credits=20))
    quote = await shop.services.refunds.quote(SUPPORT, payment, 400)
    assert (quote.left_minor, quote.takes, quote.owes, quote.credits_spent, quote.credits_unspent) == (800, 5, 7, 20, 5)
    assert (await shop.services.credits.balance(customer)).available == 5, "a quote changes nothing"

    refunds = shop.services.refunds
    made = await refunds.make(SUPPORT, payment, 400, reason="Bought by mistake", key="r-1")
    again = await refunds.make(SUPPORT, payment, 400, reason="Bought by mistake", key="r-1")
    assert (made.status, made.repeated, again.repeated) == ("succeeded", False, True)
    assert made.stripe_refund_id == again.stripe_refund_id
    balance = await shop.services.credits.balance(customer)
    assert (balance.available, balance.owed) == (0, 7)
    await shop.settle()
    (row,) = await shop.rows("SELECT by, reason, status, amount_minor FROM refunds")
    assert row == {"by": "user:7", "reason": "Bought by mistake", "status": "succeeded", "amount_minor": 400}
    (line,) = await shop.rows("SELECT actor_id, reason, after FROM audit_log WHERE action = 'refund.requested'")
    assert (line["actor_id"], line["reason"], line["after"]["amount_minor"]) == ("7", "Bought by mistake", 400)
    with pytest.raises(IdempotencyMismatch):
        await refunds.make(SUPPORT, payment, 300, reason="Bought by mistake", key="r-1")


async def test_roles_bound_what_may_be_given_back(shop: Shop) -> None:
    _, payment = await a_payment(shop, "unlock", "qa_management")
    refunds = shop.services.refunds
    refunds._support_limit_minor = 1_000
    with pytest.raises(NotPermitted):
        await refunds.quote(VIEWER, payment)
    with pytest.raises(NotPermitted):
        await refunds.make(VIEWER, payment, 100, reason="No", key="v")
    await refunds.make(SUPPORT, payment, 600, reason="Half", key="a")
    with pytest.raises(OverTheLimit, match="Ask an admin"):
        await refunds.make(SUPPORT, payment, 600, reason="The other half", key="b")
    await refunds.make(ADMIN, payment, 1_900, reason="All of it", key="b")
    with pytest.raises(NothingToRefund):
        await refunds.make(ADMIN, payment, 1, reason="More", key="c")
    for reason, key in (("  ", "d"), ("Why", "")):
        with pytest.raises(InvalidInput):
            await refunds.make(ADMIN, payment, 1, reason=reason, key=key)


async def test_two_at_once_never_give_back_more_than_was_paid(shop: Shop) -> None:
    customer, payment = await a_payment(shop)
    refunds = shop.services.refunds
    done = await asyncio.gather(
        *(refunds.make(ADMIN, payment, 500, reason="Both of us", key=f"two-{who}") for who in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["InvalidInput", "MadeRefund"]
    await shop.settle()
    assert await shop.rows("SELECT refunded_minor FROM payments") == [{"refunded_minor": 500}]
    assert await shop.available(customer) == 25 - 15


async def test_an_answer_that_was_lost_is_found_again(shop: Shop) -> None:
    """Stripe does the work and drops the answer: the same key gives that refund, and so does the job by itself."""
    _, payment = await a_payment(shop)
    await trouble(shop, {"answer": "drop", "after_work": True, "path": "/v1/refunds", "method": "POST", "times": 3})
    with pytest.raises(Unavailable, match="not known yet"):
        await shop.services.refunds.make(ADMIN, payment, 300, reason="Lost", key="lost")
    (row,) = await shop.rows("SELECT id, status FROM refunds")
    with pytest.raises(InvalidInput, match="At most 500"):
        await shop.services.refunds.make(ADMIN, payment, 600, reason="More than is left", key="more")
    await trouble(shop, None)
    assert await shop.services.refunds.finish(row["id"]) == "succeeded"
    made = await shop.services.refunds.make(ADMIN, payment, 300, reason="Lost", key="lost")
    assert (made.status, made.repeated) == ("succeeded", True)
    await shop.settle()
    assert await shop.rows("SELECT refunded_minor FROM payments") == [{"refunded_minor": 300}]


async def test_a_disputed_payment_is_the_banks(shop: Shop, bank: Bank) -> None:
    customer = await shop.a_customer()
    bought = await shop.buy(customer)
    await bank.dispute(bought.payment_intent)
    await shop.settle()
    (row,) = await shop.rows("SELECT id FROM payments")
    with pytest.raises(Disputed):
        await shop.services.refunds.make(ADMIN, row["id"], 100, reason="Sorry", key="d")
    assert issubclass(Disputed, Conflict)


async def trouble(shop: Shop, what: dict[str, object] | None) -> None:
    """Something goes wrong at Stripe; None: everything goes well again."""
    key = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
    path = "/sandbox/trouble/clear" if what is None else "/sandbox/trouble/api"
    async with httpx.AsyncClient(base_url=shop.sandbox.url, headers=key, trust_env=False) as http:
        answer = await http.post(path, json=what or {})
        assert answer.status_code == 200, answer.text


async def test_a_refund_of_which_no_word_ever_came_is_found_by_asking(shop: Shop) -> None:
    customer, _ = await a_payment(shop)
    (row,) = await shop.rows("SELECT stripe_payment_intent AS intent FROM payments")
    await shop.sandbox.refund(row["intent"])
    since = clock.now() - timedelta(days=1)
    found = await unheard(shop.services.database, shop.services.gateway, since)
    assert [(one.payment_intent, one.customer_id, one.known) for one in found] == [(row["intent"], customer, None)]
    effects = await shop.services.applier.watch_payment(row["intent"])
    assert effects[1].startswith("25 credits taken back")
    assert await unheard(shop.services.database, shop.services.gateway, since) == []
    assert await shop.services.applier.watch_payment(row["intent"]) == ()
    await shop.settle()
    assert await shop.available(customer) == 0
