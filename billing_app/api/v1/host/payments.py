"""What a customer was billed and has paid, and what giving it back would take (rows D4, A7)."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from billing_app.api.conventions import cursors
from billing_app.api.conventions.answers import Many, Page, Said, said
from billing_app.api.conventions.paths import CustomerRef
from billing_app.api.conventions.route import Caller, Calling, ReadRoute
from billing_app.api.v1.host.inputs import Sent
from billing_app.api.v1.host.payment_shapes import (
    InvoiceShape,
    PaymentMethodShape,
    RefundQuoteShape,
    TransactionShape,
    invoice_shape,
    payment_method_shape,
    refund_shape,
    transaction_shape,
)
from billing_app.credits.inputs import MAX_ID

MAX_PAGE = 100
router = APIRouter(prefix="/api/v1/customers/{customer}", tags=["payments"], route_class=ReadRoute)


class PageQuery(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="`next_cursor` of the part before; valid for a day."
    )
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 20


class RefundSent(Sent):
    """How much of which payment would be given back."""

    transaction: Annotated[int, Field(ge=1, le=MAX_ID, description="As `id` in the list of transactions.")]
    amount_minor: Annotated[int, Field(ge=1, le=2**53)] | None = Field(
        default=None, description="With tax, in minor units; left out: all that is left."
    )


@router.get("/invoices", response_model=Page[InvoiceShape])
async def invoices(customer: CustomerRef, caller: Calling, query: Annotated[PageQuery, Query()]) -> Said:
    """Everything that was billed, newest first, with the hosted page and the PDF."""
    customer_id = await caller.services.host_customers.need(customer)
    of = f"invoices:{customer_id}"
    page = await caller.services.invoices.page(customer_id, before=_before(caller, query, of), limit=query.limit)
    cursor = _next(caller, page.next_before, of)
    data = [invoice_shape(one) for one in page.invoices]
    return said(Page[InvoiceShape](data=data, has_more=cursor is not None, next_cursor=cursor))


@router.get("/payment-methods", response_model=Many[PaymentMethodShape])
async def payment_methods(customer: CustomerRef, caller: Calling) -> Said:
    """What the customer could be charged with: the default first; at most twenty."""
    customer_id = await caller.services.host_customers.need(customer)
    found = await caller.services.payment_methods.of(customer_id)
    return said(Many[PaymentMethodShape](data=[payment_method_shape(one) for one in found]))


@router.get("/transactions", response_model=Page[TransactionShape])
async def transactions(customer: CustomerRef, caller: Calling, query: Annotated[PageQuery, Query()]) -> Said:
    """Every payment, newest first: what it was for, and what of it was given back."""
    customer_id = await caller.services.host_customers.need(customer)
    of = f"transactions:{customer_id}"
    page = await caller.services.transactions.page(customer_id, before=_before(caller, query, of), limit=query.limit)
    cursor = _next(caller, page.next_before, of)
    data = [transaction_shape(one) for one in page.transactions]
    return said(Page[TransactionShape](data=data, has_more=cursor is not None, next_cursor=cursor))


@router.post("/refund-quote", response_model=RefundQuoteShape)
async def refund_quote(customer: CustomerRef, sent: RefundSent, caller: Calling) -> Said:
    """What a refund would take back: credits spent, unspent, expired; what becomes a debt. Changes nothing (A7).

    Refunds themselves are made in Stripe, by whom you trust with money; we follow what Stripe says.
    """
    customer_id = await caller.services.host_customers.need(customer)
    told = await caller.services.transactions.refund_quote(customer_id, sent.transaction, sent.amount_minor)
    return said(refund_shape(customer, told))


def _before(caller: Caller, query: PageQuery, of: str) -> int | None:
    return None if query.after is None else cursors.read(query.after, of, _secret(caller))


def _next(caller: Caller, last: int | None, of: str) -> str | None:
    return None if last is None else cursors.made(last, of, _secret(caller))


def _secret(caller: Caller) -> str:
    return caller.services.settings.secret_key.get_secret_value()
