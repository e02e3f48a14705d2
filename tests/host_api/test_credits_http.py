"""Credits over HTTP: quote, consume, many at once, hold, give back, grant, and what the ledger then says."""

import asyncio

import pytest
from sqlalchemy import text

from billing_app.accounts.api_keys.form import Scope
from tests.host_api.host import Host, problem

QUERY = {"feature": "docs_chat", "add_ons": {"documentation": 1}}


async def test_a_quote_is_the_sum_that_is_taken(host: Host) -> None:
    await host.give("ada", 100)
    quoted = (await host.post("/credits/quote", {**QUERY, "customer": "ada"})).json()
    taken = await host.post("/credits/consume", {**QUERY, "customer": "ada", "reference": "q-1"})
    assert taken.status_code == 200, taken.text
    body = taken.json()
    assert quoted["credits"] == body["credits"] == 10
    assert quoted["price"] == body["price"]
    assert quoted["allowed"] is True
    assert (taken.headers["credits-cost"], taken.headers["credits-remaining"]) == ("10", str(body["available"]))
    assert await host.available("ada") == body["available"] == 200 - 10
    assert sum(one["credits"] for one in body["taken"]) == 10


@pytest.mark.row("B6")
@pytest.mark.row("A6")
async def test_what_was_used_is_in_the_ledger_the_statistics_and_the_words_that_explain_it(host: Host) -> None:
    entry = (await host.post("/credits/consume", {**QUERY, "customer": "ada"})).json()["entry"]
    page = (await host.get("/customers/ada/ledger", kind="consume")).json()
    assert [one["id"] for one in page["data"]] == [entry]
    assert page["data"][0]["amount"] == -10
    used = (await host.get("/customers/ada/statistics", days=7)).json()
    assert (used["credits"], used["features"], len(used["data"])) == (10, {"docs_chat": 10}, 7)
    told = (await host.get(f"/customers/ada/ledger/{entry}")).json()
    assert told["summary"]
    assert sum(lot["credits"] for lot in told["lots"]) == 10
    lots = (await host.get("/customers/ada/lots")).json()["data"]
    assert [lot["used"] for lot in lots] == [10]


async def test_a_retry_with_the_same_key_takes_once_bare_or_quoted(host: Host) -> None:
    body = {"customer": "ada", "feature": "own", "credits": 7}
    first = await host.post("/credits/consume", body, key="retry-1")
    again = await host.post("/credits/consume", body, key='"retry-1"')
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert {**again.json(), "replayed": False} == first.json()
    other = await host.post("/credits/consume", {**body, "credits": 8}, key="retry-1")
    problem(other, 422, "idempotency_mismatch")
    assert await host.available("ada") == 93


async def test_a_refusal_binds_nothing_so_the_retry_after_a_top_up_works(host: Host) -> None:
    body = {"customer": "ada", "feature": "own", "credits": 150}
    refused = await host.post("/credits/consume", body, key="later")
    wall = problem(refused, 402, "insufficient_credits")
    assert (wall["required"], wall["available"], wall["shortfall"]) == (150, 100, 50)
    assert {"pack", "plan", "wait"} <= {option["kind"] for option in wall["options"]}
    await host.give("ada", 50)
    assert (await host.post("/credits/consume", body, key="later")).status_code == 200


async def test_the_wall_of_a_feature_says_what_would_help(host: Host) -> None:
    refused = await host.post("/credits/consume", {"customer": "ada", "feature": "docs_chat", "units": 50})
    wall = problem(refused, 402, "insufficient_credits")
    assert (wall["feature"], wall["required"], wall["limit_source"]) == ("docs_chat", 250, "balance")
    assert wall["options"]
    assert wall["type"] == "/api/problems/insufficient-credits"


@pytest.mark.row("A4")
async def test_the_same_session_never_consumes_twice_whatever_the_keys(host: Host) -> None:
    body = {"customer": "ada", "feature": "docs_chat", "reference": "session-1"}
    assert (await host.post("/credits/consume", body, key="k1")).status_code == 200
    again = (await host.post("/credits/consume", body, key="k2")).json()
    assert again["replayed"] is True
    problem(await host.post("/credits/consume", {**body, "units": 2}, key="k4"), 409, "already_consumed")
    used = await host.post("/features/use", body, key="k3")
    assert (used.json()["charged"], used.json()["repeated"]) == (0, True)
    assert await host.available("ada") == 95


async def test_a_batch_does_each_by_itself_and_repeats_none(host: Host) -> None:
    consumes = [
        {"key": f"b-{number}", "customer": f"c{number % 3}", "feature": "own", "credits": 30} for number in range(12)
    ]
    told = (await host.post("/credits/consume/batch", {"consumes": consumes})).json()
    assert (told["done"], told["refused"], told["credits"]) == (9, 3, 270)
    refused = [one["problem"]["code"] for one in told["data"] if not one["done"]]
    assert refused == ["insufficient_credits"] * 3
    again = (await host.post("/credits/consume/batch", {"consumes": consumes})).json()
    assert [one["replayed"] for one in again["data"]] == [one["done"] for one in told["data"]]
    assert [await host.available(f"c{number}") for number in range(3)] == [10, 10, 10]


