"""Gates around plain functions: taken before, kept after success, given back after failure, whatever it is paid by."""

import asyncio

import pytest

from billing_app.entitlements.decisions import Locked, NotEnough, OverQuota, PlanLacks, PlanRequired
from billing_app.entitlements.metering import UnknownFeature
from billing_app.entitlements.unlocking import NewUnlock, grant
from billing_app.gates import UnknownPlan
from billing_app.gates.taking import UnderWay
from tests.quotas.conftest import House


async def used(house: House, customer: int, feature: str) -> int:
    (found,) = [each for each in await house.entitlements.usage(customer) if each.feature == feature]
    return found.used


@pytest.mark.row("D5")
async def test_a_plan_gate_opens_for_that_plan_and_better_ones(house: House) -> None:
    await house.apply("language_tutor")
    customer = await house.a_customer()

    @house.gates.require_plan("premium")
    async def talk(customer_id: int) -> str:
        return "Guten Tag"

    with pytest.raises(PlanRequired) as wall:
        await talk(customer)
    body = wall.value.problem()
    assert (body["status"], body["code"]) == (403, "plan_required")
    assert [option["code"] for option in body["options"]] == ["premium", "plus", "enterprise"]
    held = await house.subscribe(customer, "plus")
    assert await talk(customer_id=customer) == "Guten Tag"
    await house.set(held, status="unpaid")
    with pytest.raises(PlanRequired) as wall:
        await talk(customer)
    assert [option["kind"] for option in wall.value.problem()["options"]] == ["pay"]
    with pytest.raises(UnknownPlan):
        await house.gates.plan(customer, "platinum")


