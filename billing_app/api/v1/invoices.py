"""The way to the documents of one's own invoices: a redirect to Stripe's link of today (row D4)."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import RedirectResponse

from billing_app.api.deps import CustomerId, Here
from billing_app.payments.mirroring.links import Kind

router = APIRouter(prefix="/api/v1/invoices", tags=["invoices"])

InvoiceId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/{invoice_id}/{kind}", status_code=303, response_class=RedirectResponse)
async def document(services: Here, customer_id: CustomerId, invoice_id: InvoiceId, kind: Kind) -> RedirectResponse:
    """The `pdf` of an invoice of whoever is signed in, or its `page` at Stripe, where an open one is paid."""
    address = await services.invoice_links.fresh(customer_id, invoice_id, kind)
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
