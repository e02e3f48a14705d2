"""What the self-audit says of revenue. Pure."""

import pytest

from billing_app.reports.tying import Tie
from billing_app.self_audit.report import State
from billing_app.self_audit.revenue import revenue_check

pytestmark = pytest.mark.row("A12")
USD = Tie("USD", 123_456, 123_456, 70, 70)


def test_zero_currencies_that_do_not_tie_are_normal() -> None:
    told = revenue_check([USD, Tie("JPY", 900, 900, 3, 3)])
    assert (told.state, told.figure) == (State.OK, "0")
    assert "$1,234.56 and 70 paid credits; ¥900 and 3 paid credits" in told.words
    assert revenue_check([]).figure == "0"


def test_a_cent_or_a_credit_too_many_is_bad_and_says_what_to_do() -> None:
    told = revenue_check([USD, Tie("EUR", 101, 100, 5, 5), Tie("JPY", 900, 900, 3, 4)])
    assert (told.state, told.figure) == (State.BAD, "2")
    assert "EUR: by the sums €1.01 and 5 paid credits, by the ledger €1.00 and 5 paid credits" in told.words
    assert "reports rebuild" in told.words
    assert "USD" not in told.words
