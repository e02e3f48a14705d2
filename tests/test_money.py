"""Money: read, written, shown and divided exactly, in every currency Stripe charges in."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_app.money import (
    CURRENCIES,
    InvalidMoney,
    Money,
    divided,
    exponent,
    least_charge_minor,
    places_shown,
    shared_out,
    shown_unit_price,
    step_minor,
    to_minor,
)
from billing_app.sandbox import currencies as sandbox

currency_codes = st.sampled_from(sorted(CURRENCIES))


@st.composite
def amounts(draw: st.DrawFn) -> Money:
    currency = draw(currency_codes)
    return Money(draw(st.integers(-(10**9), 10**9)) * step_minor(currency), currency)


@given(amounts())
def test_what_is_written_is_read_back_as_the_same_money(money: Money) -> None:
    assert Money.parse(money.written()) == money


@given(amounts())
def test_people_see_every_digit_that_counts(money: Money) -> None:
    for shown in (money.shown(), money.shown(compact=True)):
        digits = "".join(character for character in shown if character in "0123456789.-")
        assert Decimal(digits) == money.major


@given(currency_codes)
def test_the_minor_unit_and_the_steps_fit_what_people_see(currency: str) -> None:
    assert 10 ** (exponent(currency) - places_shown(currency)) in (1, 100)
    assert least_charge_minor(currency) % step_minor(currency) == 0


@pytest.mark.parametrize(
    ("written", "minor", "shown", "compact"),
    [
        ("29.00 USD", 2900, "$29.00", "$29"),
        ("29 USD", 2900, "$29.00", "$29"),
        ("29.50 USD", 2950, "$29.50", "$29.50"),
        ("1250.00 EUR", 125000, "€1,250.00", "€1,250"),
        ("500 JPY", 500, "¥500", "¥500"),
        ("1.500 KWD", 1500, "KD 1.500", "KD 1.500"),
        ("2.000 KWD", 2000, "KD 2.000", "KD 2"),
        ("5 ISK", 500, "ISK 5", "ISK 5"),
        ("5.00 UGX", 500, "UGX 5", "UGX 5"),
        ("-4.00 USD", -400, "-$4.00", "-$4"),
    ],
)
def test_money_is_counted_as_stripe_counts_it(written: str, minor: int, shown: str, compact: str) -> None:
    money = Money.parse(written)
    assert (money.minor, money.shown(), money.shown(compact=True)) == (minor, shown, compact)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("29.001 USD", "too many decimals: USD has 2"),
        ("5.5 JPY", "too many decimals: JPY has 0"),
        ("5.50 ISK", "in steps of 1 ISK"),
        ("1.505 KWD", "in steps of 0.010 KWD"),
        ("29.00 USX", '"USX" is not a currency'),
        ("29.00 usd", 'write it as "29.00 USD"'),
        ("$29", 'write it as "29.00 USD"'),
        ("29,00 EUR", 'write it as "29.00 USD"'),
        ("1e3 USD", 'write it as "29.00 USD"'),
        ("NaN USD", 'write it as "29.00 USD"'),
        ("٢٩.00 USD", 'write it as "29.00 USD"'),
        ("", 'write it as "29.00 USD"'),
        ("9" * 16 + " USD", 'write it as "29.00 USD"'),
    ],
)
def test_what_is_not_money_is_refused_with_how_to_write_it(written: str, reason: str) -> None:
    with pytest.raises(InvalidMoney) as refused:
        Money.parse(written)
    assert reason in refused.value.detail


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0.4", "USD", "$0.40"),
        ("0.32", "USD", "$0.32"),
        ("0.0016", "USD", "$0.0016"),
        ("0.00125", "USD", "$0.00125"),
        ("0.0833333333", "USD", "$0.0833"),
        ("0.09996", "USD", "$0.10"),
        ("0", "USD", "$0.00"),
        ("1234.5", "USD", "$1,234.50"),
        ("3.3333333", "JPY", "¥3.33"),
        ("0.0025", "KWD", "KD 0.0025"),
    ],
)
def test_a_unit_price_below_a_cent_keeps_its_digits(amount: str, currency: str, shown: str) -> None:
    assert shown_unit_price(Decimal(amount), currency) == shown


@given(st.integers(-(10**15), 10**15), st.integers(1, 400))
def test_shares_add_up_to_the_whole_and_differ_by_at_most_one(minor: int, parts: int) -> None:
    shares = shared_out(minor, parts)
    assert sum(shares) == minor
    assert len(shares) == parts
    assert max(shares) - min(shares) <= 1


@given(amounts(), st.integers(1, 10**6))
def test_a_price_divided_and_multiplied_again_is_the_price(money: Money, units: int) -> None:
    assert to_minor(divided(money, units) * units, money.currency) == money.minor


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_is_divided_by_nothing(units: int) -> None:
    with pytest.raises(InvalidMoney, match="shared over"):
        divided(Money(100, "USD"), units)
    with pytest.raises(InvalidMoney, match="split into"):
        shared_out(100, units)


def test_the_sandbox_counts_every_currency_as_we_do() -> None:
    for currency in sorted(CURRENCIES):
        assert sandbox.exponent(sandbox.checked(currency)) == exponent(currency), currency
