"""A customer's invoices as pages, the API and CSV show them (DB13): from our mirror, under row-level security."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from billing_app.db.engine import Database
from billing_app.errors import InvalidInput
from billing_app.payments.mirroring import store
from billing_app.payments.mirroring.models import Invoice

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One invoice. Amounts in minor units of `currency`, with tax unless they say otherwise.

    `status` is Stripe's: `open`, `paid`, `void` or `uncollectible`. `id` pages the list; `number` is what people quote.
    """

    id: int
    stripe_invoice_id: str
    number: str | None
    status: str
    description: str
    currency: str
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    due_minor: int
    paid_minor: int
    refunded_minor: int
    hosted_url: str | None
    pdf_url: str | None
    period_start: datetime | None
    period_end: datetime | None
    created_at: datetime
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Invoices, newest first. `next_before` continues the list; None at its end."""

    invoices: tuple[InvoiceView, ...]
    next_before: int | None


class InvoiceReads:
    """What a customer was billed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, customer_id: int, *, before: int | None = None, limit: int = 20) -> InvoicePage:
        """Final invoices, newest first; drafts are nobody's business yet.

        Raises:
            InvalidInput: `limit` is not 1 to 100.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidInput(f"Ask for 1 to {MAX_PAGE} invoices at once.", field="limit")
        async with self._database.as_customer(customer_id) as session:
            rows = await store.invoices(session, customer_id, before=before, limit=limit + 1)
            views = tuple(_view(row) for row in rows[:limit])
        return InvoicePage(views, views[-1].id if len(rows) > limit else None)

    async def every(self, customer_id: int) -> AsyncIterator[InvoiceView]:
        """All of them, newest first, page by page."""
        before: int | None = None
        while True:
            page = await self.page(customer_id, before=before, limit=MAX_PAGE)
            for view in page.invoices:
                yield view
            if page.next_before is None:
                return
            before = page.next_before


def _view(row: Invoice) -> InvoiceView:
    return InvoiceView(
        id=row.id,
        stripe_invoice_id=row.stripe_invoice_id,
        number=row.number,
        status=row.status,
        description=row.description,
        currency=row.currency,
        subtotal_minor=row.subtotal_minor,
        tax_minor=row.tax_minor,
        total_minor=row.total_minor,
        due_minor=row.due_minor,
        paid_minor=row.paid_minor,
        refunded_minor=row.refunded_minor,
        hosted_url=row.hosted_url,
        pdf_url=row.pdf_url,
        period_start=row.period_start,
        period_end=row.period_end,
        created_at=row.created_at,
        paid_at=row.paid_at,
    )
