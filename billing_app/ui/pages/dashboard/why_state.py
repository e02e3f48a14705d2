"""The State behind "why?": one entry of the customer's own, explained."""

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError
from billing_app.ui.pages.dashboard.view import Why, why
from billing_app.ui.session import customer_of

NO_WHY = Why("", "", [], [], "", "", "")


class WhyState(rx.State):
    """The explanation that is open."""

    error: rx.Field[str] = rx.field("")
    why_open: rx.Field[bool] = rx.field(False)
    why: rx.Field[Why] = rx.field(default_factory=lambda: NO_WHY)

    @rx.event
    async def explain(self, entry_id: int) -> None:
        """Open the reasons of one entry of the customer's own."""
        self.error = ""
        try:
            catalog = await current().catalog.current()
            explanation = await current().credits.explain(await customer_of(self), entry_id)
        except DomainError as error:
            self.error = error.detail
            return
        self.why, self.why_open = why(explanation, catalog), True

    @rx.event
    def close_why(self) -> None:
        """Close the reasons."""
        self.why_open = False
