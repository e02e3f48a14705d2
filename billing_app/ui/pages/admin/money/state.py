"""The State of `/admin/money`."""

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.admin.period import chosen
from billing_app.ui.admin.words import computed, money
from billing_app.ui.format import number
from billing_app.ui.pages.admin.money.rows import (
    NO_SIDE,
    AgeingRow,
    OwedRow,
    RolledRow,
    SideRow,
    ageing_rows,
    exposure,
    owed_rows,
    rolled_rows,
    side_by_side,
    tie,
)
from billing_app.ui.session import staff_of


class MoneyState(rx.State):
    """Sold, received, earned; and what is owed."""

    error: rx.Field[str] = rx.field("")
    loaded: rx.Field[bool] = rx.field(False)
    sides: rx.Field[list[SideRow]] = rx.field(default_factory=list)
    total: rx.Field[SideRow] = rx.field(default_factory=lambda: NO_SIDE)
    modelled: rx.Field[bool] = rx.field(False)
    owed: rx.Field[str] = rx.field("")
    owed_credits: rx.Field[str] = rx.field("")
    owed_for_credits: rx.Field[str] = rx.field("")
    owed_for_days: rx.Field[str] = rx.field("")
    owed_for_uses: rx.Field[str] = rx.field("")
    promotional: rx.Field[str] = rx.field("")
    exposure: rx.Field[str] = rx.field("")
    exposure_reason: rx.Field[str] = rx.field("")
    owed_rows: rx.Field[list[OwedRow]] = rx.field(default_factory=list)
    rolled: rx.Field[list[RolledRow]] = rx.field(default_factory=list)
    tie: rx.Field[str] = rx.field("")
    tie_tone: rx.Field[str] = rx.field("")
    ageing: rx.Field[list[AgeingRow]] = rx.field(default_factory=list)
    as_of: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read it all."""
        self.error = ""
        try:
            me = await staff_of(self)
            shown = await chosen(self, me)
            reports, period, currency, interval = current().reports, shown.period, shown.currency, shown.interval
            booked = await reports.bookings(me, period, currency, interval)
            cash = await reports.cash(me, period, currency, interval)
            earned = await reports.recognised(me, period, currency, interval)
            owed = await reports.liability(me, None, currency)
            rolled = await reports.roll_forward(me, period, currency)
            ageing = await reports.ageing(me, currency)
        except DomainError as error:
            self.error = error.detail
            return
        self.sides, self.total, self.modelled = side_by_side(booked, cash, earned, interval=interval, currency=currency)
        self.owed, self.owed_credits = money(owed.total_minor, currency), number(owed.credits)
        self.owed_for_credits, self.owed_for_days = (
            money(owed.credits_minor, currency),
            money(owed.days_minor, currency),
        )
        self.owed_for_uses = money(owed.uses_minor, currency)
        self.promotional = number(owed.promotional_credits)
        self.exposure, self.exposure_reason = exposure(owed), owed.exposure_reason
        self.owed_rows, self.as_of = owed_rows(owed), computed(owed.computed_at)
        self.rolled, (self.tie, self.tie_tone) = rolled_rows(rolled), tie(rolled)
        self.ageing = ageing_rows(ageing, currency)
        self.loaded = True
