"""Use counted against a plan, in a real database: windows, caps, keys, giving back, resets."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from billing_app import clock
from billing_app.entitlements.decisions import Basis, OverQuota, PlanLacks
from billing_app.entitlements.subscriptions import store
from billing_app.errors import IdempotencyMismatch, InvalidInput
from billing_app.journal.audit import CLI
from tests.quotas.conftest import House

CV, INTERVIEW, CHAT, MOTIVATION, JOBS = (
    "cv_generate",
    "mock_interview",
    "career_chat_messages",
    "motivation_letter_generate",
    "job_tracking",
)
Ahead = Callable[..., None]


@pytest.mark.row("C2")
@pytest.mark.row("C4")
async def test_use_counts_up_to_the_plans_limit_and_then_says_when_it_is_counted_anew(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    assert [(await gate.use(customer, CV, key=f"k{number}")).remaining for number in range(2)] == [1, 0]
    with pytest.raises(OverQuota) as wall:
        await gate.use(customer, CV, key="k2")
    body = wall.value.problem()
    assert (body["status"], body["code"], body["limit_source"]) == (402, "quota_exceeded", "quota")
    assert (body["limit"], body["used"], body["remaining"]) == (2, 2, 0)
    reset = datetime.fromisoformat(body["resets_at"])
    now = clock.now()
    assert (reset.day, reset.hour, reset > now, reset - now < timedelta(days=32)) == (1, 0, True, True)
    kinds = [(option["kind"], option.get("code"), option.get("action")) for option in body["options"]]
    assert kinds == [
        ("plan", "basic", "start"),
        ("plan", "pro", "start"),
        ("plan", "enterprise", "start"),
        ("wait", None, None),
    ]
    asked = (await gate.check(customer, CV)).as_json()
    assert {name: asked[name] for name in ("limit", "used", "options")} == {
        name: body[name] for name in ("limit", "used", "options")
    }, "asking and being refused show the same wall"


@pytest.mark.row("C2")
async def test_what_a_plan_switches_off_is_not_in_the_plan_and_unlimited_has_no_end(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    with pytest.raises(PlanLacks) as wall:
        await gate.use(customer, MOTIVATION, key="a")
    assert wall.value.status == 403
    assert [option["code"] for option in wall.value.problem()["options"]] == ["basic", "pro", "enterprise"]
    await house.subscribe(customer, "pro")
    use = await gate.use(customer, CHAT, units=10_000, key="b")
    assert (use.basis, use.remaining) == (Basis.QUOTA, None)
    assert (await gate.check(customer, CHAT, 10**12)).allowed


@pytest.mark.row("C3")
async def test_a_soft_cap_lets_through_and_marks_what_lies_beyond(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    assert (await gate.use(customer, JOBS, units=8, key="a")).over == 0
    asked = await gate.check(customer, JOBS, 5)
    assert (asked.allowed, asked.over) == (True, 3)
    assert (await gate.use(customer, JOBS, units=5, key="b")).over == 3
    (jobs,) = [each for each in await gate.usage(customer) if each.feature == JOBS]
    assert (jobs.used, jobs.limit, jobs.over, jobs.soft, jobs.allowed) == (13, 10, 3, True, True)


@pytest.mark.row("C4")
@pytest.mark.parametrize("by", ["key", "reference"])
async def test_the_same_request_counts_once(house: House, by: str) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    first = await gate.use(customer, CV, key="a", reference="cv-1")
    again = await gate.use(customer, CV, key="a" if by == "key" else "b", reference="cv-1")
    assert (first.repeated, again.repeated, again.remaining) == (False, True, 1)
    assert (await gate.use(customer, CV, key="c", reference="cv-2")).remaining == 0
    with pytest.raises(IdempotencyMismatch):
        await gate.use(customer, CV, key="a", reference="cv-3")


@pytest.mark.row("C4")
async def test_a_refusal_binds_nothing_so_the_same_key_works_after_an_upgrade(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    with pytest.raises(OverQuota, match="This needs 3 CVs; 2 CVs left this month"):
        await gate.use(customer, CV, units=3, key="a", reference="r")
    await house.subscribe(customer, "basic")
    assert (await gate.use(customer, CV, units=3, key="a", reference="r")).remaining == 7


async def test_fifty_uses_at_once_of_the_last_unit_from_two_processes_give_one_yes(
    two_houses: tuple[House, House],
) -> None:
    here, there = two_houses
    await here.apply("career_coach")
    customer = await here.a_customer()
    await here.entitlements.use(customer, CV, key="first")
    answers = await asyncio.gather(
        *[(here, there)[number % 2].entitlements.use(customer, CV, key=f"k{number}") for number in range(50)],
        return_exceptions=True,
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert all(isinstance(answer, OverQuota) for answer in answers if isinstance(answer, BaseException))
    assert await here.rows("SELECT used, over FROM quota_usage") == [{"used": 2, "over": 0}]


async def test_fifty_first_uses_at_once_make_one_window(two_houses: tuple[House, House]) -> None:
    here, there = two_houses
    await here.apply("career_coach")
    customer = await here.a_customer()
    await asyncio.gather(
        *[(here, there)[number % 2].entitlements.use(customer, JOBS, key=f"k{number}") for number in range(50)]
    )
    assert await here.rows("SELECT used, over FROM quota_usage") == [{"used": 50, "over": 40}]


@pytest.mark.row("D2")
async def test_minutes_are_counted_by_the_second_until_midnight_and_scenarios_until_monday(
    house: House, ahead: Ahead
) -> None:
    await house.apply("language_tutor")
    customer = await house.a_customer()
    gate = house.entitlements
    await gate.use(customer, "ai_minutes", units=29 * 60 + 30, key="a")
    for number in range(5):
        await gate.use(customer, "scenarios", key=f"s{number}")
    minutes, scenarios = await gate.usage(customer)
    assert (minutes.allowed, minutes.used, minutes.limit, minutes.text) == (
        True,
        1770,
        1800,
        "29.5 of 30 AI minutes used",
    )
    assert (scenarios.allowed, scenarios.used, scenarios.limit) == (False, 5, 5)
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert (minutes.resets_at, minutes.window) == (midnight, "day")
    assert (scenarios.resets_at.weekday(), scenarios.resets_at.hour, scenarios.window) == (0, 0, "week")
    with pytest.raises(OverQuota, match=r"0\.5 AI minutes left today"):
        await gate.use(customer, "ai_minutes", units=31, key="b")
    ahead(seconds=round((midnight - clock.now()).total_seconds()) + 1)
    assert (await gate.use(customer, "ai_minutes", units=31, key="b")).remaining == 1769
    ahead(days=7)
    assert (await gate.use(customer, "scenarios", key="s5")).remaining == 4


@pytest.mark.row("C3")
async def test_a_running_window_keeps_its_ends_and_its_count_when_somebody_subscribes(
    house: House, ahead: Ahead
) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    await gate.use(customer, CV, units=2, key="a")
    before = (await gate.usage(customer))[0]
    await house.subscribe(customer, "basic")
    (now, *_) = await gate.usage(customer)
    assert (now.resets_at, now.used, now.limit) == (before.resets_at, 2, 10)
    ahead(days=32)
    (after, *_) = await gate.usage(customer)
    assert (after.used, after.limit, after.window_start >= before.resets_at) == (0, 10, True)


@pytest.mark.row("C3")
async def test_a_month_is_counted_from_the_subscriptions_day(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    begun = clock.now() - timedelta(days=3)
    await house.subscribe(customer, "basic", since=begun)
    usage = (await house.entitlements.usage(customer))[0]
    assert usage.window_start == begun
    assert usage.resets_at.astimezone(UTC).time() == begun.time()


@pytest.mark.row("C3")
async def test_what_was_unused_rolls_over_once_and_not_across_plans(house: House, ahead: Ahead) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    held = await house.subscribe(customer, "basic")  # 5 interviews a month, rolling over
    await gate.use(customer, INTERVIEW, units=2, key="a")

    async def interviews() -> tuple[int, int | None, int]:
        (found,) = [each for each in await gate.usage(customer) if each.feature == INTERVIEW]
        return found.used, found.limit, found.rollover_in

    ahead(days=32)
    assert await interviews() == (0, 8, 3)
    await gate.use(customer, INTERVIEW, units=1, key="b")
    assert await interviews() == (1, 8, 3)
    ahead(days=32)
    assert await interviews() == (0, 10, 5), "seven were unused; one quota at most comes over"
    ahead(days=32)
    assert await interviews() == (0, 10, 5), "nothing was used at all"
    pro = await house.catalog.offer("plan", "pro", "month")
    await house.set(held, item_id=pro.item_id, plan_code="pro")
    async with house.database.transaction() as session:
        await store.add_change(
            session,
            {
                "subscription_id": held,
                "customer_id": customer,
                "at": clock.now(),
                "kind": "switched",
                "mrr_before_minor": 999,
                "mrr_after_minor": 2999,
            },
        )
    assert await interviews() == (0, 20, 0)


async def test_given_back_within_its_window_a_use_counts_no_more_and_its_key_is_free(
    house: House, ahead: Ahead
) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    await gate.use(customer, CV, units=2, key="a", reference="job-1")
    assert await gate.give_back(customer, CV, "a")
    assert not await gate.give_back(customer, CV, "a")
    assert not await gate.give_back(customer, CV, "never")
    again = await gate.use(customer, CV, units=2, key="a", reference="job-1")
    assert (again.repeated, again.remaining) == (False, 0)
    ahead(days=32)
    assert await gate.give_back(customer, CV, "a")
    assert [row["used"] for row in await house.rows("SELECT used FROM quota_usage")] == [2], "that window is over"
    assert not await gate.give_back(await house.a_customer(), CV, "a")


@pytest.mark.row("C3")
@pytest.mark.parametrize(("given_back", "used", "over"), [("a", 5, 0), ("b", 10, 0), ("c", 11, 1)])
async def test_a_use_given_back_makes_room_for_what_was_marked_as_beyond_the_limit(
    house: House, given_back: str, used: int, over: int
) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate = house.entitlements
    for key, units in (("a", 8), ("b", 3), ("c", 2)):  # of 10
        await gate.use(customer, JOBS, units=units, key=key)
    assert await gate.give_back(customer, JOBS, given_back)
    (jobs,) = [each for each in await gate.usage(customer) if each.feature == JOBS]
    assert (jobs.used, jobs.over) == (used, over)


@pytest.mark.row("C4")
async def test_an_admin_begins_a_window_afresh_and_says_why(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    gate, desk = house.entitlements, house.administration
    await gate.use(customer, CV, units=2, key="a")
    was = await desk.reset_usage(customer, CV, actor=CLI, reason="The export failed twice")
    assert (was.used, (await gate.usage(customer))[0].used) == (2, 0)
    await gate.use(customer, CV, units=1, key="b")
    await gate.give_back(customer, CV, "a")
    assert (await gate.usage(customer))[0].used == 1, "what was used before the reset gives nothing back"
    (line,) = await house.rows("SELECT action, before, after, reason FROM audit_log WHERE action = 'usage.reset'")
    assert (line["before"]["used"], line["after"]["used"], line["reason"]) == (2, 0, "The export failed twice")
    with pytest.raises(InvalidInput, match="why"):
        await desk.reset_usage(customer, CV, actor=CLI, reason="  ")


async def test_the_best_of_plan_and_grants_holds_until_the_grant_ends(house: House, ahead: Ahead) -> None:
    await house.apply("language_tutor")
    customer = await house.a_customer()
    gate, desk = house.entitlements, house.administration
    soon = clock.now() + timedelta(days=2)
    await desk.grant(customer, "ai_minutes", quota=60, ends_at=soon, actor=CLI, reason="A conference")
    await desk.grant(customer, "business_german", quota=None, ends_at=None, actor=CLI, reason="A pilot")
    assert (await gate.usage(customer))[0].limit == 3600
    assert (await gate.check(customer, "business_german")).allowed
    ahead(days=3)
    assert (await gate.usage(customer))[0].limit == 1800
    assert await desk.revoke(customer, "business_german", actor=CLI, reason="It ended") == 1
    assert not (await gate.check(customer, "business_german")).allowed
    for wrong in ({"feature": "business_german", "quota": 3}, {"feature": "ai_minutes", "quota": 0}):
        with pytest.raises(InvalidInput):
            await desk.grant(customer, **wrong, ends_at=None, actor=CLI, reason="x")  # pyright: ignore


@pytest.mark.parametrize("units", [0, -1, 10**12 + 1, True, 1.0, "1", None])
async def test_units_that_are_no_number_of_uses_change_nothing(house: House, units: object) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    with pytest.raises(InvalidInput, match="units"):
        await house.entitlements.use(customer, CV, units=units, key="a")  # pyright: ignore
    assert await house.rows("SELECT 1 FROM quota_usage") == []


@pytest.mark.row("A12")
async def test_a_customer_sees_only_their_own_usage_and_history_cannot_be_rewritten(house: House) -> None:
    await house.apply("career_coach")
    mine, theirs = await house.a_customer(), await house.a_customer()
    for customer in (mine, theirs):
        await house.entitlements.use(customer, CV, key="a")

    async with house.database.as_customer(mine) as session:
        for table in ("quota_usage", "quota_uses"):
            found = await session.execute(text(f"SELECT DISTINCT customer_id FROM {table}"))
            assert found.scalars().all() == [mine], table
    for statement in (
        "UPDATE quota_uses SET units = 5",
        "DELETE FROM quota_uses",
        "TRUNCATE quota_uses",
        "UPDATE quota_uses SET given_back_at = now(), key = 'x'",
    ):
        with pytest.raises(DBAPIError):
            await house.rows(statement)
