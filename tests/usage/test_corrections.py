"""A wrong row stays, and two more say so: one takes it back, one says how it was."""

import asyncio
from decimal import Decimal

import pytest

from billing_app.errors import Conflict, IdempotencyMismatch, InvalidInput, NotFound
from billing_app.journal.audit import CLI
from billing_app.usage import Correction, NewPrice, Tokens, VendorCost
from tests.usage.books import LONG_AGO, Costs

pytestmark = pytest.mark.row("C6")


def a_correction(**said: object) -> Correction:
    values = {"source": "host", "request_id": "fix", "corrects": "req-1", "reason": "counted twice", **said}
    return Correction(**values)  # pyright: ignore[reportArgumentType]


async def sums(costs: Costs) -> tuple[Decimal, int, int]:
    (row,) = await costs.rows("SELECT sum(sign * cost) AS c, sum(sign * input) AS i, sum(sign) AS n FROM cost_log")
    return row["c"], row["i"], row["n"]


async def test_the_right_tokens_count_on_the_day_of_the_call_at_the_price_it_was_logged_at(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    await costs.log.log(costs.a_call(customer_id=costs.customers[0], at=LONG_AGO.replace(month=3)))
    await costs.price("gpt-4o", "99", "99", valid_from=LONG_AGO.replace(month=2))
    answer = await costs.corrections.correct(a_correction(tokens=Tokens(input=500, output=500)), actor=CLI)
    assert answer.cost == Decimal("0.00625")
    assert await sums(costs) == (Decimal("0.00625"), 500, 1)
    assert len({row["at"] for row in await costs.rows("SELECT at FROM cost_log")}) == 1
    assert len(await costs.rows("SELECT 1 FROM audit_log WHERE action = 'cost.corrected'")) == 1


async def test_a_call_at_a_wrong_price_is_worked_out_by_the_corrected_book(costs: Costs) -> None:
    wrong = await costs.price("gpt-4o", "25", "100")
    await costs.log.log(costs.a_call())
    right = NewPrice(model="gpt-4o", currency="USD", valid_from=LONG_AGO, input=Decimal("2.5"), output=Decimal(10))
    await costs.prices.correct(wrong, right, actor=CLI, reason="a zero too many")
    assert (await costs.corrections.correct(a_correction(price="book"), actor=CLI)).cost == Decimal("0.0075")
    assert (await sums(costs))[0] == Decimal("0.0075")


async def test_the_same_correction_again_changes_nothing_and_another_is_refused(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    await costs.log.log(costs.a_call())
    first = await costs.corrections.correct(a_correction(feature="chat"), actor=CLI)
    again = await costs.corrections.correct(a_correction(feature="chat"), actor=CLI)
    assert (again.state, again.id) == ("repeated", first.id)
    with pytest.raises(IdempotencyMismatch):
        await costs.corrections.correct(a_correction(feature="other"), actor=CLI)
    with pytest.raises(Conflict, match='corrected before, by "host fix"'):
        await costs.corrections.correct(a_correction(request_id="fix-2", feature="other"), actor=CLI)
    second = a_correction(request_id="fix-2", corrects="fix", feature="other")
    assert (await costs.corrections.correct(second, actor=CLI)).state == "logged"
    assert (await sums(costs))[2] == 1


async def test_of_two_corrections_at_once_one_wins(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    await costs.log.log(costs.a_call())
    both = [a_correction(request_id=f"fix-{n}", tokens=Tokens(input=n)) for n in (1, 2)]
    found = await asyncio.gather(*(costs.corrections.correct(one, actor=CLI) for one in both), return_exceptions=True)
    assert sorted(type(one).__name__ for one in found) == ["Answer", "Conflict"]
    assert (await sums(costs))[2] == 1


async def test_a_vendors_row_is_corrected_in_units_and_cost(costs: Costs) -> None:
    row = VendorCost(
        source="host", request_id="req-1", service="stt", units=Decimal(2), cost=Decimal("0.36"), currency="USD"
    )
    await costs.log.log(row)
    fix = a_correction(units=Decimal(1), cost=Decimal("0.18"))
    assert (await costs.corrections.correct(fix, actor=CLI)).cost == Decimal("0.18")
    with pytest.raises(InvalidInput, match="vendor's"):
        await costs.corrections.correct(
            a_correction(request_id="fix-2", corrects="fix", tokens=Tokens(input=1)), actor=CLI
        )


async def test_what_cannot_be_corrected_says_why(costs: Costs) -> None:
    await costs.price("gpt-4o", "2.5", "10")
    with pytest.raises(NotFound, match='no "req-1"'):
        await costs.corrections.correct(a_correction(), actor=CLI)
    await costs.log.log(costs.a_call())
    with pytest.raises(InvalidInput, match="why"):
        await costs.corrections.correct(a_correction(reason=" "), actor=CLI)
    with pytest.raises(InvalidInput, match="input"):
        await costs.corrections.correct(a_correction(tokens=Tokens(input=-1)), actor=CLI)
    with pytest.raises(InvalidInput, match="no price at the time"):
        await costs.corrections.correct(a_correction(model="gpt-9"), actor=CLI)
    with pytest.raises(InvalidInput, match="model's"):
        await costs.corrections.correct(a_correction(cost=Decimal(1)), actor=CLI)
    assert (await sums(costs))[2] == 1
