"""Which days, by what interval, in which currency: chosen once, kept from page to page, and in the address.

The address is what counts: a view can be kept, sent on and gone back to. Handlers only lead to another address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from billing_app import clock
from billing_app.accounts.roles import Principal
from billing_app.bootstrap import current
from billing_app.errors import DomainError, InvalidInput
from billing_app.money import known
from billing_app.reports.period import Interval, Period
from billing_app.ui.admin.choosing import choices, chooser
from billing_app.ui.components.buttons import button, look
from billing_app.ui.components.icons import icon
from billing_app.ui.format import day, short_day
from billing_app.ui.session import staff_of

PRESETS: tuple[tuple[str, str], ...] = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "12 months"))
INTERVALS: tuple[tuple[str, str], ...] = (("day", "By day"), ("week", "By week"), ("month", "By month"))
STANDARD = "30"
LONGEST_DAYS = 1_830
_CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a page shows: these days, cut so, in this currency, and whether beside the period before."""

    period: Period
    interval: Interval
    currency: str
    compare: bool


def chosen_days(choice: str, today: date) -> tuple[date, date]:
    """First and last day of a preset that ends today; twelve months begin on the day after the same one a year ago.

    Raises:
        InvalidInput: there is no such preset.
    """
    if choice not in dict(PRESETS):
        raise InvalidInput("Choose 7, 30 or 90 days, 12 months, or two days of your own.", field="period")
    if choice == "365":
        year_ago = today.replace(year=today.year - 1, day=min(today.day, 28) if today.month == 2 else today.day)
        return year_ago + timedelta(days=1), today
    return today - timedelta(days=int(choice) - 1), today


def own_days(first: str, last: str, today: date) -> tuple[date, date]:
    """Two days of one's own, as `2026-12-31`.

    Raises:
        InvalidInput: they are no days, the wrong way round, in the future, or more than five years.
    """
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise InvalidInput("Write both days as 2026-12-31.", field="period") from None
    if begin > end:
        raise InvalidInput("The first day lies after the last.", field="first")
    if begin > today:
        raise InvalidInput("That period lies in the future.", field="first")
    if (end - begin).days >= LONGEST_DAYS:
        raise InvalidInput(f"Choose {LONGEST_DAYS:,} days at most.", field="first")
    return begin, min(end, today)


def days_text(first: date, last: date) -> str:
    """`23 Oct to 21 Nov 2026`; the first day's year where it is another."""
    return f"{day(first) if first.year != last.year else short_day(first)} to {day(last)}"


class PeriodState(rx.State):
    """The choice. `query` is what links between pages carry on, `export` what CSV is asked with: the same view."""

    choice: rx.Field[str] = rx.field(STANDARD)
    first: rx.Field[str] = rx.field("")
    last: rx.Field[str] = rx.field("")
    today: rx.Field[str] = rx.field("")
    label: rx.Field[str] = rx.field("")
    interval: rx.Field[str] = rx.field("day")
    compare: rx.Field[bool] = rx.field(True)
    currency: rx.Field[str] = rx.field("")
    currencies: rx.Field[list[str]] = rx.field(default_factory=list)
    query: rx.Field[str] = rx.field("")
    export: rx.Field[str] = rx.field("")
    error: rx.Field[str] = rx.field("")

    @rx.event
    async def read(self) -> None:
        """Take the choice from the address; without one there, keep what was chosen before."""
        self.error = ""
        try:
            await staff_of(self)
            asked = dict(self.router.url.query_parameters)
            self._take(asked, clock.now().date())
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def choose(self, choice: str) -> Any:
        """One of the presets."""
        return await self._lead({"period": choice})

    @rx.event
    async def choose_days(self, form: dict[str, Any]) -> Any:
        """Two days of one's own."""
        return await self._lead({"first": str(form.get("first", "")), "last": str(form.get("last", ""))})

    @rx.event
    async def choose_interval(self, interval: str) -> Any:
        """By day, week or month."""
        return await self._lead({"interval": interval})

    @rx.event
    async def choose_currency(self, currency: str) -> Any:
        """Figures of this currency alone; nothing is converted."""
        return await self._lead({"currency": currency})

    @rx.event
    async def toggle_compare(self) -> Any:
        """With the period before, or without."""
        return await self._lead({"compare": "0" if self.compare else "1"})

    async def _lead(self, change: dict[str, str]) -> Any:
        try:
            await staff_of(self)
            self._take(self._asked() | change, clock.now().date())
        except DomainError as error:
            self.error = error.detail
            return None
        self.error = ""
        return rx.redirect(f"{self.router.url.path}?{self.query}")

    def _asked(self) -> dict[str, str]:
        return {"interval": self.interval, "compare": "1" if self.compare else "0", "currency": self.currency}

    def _take(self, asked: dict[str, str], today: date) -> None:
        """Check everything, then keep it.

        Raises:
            InvalidInput, InvalidMoney: something is wrong; nothing has changed.
        """
        interval = asked.get("interval", self.interval)
        if interval not in dict(INTERVALS):
            raise InvalidInput("Choose by day, week or month.", field="interval")
        choice, days = self._days(asked, today)
        currency = asked.get("currency", self.currency).upper()
        if currency:
            known(currency)
        self.choice, self.interval, self.currency = choice, interval, currency
        self.compare = asked.get("compare", "1" if self.compare else "0") != "0"
        self.first, self.last, self.today = days[0].isoformat(), days[1].isoformat(), today.isoformat()
        self.label = days_text(*days)
        kept = {"first": self.first, "last": self.last} if choice == _CUSTOM else {"period": choice}
        kept |= {"interval": interval, "compare": "1" if self.compare else "0"}
        self.query = urlencode(kept | ({"currency": currency} if currency else {}))

    def _days(self, asked: dict[str, str], today: date) -> tuple[str, tuple[date, date]]:
        if "first" in asked or "last" in asked:
            return _CUSTOM, own_days(asked.get("first", ""), asked.get("last", ""), today)
        if "period" not in asked and self.choice == _CUSTOM:
            return _CUSTOM, own_days(self.first, self.last, today)
        choice = asked.get("period", self.choice)
        return choice, chosen_days(choice, today)

    def _chosen(self, currencies: Sequence[str]) -> Chosen:
        """For the page that loads after `read`; of the currencies there are, the one asked for or the first."""
        if not self.first:
            self._take({}, clock.now().date())
        self.currencies = list(dict.fromkeys([*currencies, *([self.currency] if self.currency else [])]))
        if not self.currency:
            self.currency = self.currencies[0] if self.currencies else "USD"
        self.export = urlencode(
            {"first": self.first, "last": self.last, "interval": self.interval, "currency": self.currency}
        )
        period = Period(date.fromisoformat(self.first), date.fromisoformat(self.last))
        return Chosen(period, Interval(self.interval), self.currency, self.compare)


