"""The invoices of whoever is signed in; the dashboard shows the newest of them."""

from typing import Any

import reflex as rx

from billing_app.bootstrap import current
from billing_app.errors import DomainError, Unauthenticated
from billing_app.payments.subscribing.limits import PORTAL
from billing_app.ui.pages.invoices.rows import InvoiceRow, invoice_row
from billing_app.ui.session import customer_of, paced

SHOWN, NEWEST, MOST = 50, 3, 1_000


class InvoicesState(rx.State):
    """What was billed."""

    loaded: rx.Field[bool] = rx.field(False)
    error: rx.Field[str] = rx.field("")
    rows: rx.Field[list[InvoiceRow]] = rx.field(default_factory=list)
    newest: rx.Field[list[InvoiceRow]] = rx.field(default_factory=list)
    more_before: rx.Field[int] = rx.field(0)
    has_portal: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> Any:
        """Show the newest, or send a stranger to sign in and back here."""
        self.error = ""
        try:
            customer_id = await customer_of(self)
            await self._show(customer_id, before=None)
            self.has_portal = (await current().subscriptions.current(customer_id)).has_portal
        except Unauthenticated:
            return rx.redirect("/login?next=/invoices")
        except DomainError as error:
            self.error = error.detail
        self.loaded = True
        return None

    async def _show(self, customer_id: int, *, before: int | None) -> None:
        found = await current().invoices.page(customer_id, before=before, limit=SHOWN)
        rows = [invoice_row(one) for one in found.invoices]
        self.rows = rows if before is None else [*self.rows, *rows]
        self.more_before = (found.next_before or 0) if len(self.rows) < MOST else 0

    async def _refresh(self, customer_id: int) -> None:
        """The newest, for the dashboard. The caller has authorised itself for this customer."""
        found = await current().invoices.page(customer_id, limit=NEWEST)
        self.newest = [invoice_row(one) for one in found.invoices]

    @rx.event
    async def show_more(self) -> None:
        """The next page."""
        try:
            await self._show(await customer_of(self), before=self.more_before or None)
        except DomainError as error:
            self.error = error.detail

    @rx.event
    async def details(self) -> Any:
        """On to Stripe's portal, where name, address and tax number of invoices are kept."""
        self.error = ""
        try:
            customer_id = await customer_of(self)
            await paced(customer_id, PORTAL)
            return rx.redirect(await current().subscriptions.portal(customer_id, "/invoices"))
        except Unauthenticated:
            return rx.redirect("/login?next=/invoices")
        except DomainError as error:
            self.error = error.detail
            return None
