"""Rows as CSV that opens anywhere and runs nothing: a cell that a spreadsheet would take for a formula stays text."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

# The last four are full-width: some spreadsheets read them as their plain forms.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Cell = str | int | Decimal | datetime | None


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The document: RFC 4180, times in UTC as ISO 8601, None as an empty cell. Without a header: its continuation."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if header:
        writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def cell(value: Cell) -> str:
    """One value as it is written; text that begins like a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, Decimal):  # a number, also below zero
        return f"{value:f}"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return str(value)
