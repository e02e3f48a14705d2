"""Money under a server key: selling, looking, changing a plan, and asking what a refund would take."""

import pytest

from billing_app.credits import Consume
from tests.host_money.server import HostServer

ADA = "user/4711"
PATH = "/customers/user%2F4711"
FREE = 8  # of the free plan; they go first


@pytest.mark.row("A6")
@pytest.mark.row("D4")
async def test_a_pack_is_sold_and_listed_and_a_refund_of_it_is_quoted_exactly(server: HostServer) -> None:
    body = {"customer": ADA, "kind": "pack", "code": "small"}
    opened = await server.ask("POST", "/checkout-sessions", body, status=201)
    again = await server.ask("POST", "/checkout-sessions", body, status=201)
    assert (again["id"], again["reused"]) == (opened["id"], True)
    assert (await server.ask("GET", f"/checkout-sessions/{opened['id']}"))["state"] == "open"
    told = await server.bought(body)
    assert (told["state"], told["customer"], told["amount"]) == ("granted", ADA, {"minor": 900, "currency": "USD"})
    granted = told["credits"]
    assert told["available"] == granted + FREE

    (paid,) = (await server.ask("GET", f"{PATH}/transactions"))["data"]
    assert (paid["of"], paid["reference"], paid["captured"]["minor"]) == ("pack", told["id"], 900)
    assert (await server.ask("GET", f"{PATH}/payment-methods"))["data"] is not None
    whole = await server.ask("POST", f"{PATH}/refund-quote", {"transaction": paid["id"]})
    assert whole["takes_back"] == {"credits": granted, "when_holds_end": 0, "debt": 0, "forgiven": 0, "unlocks": []}
    found = await server.shop.rows("SELECT id FROM customers WHERE external_id = :id", id=ADA)
    customer_id = found[0]["id"]
    await server.shop.services.credits.consume(
        Consume(customer_id=customer_id, credits=FREE + granted - 4, feature="mock_interview", reference="spent")
    )
    before = await server.shop.books()
    quoted = await server.ask("POST", f"{PATH}/refund-quote", {"transaction": paid["id"]})
    assert quoted["credits"] == {"granted": granted, "spent": granted - 4, "unspent": 4, "expired": 0}
    assert (quoted["takes_back"]["credits"], quoted["takes_back"]["debt"]) == (4, granted - 4)
    part = await server.ask("POST", f"{PATH}/refund-quote", {"transaction": paid["id"], "amount_minor": 90})
    assert part["takes_back"]["credits"] + part["takes_back"]["debt"] == granted * 90 // 900
    assert await server.shop.books() == before
    for wrong in ({"transaction": paid["id"], "amount_minor": 901}, {"transaction": paid["id"], "more": 1}):
        await server.ask("POST", f"{PATH}/refund-quote", wrong, status=422)
    await server.ask("POST", f"{PATH}/refund-quote", {"transaction": 999_999}, status=404)

    intent = (await server.shop.rows("SELECT stripe_payment_intent AS id FROM payments"))[0]["id"]
    await server.shop.sandbox.refund(intent)
    await server.shop.settle()
    balance = await server.ask("GET", f"{PATH}/balance")
    assert (balance["available"], balance["owed"]) == (0, granted - 4)
    assert (await server.ask("POST", f"{PATH}/refund-quote", {"transaction": paid["id"]}, status=422))[
        "code"
    ] == "nothing_to_refund"


@pytest.mark.row("B5")
@pytest.mark.row("B6")
@pytest.mark.row("D3")
@pytest.mark.row("E6")
async def test_a_plan_is_sold_switched_cancelled_and_resumed_by_a_server(server: HostServer) -> None:
    await server.ask("GET", f"{PATH}/subscription", status=404)
    told = await server.bought({"customer": ADA, "kind": "plan", "code": "starter", "period": "month", "trial_days": 0})
    assert told["state"] == "granted"
    plan = await server.ask("GET", f"{PATH}/subscription")
    assert (plan["plan"], plan["status"], plan["period"]) == ("starter", "active", "month")
    assert plan["period_end"].endswith("Z")
    preview = await server.ask("POST", f"{PATH}/subscription/preview", {"plan": "pro", "period": "month"})
    assert preview["due_today"]["minor"] > 0
    changed = await server.ask("POST", f"{PATH}/subscription/switch", {"token": preview["token"]})
    assert (changed["state"], changed["plan"]) == ("done", "pro")
    await server.shop.settle()
    (newest, first) = (await server.ask("GET", f"{PATH}/invoices", status=200))["data"]
    assert newest["total"]["minor"] == preview["due_today"]["minor"]
    page = await server.ask("GET", f"{PATH}/invoices?limit=1")
    assert page["has_more"]
    assert (await server.ask("GET", f"{PATH}/invoices?limit=1&after={page['next_cursor']}"))["data"] == [first]
    ending = await server.ask("POST", f"{PATH}/subscription/cancel", {"reason": "unused"})
    assert ending["ends_at"]
    assert (await server.ask("POST", f"{PATH}/subscription/cancel", {}))["already"]
    assert (await server.ask("POST", f"{PATH}/subscription/resume"))["ends_at"] is None
    portal = await server.ask("POST", "/portal-sessions", {"customer": ADA}, status=201)
    assert portal["url"].startswith(server.shop.sandbox.url)
    (card,) = (await server.ask("GET", f"{PATH}/payment-methods"))["data"]
    assert card["last4"] == "4242"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "no_such_pack"},
        {"code": 5},
        {"kind": "gift"},
        {"period": "month"},
        {"trial_days": 3},
        {"success_url": "https://evil.example/"},
        {"cancel_url": "javascript:alert(1)"},
        {"customer": "a\nb"},
        {"price": 1},
    ],
    ids=str,
)
async def test_a_wrong_wish_is_refused_and_makes_nothing(server: HostServer, wrong: dict[str, object]) -> None:
    body = {"customer": ADA, "kind": "pack", "code": "small"} | wrong
    problem = await server.ask("POST", "/checkout-sessions", body, status=404 if "no_such" in str(wrong) else 422)
    assert problem["code"]
    assert await server.shop.rows("SELECT id FROM checkouts") == []
