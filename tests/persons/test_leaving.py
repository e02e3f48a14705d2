"""Nobody who was erased is charged, and nobody pays for nothing (ADR 0018)."""

import time
from types import SimpleNamespace

import pytest
import stripe

from billing_app.accounts.host_customers import TRUSTED_S, HostCustomers
from billing_app.entitlements.hand_plans.terms import HandPlan
from billing_app.errors import NotFound, Unavailable
from billing_app.journal.audit import CLI
from billing_app.persons.service import OWN_ROWS, phrase
from tests.shop import Shop

pytestmark = pytest.mark.row("A11")


async def test_payment_pages_close_before_their_customer_is_erased(shop: Shop) -> None:
    ada, eve = await shop.a_person(), await shop.a_person()
    plan = await shop.services.subscriptions.start(ada, "pro", "month")
    pack = await shop.start(ada, "pack", "medium")
    other = await shop.start(eve, "pack", "medium")
    sessions = shop.sandbox.client().v1.checkout.sessions

    gateway, reached = shop.services.gateway, shop.services.gateway._stripe
    gateway._stripe = stripe.StripeClient(
        "sk_test_x", base_addresses={"api": "http://127.0.0.1:9"}, max_network_retries=0, http_client=gateway._http
    )
    with pytest.raises(Unavailable):
        await shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    assert await shop.rows("SELECT 1 FROM customers WHERE erased_at IS NOT NULL") == []
    gateway._stripe = reached

    await shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    rows = await shop.rows("SELECT state, stripe_session_id AS id FROM checkouts WHERE customer_id = :id", id=ada)
    assert [row["state"] for row in rows] == ["expired", "expired"]
    assert [sessions.retrieve(row["id"]).status for row in rows] == ["expired", "expired"]
    assert sessions.retrieve(other.session_id).status == "open"
    for url in (plan.url, pack.started.url):
        assert "has expired" in await shop.sandbox.page(url)
    with pytest.raises(NotFound):
        await shop.start(ada, "pack", "medium")
    with pytest.raises(NotFound, match="erased"):
        await shop.services.hand_plans.give(ada, HandPlan(plan="pro"), actor=CLI, reason="agreed")


async def test_what_is_bought_while_its_customer_is_erased_ends_and_is_given_back(shop: Shop) -> None:
    ada = await shop.a_person()
    before = await shop.buy(ada, "pack", "medium")
    plan = await shop.services.subscriptions.start(ada, "starter", "month")
    pack = await shop.start(ada, "pack", "medium")
    # As if both pages had been opened while erasing went on: it found none to close.
    await shop.rows("UPDATE checkouts SET state = 'expired' WHERE state = 'open' RETURNING id")
    await shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    await shop.work()  # the job that looks at once finds nothing either
    await shop.sandbox.pay(plan.url)
    await shop.pay(pack)
    await shop.settle()
    live = "SELECT stripe_subscription_id AS id, status FROM subscriptions WHERE customer_id = :id"
    assert [row["status"] for row in await shop.rows(live, id=ada)] == ["active"]
    charged = "SELECT stripe_payment_intent AS intent, captured_minor, refunded_minor FROM payments ORDER BY id"
    assert all(row["refunded_minor"] == 0 < row["captured_minor"] for row in await shop.rows(charged))

    await shop.services.persons.sweep()
    await shop.settle()

    assert [row["status"] for row in await shop.rows(live, id=ada)] == ["canceled"]
    first, *late = await shop.rows(charged)
    assert first["intent"] == before.payment_intent
    assert first["refunded_minor"] == 0
    assert len(late) == 2
    assert all(row["refunded_minor"] == row["captured_minor"] for row in late)
    held = await shop.rows("SELECT coalesce(sum(remaining), 0) AS left FROM credit_lots WHERE payment <> :first",
                           first=before.payment_intent)  # fmt: skip
    assert held == [{"left": 0}]
    told = await shop.rows("SELECT action FROM audit_log WHERE action LIKE 'payment.%' OR action LIKE '%at_stripe'")
    assert sorted(row["action"] for row in told) == [
        "customer.cleared_at_stripe", "payment.given_back", "payment.given_back",
    ]  # fmt: skip
    # Done once: nothing is left to look for, and looking again does nothing.
    assert await shop.services.leaving.clear(ada) == ()
    jobs = "SELECT count(*) AS n FROM procrastinate_jobs WHERE task_name = 'clear_erased'"
    count = await shop.rows(jobs)
    await shop.services.persons.sweep()
    assert await shop.rows(jobs) == count


async def test_a_hosts_id_is_its_own_again_two_seconds_after_erasing_in_every_process(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = HostCustomers(shop.services.database), HostCustomers(shop.services.database)
    ada = await here.ensure("host-ada")
    assert await there.find("host-ada") == ada
    await shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    later = time.monotonic() + TRUSTED_S
    monkeypatch.setattr("billing_app.accounts.host_customers.time", SimpleNamespace(monotonic=lambda: later))
    assert TRUSTED_S <= 2
    assert await there.find("host-ada") is None
    assert await here.ensure("host-ada") != ada


async def test_ones_own_copy_is_bounded_and_opens_nobody_elses_post(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await shop.a_person()
    eve = await shop.a_customer(email="person1@example.com")  # her host's word, which nobody has proven
    assert OWN_ROWS == 10_000
    monkeypatch.setattr("billing_app.persons.service.OWN_ROWS", 3)
    for number in range(5):
        await shop.services.drafts.save(ada, f"playground/{number}", "words")
    user = (await shop.rows("SELECT id FROM users WHERE customer_id = :id", id=ada))[0]["id"]
    copy = await shop.services.persons.export_own(ada, user_id=user)
    assert (copy["truncated"], len(copy["data"]["drafts"])) == (["drafts"], 3)
    assert copy["data"]["outbox_deliveries"]
    of_eve = await shop.services.persons.export_own(eve, user_id=user)
    assert "person1@example.com" in str(of_eve["data"]["customers"])
    assert "outbox_deliveries" not in of_eve["data"]
    assert "mailbox" not in of_eve["data"]
    whole = await shop.services.persons.export(ada, by=None)
    assert len(whole["data"]["drafts"]) == 5
