"""The page of API keys: made and shown once, replaced with overlap, revoked; closed to everyone but administrators."""

import re
import secrets
from datetime import timedelta

from playwright.async_api import Page, expect

from billing_app.accounts.api_keys.form import Scope, read_key
from billing_app.accounts.use_case import Visit
from tests.browser.world import PASSWORD, Person, World, in_the_browser, overflow_px, settled

pytestmark = in_the_browser


async def an_administrator(world: World) -> Person:
    """An administrator who is signed in, and is nobody's customer."""
    email = f"boss-{secrets.token_hex(4)}@example.com"
    await world.accounts.create_admin(email=email, password=PASSWORD, name="The boss")
    signed_in = await world.accounts.sign_in(email=email, password=PASSWORD, visit=Visit("10.1.2.3", "A browser"))
    return Person(email, 0, signed_in.token)


async def shown_key(page: Page) -> str:
    """The key in its field."""
    field = page.get_by_label("Your new key")
    await expect(field).to_be_visible()
    return await field.input_value()


async def test_a_key_is_shown_once_replaced_with_overlap_and_revoked(world: World) -> None:
    name = f"Server {secrets.token_hex(4)}"
    page = await world.a_browser(await an_administrator(world))
    await page.goto("/admin")
    await page.get_by_role("navigation", name="Staff pages", exact=True).get_by_role("link", name="API keys").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Make key").click()
    first = await shown_key(page)
    form = read_key(first)
    assert form is not None
    assert (form.live, form.scope) == (False, Scope.SERVER)

    await page.reload()
    await settled(page)
    row = page.get_by_role("listitem").filter(has_text=name)
    await expect(row).to_contain_text(first[-4:])
    await expect(page.get_by_label("Your new key")).to_have_count(0)
    assert first not in await page.content()

    await row.get_by_role("button", name="Replace").click()
    await page.get_by_label("7 days").check()
    await page.get_by_role("button", name="Make its successor").click()
    second = await shown_key(page)
    assert second != first
    await page.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_label("Your new key")).to_have_count(0)
    ending = page.get_by_role("listitem").filter(has_text=first[-4:])
    await expect(ending).to_contain_text("Ending")
    found = await world.rows("SELECT ends_at - now() AS rest FROM api_keys WHERE name = :name ORDER BY id", name=name)
    assert timedelta(days=6, hours=23) < found[0]["rest"] <= timedelta(days=7)
    assert found[1]["rest"] is None

    await row.filter(has_text=second[-4:]).get_by_role("button", name="Revoke").click()
    await page.get_by_role("button", name="Revoke it").click()
    await expect(page.get_by_role("status").filter(has_text=f"{name} (crd_test_sk_")).to_contain_text("has stopped")
    stopped = await world.rows("SELECT revoked_at FROM api_keys WHERE name = :name ORDER BY id", name=name)
    assert [one["revoked_at"] is not None for one in stopped] == [False, True]
    await page.set_viewport_size({"width": 390, "height": 800})
    assert await overflow_px(page) == 0


async def test_a_customer_is_told_that_keys_are_not_theirs(world: World) -> None:
    page = await world.a_browser(await world.a_person())
    await page.goto("/admin/keys")
    await expect(page.get_by_role("alert").filter(has_text=re.compile("role|allow|administrator"))).to_be_visible()
    await expect(page.get_by_role("button", name="Make key")).to_have_count(0)
