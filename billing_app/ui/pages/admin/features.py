"""`/admin/features`: how much each feature is used, what that costs, and what it earns (C6, C8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.catalog.schema import Feature
from billing_app.entitlements.quotas.views import counted
from billing_app.errors import DomainError
from billing_app.reports.costs import Spent
from billing_app.reports.feature_use import without_money
from billing_app.reports.views import Margin
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import (
    Column,
    card,
    csv_link,
    data_table,
    message,
    percent_badge,
    period_bar,
    stack,
)
from billing_app.ui.admin.period import PeriodState, chosen
from billing_app.ui.admin.words import NOT_KNOWN, computed, cost, margin_tone, money, share, unit_cost
from billing_app.ui.format import number
from billing_app.ui.session import staff_of

_NOTHING = "\N{EN DASH}"


@dataclass
class FeatureRow:
    """One feature: its calls and tokens, what they cost, what was earned by it."""

    code: str
    name: str
    credits: str
    uses: str
    calls: str
    tokens: str
    each: str
    cost: str
    revenue: str
    percent: str
    tone: str
    note: str


def feature_row(margin: Margin, used: Spent | None, credits: int, currency: str, uses: str = "") -> FeatureRow:
    """The line of one feature."""
    tokens = used.input_tokens + used.cached_input_tokens + used.cache_write_tokens if used else 0
    answered = used.output_tokens + used.reasoning_tokens if used else 0
    known = margin.calls - margin.unknown
    unknown = f"{number(margin.unknown)} calls have no known cost" if margin.unknown else ""
    why = margin.reason if margin.gross_percent is None and (margin.calls or margin.revenue_minor) else ""
    return FeatureRow(
        code=margin.key,
        name=margin.name or margin.key or "no feature named",
        credits=number(credits) if credits else _NOTHING,
        uses=uses or _NOTHING,
        calls=number(margin.calls) if margin.calls else _NOTHING,
        tokens=f"{_short(tokens)} in, {_short(answered)} out" if tokens or answered else _NOTHING,
        each=unit_cost(margin.cost / known, currency) if known > 0 else NOT_KNOWN,
        cost=cost(margin.cost, currency),
        revenue=money(margin.revenue_minor, currency),
        percent=share(margin.gross_percent),
        tone=margin_tone(margin.gross_percent) if margin.gross >= 0 else "bad",
        note="; ".join(part for part in (unknown, why) if part),
    )


def _counted(feature: Feature | None, counts: Mapping[str, int], code: str) -> str:
    """Uses that allowances counted, in the feature's own words: `12 sessions`."""
    if not (used := counts.get(code, 0)):
        return ""
    return counted(used, feature.counts_per_unit if feature else 1, feature.unit if feature else None)


def _short(count: int) -> str:
    """`1.2 m`, `340 k`, `950`."""
    for size, letter in ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k")):
        if count >= size:
            tenths = (count * 10 + size // 2) // size
            return f"{tenths // 10}.{tenths % 10} {letter}" if tenths < 100 else f"{tenths // 10:,} {letter}"
    return number(count)


NO_FEATURE = FeatureRow("", "", "", "", "", "", "", "", "", "", "", "")


class FeaturesState(rx.State):
    """Features of the chosen days."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    rows: rx.Field[list[FeatureRow]] = rx.field(default_factory=list)
    total: rx.Field[FeatureRow] = rx.field(default_factory=lambda: NO_FEATURE)
    as_of: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read them."""
        self.error = ""
        try:
            me = await staff_of(self)
            shown = await chosen(self, me)
            period, services = shown.period, current()
            found = await services.reports.margins(me, "feature", period, shown.currency, limit=1_000)
            credits = await services.feature_use.credits(me, period)
            counts = await services.feature_use.counted(me, period)
            spent = await services.cost_reports.by(me, "feature", period, shown.currency)
            catalog = await services.catalog.current()
        except DomainError as error:
            self.error = error.detail
            return
        used: Mapping[str, Spent] = {one.key: one for one in spent}
        known = {one.code: one for one in catalog.features}
        idle = [
            without_money(code, known[code].name if code in known else code, shown.currency)
            for code in sorted({*counts, *credits} - {one.key for one in found.rows})
        ]
        self.rows = [
            feature_row(
                one,
                used.get(one.key),
                credits.get(one.key, 0),
                shown.currency,
                _counted(known.get(one.key), counts, one.key),
            )
            for one in (*found.rows, *idle)
        ]
        self.total = feature_row(found.total, None, sum(credits.values()), shown.currency)
        self.total.name, self.total.tokens, self.total.uses = "Total", "", ""
        self.as_of = computed(found.computed_at)
        self.loaded = True


def features() -> rx.Component:
    """The page."""
    return admin_page(
        "Features",
        rx.el.div(message(FeaturesState.error), class_name="mt-4 empty:hidden"),
        rx.cond(FeaturesState.loaded, stack(_table()), None),
        current="/admin/features",
        lead="What each feature is called for, what its calls cost, and what the credits it took had been paid with.",
        actions=(period_bar(),),
    )


def _table() -> rx.Component:
    return card(
        data_table(
            [
                Column("Feature", _name),
                Column("Credits used", lambda row: row.credits, "roomy number", "Paid and given ones alike"),
                Column(
                    "Allowance used", lambda row: row.uses, "roomy number", "Uses that plans count and no credits pay"
                ),
                Column("Calls", lambda row: row.calls, "roomy number", "Rows of the cost log: calls and vendor units"),
                Column("Tokens", lambda row: rx.el.span(row.tokens, class_name="text-ink-2"), "roomy number"),
                Column("Cost per call", lambda row: rx.el.span(row.each, class_name="text-ink-2"), "roomy number"),
                Column("Cost", lambda row: row.cost, "number"),
                Column("Recognised", lambda row: row.revenue, "roomy number"),
                Column("Margin", lambda row: percent_badge(row.percent, row.tone), "number"),
            ],
            FeaturesState.rows,
            "Features, the worst margin first",
            total=FeaturesState.total,
            none="No feature was used in these days.",
        ),
        rx.el.p(
            "Last computed ",
            FeaturesState.as_of,
            class_name="border-t border-line px-[18px] py-2.5 text-tiny text-ink-3 tabular-nums",
        ),
        title="Use, cost and margin",
        aside=csv_link("/api/v1/admin/exports/features.csv?" + PeriodState.export, "the features"),
        flush=True,
    )


def _name(row: Any) -> rx.Component:
    return rx.fragment(
        rx.el.span(row.name, class_name="block font-[560] [overflow-wrap:anywhere]"),
        rx.cond(
            row.note != "", rx.el.span(row.note, class_name="block max-w-[44ch] text-tiny font-normal text-warn"), None
        ),
    )
