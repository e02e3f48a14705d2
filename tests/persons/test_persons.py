"""A person is given everything we hold about them, and can be made nobody while the books stay whole."""

import json
from typing import Any

import pytest
import stripe
from sqlalchemy import text

from billing_app.accounts.customers import get_customer
from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Role
from billing_app.accounts.use_case import Visit
from billing_app.credits import Adjust, Consume
from billing_app.credits.doctor import audit as recompute
from billing_app.errors import Conflict, InvalidInput, NotFound, Unavailable
from billing_app.persons.service import phrase
from tests.shop import PASSWORD, Shop
from tests.staff import staff

pytestmark = pytest.mark.row("A12")
MARK = "Marker7f3a"


async def a_life(shop: Shop, customer: int, mark: str) -> None:
    """Somebody who bought, used, wrote and was written about; everything said bears the mark."""
    services = shop.services
    await shop.buy(customer, "pack", "medium")
    await services.credits.consume(
        Consume(customer_id=customer, credits=2, feature="coach_chat", details={"text": mark}, note=mark)
    )
    adjusted = Adjust(customer_id=customer, credits=3, key=f"k-{customer}", note=mark, actor="cli")
    async with services.database.transaction() as session:
        await services.credits.apply(session, [adjusted])
        for statement in (
            f"INSERT INTO drafts (customer_id, page, text, updated_at) VALUES ({customer}, 'p', '{mark}', now())",
            "INSERT INTO enquiries (number, customer_id, name, email, company, message, fingerprint, created_at) "
            f"VALUES ('E-{customer}', {customer}, '{mark}', '{mark}@example.com', '{mark}', '{mark}', '{mark}', now())",
            "INSERT INTO funnel_events (at, visitor, customer_id, name, data) "
            f"VALUES (now(), '{mark}', {customer}, 'seen', '{{\"q\": \"{mark}\"}}')",
            "INSERT INTO audit_log (at, actor_kind, action, object, reason, ip) "
            f"VALUES (now(), 'cli', 'note', 'customer:{customer}', '{mark}', '203.0.113.9')",
            f"UPDATE customers SET name = '{mark}', external_id = '{mark}' WHERE id = {customer}",
        ):
            await session.execute(text(statement.replace(":", r"\:")))


async def everywhere(shop: Shop, word: str) -> list[str]:
    """The tables in which a word stands."""
    names = await shop.rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND has_table_privilege(oid, 'SELECT') ORDER BY 1"
    )
    found: list[str] = []
    for row in names:
        hits = await shop.rows(
            f'SELECT count(*) AS n FROM "{row["relname"]}" t WHERE to_jsonb(t)::text ILIKE :word', word=f"%{word}%"
        )
        if hits[0]["n"]:
            found.append(row["relname"])
    return found


