"""The activity: every entry of the ledger, newest first, by feature and day, each with its reasons (DB5, DB16)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from billing_app import clock
from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.brand import brand, built_catalog
from billing_app.ui.components.buttons import button, link_button
from billing_app.ui.components.surfaces import CELL, LEADING, NUMBER, ROOMY, card, empty, table
from billing_app.ui.pages.dashboard.view import ActivityRow, activity_row
from billing_app.ui.pages.dashboard.why_state import WhyState
from billing_app.ui.session import customer_of

SHOWN, MOST = 10, 500
_EXPORT = "/api/v1/exports/activity.csv"
_FIELD = "h-[1.875rem] rounded-control border border-control-line bg-surface px-2 text-small text-ink"


@dataclass
class Choice:
    """A feature to filter by."""

    code: str
    name: str


class ActivityState(rx.State):
    """The lines shown, by a filter that is the customer's own choice; the filter names no customer."""

    rows: rx.Field[list[ActivityRow]] = rx.field(default_factory=list)
    features: rx.Field[list[Choice]] = rx.field(default_factory=list)
    feature: rx.Field[str] = rx.field("")
    day: rx.Field[str] = rx.field("")
    more_before: rx.Field[int] = rx.field(0)
    export: rx.Field[str] = rx.field(_EXPORT)
    error: rx.Field[str] = rx.field("")

    async def _refresh(self, customer_id: int) -> None:
        """The first page afresh, unless more than that is open. The caller has authorised itself."""
        catalog = await current().catalog.current()
        self.features = [Choice(feature.code, feature.name) for feature in catalog.features]
        if len(self.rows) <= SHOWN:
            await self._show(customer_id, before=None)

    async def _show(self, customer_id: int, *, before: int | None) -> None:
        found = await current().credits.entries(
            customer_id,
            limit=SHOWN,
            before=before,
            feature=self.feature or None,
            on_day=date.fromisoformat(self.day) if self.day else None,
        )
        now = clock.now()
        rows = [activity_row(entry, now) for entry in found.entries]
        self.rows = rows if before is None else [*self.rows, *rows]
        self.more_before = (found.next_before or 0) if len(self.rows) < MOST else 0
        chosen = {key: value for key, value in (("feature", self.feature), ("day", self.day)) if value}
        self.export = f"{_EXPORT}?{urlencode(chosen)}" if chosen else _EXPORT

    async def _again(self) -> None:
        self.error = ""
        try:
            await self._show(await customer_of(self), before=None)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def choose_feature(self, feature: str) -> None:
        """Only this feature's lines; empty: all."""
        self.feature = feature if any(feature == each.code for each in self.features) else ""
        await self._again()

    @rx.event
    async def choose_day(self, day: str) -> None:
        """Only this day's lines; empty: all."""
        try:
            self.day = date.fromisoformat(day).isoformat() if day else ""
        except ValueError:
            return
        await self._again()

    @rx.event
    async def show_all(self) -> None:
        """No filter."""
        self.feature = self.day = ""
        await self._again()

    @rx.event
    async def show_more(self) -> None:
        """The next page of activity."""
        try:
            await self._show(await customer_of(self), before=self.more_before or None)
        except DomainError as error:
            self.error = error.detail


def activity() -> rx.Component:
    """The card."""
    filtered = (ActivityState.feature != "") | (ActivityState.day != "")
    return card(
        _filter(filtered),
        rx.cond(
            ActivityState.rows.length() > 0,
            _listed(),
            rx.cond(
                filtered,
                empty("Nothing matches this filter.", button("Show all", size="s", on_click=ActivityState.show_all)),
                empty(
                    "Nothing has happened yet. Buy a pack or open the playground.",
                    link_button("See prices", href="/pricing", size="s"),
                    link_button("Playground", href="/playground", size="s"),
                ),
            ),
        ),
        title="Activity",
        aside=link_button(
            "CSV",
            rx.el.span(" of the activity, with this filter", class_name="sr-only"),
            href=ActivityState.export,
            reload_document=True,
            download="activity.csv",
            kind="quiet",
            size="s",
        ),
        flush=True,
    )


def _filter(filtered: Any) -> rx.Component:
    return rx.el.div(
        rx.el.select(
            rx.el.option("All features", value=""),
            rx.foreach(ActivityState.features, lambda one: rx.el.option(one.name, value=one.code)),
            value=ActivityState.feature,
            on_change=ActivityState.choose_feature,
            custom_attrs={"aria-label": "Feature"},
            class_name=_FIELD + " min-w-0 max-w-[180px]",
        )
        if len(built_catalog().features) > 1
        else None,
        rx.el.input(
            type="date",
            value=ActivityState.day,
            on_change=ActivityState.choose_day,
            custom_attrs={"aria-label": "Day (UTC)"},
            class_name=_FIELD,
        ),
        rx.cond(filtered, button("Show all", kind="quiet", size="s", on_click=ActivityState.show_all), None),
        rx.cond(
            ActivityState.error != "", rx.el.span(ActivityState.error, class_name="text-small text-bad", role="alert")
        ),
        class_name="flex flex-wrap items-center gap-2 border-b border-line px-[18px] py-2",
    )


def _listed() -> rx.Component:
    return rx.fragment(
        table(
            "Activity, newest first",
            [("When", "roomy"), ("What", ""), (brand().credit.many.capitalize(), "number"), ("Balance", "number")],
            rx.el.tbody(rx.foreach(ActivityState.rows, _row)),
        ),
        rx.cond(
            ActivityState.more_before > 0,
            rx.el.div(
                button("Show more", kind="quiet", size="s", on_click=ActivityState.show_more),
                class_name="border-t border-line p-2 text-center",
            ),
            None,
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.time(row.when, title=row.exactly),
            class_name=CELL + ROOMY + "text-ink-2 tabular-nums whitespace-nowrap",
        ),
        rx.el.td(
            rx.el.span(row.what, class_name="block"),
            rx.el.time(row.when, class_name="mr-3 text-tiny text-ink-3 tabular-nums sm:hidden"),
            rx.cond(
                row.explained,
                rx.el.button(
                    "Why ",
                    row.amount,
                    "?",
                    type="button",
                    on_click=WhyState.explain(row.id),
                    class_name="min-h-6 text-tiny text-accent-text hover:underline",
                ),
                None,
            ),
            class_name=CELL + LEADING + "w-full",
        ),
        rx.el.td(row.amount, class_name=rx.cond(row.positive, CELL + NUMBER + "text-good", CELL + NUMBER)),
        rx.el.td(row.balance, class_name=CELL + NUMBER + "text-ink-2"),
        class_name="group",
        custom_attrs={"data-entry": row.id},
    )