@pytest.mark.row("B4")
async def test_a_hold_is_taken_in_part_and_the_rest_is_free_again(host: Host) -> None:
    held = (await host.post("/credits/holds", {"customer": "ada", "feature": "own", "credits": 40})).json()
    assert (held["credits"], held["available"], held["state"]) == (40, 60, "live")
    name = held["id"]
    later = (await host.post(f"/credits/holds/{name}/extend", {"ttl_s": 1200})).json()
    assert later["expires_at"] > held["expires_at"]
    taken = (await host.post(f"/credits/holds/{name}/capture", {"credits": 15}, key="cap")).json()
    assert (taken["credits"], taken["released"], taken["available"]) == (15, 25, 85)
    again = (await host.post(f"/credits/holds/{name}/capture", {"credits": 15}, key="cap")).json()
    assert again["entry"] == taken["entry"]
    assert (await host.get(f"/credits/holds/{name}")).json()["state"] == "captured"
    problem(await host.post(f"/credits/holds/{name}/release", {}), 409, "hold_ended")
    other = (await host.post("/credits/holds", {"customer": "ada", "feature": "docs_chat"})).json()["id"]
    released = (await host.post(f"/credits/holds/{other}/release", {})).json()
    assert (released["released"], released["available"]) == (5, 85)
    for unknown in ("hold_1_999999", "hold_0_1", "nonsense", f"hold_{'9' * 19}_1"):
        problem(await host.get(f"/credits/holds/{unknown}"), 404, "unknown_hold")


async def test_parallel_holds_never_overspend(host: Host) -> None:
    await host.get("/customers/ada/entitlements")
    answers = await asyncio.gather(
        *(host.post("/credits/holds", {"customer": "ada", "feature": "own", "credits": 30}) for _ in range(8))
    )
    assert sorted(one.status_code for one in answers) == [200] * 3 + [402] * 5


async def test_what_failed_is_given_back_and_never_more_than_was_taken(host: Host) -> None:
    entry = (await host.post("/credits/consume", {"customer": "ada", "feature": "own", "credits": 20})).json()["entry"]
    part = (await host.post("/credits/reverse", {"customer": "ada", "entry": entry, "credits": 5})).json()
    assert (part["credits"], part["left"], part["available"]) == (5, 15, 85)
    rest = (await host.post("/credits/reverse", {"customer": "ada", "entry": entry})).json()
    assert (rest["credits"], rest["left"], rest["available"]) == (15, 0, 100)
    problem(await host.post("/credits/reverse", {"customer": "ada", "entry": entry}), 409, "nothing_to_reverse")
    problem(await host.post("/credits/reverse", {"customer": "bob", "entry": entry}), 404, "unknown_customer")


async def test_only_an_admin_key_grants_and_each_grant_is_in_the_audit_log(host: Host) -> None:
    body = {"customer": "ada", "credits": 40, "note": "Sorry for the outage", "expires_at": "2030-01-01T00:00:00Z"}
    problem(await host.post("/credits/grant", body), 403, "wrong_scope")
    first = await host.ask("POST", "/credits/grant", body, scope=Scope.ADMIN, key="g1")
    again = await host.ask("POST", "/credits/grant", body, scope=Scope.ADMIN, key="g1")
    assert (first.json()["available"], again.json()["replayed"]) == (140, True)
    lots = (await host.get("/customers/ada/lots")).json()["data"]
    assert [lot["expires_at"] for lot in lots if lot["kind"] == "promotion"] == ["2030-01-01T00:00:00Z"]
    async with host.services.database.transaction() as session:
        rows = (
            await session.execute(text("SELECT reason, actor_kind FROM audit_log WHERE action = 'credits.granted'"))
        ).all()
    assert [tuple(row) for row in rows] == [("Sorry for the outage", "api_key")]


@pytest.mark.row("E2")
async def test_the_balance_says_when_credits_were_reset_and_when_they_will_be(host: Host) -> None:
    await host.ask("PUT", "/customers/ada", {"name": "Ada"})
    told = (await host.get("/customers/ada/balance")).json()
    assert told["last_reset_at"].endswith("-01T00:00:00Z")
    assert told["next_reset_at"].endswith("-01T00:00:00Z")
    assert told["next_reset_at"] > told["at"] >= told["last_reset_at"]
    assert (told["next_reset_credits"], told["promotional"]) == (100, 100)
    assert told["lots"][0]["burns"] == 1
