"""While billing cannot be reached: closed by default, open where a feature says so, and nothing lost silently."""

import logging
from pathlib import Path

import pytest

from billing_app.accounts.api_keys.form import Scope
from billing_app.client import AsyncBillingClient, InsufficientCredits, LetThrough, Retries, Unreachable
from billing_app.client import letting_through as waiting_room
from billing_app.db.engine import Database
from tests.client.line import Line, a_line
from tests.client.served import served
from tests.host_api.host import Host, a_host

PRESETS = Path(__file__).resolve().parents[2] / "billing_app" / "catalog" / "presets"
QUICK = Retries(attempts=2, first_s=0.01, longest_s=0.02)


@pytest.fixture(autouse=True)
def _asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_room, "REST_S", 0.0)


async def test_a_feature_fails_closed_unless_it_says_otherwise(host: Host, line: Line) -> None:
    line.dead = True
    async with AsyncBillingClient(line.url, host.keys[Scope.SERVER], retries=QUICK) as billing:
        for asked in (billing.check("ada", "coach_chat"), billing.consume("ada", "coach_chat"), billing.balance("ada")):
            with pytest.raises(Unreachable):
                await asked
        with pytest.raises(Unreachable):
            async with billing.hold("ada", "coach_chat"):
                raise AssertionError("the block is not entered")
        assert billing.waiting == ()


async def test_what_was_let_through_is_charged_when_billing_is_back_once(host: Host, line: Line) -> None:
    told: list[LetThrough] = []
    async with AsyncBillingClient(
        line.url, host.keys[Scope.SERVER], retries=QUICK, fail_open=["coach_chat", "cv_review"], told=told.append
    ) as billing:
        await billing.put_customer("ada")
        line.dead = True
        assert (await billing.check("ada", "coach_chat")).let_through
        assert (await billing.consume("ada", "coach_chat", add_ons={"document": 1})).let_through
        assert (await billing.use("ada", "cv_review")).let_through
        async with billing.hold("ada", "coach_chat") as hold:
            assert hold.let_through
            assert (await hold.capture()).let_through
        async with billing.hold("ada", "coach_chat"):
            pass  # nothing was delivered, so nothing is owed
        with pytest.raises(Unreachable):
            await billing.consume("ada", "mock_interview")
        assert len(billing.waiting) == len(told) == 3
        assert all(one.key for one in billing.waiting)

        line.dead = False
        assert (await billing.balance("ada")).available == 8, "asked before what waited was sent"
        assert billing.waiting == ()
        assert (await billing.balance("ada")).available == 8 - 2 - 1
        assert (await billing.usage("ada"))[0].used == 1
        assert len(told) == 3


async def test_an_answer_that_was_lost_before_the_outage_is_not_charged_twice(host: Host, line: Line) -> None:
    async with AsyncBillingClient(
        line.url, host.keys[Scope.SERVER], retries=Retries(attempts=1), fail_open=["coach_chat"]
    ) as billing:
        line.lose_answers = 1
        assert (await billing.consume("ada", "coach_chat")).let_through
        assert await billing.flush() == 1
        assert (await billing.balance("ada")).available == 7


async def test_a_hold_that_cannot_be_captured_is_captured_later(host: Host, line: Line) -> None:
    async with AsyncBillingClient(
        line.url, host.keys[Scope.SERVER], retries=QUICK, fail_open=["mock_interview"]
    ) as billing:
        async with billing.hold("ada", "mock_interview") as hold:
            line.dead = True
            assert (await hold.capture(3)).let_through
        line.dead = False
        assert await billing.flush() == 1
        balance = await billing.balance("ada")
        assert (balance.available, balance.held) == (5, 0)


async def test_what_billing_refuses_later_is_told_and_never_silent(
    host: Host, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[LetThrough] = []
    async with AsyncBillingClient(
        line.url, host.keys[Scope.SERVER], retries=QUICK, fail_open=["mock_interview"], told=told.append
    ) as billing:
        line.dead = True
        assert (await billing.consume("ada", "mock_interview", units=9)).let_through
        line.dead = False
        with caplog.at_level(logging.ERROR):
            assert await billing.flush() == 1
        assert isinstance(told[-1].refused, InsufficientCredits)
        assert "refuses what was let through" in caplog.text


async def test_only_so_much_is_let_through_and_what_is_left_is_said(
    host: Host, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.dead = True
    with caplog.at_level(logging.ERROR):
        async with AsyncBillingClient(
            line.url, host.keys[Scope.SERVER], retries=QUICK, fail_open=["coach_chat"], most_waiting=2
        ) as billing:
            for _ in range(2):
                await billing.consume("ada", "coach_chat")
            with pytest.raises(Unreachable):
                await billing.consume("ada", "coach_chat")
            assert (await billing.check("ada", "coach_chat")).let_through, "asking needs no room"
    assert caplog.text.count("not sent before the client was closed") == 2


async def test_during_an_outage_open_features_do_not_wait_for_each_attempt(
    host: Host, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "REST_S", 60.0)
    async with AsyncBillingClient(
        line.url, host.keys[Scope.SERVER], retries=QUICK, fail_open=["coach_chat"]
    ) as billing:
        line.dead = True
        await billing.consume("ada", "coach_chat")
        line.dead = False
        before = line.requests
        assert (await billing.consume("ada", "coach_chat")).let_through
        assert line.requests == before
        assert await billing.flush() == 2
        assert (await billing.balance("ada")).available == 6


async def test_the_catalogue_may_say_which_features_go_on(database: Database, tmp_path: Path) -> None:
    written = (
        (PRESETS / "showcase.toml")
        .read_text()
        .replace('code = "coach_chat"\nname', 'code = "coach_chat"\nfail_open = true\nname', 1)
    )
    mine = tmp_path / "mine.toml"
    mine.write_text(written)
    async with (
        a_host(database, str(mine)) as host,
        served(host.app) as url,
        a_line(url) as line,
        AsyncBillingClient(line.url, host.keys[Scope.SERVER], retries=QUICK) as billing,
    ):
        assert await billing.learn_fail_open() == {"coach_chat"}
        line.dead = True
        assert (await billing.consume("ada", "coach_chat")).let_through
        line.dead = False


async def test_a_request_of_your_own_is_sent_again_only_with_a_key(host: Host, line: Line) -> None:
    async with AsyncBillingClient(line.url, host.keys[Scope.SERVER], retries=QUICK) as billing:
        body = {"customer": "ada", "feature": "coach_chat"}
        line.lose_answers = 1
        with pytest.raises(Unreachable):
            await billing.request("POST", "/api/v1/features/check", body=body)
        line.lose_answers = 1
        done = await billing.request("POST", "/api/v1/credits/consume", body=body, key="mine-1")
        assert done["replayed"]
        with pytest.raises(ValueError, match="begins with /api/"):
            await billing.request("GET", "https://elsewhere.example/")
