"""The book of model prices: seeded once, edited by further rows, audited."""

from datetime import timedelta
from decimal import Decimal

import pytest

from billing_app import clock
from billing_app.errors import Conflict, InvalidInput
from billing_app.journal.audit import CLI
from billing_app.usage import NewPrice
from billing_app.usage.prices import PriceExists
from tests.usage.books import LONG_AGO, Costs

pytestmark = pytest.mark.row("C5")


def a_price(model: str = "gpt-4o", input_: str = "2.5", **also: object) -> NewPrice:
    values = {"currency": "USD", "valid_from": LONG_AGO, "output": Decimal(10), **also}
    return NewPrice(model=model, input=Decimal(input_), **values)  # pyright: ignore[reportArgumentType]


async def test_seeding_makes_the_four_prices_once(costs: Costs) -> None:
    made = await costs.prices.seed(actor=CLI)
    per_thousand = {price.model: (price.input / 1_000, price.output / 1_000, price.currency) for price in made}
    assert per_thousand == {
        "gpt-3.5-turbo": (Decimal("0.0005"), Decimal("0.0015"), "USD"),
        "gpt-4-turbo": (Decimal("0.010"), Decimal("0.030"), "USD"),
        "gpt-4o": (Decimal("0.0025"), Decimal("0.010"), "USD"),
        "gpt-4o-mini": (Decimal("0.00015"), Decimal("0.0006"), "USD"),
    }
    assert await costs.prices.seed(actor=CLI) == []
    assert len(await costs.prices.versions()) == 4


async def test_seeding_leaves_a_model_alone_that_somebody_priced(costs: Costs) -> None:
    await costs.prices.set_price(a_price(input_="99"), actor=CLI)
    assert "gpt-4o" not in {price.model for price in await costs.prices.seed(actor=CLI)}
    assert {price.input for price in await costs.prices.in_force() if price.model == "gpt-4o"} == {Decimal(99)}


async def test_a_new_version_takes_over_at_its_beginning(costs: Costs) -> None:
    soon = clock.now() + timedelta(days=10)
    await costs.prices.set_price(a_price(), actor=CLI)
    await costs.prices.set_price(a_price(input_="5", valid_from=soon), actor=CLI)
    assert [price.input for price in await costs.prices.in_force()] == [Decimal("2.5")]
    assert [price.input for price in await costs.prices.in_force(soon)] == [Decimal(5)]
    with pytest.raises(PriceExists, match="Correct that one"):
        await costs.prices.set_price(a_price(input_="6", valid_from=soon), actor=CLI)


async def test_a_wrong_price_is_corrected_by_a_row_that_refers_to_it(costs: Costs) -> None:
    wrong = await costs.prices.set_price(a_price(input_="25"), actor=CLI)
    logged = await costs.log.log(costs.a_call())
    right = await costs.prices.correct(wrong, a_price(), actor=CLI, reason="a zero too many")
    assert [(one.price.id, one.corrects, one.corrected) for one in await costs.prices.versions()] == [
        (wrong, None, True),
        (right, wrong, False),
    ]
    anew = await costs.log.log(costs.a_call())
    assert (logged.cost, anew.cost) == (Decimal("0.03"), Decimal("0.0075")), "what is logged keeps its price"
    with pytest.raises(Conflict, match="no price"):
        await costs.prices.correct(wrong, a_price(), actor=CLI, reason="again")
    with pytest.raises(InvalidInput, match="is of gpt-4o"):
        await costs.prices.correct(right, a_price("other"), actor=CLI, reason="mistaken")


async def test_every_write_is_in_the_audit_log_with_before_and_after(costs: Costs) -> None:
    wrong = await costs.prices.set_price(a_price(input_="25"), actor=CLI, reason="new model")
    await costs.prices.correct(wrong, a_price(), actor=CLI, reason="a zero too many")
    lines = await costs.rows("SELECT action, before, after, reason FROM audit_log ORDER BY id")
    assert [line["action"] for line in lines] == ["model_price.set", "model_price.corrected"]
    assert (lines[1]["before"]["input"], lines[1]["after"]["input"]) == ("25.000000000000", "2.5")
    assert lines[1]["reason"] == "a zero too many"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"currency": "XYZ"}, "currency"),
        ({"input_": "-1"}, "input"),
        ({"input_": "NaN"}, "input"),
        ({"output": Decimal("1e-13")}, "decimal places"),
        ({"valid_from": LONG_AGO.replace(year=1999)}, "2020"),
        ({"valid_from": LONG_AGO.replace(tzinfo=None)}, "offset"),
        ({"model": " "}, "model"),
    ],
)
async def test_what_is_no_price_is_refused_and_says_why(said: dict[str, object], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        a_price(**said).checked()  # pyright: ignore[reportArgumentType]
