"""Every call is logged once, at the price of its time; what is wrong is refused by itself, what is unknown is said."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing_app import clock
from billing_app.errors import IdempotencyMismatch, InvalidInput, NotFound
from billing_app.journal.audit import CLI
from billing_app.usage import LlmCall, Tokens, VendorCost
from tests.usage.books import LONG_AGO, Costs

pytestmark = pytest.mark.row("C6")


async def test_a_call_is_logged_with_plan_feature_tokens_and_exact_cost(costs: Costs) -> None:
    version = await costs.price("gpt-4o", "2.5", "10")
    call = costs.a_call(customer_id=costs.customers[0], feature="chat", details={"stop": "length"})
    answer = await costs.log.log(call)
    assert (answer.state, answer.cost, answer.currency, answer.price_id) == (
        "logged",
        Decimal("0.0075"),
        "USD",
        version,
    )
    (row,) = await costs.rows("SELECT * FROM cost_log")
    assert (row["plan"], row["feature"], row["input"], row["output"]) == ("pro", "chat", 1_000, 500)
    assert row["details"] == {"stop": "length"}


async def test_a_call_needs_no_customer(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    assert (await costs.log.log(costs.a_call())).cost == Decimal("0.0075")


async def test_the_same_request_is_answered_as_the_first_time_whatever_the_price_is_now(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    call = costs.a_call()
    first = await costs.log.log(call)
    await costs.price("gpt-4o", "5", "20", valid_from=clock.now() - timedelta(seconds=1))
    again = await costs.log.log(call)
    assert (again.state, again.id, again.cost, again.price_id) == ("repeated", first.id, first.cost, first.price_id)
    assert len(await costs.rows("SELECT 1 FROM cost_log")) == 1


async def test_the_same_id_with_another_body_is_refused(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    await costs.log.log(costs.a_call(request_id="one"))
    with pytest.raises(IdempotencyMismatch, match="another body"):
        await costs.log.log(costs.a_call(request_id="one", tokens=Tokens(input=1)))


@pytest.mark.row("C5")
async def test_old_calls_keep_the_price_they_were_made_at(costs: Costs) -> None:
    now = clock.now()
    await costs.price("gpt-4o", "5", "15")
    before = await costs.log.log(costs.a_call())
    await costs.price("gpt-4o", "2.5", "10", valid_from=now - timedelta(days=30))
    assert (await costs.log.log(costs.a_call())).cost == Decimal("0.0075")
    late = await costs.log.log(costs.a_call(at=now - timedelta(days=31)))
    assert late.cost == before.cost == Decimal("0.0125")
    kept = await costs.rows("SELECT cost FROM cost_log ORDER BY id")
    assert [row["cost"] for row in kept] == [Decimal("0.0125"), Decimal("0.0075"), Decimal("0.0125")]


async def test_an_unknown_model_is_logged_at_unknown_cost_and_said_once(
    costs: Costs, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answers = await costs.log.log_many([costs.a_call("gpt-9") for _ in range(3)])
    assert [(one.state, one.cost, one.currency) for one in answers] == [("logged", None, None)] * 3
    assert len([record for record in caplog.records if "gpt-9 has no price" in record.message]) == 1
    (attention,) = await costs.log.needs_attention()
    assert (attention["model"], attention["calls"]) == ("gpt-9", 3)
    assert len(await costs.rows("SELECT 1 FROM audit_log WHERE action = 'model.unpriced'")) == 1


async def test_unknown_costs_become_known_once_the_model_has_a_price(costs: Costs) -> None:
    long_before = costs.a_call("gpt-9", at=LONG_AGO - timedelta(days=1))
    await costs.log.log_many([long_before, *(costs.a_call("gpt-9") for _ in range(3))])
    assert await costs.corrections.settle("gpt-9", actor=CLI) == 0
    await costs.price("gpt-9", "1", "2")
    assert await costs.corrections.settle("gpt-9", actor=CLI) == 3
    assert await costs.corrections.settle("gpt-9", actor=CLI) == 0
    (still,) = await costs.rows("SELECT sum(sign) AS n FROM cost_log WHERE cost IS NULL")
    assert still["n"] == 1, "before the price begins nothing is known"
    (cost,) = await costs.rows("SELECT sum(sign * cost) AS cost FROM cost_log")
    assert cost["cost"] == 3 * Decimal("0.002")


async def test_a_vendors_units_are_logged_at_what_they_cost(costs: Costs) -> None:
    session = VendorCost(
        source="host",
        request_id="stt-1",
        customer_id=costs.customers[0],
        feature="interview_session",
        service="speech-to-text",
        units=Decimal(1),
        cost=Decimal("0.18"),
        currency="USD",
    )
    answer = await costs.log.log(session)
    assert (answer.cost, answer.price_id) == (Decimal("0.18"), None)
    assert (await costs.log.log(session)).state == "repeated"


async def test_each_row_of_an_intake_is_answered_for_itself(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    kept = costs.a_call(request_id="kept")
    await costs.log.log(kept)
    rows = [
        costs.a_call(request_id="new"),
        kept,
        costs.a_call(request_id="kept", feature="other"),
        costs.a_call(request_id="new", feature="other"),
        costs.a_call(request_id="stranger", customer_id=999_999),
        costs.a_call(request_id="no entry", customer_id=costs.customers[0], entry_id=7),
        costs.a_call(request_id="negative", tokens=Tokens(input=-1)),
        costs.a_call(request_id="tomorrow", at=clock.now() + timedelta(days=1)),
    ]
    rows.append(rows[0])
    answers = await costs.log.log_many(rows)
    assert [(one.state, one.code) for one in answers] == [
        ("logged", None),
        ("repeated", None),
        ("refused", "idempotency_mismatch"),
        ("refused", "idempotency_mismatch"),
        ("refused", "not_found"),
        ("refused", "not_found"),
        ("refused", "invalid_input"),
        ("refused", "invalid_input"),
        ("repeated", None),
    ]
    assert answers[0].id == answers[-1].id
    assert len(await costs.rows("SELECT 1 FROM cost_log")) == 2


async def test_ten_thousand_rows_are_taken_at_once_and_once(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    rows = [costs.a_call(customer_id=costs.customers[n % 4], feature="chat") for n in range(10_000)]
    first, again = await asyncio.gather(costs.log.log_many(rows), costs.log.log_many(rows[::-1]))
    assert sorted(one.state for one in (*first, *again)) == ["logged"] * 10_000 + ["repeated"] * 10_000
    assert {one.id for one in first} == {one.id for one in again}
    with pytest.raises(InvalidInput, match="10,000 rows"):
        await costs.log.log_many([*rows, rows[0]])


async def test_what_does_not_exist_is_refused_with_the_word_for_it(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    with pytest.raises(NotFound, match="no customer"):
        await costs.log.log(costs.a_call(customer_id=999_999))
    with pytest.raises(NotFound, match="no ledger entry 7"):
        await costs.log.log(costs.a_call(customer_id=costs.customers[0], entry_id=7))
    with pytest.raises(InvalidInput, match="belongs to a customer"):
        await costs.log.log(costs.a_call(entry_id=7))


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"source": "a b"}, "source"),
        ({"request_id": ""}, "request_id"),
        ({"request_id": "x\x00"}, "request_id"),
        ({"model": "gpt\n4o"}, "model"),
        ({"feature": "Chat!"}, "feature"),
        ({"at": datetime(2025, 1, 1)}, "offset"),  # noqa: DTZ001
        ({"at": datetime(1999, 1, 1, tzinfo=UTC)}, "2020"),
        ({"details": {"nul": "\x00"}}, "metadata"),
        ({"details": {"half": "\ud800"}}, "metadata"),
        ({"details": {"long": "x" * 5_000}}, "metadata"),
        ({"customer_id": 0}, "customer_id"),
        ({"customer_id": True}, "customer_id"),
        ({"tokens": Tokens(input=10**10)}, "input"),
    ],
)
def test_a_bad_field_is_named(said: dict[str, object], word: str) -> None:
    values = {"source": "host", "request_id": "r", "model": "gpt-4o", **said}
    with pytest.raises(InvalidInput, match=word):
        LlmCall(**values).checked(clock.now())  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("table", ["cost_log", "model_prices"])
async def test_the_database_itself_refuses_to_change_history(costs: Costs, table: str) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    await costs.log.log(costs.a_call())
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET currency = 'EUR'"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with costs.database.transaction() as session:
                await session.execute(text(statement))
