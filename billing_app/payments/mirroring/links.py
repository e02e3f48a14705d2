"""Where an invoice can be read: Stripe's links to it run out after some weeks, so they are asked for when needed."""

from typing import Literal

from billing_app.db.engine import Database
from billing_app.errors import NotFound, Unavailable
from billing_app.payments.gateway import StripeGateway
from billing_app.payments.mirroring import store

Kind = Literal["pdf", "page"]


class InvoiceLinks:
    """Links to documents of a customer's own invoices (row D4)."""

    def __init__(self, database: Database, gateway: StripeGateway) -> None:
        self._database = database
        self._gateway = gateway

    async def fresh(self, customer_id: int, invoice_id: int, kind: Kind) -> str:
        """The address of an invoice's PDF, or of Stripe's page of it, where an open one is paid.

        If Stripe does not answer it is the address that was told last.

        Raises:
            NotFound: no such invoice of this customer, or it has no document yet.
        """
        async with self._database.as_customer(customer_id) as session:
            row = await store.invoice_by_id(session, invoice_id)
        if row is None or row.customer_id != customer_id or row.status not in store.SHOWN:
            raise NotFound("There is no such invoice.")
        try:
            page, pdf = await self._gateway.invoice_links(row.stripe_invoice_id)
        except Unavailable:
            page, pdf = row.hosted_url, row.pdf_url
        found = pdf if kind == "pdf" else page
        if found is None:
            raise NotFound("There is no document of this invoice.")
        return found
