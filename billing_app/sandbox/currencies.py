"""Currencies the sandbox takes: exponents, smallest charges, and how an amount is written.

Sources: https://docs.stripe.com/currencies (zero-decimal, three-decimal, minimum amounts).
"""

from billing_app.sandbox.errors import invalid

MAX_AMOUNT_MINOR = 99_999_999

_ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE_DECIMAL = "bhd jod kwd omr tnd"
_TWO_DECIMAL = """
    usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf
    cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk
    jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok
    npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try
    ttd twd tzs uah ugx uyu uzs wst xcd yer zar zmw"""
_SUPPORTED = frozenset(f"{_ZERO_DECIMAL} {_THREE_DECIMAL} {_TWO_DECIMAL}".split())
_MINIMUM_MINOR = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹", "krw": "₩", "ils": "₪", "brl": "R$"}


def checked(currency: str, param: str = "currency") -> str:
    """The currency in lower case.

    Raises:
        ApiError: Stripe does not support it.
    """
    lowered = currency.lower()
    if lowered not in _SUPPORTED:
        raise invalid(
            f"Invalid currency: {currency[:20]}. Stripe currently supports three-letter ISO codes such as usd.",
            param=param,
        )
    return lowered


def exponent(currency: str) -> int:
    """Decimal places between the minor and the major unit: 2 for usd, 0 for jpy, 3 for kwd."""
    if currency in _ZERO_DECIMAL.split():
        return 0
    return 3 if currency in _THREE_DECIMAL.split() else 2


def minimum_minor(currency: str) -> int:
    """The smallest charge in minor units; 50 where Stripe publishes none of its own."""
    return _MINIMUM_MINOR.get(currency, 50)


def check_charge(amount_minor: int, currency: str, param: str = "amount") -> None:
    """Refuse an amount below or above what Stripe charges in one payment.

    Raises:
        ApiError: `amount_too_small` or `amount_too_large`.
    """
    least = minimum_minor(currency)
    if amount_minor < least:
        message = f"Amount must be at least {written(least, currency)}."
        raise invalid(message, param=param, code="amount_too_small")
    if amount_minor > MAX_AMOUNT_MINOR:
        message = f"Amount must be no more than {written(MAX_AMOUNT_MINOR, currency)}."
        raise invalid(message, param=param, code="amount_too_large")


def written(amount_minor: int, currency: str) -> str:
    """An amount for people: `$8.00`, `¥800`, `8.000 KWD`."""
    places = exponent(currency)
    sign = "-" if amount_minor < 0 else ""
    major, minor = divmod(abs(amount_minor), 10**places)
    number = f"{major:,}" + (f".{minor:0{places}d}" if places else "")
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency.upper()}"
