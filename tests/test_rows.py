"""Every mark names a row there is, and every row is proven or said to be open."""

from tests.rows import proofs, report, rows


def test_every_marked_row_exists() -> None:
    unknown = {row: tests for row, tests in proofs().items() if row not in rows().rows}
    assert not unknown


def test_there_are_forty_seven_rows_of_five_systems_and_what_is_open_is_among_them() -> None:
    known = rows()
    assert len(known.rows) == 47
    assert {row[0] for row in known.rows} == set(known.systems)
    assert set(known.open) <= set(known.rows)


def test_the_report_names_every_row_and_the_tests_of_one() -> None:
    text = "\n".join(report())
    assert all(f"  {row} " in text for row in rows().rows)
    assert "tests/test_rows.py" not in text
    assert "tests/ui/test_handlers.py::test_what_a_state_makes_public_is_meant_to_be" in text
