"""A tab belongs to one sign-in: whoever comes after sees nothing of the one before, on the page or on the wire."""

import pytest

from billing_app.accounts.cookie import session_cookie
from tests.browser.world import World, in_the_browser

pytestmark = in_the_browser
DRAFT = "A draft nobody else shall read"


@pytest.mark.row("A12")
async def test_the_next_person_in_the_same_tab_gets_nothing_of_the_one_before(world: World) -> None:
    first, second = await world.a_person(credits=33), await world.a_person()
    page = await world.a_browser(first)
    frames: list[str] = []
    page.on("websocket", lambda line: line.on("framereceived", lambda frame: frames.append(str(frame))))
    await page.goto("/playground/interview")
    await page.locator("#job:enabled").fill(DRAFT)
    await page.locator("#job").blur()
    await page.goto("/dashboard")
    await page.locator("#available", has_text="33").wait_for()

    frames.clear()
    await page.context.clear_cookies()
    await page.goto("/pricing")
    await page.get_by_role("link", name="Sign in").wait_for()
    assert DRAFT not in "".join(frames)
    assert first.email not in "".join(frames)

    name = session_cookie(secure=False)
    await page.context.add_cookies([{"name": name, "value": second.token, "url": world.at.url}])
    await page.goto("/playground/interview")
    await page.locator("#job:enabled").wait_for()
    assert await page.locator("#job").input_value() == ""
    await page.goto("/dashboard")
    await page.locator("#available", has_text="0").wait_for()
    await page.get_by_text("Nothing has happened yet.").wait_for()
    assert DRAFT not in "".join(frames)
    assert first.email not in "".join(frames)