async def test_a_copy_holds_all_of_ones_own_and_nothing_of_others(shop: Shop) -> None:
    ada, eve = await shop.a_person(), await shop.a_person()
    await a_life(shop, ada, MARK)
    await a_life(shop, eve, "Evesmark")
    async with shop.browser(ada) as browser:
        answer = await browser.get("/api/v1/account/data.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert answer.headers["cache-control"] == "no-store"
    copy = answer.json()
    assert copy["customer"] == ada
    assert copy["truncated"] == []
    said = json.dumps(copy["data"])
    assert MARK in said
    assert "person1@example.com" in said
    assert "Evesmark" not in said
    assert "person2@example.com" not in said
    assert "argon2" not in said
    assert {"customers", "users", "payments", "credit_entries", "drafts", "enquiries"} <= set(copy["data"])
    assert not {"audit_log", "customer_notes", "cost_log", "webhook_events"} & set(copy["data"])
    whole = await shop.services.persons.export(ada, by=staff(Role.ADMIN))
    assert {"audit_log", "webhook_events"} <= set(whole["data"])
    assert "Evesmark" not in json.dumps(whole)
    assert await shop.rows("SELECT 1 FROM audit_log WHERE action = 'customer.exported'") == [{"?column?": 1}] * 2


async def test_an_erased_customer_is_nobody_and_the_books_stay_whole(shop: Shop) -> None:
    ada, eve = await shop.a_person(), await shop.a_person()
    await a_life(shop, ada, MARK)
    await a_life(shop, eve, "Evesmark")
    started = await shop.services.subscriptions.start(ada, "pro", "month")
    await shop.sandbox.pay(started.url)
    await shop.settle()
    figures = (
        "SELECT customer_id, id, kind, amount, balance_after, at FROM credit_entries ORDER BY 1, 2",
        "SELECT id, customer_id, amount_minor, captured_minor, currency FROM payments ORDER BY id",
    )
    before: list[list[dict[str, Any]]] = [await shop.rows(query) for query in figures]
    others = await everywhere(shop, "Evesmark")

    done = await shop.services.persons.erase(
        ada, by=staff(Role.ADMIN), confirm=phrase(ada), reason="asked for it by letter"
    )
    await shop.settle()
    await shop.services.persons.sweep()

    assert await everywhere(shop, MARK) == []
    assert await everywhere(shop, "person1@example.com") == []
    assert await everywhere(shop, "Evesmark") == others
    assert done.rows["users"] == done.rows["customers"] == 1
    assert "has ended" in done.plan
    now = [await shop.rows(query) for query in figures]
    assert now[1] == before[1]
    assert all(entry in now[0] for entry in before[0])
    async with shop.services.database.transaction() as session:
        assert (await recompute(session)).clean
        assert (await get_customer(session, ada)).email is None
    held = (await shop.rows("SELECT stripe_subscription_id AS id FROM subscriptions WHERE customer_id = :id", id=ada))[
        0
    ]
    assert shop.sandbox.client().v1.subscriptions.retrieve(held["id"]).status == "canceled"
    async with shop.browser(ada) as browser:
        assert (await browser.get("/api/v1/account/data.json")).status_code == 401
    with pytest.raises(Exception, match="not right"):
        await shop.services.accounts.sign_in(email="person1@example.com", password=PASSWORD, visit=Visit())
    told = await shop.rows("SELECT reason, actor_id FROM audit_log WHERE action = 'customer.erased'")
    assert told == [{"reason": "asked for it by letter", "actor_id": "7"}]
    again = await shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="once more")
    assert set(again.rows) <= {"customers", "users", "audit_log", "webhook_events"} | set(done.rows)


async def test_erasing_asks_for_the_right_words_the_right_role_and_a_customer_who_is_no_staff(shop: Shop) -> None:
    ada = await shop.a_person()
    erase = shop.services.persons.erase
    with pytest.raises(NotPermitted):
        await erase(ada, by=staff(Role.SUPPORT), confirm=phrase(ada), reason="x")
    with pytest.raises(NotPermitted):
        await shop.services.persons.export(ada, by=staff(Role.SUPPORT))
    with pytest.raises(InvalidInput, match="cannot be undone"):
        await erase(ada, by=None, confirm="yes", reason="x")
    with pytest.raises(InvalidInput, match="Say why"):
        await erase(ada, by=None, confirm=phrase(ada), reason=" ")
    with pytest.raises(NotFound):
        await erase(999, by=None, confirm=phrase(999), reason="x")
    user = (await shop.rows("SELECT id FROM users WHERE customer_id = :id", id=ada))[0]["id"]
    await shop.services.accounts.set_role(user, Role.VIEWER, by=None, reason="helps out")
    with pytest.raises(Conflict, match="viewer"):
        await erase(ada, by=None, confirm=phrase(ada), reason="x")
    assert await everywhere(shop, "person1@example.com") != []


async def test_while_stripe_is_away_nobody_with_a_plan_is_erased(shop: Shop) -> None:
    ada = await shop.a_person()
    started = await shop.services.subscriptions.start(ada, "pro", "month")
    await shop.sandbox.pay(started.url)
    await shop.settle()
    shop.services.gateway._stripe = stripe.StripeClient(
        "sk_test_x", base_addresses={"api": "http://127.0.0.1:9"}, max_network_retries=0,
        http_client=shop.services.gateway._http,
    )  # fmt: skip
    with pytest.raises(Unavailable):
        await shop.services.persons.erase(ada, by=None, confirm=phrase(ada), reason="asked for it")
    assert "users" in await everywhere(shop, "person1@example.com")


async def test_only_erasing_changes_what_can_only_be_added_to(shop: Shop) -> None:
    ada = await shop.a_person(credits=5)
    for statement in (
        "SELECT * FROM erase_texts(:id)",
        "UPDATE audit_log SET reason = 'x'",
        "SELECT set_config('app.erasing', 'yes', true); UPDATE credit_entries SET note = 'x'",
    ):
        with pytest.raises(Exception, match=r"not to be erased|permission denied|multiple commands"):
            await shop.rows(statement, **({"id": ada} if ":id" in statement else {}))
