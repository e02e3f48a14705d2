"""What leaves as CSV is read back as it was, and runs nothing in a spreadsheet."""

import csv
import io
from datetime import datetime, timedelta, timezone

import pytest

from billing_app.csv_text import csv_text


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", '=HYPERLINK("http://x","y")']
)
def test_a_cell_that_looks_like_a_formula_stays_text(formula: str) -> None:
    _, (written,) = csv.reader(io.StringIO(csv_text(["text"], [[formula]]), newline=""))
    assert written == "'" + formula


def test_quotes_commas_and_lines_come_back_as_they_were() -> None:
    rows = [["a,b", 'say "so"', "two\nlines"], ["\u00fc", "", "'"]]
    read = list(csv.reader(io.StringIO(csv_text(["x", "y", "z"], rows), newline="")))
    assert read == [["x", "y", "z"], *rows]


def test_numbers_stay_numbers_and_times_are_utc() -> None:
    at = datetime(2026, 12, 4, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert csv_text(["n", "at", "none"], [[-5, at, None]]) == "n,at,none\r\n-5,2026-12-03T23:30:00+00:00,\r\n"
