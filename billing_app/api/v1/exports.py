"""A customer's own figures as CSV, with the filter of the page they come from (DB16). Never gated: data is theirs."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from billing_app.api.deps import CustomerId, Here
from billing_app.credits.service import MAX_DAYS
from billing_app.csv_text import csv_text

MOST_ROWS = 100_000
"""Newest first; more than a spreadsheet opens with pleasure, and less than a request may take for ever."""
_CHUNK = 200

router = APIRouter(prefix="/api/v1/exports", tags=["exports"])

Feature = Annotated[str | None, Query(max_length=80, description="Only this feature's")]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}
_INVOICES = (
    "id", "number", "status", "created_at", "paid_at", "description", "period_start", "period_end", "currency",
    "subtotal_minor", "tax_minor", "total_minor", "paid_minor", "refunded_minor", "pdf",
)  # fmt: skip
_ACTIVITY = (
    "id", "at", "kind", "what", "feature", "reference", "credits", "balance_after", "lot_id", "actor", "note",
)  # fmt: skip


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}


@router.get("/activity.csv", response_class=StreamingResponse, responses=_CSV)
async def activity(
    services: Here,
    customer_id: CustomerId,
    feature: Feature = None,
    day: Annotated[date | None, Query(description="Only this day of UTC")] = None,
) -> StreamingResponse:
    """The ledger of whoever is signed in, newest first, written as it is read."""

    async def rows() -> AsyncIterator[str]:
        yield csv_text(_ACTIVITY, ())
        chunk: list[list[str | int | None]] = []
        written = 0
        async for entry in services.credits.every_entry(customer_id, feature=feature or None, on_day=day):
            chunk.append(
                [
                    entry.id if entry.booked else None,
                    entry.at.isoformat(timespec="seconds"),
                    entry.kind.value,
                    entry.label,
                    entry.feature,
                    entry.reference,
                    entry.amount,
                    entry.balance_after,
                    entry.lot_id,
                    entry.actor,
                    entry.note,
                ]
            )
            written += 1
            if len(chunk) == _CHUNK or written == MOST_ROWS:
                yield csv_text((), chunk)
                chunk = []
            if written == MOST_ROWS:
                return
        yield csv_text((), chunk)

    return StreamingResponse(rows(), media_type="text/csv", headers=_headers("activity"))


@router.get("/usage.csv", response_class=Response, responses=_CSV)
async def usage(
    services: Here,
    customer_id: CustomerId,
    days: Annotated[int, Query(ge=1, le=MAX_DAYS)] = 30,
    feature: Feature = None,
) -> Response:
    """Credits used on each of the last days by each feature, as the chart shows them; days without use are there."""
    rows = []
    for one in await services.credits.use_by_day(customer_id, days=days):
        used = {feature: one.features.get(feature, 0)} if feature else one.features
        rows += [(one.day.isoformat(), name, credits) for name, credits in sorted(used.items())] or [
            (one.day.isoformat(), "", 0)
        ]
    text = csv_text(("day", "feature", "credits"), rows)
    return Response(text, media_type="text/csv", headers=_headers("usage"))


@router.get("/invoices.csv", response_class=Response, responses=_CSV)
async def invoices(services: Here, customer_id: CustomerId) -> Response:
    """Every invoice of whoever is signed in, newest first; amounts in minor units of their currency."""
    rows: list[list[str | int | datetime | None]] = []
    async for one in services.invoices.every(customer_id):
        rows.append(
            [
                one.stripe_invoice_id,
                one.number,
                one.status,
                one.created_at,
                one.paid_at,
                one.description,
                one.period_start,
                one.period_end,
                one.currency,
                one.subtotal_minor,
                one.tax_minor,
                one.total_minor,
                one.paid_minor,
                one.refunded_minor,
                one.pdf_url,
            ]
        )
        if len(rows) == MOST_ROWS:
            break
    return Response(csv_text(_INVOICES, rows), media_type="text/csv", headers=_headers("invoices"))
