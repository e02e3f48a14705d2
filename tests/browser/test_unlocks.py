"""Unlocks in the browser: bought, used, locked again; a library that is read-only until it is opened (A2, A9, A11)."""

import re

import pytest
from playwright.async_api import Page, expect

from billing_app.playground.question_writer import EXAMPLE_JOB, write_questions
from tests.browser.payment_page import pay, shown
from tests.browser.steps import tells
from tests.browser.world import PHONE, Person, World, in_the_browser, overflow_px, settled

pytestmark = in_the_browser

GENERATOR, LIBRARY = "/playground/generator", "/playground/library"
MADE = write_questions(EXAMPLE_JOB)


async def opened(world: World, person: Person, path: str) -> Page:
    """The page, alive."""
    page = await world.a_browser(person)
    await page.goto(path)
    await settled(page)
    return page


async def buy(page: Page, name: str, price: str) -> None:
    """Buy from where one stands, pay, and go on where one was."""
    await page.get_by_role("button", name=f"Buy {name} for").first.click()
    await shown(page, price)
    await pay(page)
    await page.get_by_role("link", name="Continue where you were").click()
    await settled(page)


async def make_a_set(page: Page) -> None:
    """Paste an advert, press the button, read the set."""
    await page.get_by_label("The job advert").fill(EXAMPLE_JOB)
    await page.get_by_role("button", name="Make the set").click()
    await tells(page, f"Your set is ready: {len(MADE.questions)} questions.")


async def is_locked(page: Page, button: str, why: str) -> None:
    """The button is not disabled, so that it can be reached, and says why it will do nothing (WL4)."""
    locked = page.get_by_role("button", name=button).first
    await expect(locked).to_have_attribute("aria-disabled", "true")
    await expect(locked).to_have_accessible_description(re.compile(why))
    await locked.focus()
    await expect(locked).to_be_focused()


async def uses(world: World, person: Person) -> int:
    """Uses of unlocks that were taken."""
    rows = await world.rows("SELECT units FROM unlock_uses WHERE customer_id = :id", id=person.customer_id)
    return sum(row["units"] for row in rows)


@pytest.mark.row("A2")
@pytest.mark.row("A9")
@pytest.mark.row("A11")
async def test_the_generator_is_bought_used_once_and_locked_again(world: World) -> None:
    ada = await world.a_person()
    page = await opened(world, ada, GENERATOR)
    await is_locked(page, "Make the set", "Locked")
    await expect(page.get_by_role("heading", name="What a set looks like")).to_be_visible()

    # The click on the locked button leads to the wall; what was typed survives the way to the payment page and back.
    await page.get_by_label("The job advert").fill(EXAMPLE_JOB)
    await page.get_by_role("button", name="Make the set").click(force=True)
    await expect(page.locator("#way-on")).to_be_focused()
    await buy(page, "AI Q&A Generator", "$10.00")
    await tells(page, "Thank you. It is unlocked, and what you wrote is still here.")
    await expect(page.get_by_label("The job advert")).to_have_value(EXAMPLE_JOB)
    await expect(page.locator("#allowance")).to_have_text("One set: 1 generation left")
    assert await uses(world, ada) == 0, "coming back takes nothing"

    await page.get_by_role("button", name="Make the set").dblclick()
    await expect(page.get_by_role("heading", level=1)).to_have_text(MADE.title)
    await expect(page.locator("[data-question]")).to_have_count(len(MADE.questions))
    await expect(page.locator("[data-question='1']")).to_contain_text(MADE.questions[1].text)
    assert await uses(world, ada) == 1

    await page.get_by_role("link", name="All sets").click()
    await is_locked(page, "Make the set", "Locked")
    await expect(page.get_by_label("The job advert")).to_have_value("")
    await page.get_by_label("The job advert").fill(EXAMPLE_JOB)
    await page.get_by_role("button", name="Make the set").click(force=True)
    await expect(page.locator("#way-on")).to_be_focused()
    assert await uses(world, ada) == 1
    await page.get_by_role("link", name=MADE.title).click()
    await expect(page.locator("[data-question]")).to_have_count(len(MADE.questions))


