"""Checks, uses and allowances over HTTP, for customers known and not."""

import asyncio

import pytest

from tests.host_api.host import Host, problem


@pytest.fixture
def sold() -> str:
    return "career_coach"


@pytest.mark.row("C4")
async def test_who_was_never_seen_is_answered_as_the_free_plan_will_have_them(host: Host) -> None:
    asked = await host.post("/features/check", {"customer": "new", "feature": "cv_generate"})
    told = asked.json()
    assert (asked.status_code, told["allowed"], told["limit"], told["remaining"]) == (200, True, 2, 2)
    summary = (await host.get("/customers/new/entitlements")).json()
    assert (summary["known"], summary["plan"]["code"]) == (False, "free")
    assert (await host.get("/customers/new/usage")).json()["data"][0]["limit"] == 2
    problem(await host.get("/customers/new"), 404, "unknown_customer")
    problem(await host.get("/customers/new/balance"), 404, "unknown_customer")
    await host.ask("PUT", "/customers/new", {})
    seen = (await host.post("/features/check", {"customer": "new", "feature": "cv_generate"})).json()
    assert seen == told


@pytest.mark.row("C3")
async def test_uses_are_counted_up_to_the_limit_and_then_refused_with_the_wall(host: Host) -> None:
    body = {"customer": "ada", "feature": "cv_generate"}
    answers = await asyncio.gather(*(host.post("/features/use", body) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 200, 402, 402, 402]
    wall = problem(next(one for one in answers if one.status_code == 402), 402, "quota_exceeded")
    assert (wall["used"], wall["limit"], wall["limit_source"]) == (2, 2, "quota")
    assert {"plan", "wait"} <= {option["kind"] for option in wall["options"]}
    counted = {one["feature"]: one for one in (await host.get("/customers/ada/usage")).json()["data"]}
    assert (counted["cv_generate"]["used"], counted["cv_generate"]["allowed"]) == (2, False)


async def test_a_use_is_counted_once_per_key_and_given_back_by_it(host: Host) -> None:
    body = {"customer": "ada", "feature": "cv_generate"}
    await host.post("/features/use", body, key="u1")
    again = await host.post("/features/use", body, key="u1")
    assert (again.json()["repeated"], again.headers["idempotent-replayed"]) == (True, "true")
    back = {**body, "key": "u1"}
    assert (await host.post("/features/give-back", back)).json() == {"given_back": True}
    assert (await host.post("/features/give-back", back)).json() == {"given_back": False}
    assert (await host.get("/customers/ada/usage")).json()["data"][0]["used"] == 0


async def test_all_locks_of_a_page_are_told_in_one_call(host: Host) -> None:
    features = [{"feature": "cv_generate"}, {"feature": "cv_generate", "units": 3}, {"feature": "job_tracking"}]
    told = (await host.post("/features/check/batch", {"customer": "ada", "features": features})).json()["data"]
    assert [one["feature"] for one in told] == ["cv_generate", "cv_generate", "job_tracking"]
    assert [one["allowed"] for one in told][:2] == [True, False]
    unknown = {"customer": "ada", "features": [{"feature": "cv_generate"}, {"feature": "nonsense"}]}
    problem(await host.post("/features/check/batch", unknown), 404, "unknown_feature")


@pytest.mark.row("A5")
async def test_the_summary_says_everything_a_customer_may_do(host: Host) -> None:
    made = await host.ask("PUT", "/customers/ada", {"name": "Ada", "email": "ada@example.com"})
    assert made.json() == {"customer": "ada", "name": "Ada", "email": "ada@example.com", "created": True}
    changed = await host.ask("PUT", "/customers/ada", {"name": None})
    assert changed.json() == {"customer": "ada", "name": None, "email": "ada@example.com", "created": False}
    told = (await host.get("/customers/ada")).json()
    assert (told["known"], told["email"], told["plan"]["code"]) == (True, "ada@example.com", "free")
    assert len(told["features"]) == len((await host.services.catalog.current()).features)


class TestOfALanguageTutor:
    """Minutes of a day and scenarios of a week."""

    @pytest.fixture
    def sold(self) -> str:
        return "language_tutor"

    @pytest.mark.row("D2")
    async def test_usage_says_minutes_and_scenarios_used_and_when_they_are_counted_anew(self, host: Host) -> None:
        counted = {one["window"]: one for one in (await host.get("/customers/ada/usage")).json()["data"]}
        minutes, scenarios = counted["day"], counted["week"]
        assert (minutes["limit"], minutes["counts_per_unit"], scenarios["limit"]) == (30 * 60, 60, 5)
        used = await host.post("/features/use", {"customer": "ada", "feature": minutes["feature"], "units": 90})
        assert used.status_code == 200, used.text
        after = {one["window"]: one for one in (await host.get("/customers/ada/usage")).json()["data"]}
        assert (after["day"]["used"], after["day"]["allowed"]) == (90, True)
        assert after["day"]["display"] == "1.5 of 30 AI minutes used"
        assert after["day"]["resets_at"].endswith("T00:00:00Z")
        assert after["week"]["allowed"] is True
