"""Margins as lines. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing_app.reports.expected import Beside
from billing_app.reports.views import Margin
from billing_app.ui.admin.words import NOT_KNOWN, cost, margin_tone, money, share
from billing_app.ui.format import day, number

BY: tuple[tuple[str, str, str], ...] = (
    ("item", "Everything sold", "Item"),
    ("plan", "Plans", "Plan"),
    ("pack", "Packs", "Pack"),
    ("unlock", "Unlocks", "Unlock"),
    ("feature", "Features", "Feature"),
    ("model", "Models", "Model"),
    ("customer", "Customers", "Customer"),
    ("day", "Days", "Day"),
)
"""What margins are asked by: as the address says it, all of them, and one."""
_KEPT_TOGETHER = "\N{NO-BREAK SPACE}"
_KINDS = {"plan": "plan", "pack": "pack", "unlock": "unlock", "other": "no item of the price list"}


@dataclass
class MarginRow:
    """One line: what was earned, what it cost, and what is left, before and after fees."""

    key: str
    name: str
    kind: str
    href: str
    revenue: str
    cost: str
    fees: str
    gross: str
    percent: str
    tone: str
    after: str
    calls: str
    note: str
    loses: bool
    at_list: str


NO_ROW = MarginRow("", "", "", "", "", "", "", "", "", "", "", "", "", loses=False, at_list="")


def margin_row(
    margin: Margin, currency: str, *, by: str, query: str = "", at_list: Mapping[tuple[str, str], str] | None = None
) -> MarginRow:
    """The line of one margin; `query` is what a link to a customer carries on."""
    return MarginRow(
        key=margin.key,
        name=_name(margin, by),
        kind=_KINDS.get(margin.kind, "") if by == "item" else "",
        href=f"/admin/margins/customer?id={margin.key}&{query}" if by == "customer" and margin.key.isdigit() else "",
        revenue=money(margin.revenue_minor, currency),
        cost=cost(margin.cost, currency),
        fees=NOT_KNOWN if margin.fees_minor is None else money(margin.fees_minor, currency),
        gross=cost(margin.gross, currency),
        percent=share(margin.gross_percent),
        tone=margin_tone(margin.gross_percent) if margin.gross >= 0 else "bad",
        after=share(margin.contribution_percent),
        calls=number(margin.calls),
        note=_note(margin),
        loses=margin.gross < 0,
        at_list=(at_list or {}).get((margin.kind, margin.key), ""),
    )


def total_row(margin: Margin, currency: str) -> MarginRow:
    """The line of all of them."""
    row = margin_row(margin, currency, by="")
    row.name = "Total"
    return row


def _name(margin: Margin, by: str) -> str:
    if by == "day":
        return day(date.fromisoformat(margin.key))
    return margin.name or margin.key or "not told apart"


def _note(margin: Margin) -> str:
    """What makes the figure less than certain."""
    parts = [
        margin.reason if margin.gross_percent is None else "",
        f"{number(margin.unknown)} of {number(margin.calls)} calls have no known cost" if margin.unknown else "",
        "part of its cost is in another currency" if margin.foreign and margin.gross_percent is not None else "",
        "fees partly modelled" if margin.fees_modelled else "",
    ]
    return "; ".join(part for part in parts if part)


def at_list_price(beside: Sequence[Beside]) -> dict[tuple[str, str], str]:
    """The expected margin before fees by (kind, code): `42.5 %`; of a plan, for each of its periods."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in beside:
        expected = one.expected
        text = share(expected.before_fees)
        if expected.period and expected.before_fees is not None:
            text += f" by {expected.period}"
        # A line breaks between periods, never within one.
        found.setdefault((expected.kind, expected.code), []).append(text.replace(" ", _KEPT_TOGETHER))
    return {key: ", ".join(dict.fromkeys(texts)) for key, texts in found.items()}


@dataclass
class ListRow:
    """One offer at list price: how its price splits into cost, fee and what is left; and what it really left.

    Widths are percents of the price for the bar; all three are 0 where the cost is not known.
    """

    key: str
    name: str
    price: str
    cost: str
    fee: str
    before: str
    after: str
    actual: str
    tone: str
    cost_width: str
    fee_width: str
    left_width: str
    made_of: list[str]
    reason: str


def list_row(beside: Beside) -> ListRow:
    """The line of one offer."""
    expected, actual = beside.expected, beside.actual
    widths = _widths(expected.before_fees, expected.after_fees)
    period = f" by {expected.period}" if expected.period else ""
    actual_percent = actual.gross_percent if actual else None
    return ListRow(
        key=f"{expected.kind}-{expected.code}-{expected.period or ''}",
        name=f"{expected.name}{period}",
        price=expected.price.shown(compact=True),
        cost=NOT_KNOWN if expected.cost is None else cost(expected.cost, expected.price.currency),
        fee=NOT_KNOWN if expected.fee is None else expected.fee.shown(),
        before=share(expected.before_fees),
        after=share(expected.after_fees),
        actual="none sold yet" if actual is None else share(actual_percent),
        tone=margin_tone(actual_percent),
        cost_width=widths[0],
        fee_width=widths[1],
        left_width=widths[2],
        made_of=list(expected.made_of),
        reason=expected.reason,
    )


def _widths(before: Decimal | None, after: Decimal | None) -> tuple[str, str, str]:
    """Percents of the bar for cost, fee and rest; a cost above the price fills it."""
    if before is None:
        return "0%", "0%", "0%"
    hundred = Decimal(100)
    spent = min(max(hundred - before, Decimal(0)), hundred)
    kept = before if after is None else after
    fee = min(max(before - kept, Decimal(0)), hundred - spent)
    return f"{spent}%", f"{fee}%", f"{hundred - spent - fee}%"