@pytest.mark.row("A9")
async def test_too_little_text_is_said_in_place_and_takes_nothing(world: World) -> None:
    ada = await world.a_person()
    page = await opened(world, ada, GENERATOR)
    await buy(page, "AI Q&A Generator", "$10.00")
    await page.get_by_label("The job advert").fill("A nice job.")
    await page.get_by_role("button", name="Make the set").click()
    await expect(page.get_by_role("alert")).to_contain_text("20 words or more, here are 3")
    await expect(page.get_by_label("The job advert")).to_have_value("A nice job.")
    await expect(page.locator("#allowance")).to_contain_text("1 generation left")
    assert await uses(world, ada) == 0


@pytest.mark.row("A2")
@pytest.mark.row("A9")
@pytest.mark.row("A11")
async def test_the_library_is_read_only_then_bought_then_written_edited_and_deleted(world: World) -> None:
    ada = await world.a_person()
    page = await opened(world, ada, LIBRARY)
    await is_locked(page, "Add a pair", "Read-only")
    await page.get_by_role("button", name="Add a pair").click(force=True)
    await expect(page.get_by_role("heading", name="Q&A Management is locked")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await buy(page, "Q&A Management", "$25.00")
    await tells(page, "Your library is open")
    await expect(page.locator("#read-only")).to_have_count(0)

    await page.get_by_role("button", name="Add a pair").click()
    form = page.get_by_role("dialog", name="Add a pair")
    await form.get_by_label("Question").fill("Why this company?")
    await form.get_by_label("Your answer").fill("Two lines.\n=And a formula")
    await form.get_by_role("button", name="Save").click()
    await tells(page, "Added.")
    pair = page.locator("[data-pair]")
    await pair.locator("summary").click()
    await expect(pair.get_by_text("=And a formula")).to_be_visible()

    await pair.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Edit the pair")
    await expect(form.get_by_label("Question")).to_have_value("Why this company?")
    await form.get_by_label("Question").fill("Why us?")
    await form.get_by_role("button", name="Save").click()
    await tells(page, "Saved.")
    await expect(pair.get_by_role("heading")).to_have_text("Why us?")
    await expect(page.locator("#count")).to_have_text("1 of 500")

    await pair.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog", name="Delete this pair?").get_by_role("button", name="Keep it").click()
    await expect(pair).to_have_count(1)
    await pair.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog", name="Delete this pair?").get_by_role("button", name="Delete").click()
    await tells(page, "Deleted.")
    await expect(pair).to_have_count(0)


@pytest.mark.row("A9")
async def test_what_was_saved_stays_readable_and_downloadable_when_the_unlock_is_gone(world: World) -> None:
    ada = await world.a_person()
    page = await opened(world, ada, GENERATOR)
    await buy(page, "AI Q&A Generator", "$10.00")
    await make_a_set(page)
    await is_locked(page, "Save question 2 to the library", "unlock Q&A Management")
    await page.get_by_role("button", name="Save question 2").click(force=True)
    await expect(page.get_by_role("heading", name="Q&A Management is locked")).to_be_visible()
    await buy(page, "Q&A Management", "$25.00")
    await expect(page.get_by_role("heading", level=1)).to_have_text(MADE.title)
    await page.get_by_role("button", name="Save question 2").click()
    await expect(page.locator("[data-question='1']")).to_contain_text("In your library")
    await page.get_by_role("button", name="Save all").click()
    await expect(page.get_by_text("In your library", exact=True)).to_have_count(len(MADE.questions))

    await world.rows(
        "UPDATE unlocks SET revoked_at = now(), revoked_because = 'refunded' WHERE customer_id = :id RETURNING id",
        id=ada.customer_id,
    )
    await page.goto(LIBRARY)
    await settled(page)
    await expect(page.locator("[data-pair]")).to_have_count(len(MADE.questions))
    await page.locator("[data-pair] summary").first.click()
    for button in ("Add a pair", "Edit", "Delete"):
        await is_locked(page, button, "Read-only")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV").click()
    path = await (await download.value).path()
    assert path.read_text().count(f",{MADE.title},") == len(MADE.questions)


@pytest.mark.row("A9")
async def test_a_form_that_was_open_when_the_unlock_went_is_refused_by_the_server(world: World) -> None:
    ada = await world.a_person()
    page = await opened(world, ada, LIBRARY)
    await buy(page, "Q&A Management", "$25.00")
    await page.get_by_role("button", name="Add a pair").click()
    form = page.get_by_role("dialog", name="Add a pair")
    await form.get_by_label("Question").fill("Too late?")
    await world.rows("UPDATE unlocks SET revoked_at = now() WHERE customer_id = :id RETURNING id", id=ada.customer_id)
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_contain_text("Q&A Management is locked")
    await expect(form.get_by_label("Question")).to_have_value("Too late?")
    assert await world.rows("SELECT id FROM library_pairs WHERE customer_id = :id", id=ada.customer_id) == []


@pytest.mark.row("A5")
async def test_the_playground_says_what_is_open_and_what_the_rest_costs(world: World) -> None:
    ada = await world.a_person()
    page = await opened(world, ada, "/playground")
    generator, library = page.locator("[data-feature=ai_qa_generation]"), page.locator("[data-feature=qa_pairs_crud]")
    await expect(generator).to_contain_text("Locked \N{MIDDLE DOT} $10")
    await expect(library).to_contain_text("Locked \N{MIDDLE DOT} $25")
    await library.get_by_role("link", name="See how to open it").click()
    await expect(page).to_have_url(re.compile(LIBRARY))
    await settled(page)
    await buy(page, "Q&A Management", "$25.00")
    await page.goto("/playground")
    await expect(library).to_contain_text("Unlocked")
    await expect(generator).to_contain_text("Locked")


async def test_somebody_elses_set_is_not_shown(world: World) -> None:
    ada, eve = await world.a_person(), await world.a_person(name="eve")
    page = await opened(world, ada, GENERATOR)
    await buy(page, "AI Q&A Generator", "$10.00")
    await make_a_set(page)
    foreign = await opened(world, eve, page.url.removeprefix(world.at.url))
    await expect(foreign.get_by_role("alert").first).to_contain_text("There is no such question set.")
    await expect(foreign.get_by_role("heading", level=1)).to_have_text("AI Q&A Generator")
    await expect(foreign.get_by_role("heading", name="Your sets")).to_have_count(0)


async def test_a_full_page_of_long_pairs_fits_a_phone_and_is_turned(world: World) -> None:
    ada = await world.a_person()
    page = await opened(world, ada, LIBRARY)
    await buy(page, "Q&A Management", "$25.00")
    await world.rows(
        "INSERT INTO library_pairs (customer_id, id, question, answer, created_at, updated_at) "
        "SELECT :id, 'pair_' || lpad(n::text, 24, '0'), 'Question ' || n || ': ' || repeat('w', 200), "
        "repeat('a', 900), now() - n * interval '1 minute', now() FROM generate_series(1, 45) AS n RETURNING id",
        id=ada.customer_id,
    )
    await page.set_viewport_size({"width": PHONE, "height": 640})
    await page.reload()
    await settled(page)
    await expect(page.locator("[data-pair]")).to_have_count(20)
    await page.locator("[data-pair] summary").first.click()
    assert await overflow_px(page) == 0
    turn = page.get_by_role("navigation", name="Pages of the library")
    for number, pairs in ((2, 20), (3, 5)):
        await turn.get_by_role("button", name="Older").click()
        await expect(turn).to_contain_text(f"Page {number} of 3")
        await expect(page.locator("[data-pair]")).to_have_count(pairs)
    await turn.get_by_role("button", name="Older").click(force=True)  # there is none: it says so, and nothing happens
    await expect(turn).to_contain_text("Page 3 of 3")
    await expect(page.locator("[data-pair]").last).to_contain_text("Question 45")
    assert await overflow_px(page) == 0
