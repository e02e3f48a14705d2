"""Costs over HTTP: one call or ten thousand, each once; what is refused says why; only server keys log."""

import time
from typing import Any

import pytest

from billing_app.accounts.api_keys.form import Scope
from billing_app.journal.audit import CLI
from tests.host_api.host import Host, problem

pytestmark = pytest.mark.row("C6")


def a_call(number: int = 1, **said: Any) -> dict[str, Any]:
    return {"request_id": f"r{number}", "model": "gpt-4o", "input_tokens": 1_000, "output_tokens": 500, **said}


@pytest.fixture
async def priced(host: Host) -> Host:
    await host.services.model_prices.seed(actor=CLI)
    return host


@pytest.mark.row("C5")
async def test_a_call_is_logged_at_its_exact_cost_and_once(priced: Host) -> None:
    body = a_call(customer="ada", feature="docs_chat", metadata={"stop": "length"}, at="2026-01-31T23:59:59+01:00")
    first = await priced.post("/usage/llm", body)
    assert first.status_code == 200, first.text
    told = first.json()
    assert (told["state"], told["cost"], told["currency"], told["source"]) == ("logged", "0.0075", "USD", "host")
    again = await priced.post("/usage/llm", body)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == {**told, "state": "repeated"}
    problem(await priced.post("/usage/llm", a_call(feature="other")), 422, "idempotency_mismatch")


async def test_a_call_is_tied_to_the_entry_that_paid_for_it(priced: Host) -> None:
    await priced.give("ada", 100)
    paid = (await priced.post("/credits/consume", {"customer": "ada", "feature": "x", "credits": 5})).json()
    assert (await priced.post("/usage/llm", a_call(customer="ada", entry=paid["entry"]))).status_code == 200
    problem(await priced.post("/usage/llm", a_call(2, customer="ada", entry=999)), 404, "not_found")


async def test_a_model_without_a_price_costs_null_not_zero(priced: Host) -> None:
    told = (await priced.post("/usage/llm", a_call(model="gpt-99"))).json()
    assert (told["cost"], told["currency"], told["price_version"]) == (None, None, None)


async def test_a_batch_answers_each_row_in_its_order(priced: Host) -> None:
    stt = {"request_id": "s1", "service": "stt", "units": "1", "cost": "0.18", "currency": "USD", "customer": "ada"}
    rows = [a_call(), stt, a_call(), a_call(feature="other"), a_call(2, customer="bob", entry=5)]
    answer = await priced.post("/usage/batch", {"rows": rows})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["logged"], told["repeated"], told["refused"]) == (2, 1, 2)
    assert [one["state"] for one in told["data"]] == ["logged", "logged", "repeated", "refused", "refused"]
    assert [one["problem"]["code"] for one in told["data"][3:]] == ["idempotency_mismatch", "not_found"]
    assert told["data"][1]["cost"] == "0.18"


async def test_ten_thousand_rows_fit_in_one_request_and_more_do_not(priced: Host) -> None:
    rows = [a_call(n, customer=f"user_{n % 1_500}", feature="docs_chat", metadata={"n": n}) for n in range(10_000)]
    began = time.monotonic()
    told = (await priced.post("/usage/batch", {"rows": rows})).json()
    assert told["logged"] == 10_000
    assert time.monotonic() - began < 30
    problem(await priced.post("/usage/batch", {"rows": [*rows, a_call(10_001)]}), 422, "invalid_input")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"input_tokens": "1"}, "/body/input_tokens"),
        ({"input_tokens": -1}, "/body/input_tokens"),
        ({"tokens": 5}, "/body/tokens"),
        ({"at": "2026-01-31"}, "/body/at"),
        ({"model": ""}, "/body/model"),
    ],
)
async def test_a_wrong_field_is_pointed_to(priced: Host, said: dict[str, Any], pointer: str) -> None:
    wrong = problem(await priced.post("/usage/llm", a_call(**said)), 422, "invalid_input")
    assert [error["pointer"] for error in wrong["errors"]] == [pointer]


async def test_a_cost_is_sent_as_text(priced: Host) -> None:
    row = {"request_id": "s1", "service": "stt", "units": "1", "cost": 0.18}
    wrong = problem(await priced.post("/usage/batch", {"rows": [row]}), 422, "invalid_input")
    assert any("text" in error["message"] for error in wrong["errors"])


@pytest.mark.parametrize("path", ["/usage/llm", "/usage/batch"])
async def test_costs_are_logged_with_a_server_key_alone(priced: Host, path: str) -> None:
    problem(await priced.ask("POST", path, a_call(), scope=Scope.READ_ONLY), 403, "wrong_scope")
    assert (await priced.ask("POST", path, a_call(), scope=None)).status_code == 401
