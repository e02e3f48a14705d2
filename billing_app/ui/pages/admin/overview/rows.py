"""The overview's chart and list, ready to be drawn. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing_app.money import to_minor
from billing_app.reports.figures import margin_figure
from billing_app.reports.overview import Attention, RevenueAndCost
from billing_app.reports.period import Interval
from billing_app.ui.admin.scales import money_ticks
from billing_app.ui.admin.words import cost, money, share
from billing_app.ui.format import day, month, number, short_day


@dataclass
class AttentionRow:
    """One thing to look at."""

    key: str
    words: str
    href: str
    tone: str


def attention_row(one: Attention) -> AttentionRow:
    """The line of one."""
    return AttentionRow(one.key, one.words, one.href, one.level)


def at(first: date, interval: Interval) -> str:
    """What stands below a point: `4 Nov`, or the month."""
    return month(first) if interval is Interval.MONTH else short_day(first)


@dataclass
class Drawn:
    """A chart: its rows, where the lines of its scale stand, and what it shows in a sentence."""

    rows: list[dict[str, Any]]
    ticks: list[int]
    labels: dict[str, str]
    summary: str


def drawn(
    series: Sequence[RevenueAndCost],
    before: Sequence[RevenueAndCost],
    interval: Interval,
    currency: str,
    *,
    foreign: bool = False,
) -> Drawn:
    """Revenue against cost. Points of the period before lie below those of this one, first below first.

    `foreign`: something was paid in another currency, so that no share is told of what is left.
    """
    rows: list[dict[str, Any]] = []
    for number_of, one in enumerate(series):
        earlier = before[number_of] if number_of < len(before) else None
        spent = to_minor(one.cost, currency)
        rows.append(
            {
                "at": at(one.first, interval),
                "day": _part(one, interval),
                "revenue": one.revenue_minor,
                "revenue_text": money(one.revenue_minor, currency),
                "cost": spent,
                "cost_text": cost(one.cost, currency),
                "profit_text": cost(one.profit, currency),
                "requests_text": number(one.requests),
                "before": earlier.revenue_minor if earlier else None,
                "before_text": money(earlier.revenue_minor, currency) if earlier else "",
            }
        )
    values = [row[key] for row in rows for key in ("revenue", "cost", "before") if row[key] is not None]
    ticks, labels = money_ticks(min(values, default=0), max(values, default=0), currency)
    return Drawn(rows, ticks, labels, _sentence(series, interval, currency, foreign=foreign))


def _part(one: RevenueAndCost, interval: Interval) -> str:
    return month(one.first) if interval is Interval.MONTH else day(one.first)


def _sentence(series: Sequence[RevenueAndCost], interval: Interval, currency: str, *, foreign: bool) -> str:
    if not any(one.revenue_minor or one.cost for one in series):
        return "Nothing was earned or spent in these days."
    revenue = sum(one.revenue_minor for one in series)
    spent = sum((one.cost for one in series), start=series[0].cost * 0)
    percent, _ = margin_figure(revenue, spent, currency, foreign=foreign)
    said = f"{money(revenue, currency)} recognised, {cost(spent, currency)} cost of goods"
    said += f": {share(percent)} is left." if percent is not None else "."
    lost = sum(one.profit < 0 for one in series)
    if lost:
        word = {Interval.DAY: "day", Interval.WEEK: "week", Interval.MONTH: "month"}[interval]
        said += f" {number(lost)} {word if lost == 1 else f'{word}s'} cost more than was earned then."
    return said
