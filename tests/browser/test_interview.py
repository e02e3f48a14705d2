"""The practice interview: one credit when it ends, none if it never began, a wall when short, and the way over it."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.payment_page import pay, shown
from tests.browser.world import Person, World, eventually, in_the_browser

pytestmark = in_the_browser

PATH = "/playground/interview"
JOB = "Staff engineer for payments: PostgreSQL, idempotency, on call one week in six."

# Long enough that nothing needs to be asked again.
FULL_ANSWER = (
    "I compared the two figures day by day, found that one of them counted refunds on the day of the sale, wrote down "
    "what each of them means, and in the end we shipped one definition within 2 weeks, which nobody has disputed since."
)


async def opened(world: World, person: Person) -> Page:
    """The interview page, ready: it has asked the gate."""
    page = await world.a_browser(person)
    await page.goto(PATH)
    await expect(page.locator("#price")).to_contain_text("credit")
    return page


async def start(page: Page) -> None:
    """Begin, and hear the first question."""
    await page.get_by_role("button", name="Start the interview").click()
    await expect(page.get_by_role("log").get_by_role("listitem")).to_contain_text(["Interviewer: "])


async def answer(page: Page, text: str = "I compared both figures day by day and found a late invoice.") -> None:
    """Say something, and hear what comes next."""
    lines = page.get_by_role("log").get_by_role("listitem")
    before = await lines.count()
    await page.get_by_label("Your answer").fill(text)
    await page.get_by_role("button", name="Send").click()
    await expect(lines).to_have_count(before + 2)


async def end(page: Page, charged: str) -> None:
    """End it, and read what it cost."""
    await page.get_by_role("button", name="End the session").click()
    await expect(page.locator("#charged")).to_have_text(charged)


async def is_walled(page: Page) -> None:
    """The wall says what is missing, what works without, and offers every pack (WL1)."""
    wall = page.get_by_role("alert").filter(has_text="1 credit short")
    await expect(wall.get_by_role("heading", name="1 credit short")).to_be_visible()
    await expect(wall).to_contain_text("Practice interview needs 1 credit and you have 0.")
    await expect(wall).to_contain_text("do not renew by themselves")
    for offer in ("Buy Starter for $4", "Buy Popular for $8", "Buy Pro for $15"):
        await expect(wall.get_by_role("button", name=offer)).to_be_visible()
    await expect(page.get_by_role("button", name="Start the interview")).to_have_attribute("aria-disabled", "true")
    await expect(page.get_by_label("The job you are preparing for")).to_be_editable()


async def took(world: World, person: Person) -> list[int]:
    """Credits of every consumption there was."""
    rows = await world.rows(
        "SELECT amount FROM credit_entries WHERE customer_id = :id AND kind = 'consume' ORDER BY id",
        id=person.customer_id,
    )
    return [row["amount"] for row in rows]


@pytest.mark.row("A4")
@pytest.mark.row("A9")
@pytest.mark.row("A10")
@pytest.mark.row("A11")
async def test_the_last_credit_is_spent_and_the_wall_stands_where_it_ended(world: World) -> None:
    ada = await world.a_person(credits=1)
    page = await opened(world, ada)
    await expect(page.locator("#price")).to_contain_text("1 credit, you have 1 credit")
    await start(page)
    assert await took(world, ada) == [], "nothing is taken while it runs"
    await answer(page)
    await answer(page)
    await end(page, "1 credit")

    await expect(page.locator("#usage")).to_contain_text("0 credits")
    await expect(page.locator("#low-credit-strip")).to_contain_text("You have no credits left.")
    assert (await took(world, ada), await world.available(ada)) == ([-1], 0)
    await page.get_by_role("button", name="Another session").click()
    await is_walled(page)
    # Not disabled, so that it can be reached and says why (WL4); Playwright would wait for it to be enabled.
    await page.get_by_role("button", name="Start the interview").click(force=True)
    await is_walled(page)
    await expect(page.locator("#session")).to_have_count(0)


@pytest.mark.row("A4")
async def test_one_session_is_charged_once_however_it_goes_on(world: World) -> None:
    ada = await world.a_person(credits=3)
    page = await opened(world, ada)
    await start(page)
    for _ in range(3):
        await answer(page, FULL_ANSWER)
    await page.get_by_label("Your answer").fill(FULL_ANSWER)
    await page.get_by_role("button", name="Send").click()  # the last question: it ends by itself
    await expect(page.locator("#charged")).to_have_text("1 credit")
    await expect(page.get_by_role("heading", name="What we noticed")).to_be_visible()
    assert (await took(world, ada), await world.available(ada)) == ([-1], 2)
    rows = await world.rows(
        "SELECT customer_id, charged, state FROM interviews WHERE customer_id = :id", id=ada.customer_id
    )
    assert rows == [{"customer_id": ada.customer_id, "charged": 1, "state": "ended"}]


@pytest.mark.row("A10")
async def test_a_session_that_never_began_costs_nothing(world: World) -> None:
    ada = await world.a_person(credits=1)
    page = await opened(world, ada)
    await start(page)
    await end(page, "nothing")
    await expect(page.locator("#usage")).to_contain_text("1 credit")
    assert (await took(world, ada), await world.available(ada)) == ([], 1)


@pytest.mark.row("A10")
async def test_closing_the_browser_gives_back_what_never_began_and_charges_what_had(world: World) -> None:
    ada = await world.a_person(credits=2)
    page = await opened(world, ada)
    await start(page)
    await page.close()
    assert await eventually(lambda: _states(world, ada, ["left"]))
    assert await world.available(ada) == 2

    page = await opened(world, ada)
    await start(page)
    await answer(page)
    await page.close()
    assert await eventually(lambda: _took(world, ada, [-1]))
    assert await world.available(ada) == 1


async def _states(world: World, person: Person, states: list[str]) -> bool:
    rows = await world.rows("SELECT state FROM interviews WHERE customer_id = :id", id=person.customer_id)
    return [row["state"] for row in rows] == states


async def _took(world: World, person: Person, amounts: list[int]) -> bool:
    return await took(world, person) == amounts


@pytest.mark.row("A9")
@pytest.mark.row("A10")
async def test_credits_that_went_elsewhere_meet_the_same_wall_after_the_click(world: World) -> None:
    ada = await world.a_person(credits=1)
    page = await opened(world, ada)
    await world.use(ada, 1, "elsewhere")
    await page.get_by_role("button", name="Start the interview").click()
    await is_walled(page)


@pytest.mark.row("A10")
async def test_the_door_itself_refuses_who_has_no_credit(world: World) -> None:
    world.expects("Unexpected response code: 403")
    page = await world.a_browser(await world.a_person())
    await page.goto("/pricing")
    knock = """() => new Promise((resolve) => {
        const line = new WebSocket(location.origin.replace("http", "ws") + "/api/v1/playground/interview");
        line.onopen = () => resolve("opened");
        line.onclose = () => resolve("refused");
    })"""
    assert await page.evaluate(knock) == "refused"


@pytest.mark.row("A10")
async def test_one_credit_is_one_session_at_a_time_in_two_tabs(world: World) -> None:
    ada = await world.a_person(credits=1)
    page = await opened(world, ada)
    second = await opened(world, ada)
    await start(page)
    await second.get_by_role("button", name="Start the interview").click()
    wall = second.get_by_role("alert").filter(has_text="1 credit short")
    await expect(wall).to_contain_text("in use right now")
    await answer(page)
    await end(page, "1 credit")
    assert await took(world, ada) == [-1]


@pytest.mark.row("A8")
@pytest.mark.row("A9")
@pytest.mark.row("A11")
async def test_bought_from_the_wall_one_is_back_at_the_same_page_with_the_draft(world: World) -> None:
    ada = await world.a_person()
    page = await opened(world, ada)
    await is_walled(page)
    await page.get_by_label("The job you are preparing for").fill(JOB)
    await page.get_by_role("button", name="Buy Popular for $8").click()
    await shown(page, "$8.00")
    await pay(page, webhooks="late", delay_s=5)
    await expect(page.locator("#new-balance")).to_have_text("25 credits")
    onward = await page.locator("#continue").get_attribute("href")
    await page.get_by_role("link", name="Continue where you were").click()

    await expect(page).to_have_url(re.compile(rf"{PATH}/?\?bought=chk_"))
    await expect(page.get_by_label("The job you are preparing for")).to_have_value(JOB)
    await expect(page.get_by_role("status").filter(has_text="Your draft is back")).to_be_visible()
    await expect(page.locator("#messages")).to_be_focused()
    await expect(page.locator("#wall")).to_have_count(0)
    await expect(page.locator("#session")).to_have_count(0)
    assert await world.available(ada) == 25, "nothing paid starts by itself"
    await start(page)
    await answer(page)
    await end(page, "1 credit")
    assert await world.available(ada) == 24

    assert onward is not None
    await page.goto(onward)  # the link works once
    await expect(page).to_have_url(re.compile("/dashboard/?$"))


async def test_a_draft_is_kept_when_the_field_is_left_and_is_there_in_the_next_tab(world: World) -> None:
    ada = await world.a_person(credits=1)
    page = await opened(world, ada)
    job = page.get_by_label("The job you are preparing for")
    await job.fill("First")
    await job.blur()
    assert await eventually(lambda: _draft(world, ada, "First"))
    second = await opened(world, ada)
    await expect(second.get_by_label("The job you are preparing for")).to_have_value("First")


async def _draft(world: World, person: Person, text: str) -> bool:
    rows = await world.rows("SELECT text FROM drafts WHERE customer_id = :id", id=person.customer_id)
    return [row["text"] for row in rows] == [text]