async def chosen(state: rx.State, me: Principal) -> Chosen:
    """What a page that is loading shall show.

    Raises:
        NotPermitted: not staff. InvalidInput: the address asks for what cannot be.
    """
    return (await state.get_state(PeriodState))._chosen(await current().reports.currencies(me))


def period_bar(*, interval: bool = False, compare: bool = False, currency: bool = True) -> rx.Component:
    """The picker: presets and days of one's own; where a page has use for it, interval, comparison and currency."""
    return rx.el.div(
        choices("period", PRESETS, PeriodState.choice, PeriodState.choose, legend="Period"),
        _own(),
        chooser("interval", INTERVALS, PeriodState.interval, PeriodState.choose_interval, label="Interval")
        if interval
        else None,
        _compare() if compare else None,
        rx.cond(
            PeriodState.currencies.length() > 1,
            chooser(
                "currency",
                PeriodState.currencies,
                PeriodState.currency,
                PeriodState.choose_currency,
                label="Currency, without conversion",
            ),
            None,
        )
        if currency
        else None,
        rx.cond(
            PeriodState.error != "",
            rx.el.p(PeriodState.error, role="alert", class_name="w-full text-small text-bad"),
            None,
        ),
        class_name="flex flex-wrap items-center gap-2",
    )


def _own() -> rx.Component:
    def end(label: str, name: str, value: Any) -> rx.Component:
        return rx.el.label(
            rx.el.span(label, class_name="mb-1 block text-tiny text-ink-2"),
            rx.el.input(
                type="date",
                name=name,
                default_value=value,
                max=PeriodState.today,
                required=True,
                class_name="h-9 w-full rounded-control border border-control-line bg-surface px-2.5 text-base",
            ),
        )

    return rx.el.details(
        rx.el.summary(
            icon("calendar", size=14, class_name="text-ink-3"),
            rx.el.span(PeriodState.label, class_name="tabular-nums"),
            rx.el.span(" Choose days", class_name="sr-only"),
            class_name=look("plain", "s"),
        ),
        rx.el.form(
            end("First day", "first", PeriodState.first),
            end("Last day", "last", PeriodState.last),
            button("Show these days", kind="primary", size="s", type="submit"),
            on_submit=PeriodState.choose_days,
            class_name=(
                "absolute left-0 z-30 mt-1.5 grid w-60 gap-3 rounded-card border border-line bg-raised p-3.5 "
                "shadow-float sm:left-auto sm:right-0"
            ),
        ),
        # Another period: another picker, closed again and with those days in it.
        key=PeriodState.label,
        class_name="relative",
    )


def _compare() -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            checked=PeriodState.compare,
            on_change=lambda _checked: PeriodState.toggle_compare(),
        ),
        "Compare with before",
        class_name="flex min-h-[1.875rem] cursor-pointer items-center gap-2 px-1 text-small text-ink-2",
    )


def part_heading() -> Any:
    """What a column of parts of the period is called: by the interval they are cut by."""
    return rx.match(PeriodState.interval, ("month", "Month"), ("week", "Week from"), "Day")
