"""Whatever becomes of a payment's webhooks, its credits are there once, and the page never says otherwise."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.payment_page import pay
from tests.browser.steps import choose, is_granted
from tests.browser.world import Person, World, eventually, in_the_browser

pytestmark = [*in_the_browser, pytest.mark.row("A7"), pytest.mark.row("A8")]

# Keeps every state the payment page goes through, however short.
WATCH_STAGES = """
new MutationObserver(() => {
  const stage = document.getElementById("payment")?.dataset.stage;
  const seen = (window.stages ||= []);
  if (stage && seen.at(-1) !== stage) seen.push(stage);
}).observe(document, {subtree: true, childList: true, attributes: true});
"""


async def paid(world: World, webhooks: str, delay_s: int | None = None) -> tuple[Person, Page, str]:
    """Ada has bought the Popular pack and looks at the success page; the session's id."""
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await page.add_init_script(WATCH_STAGES)
    await choose(page, "Popular")
    await pay(page, webhooks=webhooks, delay_s=delay_s)
    await is_granted(page, "+25 credits", "25 credits")
    stages = await page.evaluate("window.stages")
    assert set(stages) <= {"checking", "pending", "granted"}, stages
    (session,) = await world.sessions(ada)
    return ada, page, session


async def news(world: World, session: str) -> list[dict[str, object]]:
    """The news of a completed session in our inbox."""
    return await world.rows(
        "SELECT event.state, deliveries, received_at > settled_at AS after_the_grant "
        "FROM webhook_events AS event JOIN checkouts ON stripe_session_id = object_id "
        "WHERE object_id = :session AND type = 'checkout.session.completed' AND event.state = 'done'",
        session=session,
    )


async def pending(world: World, session: str) -> int:
    """How many deliveries of that news Stripe still owes, by its API."""
    events = await world.stripe.v1.events.list_async({"type": "checkout.session.completed", "limit": 100})
    (event,) = [event for event in events.data if event.data.object["id"] == session]
    return event.pending_webhooks


async def is_there_once(world: World, person: Person, page: Page) -> None:
    """One lot, its credits, one receipt; the page shows the same when it is opened again."""
    assert await world.grants(person) == [25]
    assert await world.available(person) == 25
    receipts = "SELECT 1 FROM outbox WHERE kind = 'receipt' AND reference = :session"
    assert len(await world.rows(receipts, session=(await world.sessions(person))[0])) == 1
    await page.reload()
    await is_granted(page, "+25 credits", "25 credits")


async def test_a_webhook_that_comes_late_finds_the_credits_granted_and_adds_nothing(world: World) -> None:
    ada, page, session = await paid(world, "late", delay_s=8)
    (event,) = await eventually(lambda: news(world, session))
    assert event["after_the_grant"], "the page asked Stripe, and did not wait for the webhook"
    assert await eventually(lambda: _delivered(world, session))
    await is_there_once(world, ada, page)


async def test_a_webhook_that_comes_twice_grants_once(world: World) -> None:
    ada, page, session = await paid(world, "twice")
    assert await eventually(lambda: _came_twice(world, session))
    await is_there_once(world, ada, page)


async def test_webhooks_in_the_wrong_order_grant_once(world: World) -> None:
    ada, page, session = await paid(world, "reversed")
    assert await eventually(lambda: news(world, session))
    query = (
        "SELECT type FROM webhook_events WHERE state = 'done' AND stripe_customer_id = "
        "(SELECT stripe_customer_id FROM stripe_customers WHERE customer_id = :id) ORDER BY received_at"
    )

    async def all_came() -> list[str]:
        types = [row["type"] for row in await world.rows(query, id=ada.customer_id)]
        return types if "payment_intent.succeeded" in types else []

    came = await eventually(all_came)
    assert came.index("checkout.session.completed") < came.index("payment_intent.succeeded")
    await is_there_once(world, ada, page)


async def test_without_any_webhook_the_credits_come_all_the_same(world: World) -> None:
    ada, page, session = await paid(world, "never")
    assert await pending(world, session) == 1
    assert await news(world, session) == []
    await is_there_once(world, ada, page)


@pytest.mark.deep
async def test_a_webhook_twenty_seconds_late_and_a_browser_that_was_closed(world: World) -> None:
    ada = await world.a_person()
    page = await world.a_browser(ada)
    await choose(page, "Popular")
    await pay(page, webhooks="late", delay_s=20)
    await page.wait_for_url("**/payment/success**")
    await page.close()  # gone before the page could ask

    (session,) = await world.sessions(ada)
    assert await eventually(lambda: news(world, session), within_s=40)
    again = await page.context.new_page()
    await again.goto("/dashboard")
    await expect(again.locator("#available")).to_have_text("25")
    assert await world.grants(ada) == [25]


async def _delivered(world: World, session: str) -> bool:
    return await pending(world, session) == 0


async def _came_twice(world: World, session: str) -> bool:
    return [event["deliveries"] for event in await news(world, session)] == [2]
