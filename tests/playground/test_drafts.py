"""Drafts survive the way to the checkout and back."""

import pytest

from billing_app.errors import InvalidInput
from tests.shop import Shop

PAGE = "playground/interview"


async def test_a_draft_is_kept_replaced_and_cleared(shop: Shop) -> None:
    customer, other = await shop.a_customer(), await shop.a_customer()
    drafts = shop.services.drafts
    assert await drafts.get(customer, PAGE) is None
    await drafts.save(customer, PAGE, "first")
    await drafts.save(customer, PAGE, "second, with ünïcode and 'quotes'")
    found = await drafts.get(customer, PAGE)
    assert found is not None
    assert found.text == "second, with ünïcode and 'quotes'"
    assert await drafts.get(other, PAGE) is None
    await drafts.clear(customer, PAGE)
    await drafts.clear(customer, PAGE)
    assert await drafts.get(customer, PAGE) is None


async def test_an_empty_draft_is_none(shop: Shop) -> None:
    customer = await shop.a_customer()
    await shop.services.drafts.save(customer, PAGE, "something")
    await shop.services.drafts.save(customer, PAGE, "")
    assert await shop.services.drafts.get(customer, PAGE) is None


@pytest.mark.parametrize("text", ["x" * 20_001, "a\x00b", "\ud800"])
async def test_what_cannot_be_kept_is_refused_and_the_draft_stays(shop: Shop, text: str) -> None:
    customer = await shop.a_customer()
    await shop.services.drafts.save(customer, PAGE, "kept")
    with pytest.raises(InvalidInput):
        await shop.services.drafts.save(customer, PAGE, text)
    found = await shop.services.drafts.get(customer, PAGE)
    assert found is not None
    assert found.text == "kept"


@pytest.mark.parametrize("page", ["", "/", "../etc", "A", "x" * 101, "a b", "a\x00"])
async def test_names_that_are_no_page_are_refused(shop: Shop, page: str) -> None:
    customer = await shop.a_customer()
    for act in (
        shop.services.drafts.save(customer, page, "x"),
        shop.services.drafts.get(customer, page),
        shop.services.drafts.clear(customer, page),
    ):
        with pytest.raises(InvalidInput):
            await act


async def test_a_customer_keeps_drafts_of_a_hundred_pages_at_most(shop: Shop) -> None:
    customer = await shop.a_customer()
    for number in range(100):
        await shop.services.drafts.save(customer, f"page/{number}", "x")
    with pytest.raises(InvalidInput, match="100 pages"):
        await shop.services.drafts.save(customer, "page/one-more", "x")
    await shop.services.drafts.save(customer, "page/5", "again")
