"""Every report as CSV, with the filter of the page it is taken from (AD11)."""

from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from billing_app.api.v1.admin.asking import Viewing
from billing_app.api.v1.admin.gate import StaffRoute
from billing_app.api.v1.admin.shapes import Told, flat, header, plain
from billing_app.api.v1.admin.tables import TABLES
from billing_app.csv_text import Cell, csv_text
from billing_app.errors import NotFound

MOST_ROWS = 100_000
_CHUNK = 500

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StaffRoute)

_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.get("/exports/{name}.csv", response_class=StreamingResponse, responses=_CSV)
async def export(
    view: Viewing,
    name: Annotated[str, Path(max_length=40, description=f"One of: {', '.join(TABLES)}.")],
    by: Annotated[str, Query(max_length=20, description="Of margins: what a row is.")] = "item",
) -> StreamingResponse:
    """A report as CSV: the same days, currency and interval as its endpoint, one row a line, 100,000 at most.

    Columns stay as they are, whether or not there are rows. Amounts are minor units of `currency`, costs exact major
    units; times are UTC as ISO 8601; a cell that a spreadsheet would take for a formula stays text.
    """
    table = TABLES.get(name)
    if table is None:
        raise NotFound(f'There is no export "{name}". There are: {", ".join(TABLES)}.')
    rows = await table.read(view, by)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{view.period.first}-{view.period.last}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_written(table.shape, rows, view.currency), media_type="text/csv", headers=headers)


async def _written(shape: type[Told], rows: Iterable[Any], currency: str) -> AsyncIterator[str]:
    columns = header(shape)
    yield csv_text(columns, ())
    chunk: list[list[Cell]] = []
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            break
        line = flat(shape.model_validate(row), currency)
        chunk.append([_cell(line[column]) for column in columns])
        if len(chunk) == _CHUNK:
            yield csv_text((), chunk)
            chunk = []
    yield csv_text((), chunk)


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return Decimal(plain(value))
    if value is None or isinstance(value, int | datetime):
        return value
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return value.isoformat() if isinstance(value, date) else str(value)
