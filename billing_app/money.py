"""Money: whole minor units and an ISO currency. Stripe's exponents and steps, reading, writing, exact division.

Source of every table here: https://docs.stripe.com/currencies. Stripe differs from ISO 4217 and CLDR: ISK and UGX
have no minor unit, yet Stripe takes them with two decimals that must be 00; amounts with three decimals must end in 0.
Nothing here is ever a `float`.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Self

from billing_app.errors import InvalidInput

MAX_CHARGE_MINOR = 99_999_999
"""Stripe takes at most eight digits in one charge."""


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_ZERO_DECIMAL = _codes("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")
_THREE_DECIMAL = _codes("BHD JOD KWD OMR TND")
_WHOLE_WITH_TWO_DECIMALS = frozenset({"ISK", "UGX"})
_TWO_DECIMAL = _codes(
    """USD AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF
    CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK
    JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY
    TTD TWD TZS UAH UGX UYU UZS WST XCD YER ZAR ZMW"""
)
CURRENCIES = _ZERO_DECIMAL | _THREE_DECIMAL | _TWO_DECIMAL
"""Every currency Stripe charges in."""

_LEAST_CHARGE_MINOR = {
    "AED": 200, "AUD": 50, "BGN": 100, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30,
    "HKD": 400, "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200,
    "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip
_SYMBOLS = {
    "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "BRL": "R$", "AUD": "A$",
    "CAD": "CA$", "NZD": "NZ$", "HKD": "HK$", "MXN": "MX$", "TWD": "NT$", "VND": "₫", "KWD": "KD ", "PHP": "₱",
}  # fmt: skip
_NAMES = {
    "USD": "US dollars", "EUR": "euros", "GBP": "pounds sterling", "JPY": "Japanese yen", "INR": "Indian rupees",
    "KRW": "South Korean won", "BRL": "Brazilian reais", "AUD": "Australian dollars", "CAD": "Canadian dollars",
    "NZD": "New Zealand dollars", "CHF": "Swiss francs", "SEK": "Swedish kronor", "NOK": "Norwegian kroner",
    "DKK": "Danish kroner", "PLN": "Polish złoty", "KWD": "Kuwaiti dinars", "MXN": "Mexican pesos",
}  # fmt: skip
_WRITTEN = re.compile(r"(-?[0-9]{1,15})(?:\.([0-9]{1,12}))? ([A-Z]{3})")


class InvalidMoney(InvalidInput):
    """An amount or a currency that cannot be charged; says how to write it."""

    code = "invalid_money"


def known(currency: str) -> str:
    """The currency, if Stripe charges in it.

    Raises:
        InvalidMoney: it does not.
    """
    if currency not in CURRENCIES:
        raise InvalidMoney(f'"{currency[:12]}" is not a currency Stripe charges in; write its code, such as USD or EUR')
    return currency


def exponent(currency: str) -> int:
    """Decimal places between Stripe's minor unit and the major unit: 2 for USD, 0 for JPY, 3 for KWD, 2 for ISK."""
    known(currency)
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def step_minor(currency: str) -> int:
    """What every charge must be a multiple of, in minor units: 10 for KWD, 100 for ISK and UGX, else 1."""
    known(currency)
    if currency in _WHOLE_WITH_TWO_DECIMALS:
        return 100
    return 10 if currency in _THREE_DECIMAL else 1


def least_charge_minor(currency: str) -> int:
    """The smallest charge Stripe takes, in minor units; one step where Stripe publishes none for the currency."""
    return _LEAST_CHARGE_MINOR.get(known(currency), step_minor(currency))


def places_shown(currency: str) -> int:
    """Decimal places people expect: those of the exponent, but none for ISK and UGX."""
    return 0 if currency in _WHOLE_WITH_TWO_DECIMALS else exponent(currency)


