"""`/admin`: what came in, what it cost, and what wants attention (AD1)."""

import reflex as rx

from billing_app.errors import DomainError
from billing_app.ui.admin.frame import admin_page
from billing_app.ui.admin.parts import message, period_bar
from billing_app.ui.admin.period import PeriodState
from billing_app.ui.session import staff_of


class OverviewState(rx.State):
    """The figures of the chosen period."""

    error: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the figures."""
        self.error = ""
        try:
            await staff_of(self)
            (await self.get_state(PeriodState))._chosen()
        except DomainError as error:
            self.error = error.detail


def overview() -> rx.Component:
    """The page."""
    return admin_page(
        "Overview",
        message(OverviewState.error),
        current="/admin",
        actions=(period_bar(interval=True, compare=True),),
    )
