"""Who moves in without a subscription: credits, unlocks, counted use, the free month; and the command that does it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from billing_app import clock
from billing_app.cli import parser
from billing_app.cli.customers import move as run_command
from billing_app.credits import Consume
from billing_app.moving_in.reading import TEMPLATE, read
from billing_app.moving_in.service import Moved
from tests.host_api.host import Host


@pytest.fixture
def sold() -> str:
    return "showcase"


async def _move(host: Host, header: str, *rows: str) -> list[Moved]:
    found = read("\n".join([header, *rows]).encode())
    assert not found.problems, found.problems
    return [one async for one in host.services.moving_in.move(found.arrivals)]


async def test_unlocks_and_counted_use_come_along_once(host: Host) -> None:
    header = "customer,unlock,unlock_uses,usage_feature,usage_units"
    rows = ("ada,answer_library,unlimited,cv_review,1", "ada,question_set,3,,")
    (moved,) = await _move(host, header, *rows)
    assert moved.effects == (
        "customer made", "unlock answer_library (unlimited)", "unlock question_set (3 uses)", "1 of cv_review used",
    )  # fmt: skip
    told = (await host.get("/customers/ada/entitlements")).json()
    allowed = {one["feature"]: one["allowed"] for one in told["features"]}
    assert allowed["answer_library"]
    assert allowed["question_set"]
    assert not allowed["cv_review"], "the one of this month was used in the system before"
    assert {one["code"]: one["uses_left"] for one in told["unlocks"]} == {"answer_library": None, "question_set": 3}
    (again,) = await _move(host, header, *rows)
    assert (again.effects, again.problem) == ((), None)


async def test_use_beyond_the_limit_is_noted_and_another_number_is_refused(host: Host) -> None:
    header = "customer,usage_feature,usage_units"
    await _move(host, header, "ada,cv_review,5")
    usage = (await host.get("/customers/ada/usage")).json()["data"][0]
    assert (usage["used"], usage["remaining"], usage["over"]) == (5, 0, 4)
    (changed,) = await _move(host, header, "ada,cv_review,6")
    assert changed.problem is not None
    assert "with another number" in changed.problem.what
    (free,) = await _move(host, header, "bob,mock_interview,1")
    assert free.problem is not None
    assert "not counted against a quota" in free.problem.what


async def test_the_free_month_in_the_file_stands_for_this_one(host: Host) -> None:
    header = "customer,lot_credits,lot_kind"
    await _move(host, header, "ada,3,free")
    assert await host.available("ada") == 3, "not 3 and the 8 of the free plan"
    await _move(host, header, "ada,3,free")
    assert await host.available("ada") == 3
    await _move(host, "customer", "bob")
    assert await host.available("bob") == 8, "without one, as anybody"


async def test_a_bought_lot_keeps_its_price_and_its_end(host: Host) -> None:
    ends = (clock.now() + timedelta(days=90)).date()
    header = "customer,lot_credits,lot_kind,lot_paid,lot_currency,lot_expires,lot_label"
    await _move(host, header, f"ada,40,purchase,9.00,usd,{ends},Small pack")
    (lot,) = [one for one in (await host.get("/customers/ada/lots")).json()["data"] if one["kind"] == "purchase"]
    assert (lot["label"], lot["remaining"], lot["paid_minor"], lot["currency"]) == ("Small pack", 40, 900, "USD")
    assert datetime.fromisoformat(lot["expires_at"]).date() == ends + timedelta(days=1)
    customer = await host.services.host_customers.find("ada")
    assert customer is not None
    done = await host.services.credits.consume(Consume(customer_id=customer, credits=10, feature="x", key="k"))
    assert done.credits == 10
    (again,) = await _move(host, header, f"ada,40,purchase,9.00,usd,{ends},Small pack")
    assert (again.effects, again.problem) == ((), None), "used since, and not refilled"


async def test_a_customer_with_any_problem_gets_nothing(host: Host) -> None:
    header = "customer,lot_credits,lot_kind,unlock,unlock_uses,usage_feature,usage_units"
    moved = await _move(
        host,
        header,
        "ada,10,gift,no_such_unlock,1,,",
        "bob,10,gift,,,no_such_feature,1",
        "eve,10,gift,,,,",
    )
    assert [one.problem is None for one in moved] == [False, False, True]
    async with host.services.database.transaction() as session:
        from sqlalchemy import text

        found = await session.execute(text("SELECT external_id FROM customers"))
        assert list(found.scalars()) == ["eve"]


async def test_the_command_says_what_came_and_what_is_wrong_by_line(
    host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    found = read(b"customer,lot_credits,lot_kind\nada,10,gift\nbob,ten,gift\neve,5,free\neve,1,trial\n")
    assert await run_command(host.services, found, dry_run=True) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "line 2 (ada): customer made; 10 credits (gift)",
        "1 would move in, 0 are here as they are, 2 cannot come.",
    ]
    assert told.err.splitlines() == [
        "line 3 (bob): lot_credits is a whole number from 1 on, written in digits alone",
        "line 5 (eve): a lot of kind trial needs the stripe_subscription it belongs to",
    ]
    found.problems.clear()
    assert await run_command(host.services, found, dry_run=False) == 0
    assert await run_command(host.services, found, dry_run=False) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 moved in, 1 are here as they are, 0 cannot come."


def test_the_command_prints_a_file_to_begin_with_and_names_a_missing_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from billing_app.cli import main

    assert main(["customers", "import", "--template"]) == 0
    assert capsys.readouterr().out == TEMPLATE
    assert main(["customers", "import"]) == 1
    assert "--template" in capsys.readouterr().err
    assert main(["customers", "import", str(tmp_path / "none.csv")]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert parser().parse_args(["customers", "import", "x.csv", "--dry-run"]).dry_run
