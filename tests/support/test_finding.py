"""The search (AD6): anything that is pasted leads to its customer, and says by what."""

import pytest

from billing_app.accounts.errors import NotPermitted
from billing_app.accounts.roles import Principal, Role
from billing_app.credits import Consume
from billing_app.errors import InvalidInput
from billing_app.support.clues import clean, clues
from billing_app.usage import LlmCall
from tests.support.conftest import HelpDesk

_MIRRORED = """
    WITH s AS (INSERT INTO stripe_customers VALUES (:id, 'key', 'cus_ada', now())),
    sub AS (INSERT INTO subscriptions (customer_id, stripe_subscription_id, plan_code, status, started_at, anchor,
        current_period_start, asked_at, created_at, updated_at)
        VALUES (:id, 'sub_ada', 'pro', 'canceled', now(), now(), now(), now(), now(), now())),
    inv AS (INSERT INTO invoices (customer_id, stripe_invoice_id, number, status, description, currency,
        subtotal_minor, tax_minor, total_minor, due_minor, paid_minor, created_at, asked_at)
        VALUES (:id, 'in_ada', 'ADA-0001', 'paid', 'Pro, a month', 'USD', 2900, 0, 2900, 0, 2900, now(), now())
        RETURNING id),
    pay AS (INSERT INTO payments (customer_id, invoice_id, stripe_payment_intent, stripe_charge, state, amount_minor,
        captured_minor, currency, created_at, updated_at)
        SELECT :id, id, 'pi_ada', 'ch_ada', 'succeeded', 2900, 2900, 'USD', now(), now() FROM inv RETURNING id),
    ref AS (INSERT INTO refunds (customer_id, payment_id, stripe_refund_id, amount_minor, currency, status, by,
        created_at) SELECT :id, id, 're_ada', 100, 'USD', 'succeeded', 'stripe', now() FROM pay),
    dis AS (INSERT INTO disputes (customer_id, payment_id, stripe_dispute_id, amount_minor, currency, status, opened_at)
        SELECT :id, id, 'dp_ada', 100, 'USD', 'needs_response', now() FROM pay)
    INSERT INTO webhook_events (id, type, object_id, stripe_customer_id, livemode, created_at, received_at, state,
        payload) VALUES ('evt_ada', 'invoice.paid', 'in_ada', 'cus_ada', false, now(), now(), 'done', '{}')
    RETURNING id"""


async def test_anything_pasted_leads_to_its_customer(desk: HelpDesk) -> None:
    ada = await desk.a_customer(credits=50, name="Ada Lovelace", email="ada@analytical.example")
    await desk.a_customer(name="Grace Hopper", email="grace@navy.example")
    await desk.services.credits.consume(
        Consume(customer_id=ada, credits=3, feature="mock_interview", reference="session-77")
    )
    await desk.services.costs.log_many([LlmCall(source="host", request_id="req_9f", model="m", customer_id=ada)])
    await desk.rows(_MIRRORED, id=ada)
    found_by = {
        str(ada): "our id", f"#{ada}": "our id", "host-1": "id in your product", " ada@analytical.example ": "e-mail",
        "ADA@analytical.example": "e-mail", "<ada@analytical.example>": "e-mail",
        "lovelace": "part of name or e-mail", "analytical.ex": "part of name or e-mail",
        "cus_ada": "Stripe customer", "sub_ada": "Stripe subscription", "in_ada": "Stripe invoice",
        "ada-0001": "invoice number", "pi_ada": "Stripe payment", "ch_ada": "Stripe charge",
        "re_ada": "Stripe refund", "dp_ada": "Stripe dispute", "evt_ada": "Stripe event",
        "welcome-1": "source of credits", "session-77": "reference of an entry",
        "req_9f": "request id of a logged call",
    }  # fmt: skip
    for text, matched in found_by.items():
        found = await desk.support.search(desk.viewer, text)
        assert [(hit.customer_id, hit.matched) for hit in found.hits] == [(ada, matched)], text
    (hit,) = (await desk.support.search(desk.viewer, "session-77")).hits
    assert (hit.entry, hit.what) == (3, "mock_interview")
    assert (await desk.support.search(desk.viewer, "nobody@nowhere.example")).hits == ()
    assert (await desk.support.search(desk.viewer, "100%_")).hits == (), "wildcards are letters here"


async def test_a_search_is_bounded_and_says_that_there_are_more(desk: HelpDesk) -> None:
    for _ in range(27):
        await desk.a_customer(name="Many Smiths")
    found = await desk.support.search(desk.viewer, "smith")
    assert (len(found.hits), found.more) == (25, True)
    page = await desk.support.customers(desk.viewer, limit=20)
    assert (len(page.customers), page.next_before) == (20, page.customers[-1].id)
    rest = await desk.support.customers(desk.viewer, before=page.next_before, limit=20)
    assert (len(rest.customers), rest.next_before) == (7, None)


async def test_reading_is_no_visit_of_the_customer(desk: HelpDesk) -> None:
    """Opened by staff, an account books nothing: the free month is for customers who come themselves."""
    ada = await desk.a_customer()
    account = await desk.support.customer(desk.viewer, ada)
    assert account.balance.available == 0
    assert await desk.rows("SELECT 1 FROM credit_lots") == []
    assert (await desk.services.credits.balance(ada)).available == 8
    account = await desk.support.customer(desk.viewer, ada)
    assert (account.balance.available, account.plan.name, account.identity.external_id) == (8, "Free", "host-1")
    explained = await desk.support.explain(desk.viewer, ada, 1)
    assert "8 credits added" in explained.summary


async def test_customers_may_not_search(desk: HelpDesk) -> None:
    me = Principal(1, 1, 1, Role.CUSTOMER, "a@b.example", "A", True, False)
    with pytest.raises(NotPermitted):
        await desk.support.search(me, "ada")
    with pytest.raises(NotPermitted):
        await desk.support.customer(me, 1)


@pytest.mark.parametrize(("pasted", "kinds"), [
    ("17", {"customer", "external_id", "invoice_number", "checkout", "enquiry", "request_id", "lot_source",
            "reference"}),
    ("in_1Q", {"invoice", "lot_source", "reference"}),
    ("Ada Lovelace", {"part"}),
    ("a@b.example", {"email", "external_id", "part"}),
])  # fmt: skip
def test_what_a_text_may_be(pasted: str, kinds: set[str]) -> None:
    assert {clue.kind for clue in clues(pasted)} == kinds


@pytest.mark.parametrize("text", ["", "  ", "x", "y" * 251])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        clean(text)


def test_what_mails_and_tables_put_around_a_text_is_left_out() -> None:
    assert clean("\N{NO-BREAK SPACE}<Ada>;") == "Ada"
