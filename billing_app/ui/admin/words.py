"""Amounts, shares and figures as staff pages write them: real minus signs, and n/a with its reason, never a 0. Pure."""

from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from billing_app.money import Money, exponent, shown_unit_price
from billing_app.reports.figures import Figure, percent, rounded
from billing_app.ui.admin.parts import Tile
from billing_app.ui.format import MINUS, moment, number

NOT_KNOWN = "n/a"
# Figures of which less is better: a rise is shown in the colour of bad news.
_LESS_IS_BETTER = frozenset({"cost", "llm_cost", "cost_of_goods", "churn", "logo_churn", "fees", "unknown_calls"})

_NEITHER = frozenset({"liability"})
# From here on a percentage says less than what there was before.
_BEYOND_PERCENT = 1_000


def money(minor: int, currency: str) -> str:
    """`$1,234.50`; below nought with a real minus sign."""
    return Money(minor, currency).shown().replace("-", MINUS, 1)


def cost(amount: Decimal, currency: str) -> str:
    """A cost as money: to the minor unit; of less than one of those, enough digits to mean something."""
    if not amount:
        return Money(0, currency).shown()
    if abs(amount) < Decimal(1).scaleb(-exponent(currency)):
        return unit_cost(amount, currency)
    return money(int(rounded(amount, currency).scaleb(exponent(currency))), currency)


def unit_cost(amount: Decimal, currency: str) -> str:
    """What one call costs, with enough digits to mean something."""
    return shown_unit_price(amount, currency).replace("-", MINUS, 1)


def share(value: Decimal | None) -> str:
    """`42.5 %`, or n/a."""
    return NOT_KNOWN if value is None else f"{value:,.1f} %".replace("-", MINUS, 1)


def margin_tone(value: Decimal | None) -> str:
    """Bad below nought, to be watched below a quarter, good above; nothing where there is no figure."""
    if value is None:
        return ""
    if value < 0:
        return "bad"
    return "warn" if value < 25 else "good"


def figure_text(figure: Figure) -> str:
    """A figure's value as it is read."""
    return _text(figure.value, figure)


def tile_of(figure: Figure, *, name: str = "", csv: str = "", rows: str = "") -> Tile:
    """A figure with all that stands beside it (AD4). `name`: a shorter one than its own."""
    change, tone = _change(figure)
    return Tile(
        code=figure.key,
        name=name or figure.label,
        value=_text(figure.value, figure),
        reason=figure.reason if figure.value is None else "",
        note=figure.note,
        change=change,
        tone=tone,
        definition=figure.definition,
        sample=f"Made of {number(figure.sample)} {'row' if figure.sample == 1 else 'rows'}.",
        computed=computed(figure.computed_at),
        csv=csv,
        rows=rows,
    )


def computed(at: datetime | None) -> str:
    """When a figure was last brought up to date."""
    return moment(at) if at else "never: nothing was there to compute"


def _text(value: int | Decimal | None, figure: Figure) -> str:
    if value is None:
        return NOT_KNOWN
    match figure.unit:
        case "minor":
            return money(int(value), figure.currency or "USD")
        case "cost":
            return cost(Decimal(value), figure.currency or "USD")
        case "percent":
            return share(Decimal(value))
        case _:
            return number(int(value))


def _change(figure: Figure) -> tuple[str, str]:
    """Against the period before: in percent; shares in points; from nothing, in words."""
    now, before = figure.value, figure.before
    if now is None or before is None:
        return "", ""
    difference = Decimal(now) - Decimal(before)
    if not difference:
        return "as before", ""
    better = (difference < 0) == (figure.key in _LESS_IS_BETTER)
    tone = "" if figure.key in _NEITHER else "good" if better else "bad"
    if figure.unit == "percent":
        return f"{_signed_tenths(difference)} points", tone
    if not before:
        return "from nothing", tone
    moved = percent(difference, abs(Decimal(before)))
    if moved is None or abs(moved) >= _BEYOND_PERCENT:
        return f"from {_text(before, figure)}", tone
    return f"{_signed_tenths(moved)} %", tone


def _signed_tenths(value: Decimal) -> str:
    return f"{'+' if value > 0 else MINUS}{abs(value):.1f}"


def query(**asked: str) -> str:
    """What follows the question mark; empty values are left out."""
    return urlencode({name: value for name, value in asked.items() if value})
