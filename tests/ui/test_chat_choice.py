"""What a tab has chosen stays small, whatever its browser sends."""

import pytest

from billing_app.ui.pages.chat.view import LONGEST_CODE, toggled

pytestmark = pytest.mark.row("A12")


def test_a_choice_is_added_taken_out_and_bounded() -> None:
    assert toggled([], "docs") == ["docs"]
    assert toggled(["docs", "code"], "docs") == ["code"]
    chosen: list[str] = []
    for number in range(1_000):
        chosen = toggled(chosen, f"{number}-{'x' * 10_000}")
    assert len(chosen) <= 10
    assert all(len(code) <= LONGEST_CODE for code in chosen)
