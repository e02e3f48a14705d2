"""`python -m billing_app usage ...`: what an operator reads and changes by hand."""

from datetime import UTC, datetime

import pytest

from billing_app.cli.usage import end_of
from billing_app.errors import InvalidInput
from tests.front_door.product import command
from tests.quotas.conftest import House

SECRET = "a secret of more than thirty-two characters"


@pytest.mark.row("C4")
async def test_an_operator_reads_grants_and_resets_with_a_reason(house: House, database_url: str) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    await house.entitlements.use(customer, "cv_generate", units=2, key="a")

    def usage(*arguments: str) -> str:
        done = command("usage", *arguments, DATABASE_URL=database_url, SECRET_KEY=SECRET)
        assert "Traceback" not in done.stderr
        return done.stdout or done.stderr

    assert "2 of 2 CVs used" in usage("show", str(customer))
    who = (str(customer), "cv_generate")
    assert "now nothing is used" in usage("reset", *who, "--reason", "the export failed")
    assert "Granted" in usage("grant", *who, "--quota", "5", "--until", "2099-12-31", "--reason", "a pilot")
    (cv, *_) = await house.entitlements.usage(customer)
    assert (cv.used, cv.limit) == (0, 5)
    assert [row["action"] for row in await house.rows("SELECT action FROM audit_log ORDER BY id DESC LIMIT 2")] == [
        "feature.granted",
        "usage.reset",
    ]


def test_a_day_that_is_none_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(InvalidInput, match="--until takes a day"):
        end_of("soon")
    assert end_of("2026-12-31") == datetime(2027, 1, 1, tzinfo=UTC)
