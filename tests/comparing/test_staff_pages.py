"""What staff do on the pages of webhooks and of the comparison, by the States behind them: no browser."""

import asyncio
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

from reflex.state import State

from billing_app.bootstrap import make_current
from billing_app.jobs import run_worker
from billing_app.payments.reconciling.views import Total
from billing_app.ui.pages.admin.reconcile import ReconcileState
from billing_app.ui.pages.admin.reconcile.rows import days, sums
from billing_app.ui.pages.admin.webhooks import WebhooksState
from tests.comparing.conftest import comparison
from tests.shop import Shop

S = TypeVar("S", bound=State)


async def a_member_of_staff(shop: Shop, role: str) -> str:
    """Somebody signed in with this role; the cookie."""
    customer = await shop.a_person()
    await shop.rows("UPDATE users SET role = :role WHERE customer_id = :id RETURNING id", role=role, id=customer)
    return shop.cookies[customer]


async def a_tab(shop: Shop, cookie: str, state: type[S], path: str, **asked: str) -> S:
    """A page as this person's browser opens it."""
    make_current(shop.services)
    root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue] - as Reflex itself makes one
    address = f"{path}?{urlencode(asked)}" if asked else path
    headers = {"origin": shop.url, "cookie": cookie}
    root._update_router_vars(
        {"headers": headers, "token": "tab", "pathname": path, "asPath": address, "query": asked}, asked
    )
    return await root.get_state(state)


async def ended(handler: object) -> None:
    """Run a handler that shows its progress to its end."""
    async for _ in handler:  # pyright: ignore[reportGeneralTypeIssues]
        pass


async def test_support_finds_an_event_tries_it_and_replays_it(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.pay(await shop.start(customer), fate="never")
    (event,) = await shop.raw_events("checkout.session.completed")
    await shop.deliver(event)
    await shop.rows("DELETE FROM procrastinate_jobs RETURNING id")
    await shop.rows("UPDATE webhook_events SET state = 'parked', error = 'It did not work.' RETURNING id")
    page = await a_tab(shop, await a_member_of_staff(shop, "support"), WebhooksState, "/admin/webhooks")
    await page.load()
    (row,) = page.rows
    assert (row.type, row.state, row.says, page.undone) == (event["type"], "given up", "It did not work.", 1)
    await page.open_event(event["id"])
    assert "checkout.session" in page.body
    await ended(page.rehearse(event["id"]))
    assert "25 credits granted" in page.said
    assert "Nothing was changed" in page.said
    await ended(page.replay(event["id"]))
    assert "25 credits granted" in page.said
    assert [(one.customer, one.credits) for one in page.entries] == [(f"customer {customer}", "+25")]
    assert (page.rows[0].state, page.undone, page.shown_state) == ("processed", 0, "processed")
    await ended(page.replay_undone())
    assert page.said.startswith("0 had an effect")
    await page.choose_only("ignored")
    assert page.rows == []
    await page.choose_only("")
    await page.find({"kind": "checkout.", "about": ""})
    assert len(page.rows) == 1


async def test_a_viewer_looks_and_replays_nothing_and_a_customer_sees_nothing(shop: Shop) -> None:
    await shop.buy(await shop.a_customer())
    viewer = await a_tab(shop, await a_member_of_staff(shop, "viewer"), WebhooksState, "/admin/webhooks")
    await viewer.load()
    assert viewer.rows
    await ended(viewer.replay(viewer.rows[0].id))
    assert "role" in viewer.error
    books = await a_tab(shop, await a_member_of_staff(shop, "viewer"), ReconcileState, "/admin/reconcile")
    await books.load()
    await ended(books.compare())
    assert "role" in books.error
    person = shop.cookies[await shop.a_person()]
    for state, path in ((WebhooksState, "/admin/webhooks"), (ReconcileState, "/admin/reconcile")):
        page = await a_tab(shop, person, state, path)
        await page.load()
        assert page.error
    assert await shop.rows("SELECT id FROM audit_log WHERE action LIKE 'webhook%' OR action LIKE 'reconcile%'") == []


async def test_a_comparison_is_begun_watched_and_shown(shop: Shop) -> None:
    await shop.buy(await shop.a_customer())
    page = await a_tab(shop, await a_member_of_staff(shop, "support"), ReconcileState, "/admin/reconcile")
    await page.load()
    assert page.runs == []
    worker = asyncio.create_task(run_worker(shop.services))
    try:
        await ended(page.compare())
        await ended(page.watch())
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert (page.error, page.state, page.tone) == ("", "In sync", "good")
    assert [(row.figure, row.stripe, row.ours, row.state) for row in page.sums if row.figure == "Payments"] == [
        ("Payments", "$8.00", "$8.00", "agrees")
    ]
    assert page.days == []
    await page.show_days()
    assert len(page.days) == len(page.sums)
    await comparison(shop).run("cli")
    await page.load()
    assert [row.by for row in page.runs] == ["on the command line", "by staff"]
    await page.open_run(page.runs[1].id)
    assert page.shown == page.runs[1].id


def test_totals_are_summed_by_currency_and_only_days_that_differ_are_listed() -> None:
    monday, tuesday = date(2026, 11, 16), date(2026, 11, 17)
    totals = (
        Total(tuesday, "USD", "payments", 1000, 900),
        Total(monday, "USD", "payments", 500, 500),
        Total(monday, "EUR", "fees", 30, 0),
    )
    assert [(row.figure, row.stripe, row.ours, row.difference, row.tone) for row in sums(totals)] == [
        ("Fees", "€0.30", "€0.00", "\N{MINUS SIGN}€0.30", "warn"),
        ("Payments", "$15.00", "$14.00", "\N{MINUS SIGN}$1.00", "bad"),
    ]
    assert [row.day for row in days(totals, only_different=True)] == ["17 Nov 2026", "16 Nov 2026"]
    assert len(days(totals, only_different=False)) == 3
