"""A host sells through the client: a payment page, its way, the purchase in the books, the portal."""

import pytest

from billing_app.accounts.api_keys.form import Scope
from billing_app.client import AsyncBillingClient, InvalidRequest, NotFound
from tests.shop import Shop


@pytest.mark.row("A6")
@pytest.mark.row("B6")
async def test_a_pack_is_sold_and_the_books_say_so(shop: Shop) -> None:
    key = (await shop.services.api_keys.create("Host", Scope.SERVER, by=None)).secret
    async with AsyncBillingClient(shop.url, key) as billing:
        with pytest.raises(NotFound):
            await billing.portal("ada")
        with pytest.raises(InvalidRequest) as wrong:
            await billing.checkout("ada", "plan", "pro")
        assert wrong.value.errors
        opened = await billing.checkout("ada", "pack", "small")
        assert (await billing.checkout("ada", "pack", "small")).url == opened.url, "the same page while it is open"
        assert (await billing.checkout_state(opened.id)).state == "open"
        await shop.sandbox.pay(opened.url)
        await shop.settle()
        state = await billing.checkout_state(opened.id)
        assert (state.state, state.credits, state.amount.minor, state.amount.currency) == ("granted", 40, 900, "USD")
        assert (await billing.balance("ada")).bought == 40
        assert (await billing.portal("ada")).startswith("http")
        call = await billing.log_llm("call-1", "gpt-4o", input_tokens=1_000, output_tokens=0, customer="ada")
        assert (call.state, call.cost) == ("logged", None), "no price was set for this model here"
        assert (
            await billing.log_llm("call-1", "gpt-4o", input_tokens=1_000, output_tokens=0, customer="ada")
        ).state == ("repeated")


@pytest.mark.row("B5")
@pytest.mark.row("D3")
async def test_a_plan_is_taken_switched_cancelled_and_resumed(shop: Shop) -> None:
    key = (await shop.services.api_keys.create("Host", Scope.SERVER, by=None)).secret
    async with AsyncBillingClient(shop.url, key) as billing:
        opened = await billing.checkout("ada", "plan", "pro", period="month", trial_days=0, key="first-plan")
        assert await billing.checkout("ada", "plan", "pro", period="month", trial_days=0, key="first-plan") == opened
        await shop.sandbox.pay(opened.url)
        await shop.settle()
        told = await billing.subscription("ada")
        assert (told.plan, told.status, told.period) == ("pro", "active", "month")
        assert told.next_charge is not None
        assert [one.kind for one in told.relations if (one.plan, one.period) == ("pro", "month")] == ["current"]

        preview = await billing.preview_plan("ada", "pro", "year")
        assert preview.due_today.minor > 0
        assert sum(line.amount.minor for line in preview.lines) > 0
        changed = await billing.switch_plan("ada", preview.token, key="to-the-year")
        assert await billing.switch_plan("ada", preview.token, key="to-the-year") == changed
        await shop.settle()
        assert (await billing.subscription("ada")).period == "year"
        (newest, *_) = (await billing.invoices("ada", limit=5)).data
        assert newest.status == "paid"
        assert newest.paid is not None
        assert newest.paid.minor == preview.due_today.minor

        ending = await billing.cancel_plan("ada", reason="unused")
        assert (ending.already, ending.ends_at) == (False, (await billing.subscription("ada")).period_end)
        assert (await billing.resume_plan("ada")).ends_at is None
        assert (await billing.undo_plan_change("ada")).already, "nothing was scheduled"
