"""A dialog on a customer's page stays with the customer it was opened over, whatever the tab shows by then."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from reflex.state import State
from sqlalchemy import text

from billing_app.db.engine import Database
from billing_app.ui.pages.admin import customer
from billing_app.ui.pages.admin.customer.state import CustomerState
from billing_app.ui.routes import ROUTES
from tests.security.actors import Everybody, everybody
from tests.security.calling import handlers
from tests.security.decisions import Actor

pytestmark = pytest.mark.row("A12")
DIALOGS = (customer.AskState, customer.AdjustState, customer.PlanState, customer.RefundState)

_PAID = text("""
    WITH bought AS (
        INSERT INTO checkouts (public_id, customer_id, idempotency_key, kind, code, name, amount_minor, currency,
            credits, item_id, state, stripe_session_id, created_at, opened_at, expires_at)
        SELECT 'co_paid', :customer, 'paid', 'pack', code, name, 900, 'USD', 40, id, 'paid', 'cs_paid',
            now(), now(), now()
        FROM catalog_items WHERE kind = 'pack' ORDER BY id LIMIT 1 RETURNING *)
    INSERT INTO payments (customer_id, checkout_id, stripe_payment_intent, state, amount_minor, captured_minor,
        currency, created_at, updated_at)
    SELECT customer_id, id, 'pi_paid', 'succeeded', 900, 900, 'USD', created_at, created_at FROM bought RETURNING id""")


@pytest.fixture
async def people(database: Database) -> AsyncIterator[Everybody]:
    async with everybody(database) as made:
        yield made


def test_whoever_comes_to_a_customers_page_finds_no_dialog_of_the_last_one() -> None:
    page = next(one for one in ROUTES if one.path == "/admin/customers/[customer_number]")
    loads = list(page.load)
    closing = [dialog.close for dialog in DIALOGS]
    assert all(handler in loads for handler in closing)
    assert loads.index(customer.CustomerState.load) > max(loads.index(handler) for handler in closing)


async def test_what_was_filled_in_for_one_customer_is_not_done_to_another(people: Everybody) -> None:
    root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue] - as Reflex itself makes one
    headers = people.headers(Actor.ADMIN)
    root._update_router_vars({"headers": headers, "token": "tab", "pathname": "/", "asPath": "/"}, {})
    page = await root.get_state(CustomerState)
    paid = await _payment_of(people, people.customer_id)
    before = await people.fingerprint()
    filled = {"credits": "7", "reason": "They asked", "feature": "coach_chat", "plan": "pro", "direction": "give"}
    filled["amount"] = "5.00"
    for dialog, opened, last in (
        ("AskState", ("ask", ["grant", ""]), ("go", [filled])),
        ("AdjustState", ("begin", []), ("make", [])),
        ("PlanState", ("begin", []), ("make", [])),
        ("RefundState", ("begin", [paid]), ("make", [])),
    ):
        page.number = people.customer_id
        tab: Any = await root.get_state(handlers()[f"{dialog}.close"][0])
        await _fire(dialog, opened, tab)
        if last[0] == "make":
            await _fire(dialog, ("preview", [filled]), tab)
            assert tab.effects, tab.error
        page.number = people.other_id
        await _fire(dialog, last, tab)
        assert "another customer" in tab.error, dialog
    after = await people.fingerprint()
    assert {table for table in after if after[table] != before[table]} == set()
    async with people.services.database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM feature_grants")) == 0


async def test_a_payment_is_given_back_on_its_own_customers_page_alone(people: Everybody) -> None:
    root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue] - as Reflex itself makes one
    headers = people.headers(Actor.SUPPORT)
    root._update_router_vars({"headers": headers, "token": "tab", "pathname": "/", "asPath": "/"}, {})
    page = await root.get_state(CustomerState)
    tab: Any = await root.get_state(customer.RefundState)
    paid = await _payment_of(people, people.customer_id)
    page.number = people.other_id
    await _fire("RefundState", ("begin", [paid]), tab)
    assert (tab.shown, tab.left, page.error) == (False, "", "There is no such payment of this customer.")
    page.number = people.customer_id
    await _fire("RefundState", ("begin", [paid]), tab)
    assert (tab.shown, tab.left, tab.customer) == (True, "$9.00", people.customer_id)


async def _payment_of(people: Everybody, customer_id: int) -> int:
    """A pack this customer has paid for."""
    async with people.services.database.transaction() as session:
        paid = await session.scalar(_PAID, {"customer": customer_id})
    assert paid is not None
    return paid


async def _fire(dialog: str, event: tuple[str, list[Any]], tab: Any) -> None:
    await handlers()[f"{dialog}.{event[0]}"][1].fn(tab, *event[1])
