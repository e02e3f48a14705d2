"""`python -m billing_app costs ...`: prices, calls of unknown cost, corrections and sums by hand."""

import pytest

from billing_app.cli.costs import _begin, _price, _tokens  # pyright: ignore[reportPrivateUsage]
from billing_app.errors import InvalidInput
from billing_app.usage import Tokens
from tests.front_door.product import command
from tests.usage.books import LONG_AGO, Costs

SECRET = "a secret of more than thirty-two characters"


@pytest.mark.row("C5")
@pytest.mark.row("C6")
async def test_an_operator_seeds_sets_settles_corrects_and_adds_up(costs: Costs, database_url: str) -> None:
    await costs.log.log(costs.a_call("gpt-9", at=LONG_AGO))

    def run(*arguments: str) -> str:
        done = command("costs", *arguments, DATABASE_URL=database_url, SECRET_KEY=SECRET)
        assert "Traceback" not in done.stderr
        return done.stdout or done.stderr

    assert run("prices", "--seed").count("Made:") == 4
    listed = run("prices")
    assert "gpt-4o-mini              USD input 0.15, output 0.6 per 1,000,000" in listed
    assert "No price: gpt-9, 1 calls of unknown cost" in listed
    of_nine = ("gpt-9", "--input", "0.001", "--output", "0.002", "--per", "1k", "--from", "2025-01-01")
    assert "written" in run("set-price", *of_nine)
    assert "Correct that one" in run("set-price", *of_nine)
    assert "1 calls of gpt-9 have a cost now" in run("settle", "gpt-9")
    wrong = ("billing.settled", "1", "--id", "fix", "--tokens", "input=500", "--reason", "half")
    assert "its cost is 0.0005 USD" in run("correct", *wrong)
    assert "5 rows added up" in run("rollup", "--rebuild")


def test_what_cannot_be_read_is_refused_in_words() -> None:
    for read, given in ((_begin, "soon"), (_tokens, "many"), (_tokens, "inputs=1")):
        with pytest.raises(InvalidInput, match="takes"):
            read(given)
    with pytest.raises(InvalidInput, match="--input takes a number"):
        _price("cheap", "--input")
    assert _tokens("input=1,output=2") == Tokens(1, 2)