@pytest.mark.row("D5")
async def test_a_counted_feature_is_counted_when_it_succeeds_and_not_when_it_fails(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()

    @house.gates.require_feature("cv_generate")
    async def write(customer_id: int, *, works: bool = True) -> str:
        assert await used(house, customer_id, "cv_generate") >= 1, "taken before the work"
        if not works:
            raise RuntimeError("the model is down")
        return "A CV"

    for _ in range(3):
        with pytest.raises(RuntimeError):
            await write(customer, works=False)
    assert [await write(customer), await write(customer)] == ["A CV", "A CV"]
    with pytest.raises(OverQuota) as wall:
        await write(customer)
    assert wall.value.problem()["options"][-1]["kind"] == "wait"


@pytest.mark.row("D5")
async def test_a_feature_paid_in_credits_holds_them_and_takes_them_at_the_end(house: House) -> None:
    await house.apply("interview_mate")
    customer = await house.a_customer(credits=1)
    seen: list[tuple[int, int]] = []

    @house.gates.require_feature("interview_session", reference="session")
    async def interview(customer_id: int, session: str, *, works: bool = True) -> None:
        balance = await house.credits.balance(customer_id)
        seen.append((balance.available, balance.held))
        if not works:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await interview(customer, "s1", works=False)
    assert (await house.credits.balance(customer)).available == 1
    await interview(customer, "s1")
    assert seen == [(0, 1), (0, 1)]
    assert (await house.credits.balance(customer)).available == 0
    await interview(customer, "s1")
    with pytest.raises(NotEnough):
        await interview(customer, "s2")


@pytest.mark.row("D5")
async def test_an_unlocks_one_use_comes_back_when_the_work_fails(house: House) -> None:
    await house.apply("interview_mate")
    customer = await house.a_customer()
    async with house.database.transaction() as session:
        await grant(session, NewUnlock(customer, "ai_qa_generator", "ai_qa_generation", 1, "cs_1", "pi_1", 1000, "USD"))

    @house.gates.require_feature("ai_qa_generation", reference="job")
    async def generate(customer_id: int, job: str, *, works: bool = True) -> str:
        if not works:
            raise RuntimeError
        return "Twenty questions"

    with pytest.raises(RuntimeError):
        await generate(customer, "job-1", works=False)
    assert await generate(customer, "job-1") == "Twenty questions"
    assert await generate(customer, "job-1") == "Twenty questions"
    with pytest.raises(Locked):
        await generate(customer, "job-2")


@pytest.mark.row("D5")
async def test_what_was_let_through_on_anothers_use_is_counted_when_that_one_fails(house: House) -> None:
    await house.apply("career_coach")
    customer = await house.a_customer()
    begun, fails = asyncio.Event(), asyncio.Event()

    @house.gates.require_feature("cv_generate", reference="job")
    async def first(customer_id: int, job: str) -> None:
        begun.set()
        await fails.wait()
        raise RuntimeError

    @house.gates.require_feature("cv_generate", reference="job")
    async def second(customer_id: int, job: str) -> str:
        fails.set()
        with pytest.raises(RuntimeError):
            await running
        return "A CV"

    running = asyncio.create_task(first(customer, "cv-1"))
    await begun.wait()
    assert await second(customer, "cv-1") == "A CV"
    assert await used(house, customer, "cv_generate") == 1, "one CV was made"


@pytest.mark.row("D5")
async def test_credits_may_be_asked_for_by_number(house: House) -> None:
    await house.apply("docs_chat")
    customer = await house.a_customer(credits=20)

    async def index(customer_id: int) -> int:
        return (await house.credits.balance(customer_id)).available

    cheap = house.gates.require_credits(15, feature="docs_chat")(index)
    before = (await house.credits.balance(customer)).available
    assert await cheap(customer) == before - 15
    assert (await house.credits.balance(customer)).available == before - 15
    many = house.gates.require_credits(10**6, feature="docs_chat")(index)
    with pytest.raises(NotEnough) as wall:
        await many(customer)
    body = wall.value.problem()
    assert (body["required"], body["shortfall"]) == (10**6, 10**6 - (before - 15))
    assert {option["kind"] for option in body["options"]} >= {"pack", "plan"}
    with pytest.raises(UnknownFeature):
        await house.gates.require_credits(1, feature="flying")(index)(customer)


@pytest.mark.row("D5")
async def test_the_last_credit_lets_one_of_many_parallel_calls_through(house: House) -> None:
    await house.apply("interview_mate")
    customer = await house.a_customer(credits=1)
    worked: list[int] = []

    @house.gates.require_feature("interview_session")
    async def interview(customer_id: int, number: int) -> None:
        await asyncio.sleep(0.01)
        worked.append(number)

    answers = await asyncio.gather(*[interview(customer, number) for number in range(20)], return_exceptions=True)
    assert sum(answer is None for answer in answers) == 1 == len(worked)


async def test_one_piece_of_work_is_not_done_twice_at_once_and_a_cut_line_costs_nothing(house: House) -> None:
    await house.apply("interview_mate")
    customer = await house.a_customer(credits=2)
    begun = asyncio.Event()

    @house.gates.require_feature("interview_session", reference="session")
    async def interview(customer_id: int, session: str) -> None:
        begun.set()
        await asyncio.sleep(60)

    line = asyncio.create_task(interview(customer, "s1"))
    await begun.wait()
    with pytest.raises(UnderWay):
        await interview(customer, "s1")
    line.cancel()
    with pytest.raises(asyncio.CancelledError):
        await line
    balance = await house.credits.balance(customer)
    assert (balance.available, balance.held) == (2, 0)


async def test_wrong_use_of_a_gate_shows_when_the_function_is_made(house: House) -> None:
    def plain(customer_id: int) -> None: ...

    async def nameless(user: int) -> None: ...

    with pytest.raises(TypeError, match="async"):
        house.gates.require_plan("pro")(plain)  # pyright: ignore
    with pytest.raises(TypeError, match="customer_id"):
        house.gates.require_feature("cv_generate")(nameless)


@pytest.mark.row("D5")
async def test_what_a_plan_lacks_is_403_with_the_plans_that_have_it(house: House) -> None:
    await house.apply("language_tutor")
    customer = await house.a_customer()
    with pytest.raises(PlanLacks) as wall:
        async with house.gates.feature(customer, "business_german"):
            raise AssertionError("not let through")
    assert [option["code"] for option in wall.value.problem()["options"]] == ["plus", "enterprise"]
    await house.subscribe(customer, "premium")
    with pytest.raises(PlanLacks, match="not in the Premium plan") as wall:
        async with house.gates.feature(customer, "business_german"):
            raise AssertionError("not let through")
    assert [(option["code"], option["action"]) for option in wall.value.problem()["options"]] == [
        ("plus", "upgrade"),
        ("enterprise", "contact"),
    ]
