"""What staff see of the audit log and of customers, as CSV with the filter of the page it comes from (AD10, AD11)."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from billing_app.api.deps import Here, Staff
from billing_app.csv_text import csv_text
from billing_app.support.audit_reading import AuditFilter, AuditLine
from billing_app.support.listing import CustomerLine, Only

MOST_ROWS = 100_000
_CHUNK = 200
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}
_AUDIT = ("id", "at", "actor", "actor_name", "action", "object", "reason", "before", "after", "ip")
_CUSTOMERS = (
    "id", "external_id", "name", "email", "since", "plan", "status", "by_hand", "mrr_minor", "currency", "available",
    "cost_30_days", "cost_currency", "recognised_30_days_minor", "margin_30_days", "margin_currency", "margin_reason",
)  # fmt: skip

router = APIRouter(prefix="/api/v1/admin/exports", tags=["admin"])


async def audit_filter(
    actor: Annotated[str, Query(max_length=60)] = "",
    action: Annotated[str, Query(max_length=80)] = "",
    object_: Annotated[str, Query(max_length=120, alias="object")] = "",
    first: date | None = None,
    last: date | None = None,
) -> AuditFilter:
    """The filter of the page; days are of UTC, both included."""
    return AuditFilter(
        actor=actor,
        action=action,
        object=object_,
        since=datetime.combine(first, time.min, UTC) if first else None,
        until=datetime.combine(last, time.min, UTC) + timedelta(days=1) if last else None,
    )


@router.get("/audit.csv", response_class=StreamingResponse, responses=_CSV)
async def audit_log(
    services: Here, by: Staff, wanted: Annotated[AuditFilter, Depends(audit_filter)]
) -> StreamingResponse:
    """The audit log, newest first, written as it is read."""
    lines = services.support.every_audit_line(by, wanted)
    return _answer("audit-log", _AUDIT, (_audit_row(line) async for line in lines))


@router.get("/customers.csv", response_class=StreamingResponse, responses=_CSV)
async def customers(
    services: Here, by: Staff, only: Only = "", plan: Annotated[str, Query(max_length=80)] = ""
) -> StreamingResponse:
    """The customers, newest first; MRR in minor units of its currency, cost in major units."""
    lines = services.support.every_customer(by, only=only, plan=plan)
    return _answer("customers", _CUSTOMERS, (_customer_row(line) async for line in lines))


Row = list[str | int | datetime | None]


def _answer(name: str, header: tuple[str, ...], found: AsyncIterator[Row]) -> StreamingResponse:
    async def text() -> AsyncIterator[str]:
        yield csv_text(header, ())
        chunk: list[Row] = []
        written = 0
        async for row in found:
            chunk.append(row)
            written += 1
            if len(chunk) == _CHUNK:
                yield csv_text((), chunk)
                chunk = []
            if written == MOST_ROWS:
                break
        yield csv_text((), chunk)

    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(text(), media_type="text/csv", headers=headers)


def _audit_row(line: AuditLine) -> Row:
    def document(value: dict[str, Any] | None) -> str | None:
        return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)

    return [
        line.id,
        line.at.isoformat(timespec="seconds"),
        line.actor,
        line.actor_name,
        line.action,
        line.object,
        line.reason,
        document(line.before),
        document(line.after),
        line.ip,
    ]


def _customer_row(line: CustomerLine) -> Row:
    margin = line.margin
    currency, cost = margin.costs[0] if margin.costs else ("", None)
    return [
        line.id,
        line.external_id,
        line.name,
        line.email,
        line.created_at.isoformat(timespec="seconds"),
        line.plan,
        line.status,
        "yes" if line.by_hand else "no",
        line.mrr_minor,
        line.currency,
        line.available,
        f"{cost:f}" if cost is not None else None,
        currency,
        margin.revenue_minor if margin.currency else None,
        f"{margin.gross:f}" if margin.gross is not None else None,
        margin.currency,
        margin.reason,
    ]