def currency_name(currency: str) -> str:
    """`US dollars`; the code itself where we have no name."""
    return _NAMES.get(known(currency), currency)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency, as Stripe counts them."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        known(self.currency)

    @classmethod
    def parse(cls, written: str) -> Self:
        """Read `"29.00 USD"`, `"500 JPY"`, `"1.500 KWD"`.

        Raises:
            InvalidMoney: not written so, unknown currency, or not a multiple of what Stripe can charge.
        """
        amount, currency = parse_amount(written)
        places = exponent(currency)
        shown = places_shown(currency)
        with localcontext() as context:
            context.prec = 40
            minor = amount.scaleb(places)
            if minor != minor.to_integral_value():
                raise InvalidMoney(f'"{written}" has too many decimals: {currency} has {shown}')
        money = cls(int(minor), currency)
        step = step_minor(currency)
        if money.minor % step:
            raise InvalidMoney(
                f'"{written}" cannot be charged: Stripe takes {currency} in steps of {cls(step, currency).written()}'
            )
        return money

    @property
    def major(self) -> Decimal:
        """The exact amount in major units: `Decimal("29.00")`."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def written(self) -> str:
        """As in a catalogue file: `29.00 USD`. `parse` reads it back."""
        return f"{self.major.quantize(_quantum(self.currency))} {self.currency}"

    def __str__(self) -> str:
        return self.written()

    def shown(self, *, compact: bool = False) -> str:
        """For people: `$29.00`, `¥500`, `KD 1.500`. Compact drops decimals that are all zero: `$29`."""
        places = places_shown(self.currency)
        whole = self.major == self.major.to_integral_value()
        return _with_symbol(self.major, self.currency, 0 if compact and whole else places)


def parse_amount(written: str) -> tuple[Decimal, str]:
    """Read `"0.0025 USD"`: any number of decimals, for costs and unit prices that are never charged by themselves.

    Raises:
        InvalidMoney: not written as number, space, currency.
    """
    match = _WRITTEN.fullmatch(written)
    if not match:
        raise InvalidMoney(f'"{written[:40]}" is not money: write it as "29.00 USD"')
    whole, fraction, currency = match.groups()
    return Decimal(f"{whole}.{fraction or '0'}"), known(currency)


def shown_unit_price(amount: Decimal, currency: str) -> str:
    """A price per unit with enough digits to mean something: `$0.40`, `$0.083`, `$0.0016`, `¥3.33`.

    Below ten of the smallest unit shown, three significant digits; above, as any amount.
    """
    places = places_shown(currency)
    if amount and abs(amount) < Decimal(10).scaleb(-places):
        exact = amount.normalize()
        first_digit = -exact.adjusted()
        rounded = amount.quantize(Decimal(1).scaleb(-max(places, first_digit + 2)), ROUND_HALF_UP).normalize()
        places = max(places, -int(rounded.as_tuple().exponent))
    return _with_symbol(amount, currency, places)


def divided(money: Money, units: int) -> Decimal:
    """The price of one of `units`, in major units, to 28 significant digits.

    Raises:
        InvalidMoney: `units` is not positive.
    """
    if units <= 0:
        raise InvalidMoney(f"A price cannot be shared over {units} units.")
    return money.major / units


def shared_out(minor: int, parts: int) -> list[int]:
    """Split an amount into whole minor units that add up to it; the first parts get the rest, one unit each.

    Raises:
        InvalidMoney: `parts` is not positive.
    """
    if parts <= 0:
        raise InvalidMoney(f"An amount cannot be split into {parts} parts.")
    share, rest = divmod(minor, parts)
    return [share + 1] * rest + [share] * (parts - rest)


def to_minor(amount: Decimal, currency: str) -> int:
    """Whole minor units, half rounded away from zero. For modelled figures only: charges are never rounded."""
    with localcontext() as context:
        context.prec = 40
        return int(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))


def _quantum(currency: str) -> Decimal:
    return Decimal(1).scaleb(-places_shown(currency))


def _with_symbol(amount: Decimal, currency: str, places: int) -> str:
    with localcontext() as context:
        context.prec = 40
        number = f"{abs(amount).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    return f"{'-' if amount < 0 else ''}{symbol}{number}"
